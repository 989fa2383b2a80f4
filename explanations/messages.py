"""What passes between the app and a process that explains: plain, pickled values over one socket."""

from __future__ import annotations

from dataclasses import dataclass

from explanations.contract import Explanation, Progress
from explanations.explaining import Connect, ExplanationRequest


@dataclass(frozen=True)
class Setup:
    """The first message: how models are reached, and whether to load what no explanation has needed yet."""

    connect: Connect
    is_eager: bool = True


@dataclass(frozen=True)
class Work:
    """An explanation to make."""

    number: int
    request: ExplanationRequest


@dataclass(frozen=True)
class Cancel:
    """It is no longer wanted."""

    number: int


@dataclass(frozen=True)
class Started:
    """Libraries are loaded; time counts from now."""


@dataclass(frozen=True)
class Moved:
    """It came further."""

    progress: Progress


@dataclass(frozen=True)
class Finished:
    """It is ready."""

    explanation: Explanation


@dataclass(frozen=True)
class Broken:
    """It failed. The words of an MdsError: errors themselves do not survive pickling."""

    kind: str
    sentence: str
    advice: str
    detail: str


@dataclass(frozen=True)
class Logged:
    """A line for the app's log."""

    level: int
    name: str
    text: str


FromApp = Setup | Work | Cancel
FromProcess = Started | Moved | Finished | Broken | Logged
