"""Where the settings send alarms, and what people say of cases."""

from __future__ import annotations

import os
from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from settings.rules import Pattern
from settings.servers import BaseUrl

AlarmKind = Literal["accuracy", "errors", "inputs"]
_TOLD: tuple[AlarmKind, ...] = ("accuracy", "errors")


class AlarmSettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """Somebody who is told when Health raises an alarm and when it is over: a mail, a chat or a webhook, by Apprise.

    A server or a model is named, or the beginning of its name and `*`.
    """

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="Who that is, as *Health* names them; no two have the same",
    )
    url_env: str = Field(
        min_length=1,
        description="The environment variable with the Apprise URL, such as `mailtos://…` or `json://…`: it holds a secret",
    )
    kinds: list[AlarmKind] = Field(
        default_factory=lambda: list(_TOLD),
        min_length=1,
        description="What they are told of: wrong answers, requests that fail, changed inputs or answers",
    )
    servers: list[Pattern] = Field(
        default_factory=lambda: ["*"], description="Servers, or beginnings of their names and `*`"
    )
    models: list[Pattern] = Field(
        default_factory=lambda: ["*"], description="Models, or beginnings of their names and `*`"
    )

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if not os.environ.get(self.url_env):
            raise ValueError(f"{self.name}: environment variable {self.url_env} is not set")
        return self

    @property
    def url(self) -> SecretStr:
        """The Apprise URL."""
        return SecretStr(os.environ.get(self.url_env, ""))


class WebhookSettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """An address that what people say of cases is sent to."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="Short name")
    url: BaseUrl = Field(description="The whole address, without a slash at its end")
    secret_env: str = Field(
        min_length=1,
        description="Environment variable with the secret that signs, at least 24 characters",
    )
    servers: list[str] = Field(["*"], description="Whose cases: servers, `*` at the end for any")
    models: list[str] = Field(["*"], description="Models, `*` at the end for any")
    timeout: float = Field(10.0, gt=0, description="Longest time for one answer, in seconds")

    def secret(self) -> bytes:
        """Raises ValueError for a variable that is not set, or too short."""
        secret = os.environ.get(self.secret_env, "").encode()
        if len(secret) < 24:
            raise ValueError(
                f"webhook {self.name}: {self.secret_env} has fewer than 24 characters, or is not set"
            )
        return secret
