"""The alarms of a model and what was decided on them, each kind of alarm beside one that always fires and one that never does."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from health.alarms.delivery import AlarmView, alarm_words
from health.alarms.simulated import simulated
from health.alarms.wording import decision_words
from health.overview import Look
from health.status import Baseline
from ui.text import plain


def draw(look: Look) -> None:
    """The newest first, with who was told, folded unless the newest goes on; and what was decided."""
    if look.alarms:
        _draw_alarms(look)
    if look.steps:
        with st.expander("Decisions", icon=":material/gavel:"):
            lines = (f"- {plain(decision_words(step))}" for step in look.steps)
            st.markdown("\n".join(lines))


def _draw_alarms(look: Look) -> None:
    with st.expander("Alarms", icon=":material/notifications:", expanded=look.alarms[0].is_open):
        for alarm in look.alarms:
            st.markdown(f"- {plain(alarm_words(alarm, look.steps, look.standing.status.findings))}")
            if _is_newest_of_its_kind(alarm, look.alarms):
                _draw_dummies(alarm.kind, look.standing.status.baseline)


def _is_newest_of_its_kind(alarm: AlarmView, alarms: Sequence[AlarmView]) -> bool:
    return alarm is next(each for each in alarms if each.kind == alarm.kind)


def _draw_dummies(kind: str, baseline: Baseline | None) -> None:
    """How often such an alarm is false, and how soon it notices."""
    found = simulated(kind, baseline)
    with st.expander("How far to trust such an alarm", icon=":material/rule:"):
        st.table(
            {
                "False in 90 days without a change": {n.name: n.false_words for n in found.lines},
                "Notices a change": {n.name: n.noticed_words for n in found.lines},
            }
        )
        st.caption(found.sentence)
