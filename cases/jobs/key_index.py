"""Puts business keys that were named since into their index, every ten minutes, so that a search by one need not read every case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from cases.key_index import index
from db.engine import Sessions
from jobs.contract import Kind, Outcome, Run

NAME = "key-index"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    def business_keys(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The fields that signatures name, by server and name of the model."""


def kind(tools: Tools) -> Kind:
    """Run twice it has nothing to do the second time."""

    def run(run: Run, _given: object) -> Outcome:
        count = index(tools.sessions, tools.business_keys(), between=run.check)
        return Outcome(sentence=f"Business keys added to the index: {count:,}.")

    return Kind(
        name=NAME,
        title="Index business keys",
        run=run,
        schedule="4-54/10 * * * *",
        permission="operate",
    )
