"""Test runs of a model: a file with right answers is tested, and each run stands under a link of its own."""

from __future__ import annotations

from typing import Any

import streamlit as st

from charts import confusion
from feedback import test_runs
from feedback.test_runs import ResultView, RunView
from ui.figure import draw_figure
from ui.review import models, test_file
from ui.session import services
from ui.text import plain

_MOST_SHOWN = 500
_RUN = "run"  # in the address
_WORDS = {None: "No answer", False: "Wrong", True: "Right"}


def draw() -> None:
    """The run that the address names, or those of the model that is chosen and a form for the next."""
    if opened := st.query_params.get(_RUN):
        run = test_runs.run_of(services().sessions, opened)
        if st.button("All test runs", icon=":material/arrow_back:", key="test_runs_back"):
            del st.query_params[_RUN]
            st.rerun()
        if run is None:
            st.info("There is no such test run, or you do not review its model.")
        else:
            _draw_run(run)
        return
    server, model = models.choose()
    if not model:
        return
    with st.expander("Test a version on a file", icon=":material/labs:", key="test_file_open"):
        test_file.draw(server, model)
    _draw_list(test_runs.runs_of(services().sessions, server, model))


def _draw_list(runs: list[RunView]) -> None:
    if not runs:
        st.info("No version of this model was tested on a file yet.")
    for run in runs:
        with st.container(border=True, key=f"test_run_{run.id}"):
            st.markdown(f"**{plain(_title(run))}**  \n{plain(test_runs.verdict(run))}.")
            st.caption(plain(_sentence(run)))
            if st.button("Open", key=f"test_open_{run.id}", help=plain(_title(run))):
                st.query_params[_RUN] = run.id
                st.rerun()


def _sentence(run: RunView) -> str:
    return f"{test_runs.in_words(run).capitalize()}."


def _title(run: RunView) -> str:
    return f"Version {run.version or '(none)'} on {run.file_name}, {run.created_at:%-d %b %Y, %H:%M} UTC"


def _draw_run(run: RunView) -> None:
    st.subheader(plain(f"{run.server}/{run.model}: {_title(run)}"), anchor=False)
    draw_verdict = st.success if run.is_passed else st.warning
    icon = ":material/verified:" if run.is_passed else ":material/warning:"
    draw_verdict(plain(f"{test_runs.verdict(run)}."), icon=icon)
    st.markdown(plain(_sentence(run)))
    if words := test_runs.compared(run):
        st.markdown(plain(words))
    _draw_confusion(run.figures)
    _draw_rows(test_runs.results_of(services().sessions, run.id))
    st.caption(
        f"By {plain(run.person)}. A link to this page shows it to whoever reviews the model."
    )


def _draw_confusion(figures: Any) -> None:
    table = figures.get("confusion")
    if table and table["labels"]:
        labels, counts = table["labels"], table["counts"]
        draw_figure(confusion.figure(labels, counts), confusion.alt_text(labels, counts))


def _draw_rows(results: list[ResultView]) -> None:
    if not results:
        st.caption("The rows are gone: their cases were deleted.")
        return
    wrong = [each for each in results if not each.is_right]
    st.markdown(f"**Row by row**, {len(wrong):,} of {len(results):,} not right")
    st.dataframe(
        [_line(each) for each in results[:_MOST_SHOWN]],
        hide_index=True,
        column_config={
            "Case": st.column_config.LinkColumn("Case", display_text="Open"),
        },
        alt="Each row of the file, whether it was answered right, and a link to its case",
    )
    if len(results) > _MOST_SHOWN:
        st.caption(f"The first {_MOST_SHOWN:,} of {len(results):,}.")


def _line(result: ResultView) -> dict[str, object]:
    other = {"Other version": _WORDS[result.is_other_right]} if result.other_id else {}
    return {
        "Row": result.place,
        "This version": _WORDS[result.is_right],
        **other,
        "Right is": result.truth,
        "Case": f"/case?id={result.case_id}" if result.case_id else None,
        "Why": result.detail,
    }
