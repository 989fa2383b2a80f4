"""What would change, whether the last requests still work, and publishing it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from cases.files import kept_value
from mds_client.errors import MdsError
from signatures import overlay
from signatures.changes import confirmations, diff, passed_over
from signatures.content import problems, written
from signatures.errors import NewerVersion
from signatures.overlay import OverlayView
from signatures.trial import MOST_CASES, Trial, last_cases, tried
from ui import errors, session
from ui.session import services
from ui.signatures.draft import Desk, begin_with, draw_anew
from ui.text import many, plain

_TRIALS = "signature_trials"  # the last test: the content it was made with, and what came of it
_MOST_LINES = 12


def draw(desk: Desk) -> None:
    """The changes in words, the test, and the way out: publish or discard."""
    st.subheader("What changes", anchor=False)
    newest = _newest(desk)
    if newest and newest.number > desk.draft.based_on:
        _draw_newer(desk, newest)
    wrong = [problem.sentence for problem in problems(desk.draft.content)]
    _draw_changes(desk, wrong)
    _draw_buttons(desk, is_ready=desk.draft.is_changed and not wrong)
    _draw_trials(desk)


def _newest(desk: Desk) -> OverlayView | None:
    """The newest version; none while the database does not say, so that a draft never goes away."""
    try:
        return overlay.latest(services().sessions, desk.draft.model)
    except MdsError as error:
        errors.show(error)
        return None


def _draw_newer(desk: Desk, newest: OverlayView) -> None:
    """Somebody was quicker. Without changes of one's own there is nothing to ask."""
    if not desk.draft.is_changed:
        begin_with(desk.draft, newest)
        st.rerun()
    st.warning(
        f"{plain(newest.author)} published version {newest.number} while you were editing. Your changes "
        "are still here.",
        icon=":material/merge:",
    )
    st.button(
        f"Take my changes over to version {newest.number}",
        key=desk.draft.widget("rebase"),
        on_click=_rebase,
        args=(desk, newest),
    )


def _rebase(desk: Desk, newest: OverlayView) -> None:
    draft = desk.draft
    mine = overlay.rebased(draft.content, base=draft.base, newer=overlay.facts_of(newest))
    begin_with(draft, newest, mine)


def _draw_changes(desk: Desk, wrong: Sequence[str]) -> None:
    for sentence in [*wrong, *passed_over(desk.draft.content, desk.edited)][:_MOST_LINES]:
        st.warning(plain(sentence))
    lines = diff(desk.published, desk.edited)
    lines += confirmations(desk.draft.base, desk.draft.content, desk.published)
    if not lines and not desk.draft.is_changed:
        st.caption("No changes yet. They are listed here before anyone else sees them.")
    elif not lines:
        st.caption("No change that people would see.")
    if lines:
        st.markdown("\n".join(f"- {plain(line)}" for line in lines[:_MOST_LINES]))
    if len(lines) > _MOST_LINES:
        st.caption(f"and {len(lines) - _MOST_LINES} more changes")


def _draw_buttons(desk: Desk, *, is_ready: bool) -> None:
    draft = desk.draft
    comment = _draw_comment(desk) if draft.is_changed else ""
    with st.container(horizontal=True):
        publish = st.button(
            "Publish", type="primary", icon=":material/publish:", key=draft.widget("publish"),
            disabled=not is_ready,
        )  # fmt: skip
        test = st.button(
            f"Test with up to {MOST_CASES} past requests",
            icon=":material/science:",
            key="signature_test",
        )
        st.button(
            "Discard", icon=":material/undo:", key=draft.widget("discard"),
            disabled=not draft.is_changed, on_click=_discard, args=(desk,),
        )  # fmt: skip
    if publish:
        _publish(desk, comment)
    if test:
        _test(desk)


def _draw_comment(desk: Desk) -> str:
    typed = st.text_input(
        "Why? A note for readers of the versions", key=desk.draft.widget("comment"),
        persist_state="session",
    )  # fmt: skip
    return typed or ""


def _publish(desk: Desk, comment: str) -> None:
    """Publish it, or say why not with everything still on the page."""
    draft = desk.draft
    try:
        view = overlay.publish(
            services().sessions, draft.model, draft.content, author=session.person(),
            key=draft.key, based_on=draft.based_on, comment=comment,
        )  # fmt: skip
    except NewerVersion:
        st.rerun()
    except MdsError as error:
        errors.show(error)
        return
    begin_with(draft, view)
    draw_anew(f"Version {view.number} is published.")


def _discard(desk: Desk) -> None:
    begin_with(desk.draft, _newest(desk))


def _test(desk: Desk) -> None:
    available, signature = services(), desk.edited
    try:
        with st.spinner("Sending the last requests again …", show_time=True):
            cases = last_cases(available.sessions, desk.draft.model)
            trials = tried(
                cases,
                signature,
                available.model(signature.model, signature),
                kept=partial(kept_value, available.sessions),
            )
    except MdsError as error:
        errors.show(error)
        return
    st.session_state[_TRIALS] = (desk.draft.model, written(desk.draft.content), trials)


def _draw_trials(desk: Desk) -> None:
    model, content, trials = st.session_state.get(_TRIALS) or (None, None, [])
    if model != desk.draft.model:
        return
    st.markdown(f"**{_summary(trials)}**")
    if content != written(desk.draft.content):
        st.caption("This test ran before your latest edit.")
    if trials:
        st.dataframe(
            [_row(trial) for trial in trials],
            column_config={
                "Asked": st.column_config.DatetimeColumn(format="MM-DD HH:mm", width=100),
                "": st.column_config.TextColumn(width=30),
                "Result": st.column_config.TextColumn(width="large"),
            },
            hide_index=True,
            alt="The last requests, sent again",
        )


def _summary(trials: Sequence[Trial]) -> str:
    if not trials:
        return "There are no past requests of this model to test with."
    well = sum(trial.is_well for trial in trials)
    if well < len(trials):
        lost = len(trials) - well
        verb = "works" if lost == 1 else "work"
        return (
            f"With this form, {lost} of the last {many(len(trials), 'request')} no longer {verb}."
        )
    last = "last request still works" if well == 1 else f"last {well} requests still work"
    return f"The {last} with this form."


def _row(trial: Trial) -> dict[str, object]:
    return {
        "Asked": trial.case.created_at,
        "": "✓" if trial.is_well else "✗",
        "Result": trial.outcome,
    }
