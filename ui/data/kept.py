"""How long cases are kept: the rules, what they would delete now, and what is held."""

from __future__ import annotations

import streamlit as st

from cases import retention
from services import Services
from ui.text import plain

_DUE = "data_due"


def draw(found: Services) -> None:
    """Rules are of the settings and are not changed here; a worker does what they say, every night."""
    st.subheader("How long cases are kept", anchor=False)
    rules = found.settings.retention
    if not rules:
        st.markdown("No rule of the settings says that anything is deleted, so everything is kept.")
    else:
        st.markdown("The first rule that fits a model counts. Old cases are deleted every night.")
        st.table([_rule(rule) for rule in rules])
        if st.button(
            "What would be deleted now?", icon=":material/visibility:", key="data_preview"
        ):
            st.session_state[_DUE] = [
                _due(each)
                for each in retention.preview(found.operator_sessions(), rules, retention.now())
            ]
        _draw_due()
    _draw_held(found)


def _rule(rule: retention.Rule) -> dict[str, str]:
    return {
        "Servers": plain(", ".join(rule.servers)),
        "Models": plain(", ".join(rule.models)),
        "What was sent and came back": _days(rule.body_days),
        "Whole cases": _days(rule.case_days),
    }


def _days(days: float | None) -> str:
    return "kept" if days is None else f"{days:g} days"


def _due(each: retention.Due) -> dict[str, str]:
    return {
        "Model": plain(f"{each.server}/{each.model}"),
        "Cases": f"{each.cases:,}",
        "With feedback and comments": f"{each.statements:,}",
        "Other cases losing what was sent and came back": f"{each.bodies:,}",
        "Old, but kept": f"{each.staying:,}",
    }


def _draw_due() -> None:
    due = st.session_state.pop(_DUE, None)
    if due:
        st.table(due)
        st.caption("Golden cases stay, and those that are held or that a job works on.")
    elif due is not None:
        st.markdown("Nothing: no rule fits a model that has cases.")


def _draw_held(found: Services) -> None:
    held = retention.held(found.operator_sessions())
    if not held:
        st.caption("No case is held. **Hold** on the page of a case keeps it.")
        return
    st.markdown(f"**{len(held):,} held**: they stay whatever their age.")
    st.dataframe(
        [
            {
                "Case": f"case?id={each.case_id}",
                "Since": f"{each.created_at:%-d %b %Y}",
                "By": each.person,
                "Why": each.reason,
            }
            for each in held
        ],
        hide_index=True,
        column_config={"Case": st.column_config.LinkColumn("Case", display_text=r"id=(.*)")},
        alt="The cases that are held, since when, by whom and why",
    )
