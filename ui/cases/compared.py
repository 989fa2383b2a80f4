"""A case beside the one that it asks again: what is different, field by field."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cases.answers import answer_of
from cases.queries import CaseView, case
from cases.repeats import Line, difference, differing
from cases.wording import title, value_text
from explanations.differences import between
from explanations.formatting import points, signed
from mds_client.sensitive_values import withheld
from ui.cases.opened import Opened
from ui.session import services
from ui.shell import page_path
from ui.text import number, percent, plain

_LONGEST = 300


def draw(shown: Opened) -> None:
    """Nothing for a case that asks none again."""
    if not shown.case.parent_id:
        return
    then = case(services().sessions, shown.case.parent_id)
    with st.container(border=True, key="case_compared"):
        st.markdown("**Compared with the case before**")
        if then is None:
            st.caption("The case that this one asks again is gone, or it is not shared with you.")
            return
        lines = difference(then, shown.case)
        st.markdown(plain(_sentence(then, shown.case)))
        st.markdown(plain(_inputs_in_words(lines)))
        st.table(_rows(then, shown, lines))
        st.page_link(
            page_path("case"),
            label=f"Open the case before, {then.id[-6:]}",
            icon=":material/arrow_back:",
            query_params={"id": then.id},
        )


def _sentence(then: CaseView, now: CaseView) -> str:
    """What became of the answer, and whether another version gave it."""
    before, after = answer_of(then), answer_of(now)
    if before is None or after is None:
        words = "There is no answer to compare: " + (
            "the model gave none then." if before is None else "it gave none now."
        )
    else:
        said = between(before, after)
        is_other = before.headline != after.headline
        words = (
            f"{'Another answer. ' if is_other and '→' in said else ''}{said[:1].upper()}{said[1:]}."
        )
    return f"{words} {_versions(then, now)}"


def _versions(then: CaseView, now: CaseView) -> str:
    if then.version == now.version:
        return f"Version {now.version} answered both." if now.version else ""
    return f"Version {now.version or 'unknown'} answered, and {then.version or 'unknown'} then."


def _inputs_in_words(lines: Sequence[Line]) -> str:
    inputs = [line for line in lines if line.part == "input"]
    other = differing(lines, "input")
    if not other:
        return (
            f"All {len(inputs)} inputs are the same."
            if len(inputs) > 1
            else "The input is the same."
        )
    same = len(inputs) - len(other)
    return f"{len(other)} of {len(inputs)} inputs differ; {same} are the same."


def _rows(then: CaseView, shown: Opened, lines: Sequence[Line]) -> dict[str, list[str]]:
    """The inputs that differ, and all of the answer."""
    listed = [line for line in lines if line.part != "input" or not line.is_same]
    return {
        "": [plain(_name(line, shown)) for line in listed],
        plain(f"Then, {then.created_at:%-d %b %Y}"): [
            plain(_text(n, n.then, shown)) for n in listed
        ],
        plain(f"Now, {shown.case.created_at:%-d %b %Y}"): [
            plain(_text(n, n.now, shown)) for n in listed
        ],
        "Difference": [plain(_change(line)) for line in listed],
    }


def _name(line: Line, shown: Opened) -> str:
    return title(shown.fields, line.name) if line.part == "input" else line.name


def _text(line: Line, value: object, shown: Opened) -> str:
    if line.part == "input":
        return value_text(value, shown.fields.get(line.name))[:_LONGEST]
    if value is None:
        return "none"
    if line.part == "probability" and isinstance(value, float):
        return percent(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return number(value) if is_number else value_text(value)[:_LONGEST]  # type: ignore[arg-type]


def _change(line: Line) -> str:
    if line.is_same:
        return "same"
    if withheld(line.then) or withheld(line.now):
        return "not known"
    both = (line.then, line.now)
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in both):
        return "other"
    by = float(str(line.now)) - float(str(line.then))
    return points(by) if line.part == "probability" else signed(by)
