"""What the settings say of where schedules of batches may read."""

from __future__ import annotations

import os
from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator


class DatabaseSettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """A database of others, SQLite or PostgreSQL, that schedules of batches may ask; nothing is ever written there."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="What schedules call it; no two have the same",
    )
    url_env: str = Field(
        min_length=1,
        description="The environment variable with its SQLAlchemy URL: it may hold a password",
    )

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if not os.environ.get(self.url_env):
            raise ValueError(f"{self.name}: environment variable {self.url_env} is not set")
        return self

    @property
    def url(self) -> SecretStr:
        """The SQLAlchemy URL."""
        return SecretStr(os.environ.get(self.url_env, ""))
