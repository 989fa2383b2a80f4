"""The audience beside the slide: a code for phones, and what they vote, drawn as it comes."""

from __future__ import annotations

from html import escape

import segno
import streamlit as st

from cases.workspaces import reset
from mds_client.errors import MdsError
from people.permissions import may_without_model
from shows import audience, runs, store
from shows.runs import RunView
from ui import errors, session
from ui.session import services

_QR_BORDER = 2


def may_open() -> bool:
    """Letting guests in opens an address to whoever is near: for who operates every model."""
    return services().audience is not None and may_without_model(services().scope, "operate")


def draw_keys(run: RunView) -> None:
    """The keys to let the audience in, and to end it all."""
    if not may_open():
        return
    words = "Close the audience" if run.code else "Audience"
    if st.button(words, key="stage_audience_key", shortcut="A"):
        _toggle(run)
    if st.button("Reset", key="stage_reset", help="Delete what this show asked and its votes"):
        _confirm(run)


def draw(run: RunView, case_id: str) -> None:
    """The code, the link, and the votes; nothing while nobody is let in."""
    listener = services().audience
    if not run.code or listener is None:
        return
    try:
        address = listener.open()  # also after the app was started anew
    except MdsError as error:
        errors.show(error)
        return
    link = f"{address}/t/{run.code}"
    with st.container(key="stage_audience"):
        st.subheader("Is the model right? Vote on your phone", anchor=False)
        st.html(_qr(link))
        st.html(
            f'<p class="stage-link">{escape(address.partition("://")[2])}<wbr>/t/{escape(run.code)}</p>'
        )
        _draw_votes(run, case_id)


@st.fragment(run_every="1s")
def _draw_votes(run: RunView, case_id: str) -> None:
    found = audience.votes(services().sessions, run, case_id)
    st.html(votes_html(found))


def votes_html(found: audience.Votes) -> str:
    """Two bars, each as long as its share of all votes, with their numbers."""
    every = max(found.count, 1)
    lines = "".join(
        f'<div><b>{words}</b><b>{count}</b><span class="stage-votes-rail"><i class="{side}" '
        f'style="width:{count / every * 100:.1f}%"></i></span></div>'
        for words, count, side in (
            ("Right", found.right, "for"),
            ("Wrong", found.wrong, "against"),
        )
    )
    count = f"{found.count:,} vote{'' if found.count == 1 else 's'}, live"
    return f'<div class="stage-votes">{lines}<p>{count}</p></div>'


def _qr(link: str) -> str:
    """Black on white in both themes: some cameras read nothing else."""
    code = segno.make(link, error="m", micro=False)
    drawn = code.svg_data_uri(scale=8, border=_QR_BORDER, dark="#000", light="#fff")
    return (
        f'<div class="stage-qr"><img src="{drawn}" alt="Code for phones, of the link below"></div>'
    )


def _toggle(run: RunView) -> None:
    found, listener, person = services(), services().audience, session.person()
    try:
        if run.code:
            runs.close_audience(found.sessions, run, person=person)
            close_unused()
        elif listener:
            listener.open()
            runs.open_audience(found.sessions, run, person=person)
    except MdsError as error:
        errors.show(error)
        return
    st.rerun()


def close_unused() -> None:
    """Close the address once no show is open to anybody."""
    found, listener = services(), services().audience
    if listener and not runs.is_any_open(found.operator_sessions()):
        listener.turn_away()


@st.dialog("Reset this show?")
def _confirm(run: RunView) -> None:
    st.markdown(
        "Everything that was asked on this stage and by its audience is deleted, with all votes, and the show starts anew. Its "
        "cases and their reasons stay."
    )
    stays = bool(run.code) and st.checkbox(
        "The audience stays in, with the same code", value=True, key="stage_reset_stays"
    )
    if run.code:
        st.caption(
            "Without it phones are told that the show has ended, and *Audience* shows a new code."
        )
    if st.button("Reset", type="primary", key="stage_reset_now"):
        _reset(run, stays=stays)


def _reset(run: RunView, *, stays: bool) -> None:
    """What the run asked goes; the show stands at its first case again, for the same audience if that stays."""
    found, person = services(), session.person()
    try:
        show = store.show(found.sessions, run.show_id)
        runs.end(found.sessions, run, person=person)
        reset(found.operator_sessions(), run.workspace, person=person)
        if stays:
            runs.begin_anew(found.sessions, show, run, person=person)
        close_unused()
    except MdsError as error:
        errors.show(error)
        return
    st.session_state.pop(session.STAGE, None)
    st.query_params.pop("n", None)
    st.rerun()
