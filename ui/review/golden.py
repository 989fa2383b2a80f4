"""The golden cases of a model: its sets, what each version fixed and broke, and whether it passed."""

from __future__ import annotations

import uuid

import streamlit as st

from feedback import golden
from feedback.golden import ResultView, RunView, SetView, SetWithRuns
from feedback.jobs import golden_run
from feedback.wording import percent
from mds_client.errors import MdsError
from mds_client.signature import ModelRef
from ui import errors, session
from ui.pressed import presses_of
from ui.review import models
from ui.session import services
from ui.text import plain

_MOST_SHOWN = 500
_MOST_DOUBTS = 5
_RUN = "run"
_WORDS = {
    "broke": "Broke: right before, wrong now",
    "failed": "No answer",
    "fixed": "Fixed: wrong before, right now",
    "wrong": "Still wrong",
    "right": "Still right",
}


def draw() -> None:
    """The sets of the model that is chosen."""
    server, model = models.choose()
    if not model:
        return
    sets = golden.sets_of(services().sessions, server, model)
    if not sets:
        st.info(
            "This model has no golden cases yet. **Golden case** on the page of a case, or here in the queue, makes one of a case "
            "of which people have said what is right. Every new version of the model is run on them by itself."
        )
        return
    for each in sets:
        _draw_set(each)


def _draw_set(found: SetWithRuns) -> None:
    golden_set = found.golden_set
    cases = f"{found.cases:,} case{'' if found.cases == 1 else 's'}"
    with st.container(border=True, key=f"golden_{golden_set.id}"):
        st.subheader(plain(f"Set {golden_set.name}, version {golden_set.version}"), anchor=False)
        st.caption(f"{cases}. A version passes from {percent(golden_set.pass_mark)} right on.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _draw_run(golden_set)
            _draw_pass_mark(golden_set)
        _draw_doubts(found)
        if not found.runs:
            st.caption("No version was run on it yet.")
            return
        _draw_newest(found.runs[0])
        if len(found.runs) > 1:
            st.markdown("**Earlier runs**")
            st.table([_row(run) for run in found.runs[1:]])


def _draw_doubts(found: SetWithRuns) -> None:
    """Which cases have a truth that people do not say any more, with the way to each."""
    if not found.doubts:
        return
    count = len(found.doubts)
    lines = [
        f"- [Case {case_id[-6:]}](case?id={case_id}): {plain(doubt)}"
        for case_id, doubt in list(found.doubts.items())[:_MOST_DOUBTS]
    ]
    more = [f"- and {count - _MOST_DOUBTS:,} more"] if count > _MOST_DOUBTS else []
    cases = "1 case" if count == 1 else f"{count:,} cases"
    words = f"The truth of {cases} is in doubt. Take them out, or settle what is right and use the new truth."
    st.warning("\n".join([words, "", *lines, *more]), icon=":material/help:")


def _draw_newest(run: RunView) -> None:
    compared = f"version {run.compared_with}" if run.compared_with else "the answers of the cases"
    words = f"Version {run.version or '(none)'}: {golden.in_words(run)}, compared with {compared}."
    sentence = plain(f"{words} {golden.verdict(run)}.")
    draw_verdict = st.success if run.is_passed else st.warning
    draw_verdict(sentence, icon=":material/verified:" if run.is_passed else ":material/warning:")
    st.caption(f"{run.created_at:%-d %b %Y, %H:%M} UTC, version {run.set_version} of the set")
    with st.expander("Case by case", expanded=not run.is_passed):
        results = golden.results_of(services().sessions, run.id)
        st.dataframe(
            [_line(each) for each in results[:_MOST_SHOWN]],
            hide_index=True,
            placeholder="",
            column_config={
                name: st.column_config.LinkColumn(name, display_text="Open")
                for name in ("Golden case", "Asked now")
            },
            alt="Each golden case, what the version made of it, and links to both cases",
        )
        if len(results) > _MOST_SHOWN:
            st.caption(f"The first {_MOST_SHOWN:,} of {len(results):,}.")


def _line(result: ResultView) -> dict[str, object]:
    return {
        "Case": result.case_id[-6:],
        "Change": _WORDS[result.outcome],
        "Golden case": f"case?id={result.case_id}",
        "Asked now": f"case?id={result.asked_id}" if result.asked_id else None,
        "Why": result.detail,
    }


def _row(run: RunView) -> dict[str, str]:
    return {
        "Version": plain(run.version or "(none)"),
        "Answers": golden.in_words(run),
        "Result": golden.verdict(run),
        "When": f"{run.created_at:%-d %b %Y, %H:%M} UTC",
    }


def _draw_run(golden_set: SetView) -> None:
    """A button that runs the newest version, once a press."""
    found = services()
    entry = found.catalogue.find(ModelRef(server=golden_set.server, name=golden_set.model))
    if entry is None or not entry.info.is_ready:
        st.caption("The model is not ready now.")
        return
    key = f"golden_run_{golden_set.id}"
    version = f"version {entry.ref.version}" if entry.ref.version else "the model"
    presses = presses_of(key)
    words, icon = plain(f"Run {version}"), ":material/play_arrow:"
    st.button(words, key=key, icon=icon, on_click=presses.note, args=(_RUN,))
    if _RUN in presses:
        press = session.remembered(f"{key}_press", lambda: uuid.uuid4().hex)
        try:
            golden_run.start(
                found.sessions,
                found.kinds[golden_run.NAME],
                golden_set,
                entry.ref,
                person=session.person(),
                press=press,
            )
        except MdsError as error:
            presses.clear()
            errors.show(error)
            return
        presses.clear()  # from here on another press is another run
        st.session_state.pop(f"{key}_press", None)
        st.toast("A worker runs them. **Jobs** shows the progress.", icon=":material/play_arrow:")


def _draw_pass_mark(golden_set: SetView) -> None:
    """For who operates the model."""
    if not services().scope.operates(golden_set.server, golden_set.model):
        return
    key = f"golden_mark_{golden_set.id}"
    given = st.number_input(
        "Pass mark (% right)",
        value=round(golden_set.pass_mark * 100, 1),
        min_value=0.1,
        max_value=100.0,
        step=1.0,
        key=key,
        width=180,
    )
    if st.button("Set", key=f"{key}_set", disabled=given is None):
        try:
            golden.set_pass_mark(
                services().sessions,
                server=golden_set.server,
                model=golden_set.model,
                name=golden_set.name,
                share=float(given or 0) / 100,
                person=session.person(),
            )
        except MdsError as error:
            errors.show(error)
            return
        st.rerun()
