"""Asks the drift detectors that the settings name about the last cases of their models, every fifteen minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from db.engine import Sessions
from health.drift_detectors import ask_all
from jobs.contract import Kind, Outcome, Run
from mds_client.protocols.detectors import Verdict

NAME = "health-drift-detectors"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    def drift_detectors(self) -> Iterable[tuple[tuple[str, str], str]]: ...

    def ask_drift_detector(
        self, model: tuple[str, str], detector: str, entered: Sequence[Mapping[str, object]]
    ) -> tuple[Verdict, int]: ...


def kind(tools: Tools) -> Kind:
    """Run twice it asks nobody the second time, unless cases have come in."""

    def run(_run: Run, _given: object) -> Outcome:
        asked = ask_all(tools.sessions, tools.drift_detectors(), tools.ask_drift_detector)
        return Outcome(sentence=f"Drift detectors asked: {asked}.")

    return Kind(
        name=NAME,
        title="Ask the drift detectors beside the models",
        run=run,
        schedule="7-59/15 * * * *",
        permission="operate",
    )
