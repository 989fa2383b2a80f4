"""API tokens of who asks: what there is, a new one that is shown once, and taking one back."""

from __future__ import annotations

import streamlit as st

from people import tokens
from people.errors import TokenNotMade
from people.tokens import NewToken, TokenView
from people.viewer import Viewer
from ui import errors, session
from ui.session import services
from ui.text import plain

_DAYS = (7, 30, 90, 365)


def draw(viewer: Viewer) -> None:
    """The tokens of the viewer."""
    st.subheader("API tokens", anchor=False)
    st.caption(
        "A program signs in with a token in your place and can do what you can, within what the token is for. "
        "So can whoever else has it: keep it like a password."
    )
    made: NewToken | None = st.session_state.get(session.NEW_TOKEN)
    if made:
        _draw_secret(made)
    else:
        _draw_form(viewer)
    for token in tokens.listed(services().sessions, person=viewer.name):
        _draw_token(token)


def _draw_secret(made: NewToken) -> None:
    """The one time that it is seen. It leaves the session with the button, and the page with it."""
    with st.container(border=True, key="token_secret"):
        st.markdown(f"**Copy the token {plain(made.token.name)} now.** It is not shown again.")
        st.code(made.secret, language=None)
        st.button(
            "I have copied it",
            key="token_copied",
            on_click=lambda: st.session_state.pop(session.NEW_TOKEN, None),
        )


def _draw_form(viewer: Viewer) -> None:
    most = services().settings.token_days
    days = [float(each) for each in _DAYS if each <= most] or [most]
    with st.expander("Make a token", icon=":material/key:"), st.form("token_form"):
        st.text_input("What is it for?", key="token_name", placeholder="nightly job")
        st.pills(
            "It may",
            list(tokens.SCOPES),
            selection_mode="multi",
            default=list(tokens.SCOPES),
            key="token_scopes",
            format_func=lambda scope: tokens.SCOPES[scope],
        )
        st.selectbox(
            "It is valid for",
            days,
            index=min(1, len(days) - 1),
            key="token_days",
            format_func=lambda each: f"{each:g} days",
        )
        if st.form_submit_button("Make the token", type="primary"):
            _make(viewer)


def _make(viewer: Viewer) -> None:
    state = st.session_state
    if session.NEW_TOKEN in state:  # a second click
        return
    try:
        state[session.NEW_TOKEN] = tokens.make(
            services().sessions,
            person=viewer.name,
            groups=viewer.groups,
            name=state["token_name"],
            scopes=state["token_scopes"] or (),
            days=state["token_days"],
            most_days=services().settings.token_days,
        )
    except TokenNotMade as error:
        errors.show(error)
        return
    st.rerun()


def _draw_token(token: TokenView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(
            f"**{plain(token.name)}**  \n{plain(_words(token))}  \n"
            f"may {plain('; '.join(tokens.SCOPES.get(s, s) for s in token.scopes))}"
        )
        if tokens.state_of(token) == "valid":
            st.button(
                "Revoke",
                key=f"token_revoke_{token.id}",
                help=f"Whatever uses {plain(token.name)} is refused from now on.",
                on_click=_revoke,
                args=(token.id,),
            )


def _revoke(token_id: str) -> None:
    tokens.revoke(services().sessions, token_id, person=session.person())


def _words(token: TokenView) -> str:
    """How it stands, in a line."""
    used = f"last used {token.used_at:%Y-%m-%d %H:%M}" if token.used_at else "never used"
    made_by = "" if token.made_by == token.person else f" by {token.made_by}"
    made = f"made {token.created_at:%Y-%m-%d}{made_by}"
    state = tokens.state_of(token)
    if state == "revoked" and token.revoked_at:
        ends = f"revoked {token.revoked_at:%Y-%m-%d} by {token.revoked_by}"
    else:
        ends = f"{'valid until' if state == 'valid' else 'expired'} {token.expires_at:%Y-%m-%d}"
    return f"{ends} · {used} (UTC) · {made}" if token.used_at else f"{ends} · {used} · {made}"
