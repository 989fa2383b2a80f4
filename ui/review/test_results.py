"""The rows of a test run, what is not right first: what was answered, what is right, and the way to each case."""

from __future__ import annotations

import streamlit as st

from feedback import test_results
from feedback.test_results import PAGE, Answered, ResultPage, TestedRow
from ui.session import services
from ui.text import number

ANCHOR = "row-by-row"
_FROM = "from"  # in the address: the place of the first row that is shown, from 1
_WORDS = {None: "No answer", False: "Wrong", True: "Right"}
_LONGEST = 200


def draw(run_id: str) -> None:
    """A page of them, and the way to the others."""
    start = st.query_params.get(_FROM, "1")
    page = test_results.page_of(
        services().sessions, run_id, int(start[:9]) - 1 if start[:9].isdigit() else 0
    )
    if not page.rows:
        st.caption("The rows are gone: their cases were deleted.")
        return
    st.subheader(f"Row by row, {page.not_right:,} of {page.rows:,} not right", anchor=ANCHOR)
    st.dataframe(
        [_line(each) for each in page.tested],
        hide_index=True,
        placeholder="",
        column_config={"Case": st.column_config.LinkColumn("Case", display_text="Open")},
        alt="Rows of the file: whether each was answered right, the answer, and a link to its case",
    )
    if page.rows > PAGE:
        _draw_turning(page)


def leave() -> None:
    """Another run begins with its first rows."""
    st.query_params.pop(_FROM, None)


def _draw_turning(page: ResultPage) -> None:
    end = page.start + len(page.tested)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Rows before",
            icon=":material/chevron_left:",
            key="test_before",
            disabled=not page.start,
        ):
            _turn(page.start - PAGE)
        if st.button(
            "Rows after",
            icon=":material/chevron_right:",
            key="test_after",
            disabled=end >= page.rows,
        ):
            _turn(end)
        st.caption(f"{page.start + 1:,} to {end:,} of {page.rows:,}, what is not right first")


def _turn(start: int) -> None:
    st.query_params[_FROM] = str(max(0, start) + 1)
    st.rerun()


def _line(tested: TestedRow) -> dict[str, object]:
    result = tested.result
    other = (
        {"Other version": _WORDS[result.is_other_right], "It answers": _words(tested.other_answer)}
        if result.other_id
        else {}
    )
    return {
        "Row": result.place,
        "This version": _WORDS[result.is_right],
        "Answer": _words(tested.answer),
        "Right answer": result.truth,
        **other,
        "Case": f"case?id={result.case_id}" if result.case_id else None,
        "Why": result.detail,
    }


def _words(answer: Answered) -> str:
    if answer is None:
        return ""
    words = answer if isinstance(answer, str) else number(answer)
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
