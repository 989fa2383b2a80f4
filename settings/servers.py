"""What can be configured of servers, registries and clusters: where each is, and how we sign in there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    HttpUrl,
    TypeAdapter,
)

from settings.errors import UnusableSettings


def _without_user(text: str) -> str:
    """Raises ValueError for an address that holds a user or a password; it would stand in every record."""
    if "@" in urlsplit(text).netloc:
        raise ValueError(
            "it holds a user or a password: take them out, set `username`, and name the environment "
            "variable of the password in `password_env`"
        )
    return text


def _url(text: str) -> str:
    text = text.strip()
    if "://" not in text:
        raise ValueError("it lacks http:// or https:// in front")
    TypeAdapter(HttpUrl).validate_python(_without_user(text))
    return text.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_url)]
OtherUrl = Annotated[str, AfterValidator(_without_user)]


def _from_environment(headers: Mapping[str, str], owner: str) -> dict[str, str]:
    """Raises UnusableSettings for a variable that is not set."""
    missing = [name for name in headers.values() if name not in os.environ]
    if missing:
        raise UnusableSettings(
            f"The settings cannot be used: {owner}: environment variable {missing[0]} is not set. Set it, then run this again."
        )
    return {header: os.environ[name] for header, name in headers.items()}


class AddressSettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """Where something is, and how we sign in there. Times in seconds."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="Short name, used in links"
    )
    url: BaseUrl = Field(description="Base URL, such as http://host:8080")
    title: str = Field("", description="Its name in words")
    timeout: float = Field(60.0, gt=0, description="Longest time for one answer")
    connect_timeout: float = Field(3.0, gt=0, description="Longest time to connect")
    ca_file: str = Field("", description="PEM file of the only authority to trust")
    cert_file: str = Field("", description="PEM file of our certificate for the server")
    key_file: str = Field("", description="PEM file of its key, if it is not in `cert_file`")
    verify: bool = Field(True, description="Check the server's certificate; leave it on")
    token_env: str = Field("", description="Environment variable with a bearer token")
    token_file: str = Field("", description="File with a bearer token, read at each call")
    username: str = Field("", description="Name for basic authentication")
    password_env: str = Field("", description="Environment variable with its password")
    password_file: str = Field("", description="File with its password, read at each call")
    api_key_header: str = Field("X-API-Key", description="Header that carries the API key")
    api_key_env: str = Field("", description="Environment variable with an API key")
    api_key_file: str = Field("", description="File with an API key, read at each call")
    token_url: OtherUrl = Field("", description="Where OAuth2 client credentials get their token")
    client_id: str = Field("", description="Our OAuth2 client id")
    client_secret_env: str = Field("", description="Environment variable with our OAuth2 secret")
    client_secret_file: str = Field("", description="File with our OAuth2 secret")
    scope: str = Field("", description="OAuth2 scope to ask for")
    audience: str = Field("", description="OAuth2 audience to ask for")
    headers_from_env: dict[str, str] = Field(
        default_factory=dict,
        description="Headers to send: header name = environment variable that holds its value",
    )

    def headers(self) -> dict[str, str]:
        """The configured headers with their values. Raises ValueError for a variable that is not set."""
        return _from_environment(self.headers_from_env, self.name)


