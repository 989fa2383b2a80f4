"""The frame around every page: navigation, and the one error boundary."""

from __future__ import annotations

import ast
import importlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from mds_client.errors import MdsError
from people import tokens
from people.errors import NotPermitted, SignInFailed, SignInNeeded
from people.permissions import Undeclared
from people.viewer import ROLES, Viewer
from ui import errors, session
from ui.text import plain

PAGES = Path(__file__).resolve().parent.parent / "pages"
ICON = str(
    Path(__file__).resolve().parent / "icon.png"
)  # a Material icon would be fetched from its maker
# What somebody may is looked at so often on a page that nobody touches; with people.table.LOOK_SECONDS within a minute.
_LOOK_SECONDS = 20.0
# Streamlit 1.67 writes a chosen pill in the colour of buttons, which is too dark to read on dark.
_READABLE_IN_DARK = (
    '<style>[data-selected="true"] p { color: light-dark(currentcolor, #a9c6ff); }</style>'
)


@dataclass(frozen=True, kw_only=True)
class PageHeader:
    """What a page says of itself: its `PAGE` dictionary and the first line of its docstring.

    `count` is a module whose `count()` says how much there is on it to look at. `role` is who may open it: a page that does not say so stops the start. One that is not `is_listed` is reached by links.
    """

    path: Path
    title: str
    icon: str
    order: int
    role: str = ""
    help: str
    is_listed: bool = True
    count: str = ""

    @property
    def url_path(self) -> str:
        return self.path.stem


def run() -> None:
    """Draw the frame and the page that was asked for."""
    st.set_page_config(page_title="MDS Workbench", page_icon=ICON, layout="wide")
    viewer = _viewer()
    if viewer is None:
        return
    # The page that was open is not the one that is drawn now, which is checked below.
    st.session_state.pop(session.ROLE, None)
    if session.services().settings_now.sign_in != "none":  # there, nobody checks a name
        tokens.follow(session.services().sessions, viewer)
    pages = {_page(header, viewer): header for header in page_headers()}
    current = st.navigation(list(pages), position="top")
    st.html(_READABLE_IN_DARK)
    if session.can_change():
        _watch(viewer)
    try:
        _check(viewer, pages[current])
        current.run()
    except MdsError as error:
        errors.show(error)
    except Exception as error:
        errors.show_unexpected(error)


@st.fragment(run_every=_LOOK_SECONDS)
def _watch(drawn_for: Viewer) -> None:
    """Draw everything anew once who asks, or what they may, is another than it was: also where nobody touches it."""
    try:
        is_same = session.viewer() == drawn_for
    except SignInFailed:
        is_same = False
    if not is_same:
        st.rerun()


def _check(viewer: Viewer, header: PageHeader) -> None:
    """Raises NotPermitted for a page that is not for this role: a link led to it, or the role was taken away."""
    st.session_state[session.ROLE] = header.role
    if not viewer.is_at_least(header.role):
        raise NotPermitted(
            f"The page {header.title} is for each {header.role}, and you are {viewer.role} now.",
            advice="Whoever runs the workbench can change your role. The pages above are yours.",
        )


def check_pages() -> None:
    """Raises Undeclared for a page that does not say who may open it."""
    for header in page_headers():
        if header.role not in ROLES:
            raise Undeclared(f"The page {header.url_path!r}", header.role, ROLES)


def _viewer() -> Viewer | None:
    """Who asks; None where no page is for them, which is said."""
    try:
        viewer = session.viewer()
    except SignInNeeded as error:
        _draw_sign_in(error)
        return None
    except SignInFailed as error:
        errors.show(error)
        if session.can_change():
            st.button("Try again", icon=":material/refresh:")
        return None
    session.note_sign_in(viewer)
    if viewer.role:
        return viewer
    st.warning(
        f"You are known as {plain(viewer.name)}, and no model is shared with you yet. Whoever runs the workbench can "
        "add you to its access table.",
        title="Nothing is shared with you",
    )
    return None


def _draw_sign_in(error: SignInFailed) -> None:
    """The way to the provider. Nothing else is drawn before."""
    st.title("MDS Workbench", anchor=False)
    st.markdown("  \n".join(plain(part) for part in (error.sentence, error.advice) if part))
    st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)


@cache
def page_headers() -> tuple[PageHeader, ...]:
    """Every page in `pages/`, in order. Headers are read without running the page."""
    headers = [_header(path) for path in PAGES.glob("*.py")]
    return tuple(sorted(headers, key=lambda header: header.order))


def page_path(name: str) -> str:
    """The path of a page for `st.switch_page` and `st.page_link`."""
    return str(PAGES / f"{name}.py")


def _header(path: Path) -> PageHeader:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    facts = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PAGE"
    )
    summary = (ast.get_docstring(tree) or "").partition("\n")[0]
    return PageHeader(path=path, help=summary, **facts)


def _page(header: PageHeader, viewer: Viewer) -> st.Page:
    is_shown = header.is_listed and viewer.is_at_least(header.role)
    count = importlib.import_module(header.count).count() if header.count and is_shown else 0
    return st.Page(
        header.path,
        title=f"{header.title} ({count})" if count else header.title,
        icon=header.icon,
        url_path=header.url_path,
        default=header.order == 0,
        visibility="visible" if is_shown else "hidden",
        help=header.help,
    )
