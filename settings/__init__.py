"""What can be configured: one object, read once, from `mds.toml` and MDS_* environment variables.

Secrets are never values in the file: `headers_from_env` names the environment variable that holds one.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError

from settings.channels import AlarmSettings, WebhookSettings
from settings.engines import RaySettings
from settings.errors import UnusableSettings
from settings.rules import (
    AccessSettings,
    AuditSettings,
    ObjectiveSettings,
    RetentionSettings,
    SensitiveSettings,
)
from settings.servers import (
    AddressSettings,
    BaseUrl,
    KubernetesSettings,
    RegistrySettings,
    ServerSettings,
)
from settings.sign_in import OidcSettings, is_loopback
from settings.sources import DatabaseSettings

__all__ = [
    "ROOT",
    "SETTINGS_FILE_VARIABLE",
    "AccessSettings",
    "AddressSettings",
    "AlarmSettings",
    "DatabaseSettings",
    "KubernetesSettings",
    "ObjectiveSettings",
    "OidcSettings",
    "RaySettings",
    "RegistrySettings",
    "RetentionSettings",
    "ServerSettings",
    "Settings",
    "UnusableSettings",
    "WebhookSettings",
    "is_loopback",
    "settings",
    "settings_file",
]

ROOT = Path(__file__).resolve().parents[1]
SETTINGS_FILE_VARIABLE = "MDS_SETTINGS"


def _origin(text: str) -> str:
    """A scheme and a host, with a port or without, and nothing else: it goes into a header as it is."""
    parts = urlsplit(text)
    is_origin = (
        parts.scheme in ("http", "https")
        and parts.hostname
        and f"{parts.scheme}://{parts.netloc}" == text
    )
    if not is_origin or not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc):
        raise ValueError("is no origin, such as https://intranet.example.com")
    return text


def _network(text: str) -> str:
    """Raises ValueError for what is no address and no network."""
    ip_network(text.strip(), strict=False)
    return text.strip()


class Settings(BaseSettings):
    """Everything that can be configured, with its default."""

    model_config = SettingsConfigDict(
        env_prefix="MDS_",
        env_nested_delimiter="__",
        extra="forbid",
        hide_input_in_errors=True,  # what cannot be used may be a secret in the wrong place
    )

    servers: list[ServerSettings] = Field(default_factory=list, description="The inference servers")
    registries: list[RegistrySettings] = Field(
        default_factory=list, description="Where models are described"
    )
    kubernetes: KubernetesSettings | None = Field(
        None, description="A cluster whose models are found by listing (docs/kubernetes.md)"
    )
    database_url: SecretStr = Field(
        SecretStr(f"sqlite:///{ROOT / 'var' / 'workbench.db'}"),
        description="SQLAlchemy URL of the database: SQLite or PostgreSQL",
    )
    refresh_seconds: float = Field(
        15.0, gt=0, description="How often the servers are asked what they have"
    )
    audit_probability: float = Field(
        0.10, ge=0, le=1, description="The chance with which a case is drawn for audit"
    )
    audit: list[AuditSettings] = Field(
        default_factory=list,
        description="Slices of cases with a chance of their own; what no row is about has `audit_probability`",
    )
    kept_file_bytes: int = Field(
        10 * 1024 * 1024,
        ge=0,
        description="Uploaded files up to this size are kept with their cases, so that a link shows and explains "
        "them; 0 keeps none",
    )
    kept_file_days: float = Field(
        365.0,
        gt=0,
        description="How many days kept files, and the tables of files of rows, stay after they were sent last",
    )
    batch_folder: Path | None = Field(
        None,
        description="Where the rows and the results of large files lie; beside the database by itself. Workers on several "
        "machines must share it",
    )
    batch_requests: int = Field(
        4,
        ge=1,
        le=64,
        description="How many requests of a large file are under way at once, at most",
    )
    batch_sources: list[str] = Field(
        default_factory=list,
        description="Folders, files and URLs, such as `/data/in` or `s3://bucket/in`, from which *Predict* and schedules may "
        "read large files; `*` stands for anything, and what is not among them is refused",
    )
    batch_engine: Literal["auto", "local", "ray"] = Field(
        "auto",
        description="Who asks about large files: the workers here (`local`), a cluster (`ray`), or by their size (`auto`)",
    )
    ray: RaySettings | None = Field(
        None, description="A Ray cluster that large files may be asked about on"
    )
    databases: list[DatabaseSettings] = Field(
        default_factory=list, description="Databases that schedules of batches may ask by a query"
    )
    explanation_seconds: float = Field(
        60.0, gt=0, description="The longest time one explanation may take"
    )
    warm_explainers: bool = Field(
        True, description="Load what explains when the app starts; off, the first explanation waits"
    )
    embedded_worker: bool = Field(
        True,
        description="Start a worker beside the app; off where `mds worker` runs by itself",
    )
    lost_seconds: float = Field(
        15.0,
        ge=1,
        description="After how many seconds without a sign of life a process that runs jobs counts as dead",
    )
    job_days: float = Field(
        30.0, gt=0, description="How many days jobs that have ended stay in the list"
    )
    sign_in: Literal["none", "proxy", "oidc"] = Field(
        "none",
        description="How it is known who asks: `none`, on this machine alone, by the header of a `proxy`, or by a "
        "provider of sign-ins, `oidc`",
    )
    sign_in_none_anywhere: bool = Field(
        False,
        description="Serve other machines without any sign-in: whoever reaches the address is let in",
    )
    proxy_header: str = Field(
        "X-Forwarded-Email", description="The header in which the proxy names the person"
    )
    proxy_groups_header: str = Field(
        "X-Forwarded-Groups",
        description="The header in which it names their groups, with commas between",
    )
    proxy_addresses: list[Annotated[str, AfterValidator(_network)]] = Field(
        default_factory=list,
        description="Addresses or networks of the proxy; these headers are believed from nowhere else",
    )
    oidc: OidcSettings | None = Field(
        None, description="The provider of sign-ins, for `sign_in` = `oidc`"
    )
    access: list[AccessSettings] = Field(
        default_factory=list,
        description="Who may see which models; without a row everybody may see and do everything",
    )
    retention: list[RetentionSettings] = Field(
        default_factory=list,
        description="How long cases of which models are kept; what no row is about is never deleted",
    )
    sensitive: list[SensitiveSettings] = Field(
        default_factory=list,
        description="What cases have of sensitive values; what no row is about is kept, and shown as dots",
    )
    webhooks: list[WebhookSettings] = Field(
        default_factory=list, description="Where what people say of cases is sent"
    )
    privacy_key: SecretStr = Field(
        SecretStr(""),
        description="The key of hashed values, at least 32 characters; set it as `MDS_PRIVACY_KEY`. SQLite needs none: "
        "there it lies in a file beside the database",
    )
    token_days: float = Field(
        365.0, gt=0, description="For how many days an API token may be valid at most"
    )
    api_requests_per_minute: int = Field(
        600,
        ge=0,
        description="How many API requests a token, or a person without one, may send a minute; 0 for any number",
    )
    api_body_bytes: int = Field(
        16 * 1024 * 1024, gt=0, description="The largest body of an API request"
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="What Prometheus sends to read `/metrics`, at least 16 characters; set it as `MDS_METRICS_TOKEN`. Without "
        "it only this machine reads them",
    )
    alarms: list[AlarmSettings] = Field(
        default_factory=list, description="Who is told of the alarms of *Health*"
    )
    objectives: list[ObjectiveSettings] = Field(
        default_factory=list,
        description="What is promised of the service of which models; *Health* says how much of the error budget is left",
    )
    public_url: BaseUrl | None = Field(
        None,
        description="The address at which browsers reach the workbench, for links in messages and in the results of "
        "`mds batch` and schedules",
    )
    audit_key: SecretStr = Field(
        SecretStr(""),
        description="The key that signs exported ends of the trail, at least 32 characters; set it as `MDS_AUDIT_KEY`",
    )
    audit_anchors: Path | None = Field(
        None, description="The file that the signed end of the trail is appended to every hour"
    )
    host: str = Field("127.0.0.1", description="Address on which `python app.py` listens")
    port: int = Field(8501, ge=1, le=65535, description="Port on which `python app.py` listens")
    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="Further names by which browsers may call us, such as that of a proxy; IP addresses and this "
        "machine's own name always may",
    )
    framed_by: list[Annotated[str, AfterValidator(_origin)]] = Field(
        default_factory=list,
        description="Origins of other pages that may show ours in a frame, such as `https://intranet.example.com`; none by itself",
    )
    audience_host: str = Field(
        "0.0.0.0",  # noqa: S104 - only while a show is open to an audience, and only its few routes
        description="Address on which the audience of a show is served while it is let in; pages and API are not there",
    )
    audience_port: int = Field(
        8502,
        ge=0,
        le=65535,
        description="Port of the audience; 0 for any that is free. Unless it is set, the next free one where 8502 is used",
    )
    audience_url: str = Field(
        "",
        description="By which phones reach that port, such as https://vote.example.org; without it, this machine's own address",
    )
    log_level: str = Field("INFO", description="How much the log says")

    @model_validator(mode="after")
    def _hashes_have_a_key(self) -> Self:
        key, is_file = self.privacy_key.get_secret_value(), "sqlite" in self._backend
        if key and len(key) < 32:
            raise ValueError("privacy_key has fewer than 32 characters")
        if not key and not is_file and any(rule.storage == "hash" for rule in self.sensitive):
            raise ValueError("hashed values on PostgreSQL need a privacy_key (MDS_PRIVACY_KEY)")
        return self

    @model_validator(mode="after")
    def _webhooks_are_signed(self) -> Self:
        for webhook in self.webhooks:
            webhook.secret()
        return self

    @model_validator(mode="after")
    def _metrics_are_not_guessed(self) -> Self:
        if 0 < len(self.metrics_token.get_secret_value()) < 16:
            raise ValueError("metrics_token has fewer than 16 characters")
        return self

    @property
    def address(self) -> str:
        """At which browsers reach the workbench; empty where nothing says."""
        return str(self.public_url or (self.oidc.public_url if self.oidc else ""))

    @property
    def _backend(self) -> str:
        return self.database_url.get_secret_value().partition(":")[0]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        for what, listed in (
            ("servers", self.servers),
            ("registries", self.registries),
            ("alarms", self.alarms),
            ("webhooks", self.webhooks),
            ("databases", self.databases),
        ):
            if len({one.name for one in listed}) < len(listed):
                raise ValueError(f"two {what} have the same name")
        return self

    @model_validator(mode="after")
    def _says_who_asks(self) -> Self:
        if self.sign_in == "proxy" and not self.proxy_addresses:
            raise ValueError("sign_in is `proxy`, but proxy_addresses names no address to believe")
        if self.sign_in == "oidc" and self.oidc is None:
            raise ValueError("sign_in is `oidc`, but oidc names no provider")
        is_open = self.sign_in == "none" and not self.sign_in_none_anywhere
        if is_open and not is_loopback(self.host):
            raise ValueError(
                f"host {self.host} can be reached by other machines and nobody signs in: set sign_in, or "
                "sign_in_none_anywhere = true if whoever reaches it may see and do everything"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=settings_file())
        return init_settings, env_settings, file


def settings_file() -> Path:
    """The file named by MDS_SETTINGS, else `mds.toml` beside the app. It need not exist."""
    return Path(os.environ.get(SETTINGS_FILE_VARIABLE) or ROOT / "mds.toml")


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises UnusableSettings."""
    try:
        return Settings()
    except ValidationError as error:
        facts = error.errors(include_input=False, include_url=False)
        raise UnusableSettings("\n".join(map(_sentence, facts))) from None
    except SettingsError as error:  # a variable of the environment that is no JSON
        raise UnusableSettings(f"The settings cannot be used: {error}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        words = "it is no text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise UnusableSettings(
            f"The settings file {settings_file()} cannot be read: {words}."
        ) from None


def _sentence(fact: Mapping[str, Any]) -> str:
    place = ".".join(map(str, fact["loc"]))
    return f"The setting{f' {place}' if place else 's'} cannot be used: {fact['msg']}."