class ServerSettings(AddressSettings):
    """One inference server."""

    protocol: str = Field(
        "auto", description="The protocol that the server speaks; `auto` finds it out"
    )
    models: list[str] = Field(
        default_factory=list, description="Names of the models of a server that lists none"
    )
    management_url: OtherUrl = Field(
        "", description="Second address of a server that lists models there"
    )
    management_token_env: str = Field(
        "", description="Environment variable with the bearer token of `management_url`"
    )
    management_token_file: str = Field("", description="File with that token, read at each call")
    explainer_url: OtherUrl = Field(
        "", description="Address of its models' explainer, if it has its own"
    )
    metrics_url: OtherUrl = Field(
        "", description="Where its metrics are read as text, such as http://host:8082/metrics"
    )
    prometheus_url: OtherUrl = Field(
        "", description="The Prometheus that collects its metrics, asked in place of `metrics_url`"
    )
    prometheus_labels: dict[str, str] = Field(
        default_factory=dict,
        description="Which series are this server's there: label = value, such as `job`",
    )
    explainers: dict[str, str] = Field(
        default_factory=dict,
        description="What explains a model: model = another model's name, its own for the protocol's "
        'own route, or `""` for nothing',
    )
    detectors: dict[str, list[str]] = Field(
        default_factory=dict,
        description="What says of each case whether it is an outlier or adversarial: model = names of other models",
    )
    drift_detectors: dict[str, list[str]] = Field(
        default_factory=dict,
        description="What says of the last cases together whether they drifted: model = names of other models",
    )
    read_timeout: float | None = Field(None, gt=0, description="Longest silence while reading")
    write_timeout: float | None = Field(None, gt=0, description="Longest wait while sending")
    pool_timeout: float | None = Field(None, gt=0, description="Longest wait for a free connection")
    max_answer_bytes: int = Field(64 * 1024 * 1024, gt=0, description="Largest answer that is read")
    max_connections: int = Field(100, ge=1, description="Most connections at once")
    keep_alive_connections: int = Field(20, ge=0, description="Most idle connections that are kept")
    keep_alive_seconds: float = Field(5.0, ge=0, description="How long an idle connection is kept")
    http2: bool = Field(False, description="Offer HTTP/2; over https only")
    compress: bool = Field(False, description="Send bodies above 1 kB compressed with gzip")
    feedback: bool = Field(
        False,
        description="Send feedback on to the server, where its protocol takes it (Seldon Core 1: reward and truth)",
    )
    retries: int = Field(
        2, ge=0, description="How often a request is repeated, where that does no harm"
    )
    breaker_failures: int = Field(
        5, ge=0, description="Failures in a row after which predictions fail at once; 0 for never"
    )
    breaker_seconds: float = Field(
        5.0, gt=0, description="How often one prediction is then let through to try"
    )
    hedge_after: float | None = Field(
        None, gt=0, description="A slow prediction of an idempotent model is asked again after this"
    )
    idempotent_models: list[str] = Field(
        default_factory=list, description="Models that may be asked twice for one answer"
    )


class RegistrySettings(AddressSettings):
    """One registry of models: what people wrote of them beside their servers."""

    kind: str = Field(description="What it is: `mlflow` or `bailo`")
    timeout: float = Field(20.0, gt=0, description="Longest time for one answer")
    servers: list[str] = Field(
        default_factory=list, description="Whose models it describes; of all, if none is named"
    )
    entries: dict[str, str] = Field(
        default_factory=dict,
        description="What a model is called there: `server/name`, `server/name@version` or `name` = entry",
    )


class KubernetesSettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """What is read of a cluster that runs models (docs/kubernetes.md). Times in seconds."""

    namespaces: list[str] = Field(
        default_factory=list, description="Where to look; all namespaces if none is named"
    )
    label_selector: str = Field("", description="Only resources with these labels")
    kinds: list[str] = Field(
        default_factory=lambda: [
            "seldondeployments",
            "models",
            "pipelines",
            "experiments",
            "inferenceservices",
        ],
        description="Which resources to list",
    )
    seldon_url: OtherUrl = Field("", description="Gateway of Seldon Core 1")
    mesh_url: OtherUrl = Field("", description="Gateway of Seldon Core 2; may hold {namespace}")
    kserve_url: OtherUrl = Field(
        "", description="Gateway of KServe; may hold {name} and {namespace}"
    )
    allow_status_urls: bool = Field(
        False, description="Call the address that stands in a resource's status"
    )
    context: str = Field("", description="Context of the kubeconfig; outside a cluster")
    timeout: float = Field(60.0, gt=0, description="Longest time for one answer of a model")
    connect_timeout: float = Field(3.0, gt=0, description="Longest time to connect to a gateway")
    headers_from_env: dict[str, str] = Field(
        default_factory=dict,
        description="Headers for the gateways: header name = environment variable",
    )

    def headers(self) -> dict[str, str]:
        """The configured headers with their values. Raises ValueError for a variable that is not set."""
        return _from_environment(self.headers_from_env, "kubernetes")
