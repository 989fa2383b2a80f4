"""Test runs of a model: a file with right answers is tested, and each run stands under a link of its own."""

from __future__ import annotations

import streamlit as st

from feedback import test_runs
from feedback.test_runs import RunView
from ui.model_titles import of_model
from ui.review import models, test_figures, test_file, test_results
from ui.session import services
from ui.text import plain

_RUN = "run"  # in the address
_LEFT_OUT = "rows-left-out"


def draw() -> None:
    """The run that the address names, or those of the model that is chosen and a form for the next."""
    if opened := st.query_params.get(_RUN):
        run = test_runs.run_of(services().sessions, opened)
        if st.button("All test runs", icon=":material/arrow_back:", key="test_runs_back"):
            del st.query_params[_RUN]
            test_results.leave()
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


def _links(run: RunView) -> str:
    """From the counts to the rows."""
    links = [f"[{run.rows:,} tested](#{test_results.ANCHOR})"]
    if run.left_out:
        links.append(f"[{run.left_out:,} left out](#{_LEFT_OUT})")
    return f"Rows of the file: {', '.join(links)}."


def _draw_left_out(run: RunView) -> None:
    """Why rows of the file were not tested, those of which it is known."""
    if not run.left_out:
        return
    words = "1 row" if run.left_out == 1 else f"{run.left_out:,} rows"
    st.subheader(f"{words} left out", anchor=_LEFT_OUT)
    st.dataframe(
        [{"Row": place, "Why": why} for place, why in run.left_out_why],
        hide_index=True,
        alt="Rows of the file that were not tested, and why",
    )
    if run.left_out > len(run.left_out_why):
        st.caption(f"The first {len(run.left_out_why):,} of {run.left_out:,}.")


def _draw_run(run: RunView) -> None:
    st.subheader(plain(f"{of_model(run.server, run.model)}: {_title(run)}"), anchor=False)
    draw_verdict = st.success if run.is_passed else st.warning
    icon = ":material/verified:" if run.is_passed else ":material/warning:"
    draw_verdict(plain(f"{test_runs.verdict(run)}."), icon=icon)
    st.markdown(plain(_sentence(run)))
    if words := test_runs.compared(run):
        st.markdown(plain(words))
    st.markdown(_links(run))
    other = run.figures.get("other")
    test_figures.draw(run.figures, "this version" if other else "")
    if other:
        test_figures.draw(other, plain(run.compared_with))
    test_results.draw(run.id)
    _draw_left_out(run)
    st.caption(
        f"By {plain(run.person)}. A link to this page shows it to whoever reviews the model."
    )
