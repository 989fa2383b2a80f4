"""An inference server that the operator configured, and what it says of its models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mds_client.signature import ModelRef


@dataclass(frozen=True, kw_only=True)
class Server:
    """One inference server at one URL.

    `protocol` is the name of a dialect, or "auto" to find it out. `models` are the names (with @version
    where there is one) of the models of a server that lists none. `management_url` is the second
    address of a server that lists its models elsewhere (TorchServe).
    Times in seconds: `connect_timeout` for the connection, `timeout` for a whole call. `headers` may
    hold credentials: they are sent, but never recorded or shown.
    """

    name: str
    url: str
    protocol: str = "auto"
    title: str = ""
    models: tuple[str, ...] = ()
    management_url: str = ""
    connect_timeout: float = 3.0
    timeout: float = 60.0
    max_answer_bytes: int = 64 * 1024 * 1024
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """A model as its server lists it. `state` is READY, LOADING, UNLOADING, UNAVAILABLE or UNKNOWN."""

    ref: ModelRef
    state: str = "UNKNOWN"
    reason: str = ""

    @property
    def is_ready(self) -> bool:
        return self.state == "READY"
