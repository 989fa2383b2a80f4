"""The names of session-state keys, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar

import streamlit as st

import services as composition
from people import oidc, sign_in, trail
from people.errors import NotPermitted, SignInFailed
from people.trail import ADDRESS_HEADER
from people.viewer import Viewer
from services import Services

FORM = "form"  # the model, the row it opened with, its generation and its idempotency key
LINKED = "linked"  # the example that the address of the form named last, and when that was written
FOLLOWED = "followed"  # whether the address is still to be followed: the page was opened, or the browser moved
NAMED = "named"  # the model that the address of the page named last, and when that was written
ASKED = "asked"  # what the last press of Predict gave
CALL = "call"  # a press of Predict that waits for the person's own answer
ASKING = "asking"  # the id of the case that the last press of Predict began
DRAFTS = "drafts"  # tells this session from one before a reload
LAST = "last"  # the values last asked of each model in this session, by model reference
UPLOAD = "upload"  # the file of rows that was chosen last, while its box may not be drawn
FILE = "file"  # the file that is asked about
BATCH = "batch"  # the id of the file's run that the link named last
BATCHES = "batches"  # ids of the runs that were begun in this session and have not ended yet
UNDER_WAY = "under_way"  # ids of the files that were under way at the last look
BATCH_CASES = "batch_cases"  # the cases of the run that is shown
CORRECTED = "corrected"  # of which run the file that was looked at last has corrected rows
BATCH_SUMMARY = "batch_summary"  # what the answers of a large file come to
DRY_RUN = "dry_run"  # the question of the file that was tried last, and what came of it
SOURCE = "source"  # the beginning of the file behind a path or URL, and of which that is
SOURCE_ROWS = "source_rows"  # the rows of such a file that are written down and not asked about yet
BATCH_TABLE = "batch_table"  # the kept table of the run that a link opened
JOBS = "jobs"  # ids of the explanations that were seen on their way
SUGGESTED = "suggested"  # values that a search found and somebody wants to try
WHAT_IF = "what_if"  # the copy of the case that is being changed
WHAT_IF_LINKED = "what_if_linked"  # whether the address that is followed names What if
WHAT_IF_TRIED = "what_if_tried"  # the values that were tried last, and the answer to them
WHAT_IF_FIRST = "what_if_first"  # of which case and time, and what is to be changed first
WHAT_IF_CURVE = "what_if_curve"  # how the answer follows the value that was moved last
SIGNED = "signed"  # the session of which the trail has the sign-in
ROLE = "role"  # the least role of the page that is open
PAGE = "page"  # what the page that is open is called
NO_PAGE = (
    "no_page"  # what the browser asked for and is no page, while the first page stands in its place
)
NEW_TOKEN = "new_token"  # noqa: S105 -- the API token that was just made, until its secret is put away
REASONS = "show_reasons"  # the jobs that look for the reasons of a show, by show
STAGE = "stage"  # what the server answered on the stage, and which server did not answer when last
TOUR = "tour"  # what became of the tour in this session
KEYS = "keys"  # whether single keys do something, once that was said in this session
TOUR_NUMBER = "tour_number"  # how often it was begun in it
STUDIES = "studies"  # the id of the study that was seen on its way last, by model
PRESSED = "pressed"  # the presses that nothing was done for yet, by the place of their buttons

Value = TypeVar("Value")
_Sent = list[tuple[dict[str, str], dict[str, str]]]
_SENT: ContextVar[_Sent | None] = ContextVar("sent", default=None)


def viewer() -> Viewer:
    """Who asks. Raises SignInFailed where that is not known."""
    running = composition.services()
    settings = running.settings_now
    if settings.sign_in == "oidc" and running.userinfo:
        identity = {n: v for n, v in st.user.to_dict().items() if n != "tokens"}
        return oidc.viewer_of_session(settings, identity, access_token(), running.userinfo)
    headers, cookies = _sent()
    return sign_in.sign_in(settings, headers, cookies, sign_in.PROXIED)


@contextmanager
def one_run() -> Iterator[None]:
    """While a page is drawn as a whole, headers and cookies are read once: it asks thirty times who asks, and Streamlit copies
    them each time. What those of them may is looked up each time all the same."""
    token = _SENT.set([])
    try:
        yield
    finally:
        _SENT.reset(token)


def _sent() -> tuple[dict[str, str], dict[str, str]]:
    """The headers and the cookies with which the browser came."""
    kept = _SENT.get()
    if kept:
        return kept[0]
    found = dict(st.context.headers), dict(st.context.cookies)
    if kept is not None:
        kept.append(found)
    return found


def access_token() -> str:
    """What the provider of sign-ins gave for this session; never for a page, a log or an address. Empty for none."""
    return str(st.user.tokens.get("access") or "")


def sign_out() -> None:
    """End this session here, in every other tab, and with the provider."""
    running = composition.services()
    token = access_token()
    if running.userinfo and token:
        with suppress(SignInFailed):  # a session that is over already is ended all the same
            trail.signed(running.sessions, "sign-out", viewer().name, token, address())
        running.userinfo.end(token)
    st.logout()


def note_sign_in(current: Viewer) -> None:
    """Write in the trail that somebody signed in, once a session."""
    found = composition.services()
    if found.settings.sign_in == "proxy" and st.session_state.get(SIGNED) != current.name:
        trail.let_in(found.sessions, current.name, address())
        st.session_state[SIGNED] = current.name
    if found.settings.sign_in == "oidc" and st.session_state.get(SIGNED) != access_token():
        trail.signed(found.sessions, "sign-in", current.name, access_token(), address())
        st.session_state[SIGNED] = access_token()


def note_refused(current: Viewer, page: str) -> None:
    """Write in the trail that a page was not for them."""
    trail.refused(composition.services().sessions, current.name, "page", page, address())


def address() -> str:
    """From where somebody asks, as far as it is known."""
    return str(st.context.headers.get(ADDRESS_HEADER) or st.context.ip_address or "")


def can_change() -> bool:
    """Whether it can become another while a page is open who asks, or what they may."""
    settings = composition.services().settings_now
    return bool(settings.access) or settings.sign_in != "none"


def services() -> Services:
    """What this person may use: the only door of a page to the network and the database.

    It is shut for who lost the role of the page that they have open, or is not known any more, while a part of it is
    drawn again by itself: then the whole page is, and the frame says why. Raises NotPermitted and SignInFailed where
    nothing can be drawn again, as in what a button calls.
    """
    try:
        current = viewer()
    except SignInFailed:
        st.rerun()
        raise
    if not current.is_at_least(st.session_state.get(ROLE, "analyst")):
        st.rerun()
        raise NotPermitted("Your role does not let you do this any more, so nothing was done.")
    return composition.services().seen_by(current.scope)


def scope_key() -> str:
    """What this person may see, as a key for what is cached: others must not find it."""
    return repr(viewer().scope)


def person() -> str:
    """The name of who asks, or "anonymous" where nobody signs in."""
    return viewer().name


def remembered(key: str, make: Callable[[], Value]) -> Value:
    """The value under that key, made at first use."""
    if key not in st.session_state:
        st.session_state[key] = make()
    value: Value = st.session_state[key]
    return value
