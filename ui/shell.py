"""The frame around every page: navigation, and the one error boundary."""

from __future__ import annotations

import ast
import importlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from mds_client.errors import MdsError
from people import tokens
from people.errors import NotPermitted, SignInFailed, SignInNeeded
from people.permissions import Undeclared
from people.viewer import ROLES, Viewer
from ui import announced, errors, frame, scripts, session, shortcuts, tour, unknown_page
from ui.batch import ended
from ui.text import plain

PAGES = Path(__file__).resolve().parent.parent / "pages"
# What somebody may is looked at so often on a page that nobody touches; with people.table.LOOK_SECONDS within a minute.
_LOOK_SECONDS = 20.0
_LONGEST_NAME = 16
# What a number in the navigation says at most: more of them say no more to anybody, and move what stands beside.
_MOST_COUNTED = 99


@dataclass(frozen=True, kw_only=True)
class PageHeader:
    """What a page says of itself: its `PAGE` dictionary and the first line of its docstring.

    `count` is a module whose `count()` says how much there is on it to look at. `role` is who may open it: a page that
    does not say so stops the start. One that is not `is_listed` is reached by links, and stands in the navigation only
    while there is something to look at. One that `is_person` has the name of who asks beside its title. Those of one
    `section` stand together behind one word, for who may open more than one of them. `jump` is the letter that leads to
    it after the key for that (ui/shortcuts.py).
    """

    path: Path
    title: str
    icon: str
    order: int
    role: str = ""
    help: str
    is_listed: bool = True
    count: str = ""
    is_person: bool = False
    section: str = ""
    jump: str = ""

    @property
    def url_path(self) -> str:
        return self.path.stem


def run() -> None:
    """Draw the frame and the page that was asked for."""
    with session.one_run():
        _run()


def _run() -> None:
    frame.draw()
    viewer = _viewer()
    if viewer is None:
        return
    # The page that was open is not the one that is drawn now, which is checked below. The key stays: a run of before may still be
    # ending, and Streamlit reads all keys for each of its widgets.
    st.session_state[session.ROLE] = "analyst"
    if session.services().settings_now.sign_in != "none":  # there, nobody checks a name
        tokens.follow(session.services().sessions, viewer)
    current, header = _navigate(viewer)
    frame.open_page(header.title)
    if session.can_change():
        _watch(viewer)
    try:
        _check(viewer, header)
        announced.announce("page", header.title, "", header.title)
        _draw_beside(viewer, header)
        unknown_page.draw(header, [h for h in page_headers() if is_shown(h, viewer, 0)])
        current.run()
    except MdsError as error:
        errors.show(error)
    except Exception as error:
        errors.show_unexpected(error)


def _draw_beside(viewer: Viewer, header: PageHeader) -> None:
    """What every page has besides its own: links that stay in the tab, the keys, and the tour of who is new."""
    open_to = [each for each in page_headers() if viewer.is_at_least(each.role)]
    is_quiet = header.url_path == "present" or frame.is_alone()
    if not frame.is_alone():  # in another page's frame, a link opens beside that page
        names = [each.url_path for each in page_headers() if each.order] + [""]
        scripts.run("links", "frame_links", {"pages": names})
    shortcuts.draw(viewer, header, open_to, is_quiet=is_quiet)
    if not is_quiet:
        tour.draw(viewer)
        ended.draw()


def _navigate(viewer: Viewer) -> tuple[st.Page, PageHeader]:
    """Draw the navigation; the page that was asked for, and what it says of itself."""
    counts = {header: _count(header, viewer) for header in page_headers()}
    shown = [header for header in counts if is_shown(header, viewer, counts[header])]
    pages = {h: _page(h, viewer, n, is_shown=h in shown) for h, n in counts.items()}
    listed = {name: [pages[h] for h in found] for name, found in sections(shown).items()}
    listed[""] += [pages[h] for h in counts if h not in shown]
    unknown_page.note()
    current = st.navigation(listed, position="top")
    return current, next(header for header, page in pages.items() if page == current)


@st.fragment(run_every=_LOOK_SECONDS)
def _watch(drawn_for: Viewer) -> None:
    """Draw everything anew once who asks, or what they may, is another than it was: also where nobody touches it."""
    if session.services().settings.sign_in == "proxy":
        # A request of the browser, with which the proxy says in which groups they are now (people/sign_in.py).
        st.html(f'<img src="me/now?{time.monotonic():.0f}" alt="" style="display: none">')
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
        session.note_refused(viewer, header.url_path)
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
    st.title(frame.PRODUCT, anchor=False)
    st.markdown("  \n".join(plain(part) for part in (error.sentence, error.advice) if part))
    st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)


@cache
def page_headers() -> tuple[PageHeader, ...]:
    """Every page in `pages/`, in order. Headers are read without running the page."""
    headers = [_header(path) for path in PAGES.glob("*.py")]
    return tuple(sorted(headers, key=lambda header: header.order))


def sections(shown: Sequence[PageHeader]) -> dict[str, list[PageHeader]]:
    """The pages one by one, under no word, and those behind the words of sections.

    What finds no place on a narrow screen goes from the end: sections first, never what waits for somebody.
    """
    counts = Counter(header.section for header in shown)
    found: dict[str, list[PageHeader]] = {"": []}
    for header in shown:
        found.setdefault(header.section if counts[header.section] > 1 else "", []).append(header)
    return found


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


def _count(header: PageHeader, viewer: Viewer) -> int:
    """How much there is to look at on a page."""
    may_open = viewer.is_at_least(header.role)
    return importlib.import_module(header.count).count() if header.count and may_open else 0


def is_shown(header: PageHeader, viewer: Viewer, count: int) -> bool:
    """Whether a page stands in the navigation of this viewer."""
    return viewer.is_at_least(header.role) and (header.is_listed or count > 0)


def _page(header: PageHeader, viewer: Viewer, count: int, *, is_shown: bool) -> st.Page:
    return st.Page(
        header.path,
        title=_navigation_title(header, viewer, count),
        icon=header.icon,
        url_path=header.url_path,
        default=header.order == 0,
        visibility="visible" if is_shown else "hidden",
        help=header.help,
    )


def _navigation_title(header: PageHeader, viewer: Viewer, count: int) -> str:
    """The title, with how much there is to look at, or who asks."""
    if count:
        return f"{header.title} ({count if count <= _MOST_COUNTED else f'{_MOST_COUNTED}+'})"
    if header.is_person and viewer.is_named:
        return plain(f"{header.title} ({_short(viewer.name)})")
    return header.title


def _short(name: str) -> str:
    """A name for a narrow place: of a long address what stands before the @."""
    short = name if len(name) <= _LONGEST_NAME else name.partition("@")[0]
    return short if len(short) <= _LONGEST_NAME else f"{short[: _LONGEST_NAME - 1]}…"
