"""The provider of sign-ins in the settings, and what counts as this machine."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, model_validator

from settings.servers import BaseUrl


class OidcSettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """The provider of sign-ins: any that speaks OpenID Connect."""

    metadata_url: BaseUrl = Field(
        description="Where it describes itself: `https://…/.well-known/openid-configuration`"
    )
    public_url: BaseUrl = Field(
        description="The address at which browsers reach the workbench; the provider must allow it with `/oauth2callback` "
        "behind it"
    )
    client_id: str = Field(min_length=1, description="What the provider calls the workbench")
    client_secret: SecretStr = Field(
        min_length=1, description="Its secret; set it as `MDS_OIDC__CLIENT_SECRET`"
    )
    cookie_secret: SecretStr = Field(
        min_length=32,
        description="What signs the cookie of a session, at least 32 characters; set it as `MDS_OIDC__COOKIE_SECRET`",
    )
    scope: str = Field("openid email profile", description="What to ask for, with spaces between")
    prompt: str = Field(
        "select_account", description="Whether the provider asks again who it is: see its manual"
    )
    name_claim: str = Field("email", description="The claim that names the person")
    groups_claim: str = Field(
        "groups",
        description="The claim of userinfo with their groups, or a path with dots to it",
    )
    ca_file: str = Field("", description="PEM file of the only authority to trust")

    @property
    def host(self) -> str:
        """The name by which browsers call the workbench."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the workbench by https."""
        return self.public_url.startswith("https://")

    @model_validator(mode="after")
    def _is_not_overheard(self) -> Self:
        for name, url in (("metadata_url", self.metadata_url), ("public_url", self.public_url)):
            parts = urlsplit(url)
            if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
                raise ValueError(f"{name} must begin with https:// unless it is on this machine")
        return self


def is_loopback(host: str) -> bool:
    """Whether only this machine itself reaches an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
