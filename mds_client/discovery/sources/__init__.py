"""Where servers come from besides the settings: one file a source. A source only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mds_client.server import Server

__all__ = ["FoundServer", "ModelReport", "Source"]


@dataclass(frozen=True, kw_only=True)
class ModelReport:
    """What a source says of one model: a state of `ModelInfo`, and why."""

    state: str = "UNKNOWN"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class FoundServer(Server):
    """A server that a source found. `reports` are what the source says of its models, by their names."""

    source: str = ""
    reports: Mapping[str, ModelReport] = field(default_factory=dict)


class Source(Protocol):
    """Servers that come and go."""

    name: str

    def read(self) -> Sequence[Server]:
        """Every server that is there now. What cannot be read for a moment stays as it was last seen."""
        ...

    def notes(self) -> Sequence[str]:
        """Sentences on what the last reading could not see, and why."""
        ...
