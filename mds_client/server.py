"""An inference server that the operator configured, and what it says of its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mds_client.signature import ModelRef
from mds_client.transport.credentials import Credentials
from mds_client.transport.tls import Tls


@dataclass(frozen=True, kw_only=True)
class Server:
    """One inference server at one URL.

    `protocol` is the name of a protocol, or "auto" to find it out. `models` are the names (with @version
    where there is one) of the models of a server that lists none. `management_url` is the second
    address of a server that lists its models elsewhere (TorchServe), with `management_credentials` where it takes
    others than the server's; `explainer_url` is that of the explainer
    of its models, where it has one of its own. `explainers` says what explains a model: the name of another
    model, its own name for the protocol's own route, an empty one for nothing. `detectors` names the models that say of
    each case of a model whether it is odd (`is_outlier`, `is_adversarial`), `drift_detectors` those that say it of many (`is_drift`).
    `metrics_url` is where its metrics are read as text, `prometheus_url` the Prometheus that has collected them, of which
    `prometheus_labels` choose the series.
    Times in seconds: `connect_timeout` for the connection, `timeout` for a whole call. `headers` may
    hold credentials: they are sent, but never recorded or shown.
    After `breaker_failures` in a row predictions fail at once, but one every `breaker_seconds`; 0 is never.
    With `hedge_after` a slow prediction of one of the `idempotent_models` is asked a second time.
    """

    name: str
    url: str
    protocol: str = "auto"
    title: str = ""
    models: tuple[str, ...] = ()
    management_url: str = ""
    explainer_url: str = ""
    metrics_url: str = ""
    prometheus_url: str = ""
    prometheus_labels: Mapping[str, str] = field(default_factory=dict)
    explainers: Mapping[str, str] = field(default_factory=dict)
    detectors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    drift_detectors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    connect_timeout: float = 3.0
    timeout: float = 60.0
    read_timeout: float | None = None
    write_timeout: float | None = None
    pool_timeout: float | None = None
    max_connections: int = 100
    keep_alive_connections: int = 20
    keep_alive_seconds: float = 5.0
    http2: bool = False
    compress: bool = False
    retries: int = 2
    breaker_failures: int = 5
    breaker_seconds: float = 5.0
    hedge_after: float | None = None
    idempotent_models: tuple[str, ...] = ()
    tls: Tls = field(default_factory=Tls)
    credentials: Credentials = field(default_factory=Credentials)
    management_credentials: Credentials = field(default_factory=Credentials)
    max_answer_bytes: int = 64 * 1024 * 1024
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def watching(self) -> frozenset[str]:
        """The names of the models that are deployed only to watch others."""
        named = (*self.detectors.values(), *self.drift_detectors.values())
        return frozenset(name for names in named for name in names)


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """A model as its server lists it. `state` is READY, LOADING, UNLOADING, UNAVAILABLE or UNKNOWN."""

    ref: ModelRef
    state: str = "UNKNOWN"
    reason: str = ""

    @property
    def is_ready(self) -> bool:
        return self.state == "READY"


@dataclass(frozen=True, kw_only=True)
class NotOffered:
    """Something that a server has and that cannot be asked from here. `reason` is a sentence; `is_likely` says that
    it may well be a prediction, to judge by what it takes."""

    what: str
    reason: str
    is_likely: bool = False
