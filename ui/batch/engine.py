"""Who asks about a large file, where there is a cluster to choose: what each would take, and the choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from batch.engines import offers
from batch.engines.offers import Offer
from batch.plan import Estimate
from jobs import store
from mds_client.signature import ModelRef
from ui.session import services

ENGINES = {"local": "The workers here", "ray": "The Ray cluster"}


def offered(rows: int, model: ModelRef) -> list[Offer]:
    """What each engine would bring; none where there is nothing to choose."""
    found = services()
    if found.settings.ray is None:
        return []
    living = store.living(found.sessions, found.settings.lost_seconds)
    return offers.offers(
        found.settings,
        rows,
        workers=sum(worker.role == "worker" for worker in living),
        connections=found.server(model.server).max_connections,
    )


def lines(offered: list[Offer], estimate: Callable[[Offer], Estimate | None]) -> list[str]:
    """A line for each engine, with how long it takes where that is known."""
    return [offers.in_words(each, estimate(each)) for each in offered]


def choose(offered: list[Offer]) -> tuple[list[Offer], str]:
    """The same with the one that is chosen now, and who is to ask: empty where that stays with settings and size."""
    possible = [each.engine for each in offered if not each.why]
    if len(possible) < 2:
        return offered, ""
    by_itself = next((each.engine for each in offered if each.is_chosen), "")
    chosen = st.radio(
        "Who asks",
        possible,
        index=possible.index(by_itself) if by_itself else 0,
        format_func=ENGINES.__getitem__,
        key="rows_engine",
        horizontal=True,
    )
    now = [replace(each, is_chosen=each.engine == chosen) for each in offered]
    return now, "" if chosen == by_itself else chosen


def asks(offered: list[Offer]) -> Offer | None:
    """The one that is chosen; None where there is nothing to choose."""
    return next((each for each in offered if each.is_chosen), None)
