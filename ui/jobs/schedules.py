"""The schedules of who asks: where they look, what came of the last look, and a way to end one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from batch import schedules
from batch.schedules import ScheduleView
from mds_client.errors import MdsError
from ui import by_width, errors, session
from ui.by_width import Line
from ui.jobs.sentences import SENTENCE_WIDTH, row_height
from ui.session import services


def draw() -> None:
    """Nothing where there is none; `mds batch schedule` makes them."""
    found = schedules.listed(services().sessions)
    if not found:
        return
    st.subheader("Schedules", anchor=False)
    by_width.draw("schedules", lambda: _draw_table(found), [_line(each) for each in found])
    _draw_end([each for each in found if each.ended_at is None])


def _draw_table(found: Sequence[ScheduleView]) -> None:
    frame = pd.DataFrame([_row(each) for each in found])
    st.dataframe(
        frame,
        hide_index=True,
        row_height=row_height(max(map(len, frame["Result"]))),
        column_config={
            "Looked": st.column_config.DatetimeColumn("Looked", format="distance"),
            "Where": st.column_config.TextColumn("Where", width="medium"),
            "Result": st.column_config.TextColumn("Result", width=SENTENCE_WIDTH),
        },
        alt="Schedules of files that are scored by themselves",
    )


def _draw_end(found: list[ScheduleView]) -> None:
    mine = [each for each in found if schedules.may_end(services().sessions, each.id)]
    if not mine:
        return
    names = {each.id: f"{each.place} · {each.model}" for each in mine}
    with st.popover("End a schedule", icon=":material/event_busy:"):
        chosen = st.selectbox("Schedule", list(names), format_func=names.__getitem__)
        st.caption("The schedule ends. Batches that it started go on.")
        if st.button("End it", key="end-schedule"):
            _end(chosen)


def _end(schedule_id: str) -> None:
    try:
        schedules.end(services().sessions, schedule_id, person=session.person())
    except MdsError as error:
        errors.show(error)
        return
    st.rerun()


def _row(found: ScheduleView) -> dict[str, object]:
    return {
        "Where": found.place,
        "Model": f"{found.server}/{found.model}",
        "Every": _every(found),
        "Whose": found.person,
        "Looked": found.looked_at,
        "Result": found.words or "Not run yet",
    }


def _line(found: ScheduleView) -> Line:
    looked = f" · looked {found.looked_at:%-d %b, %H:%M} UTC" if found.looked_at else ""
    every = _every(found) if found.ended_at else f"every {_every(found)}"
    return Line(
        head=found.place,
        more=(
            f"{found.server}/{found.model} · {every}{looked}",
            found.words or "Not run yet",
        ),
    )


def _every(found: ScheduleView) -> str:
    return "ended" if found.ended_at else schedules.in_words(found.every_seconds)
