"""Who asks: their name, their role, what they may see, and another name for this browser."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

import streamlit as st

from people.sign_in import is_name
from people.viewer import Viewer
from ui import session, shortcuts, tour
from ui.people import demonstration, tokens
from ui.session import services
from ui.shell import page_path
from ui.text import plain

_MAY = {
    "analyst": "You ask models, and see your own cases.",
    "reviewer": "You ask models, and see everybody's cases of the models that you review.",
    "operator": "You ask models, and see everybody's cases and jobs of the models that you operate.",
}
_MAY_ALL = "You ask models, and see everybody's cases and jobs."


def draw(viewer: Viewer) -> None:
    """Everything that is known of the viewer."""
    st.title("Who is asking?", anchor=False)
    st.markdown(f"**{plain(name_of(viewer))}**, {viewer.role}. {may(viewer)}")
    if not viewer.scope.is_all:
        count = len({(e.ref.server, e.ref.name) for e in services().catalogue.entries()})
        st.caption(f"You may see {count} model{'' if count == 1 else 's'} now.")
    if services().settings.sign_in == "none":
        _choose_name(viewer)
    if services().settings.sign_in == "oidc":
        st.button(
            "Sign out",
            icon=":material/logout:",
            on_click=session.sign_out,
            help="Ends your session here, in every tab, and with the sign-in service.",
        )
    shortcuts.draw_switch(viewer)
    if st.button(
        "Show the tour",
        icon=":material/tour:",
        key="you_tour",
        help="Six steps along the way to an explained answer. It begins on Models.",
    ):
        tour.begin()
        st.switch_page(page_path("models"))
    tokens.draw(viewer)
    demonstration.draw(viewer)


def may(viewer: Viewer) -> str:
    """What somebody may do, in a sentence."""
    return _MAY_ALL if viewer.scope.is_all else _MAY[viewer.role]


def name_of(viewer: Viewer) -> str:
    """What somebody is called on a page."""
    return viewer.name if viewer.is_named else "You have not said who you are"


def _choose_name(viewer: Viewer) -> None:
    """Another name, kept in this browser. It is a link and no button: only a new page load tells the name."""
    current = viewer.name if viewer.is_named else ""
    name = st.text_input(
        "Your name in this browser",
        value=current,
        key="you_name",
        help="Nobody checks it: this machine serves only itself. It stands beside your cases and feedback.",
    ).strip()
    if name and not is_name(name):
        st.warning("A name has letters, digits, spaces and . @ + - _.")
    elif name != current:
        words = f"Go on as {name}" if name else "Go on without a name"
        st.html(f'<a href="me?name={quote(name)}" target="_self">{escape(words)}</a>')
