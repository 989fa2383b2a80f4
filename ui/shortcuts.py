"""The keys of the pages, and their list: `?` opens it on every page.

Who dictates, or touches keys by chance, switches single keys off (WCAG 2.1.4): on You or in the list. The browser
remembers that for each person in a cookie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from people.viewer import Viewer
from ui import remembered, scripts, session

if TYPE_CHECKING:
    from ui.shell import PageHeader

JUMP = "J"  # then the letter of a page
COOKIE = "mds_keys"  # a cookie for each person
_OFF = "off"
_SCRIPT = "frame_keys"
_SWITCH = "you_keys"
_SWITCH_WORDS = "Single keys, such as A for Predict"
_SWITCH_HELP = "Switched off, letters, digits and signs do nothing by themselves. Arrows, Esc and keys with Ctrl always work."
_STYLE = """
button { font: inherit; font-size: .875rem; color: var(--st-text-color); background: var(--st-background-color); cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: .5rem; padding: .25rem .6rem; }
button:focus-visible { outline: 3px solid var(--st-link-color); outline-offset: 2px; }
.open { position: fixed; inset: 14px calc(var(--edge) + 22px) auto auto; z-index: 999999; width: 28px; padding: 4px 0; font-weight: 600; }
@media (max-width: 640px), (hover: none) { .open { display: none; } }
dialog { font-family: var(--st-font); color: var(--st-text-color); background: var(--st-background-color); width: min(46rem, 92vw);
  max-height: 88vh; overflow-y: auto; border: 1px solid var(--st-border-color); border-radius: 12px; padding: 24px; }
dialog::backdrop { background: rgb(0 0 0 / 45%); }
header { display: flex; justify-content: space-between; align-items: center; gap: 16px; }
h2 { font-size: 1.25rem; margin: 0; } h3 { font-size: 1rem; margin: 16px 0 4px; }
.lists { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 0 32px; }
.switch { display: flex; gap: 8px; align-items: center; margin-top: 16px; font-weight: 600; }
.switch input { width: 20px; height: 20px; accent-color: var(--st-primary-color); }
.switch input:focus-visible { outline: 3px solid var(--st-link-color); outline-offset: 2px; }
.small { font-size: .875rem; margin: 4px 0 0; max-width: 60ch; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 12px; margin: 0; }
dt, dd { margin: 0; }
kbd { font: inherit; font-size: .875rem; font-weight: 600; border: 1px solid var(--st-border-color); border-radius: 4px; padding: 0 .4rem;
  background: var(--st-secondary-background-color); }
"""


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A key and what it does. `target` is the CSS selector of what is pressed, or of the box that gets the focus; one
    without is told alone: something else on the page hears the key."""

    key: str
    words: str
    target: str = ""


_SEARCH = '[data-testid="stTextInput"] input[type="search"]'
# By page; what the keys of Streamlit's own buttons and of the desk do is told here, too.
OF_PAGE: Mapping[str, Sequence[Shortcut]] = {
    "models": (Shortcut(key="/", words="Search", target=f".st-key-models_search {_SEARCH}"),),
    "predict": (
        Shortcut(
            key="A",
            words="Ask: press Predict",
            target='[data-testid="stFormSubmitButton"]:not(.st-key-what_if_keep *) button[kind^="primary"]',
        ),
        Shortcut(key="E", words="Another example", target=".st-key-predict_another button"),
        Shortcut(
            key="W",
            words="Why: the first explanation",
            target='[class*="st-key-why_"]:not([class*="_others"]) button',
        ),
        Shortcut(
            key="T",
            words="What if …?: try other values",
            target=".st-key-what_if_enter button",
        ),
        Shortcut(
            key="Esc",
            words="Leave What if …?: the form comes back",
            target=".st-key-what_if_leave button",
        ),
        Shortcut(key="Y", words="It was right", target='[class*="st-key-feedback_"][class*="_yes"] button'),
        Shortcut(key="N", words="It was not right", target='[class*="st-key-feedback_"][class*="_no"] button'),
        Shortcut(key="X", words="Can't tell", target='[class*="st-key-feedback_"][class*="_unsure"] button'),
        Shortcut(key="P", words="Present the answer", target=".st-key-predict_present button"),
    ),
    "cases": (Shortcut(key="/", words="Search", target=_SEARCH),),
    "case": (Shortcut(key="P", words="Present the answer", target=".st-key-case_present button"),),
    "shows": (
        Shortcut(
            key="P",
            words="Present the show that is open",
            target='[class*="st-key-show_present_"] button[kind="primary"]',
        ),
    ),
    "present": (
        Shortcut(key="→", words="Next case, also Page Down and Space"),
        Shortcut(key="←", words="Previous case, also Page Up"),
        Shortcut(key="W", words="Show or hide the reasons; find them where there are none"),
        Shortcut(key="A", words="Let the audience in, or close it"),
        Shortcut(key="Esc", words="Leave the stage"),
    ),
    "review": (
        Shortcut(key="Y", words="Correct"),
        Shortcut(key="N", words="Incorrect, then a digit for what is right (0: I do not know)"),
        Shortcut(key="X", words="Can't tell"),
        Shortcut(key="S", words="More sure, a word further each time"),
        Shortcut(key="M", words="Write a comment; Esc leaves it"),
        Shortcut(key="Ctrl+Enter", words="Send what would be right, also from within its field"),
        Shortcut(key="K", words="Skip"),
        Shortcut(key="U", words="Take back the last decision"),
        Shortcut(key="G", words="Make the case that was decided last a golden case"),
    ),
}  # fmt: skip


# Where the first stop of Tab leads, past the navigation and the choices.
SKIPS: Mapping[str, Mapping[str, str]] = {
    "predict": {
        "words": "Skip to the question",
        "target": '[data-testid="stMain"] h1',
    },
}


def draw(
    viewer: Viewer, current: PageHeader, pages: Sequence[PageHeader], *, is_quiet: bool
) -> None:
    """The keys of this page and of the ways to the `pages`. Where it `is_quiet`, no button leads to the list."""
    here = [vars_of(each) for each in OF_PAGE.get(current.url_path, ())]
    ways = [
        {"key": page.jump, "words": page.title, "path": "" if page.order == 0 else page.url_path}
        for page in pages
        if page.jump
    ]
    data = {
        "title": current.title,
        "here": here,
        "skip": SKIPS.get(current.url_path),
        "jump": JUMP,
        "ways": ways,
        "isQuiet": is_quiet,
        "isOn": is_on(viewer),
        "cookie": f"{_cookie(viewer)}={_OFF}",
        "words": _SWITCH_WORDS,
        "help": _SWITCH_HELP,
    }
    scripts.run("keys", _SCRIPT, data, style=_STYLE, on_switched_change=_follow_list)


def draw_switch(viewer: Viewer) -> None:
    """Whether single keys do something, for who wants to change it."""
    st.session_state[_SWITCH] = is_on(viewer)  # the list of keys has the same switch
    st.toggle(_SWITCH_WORDS, key=_SWITCH, help=_SWITCH_HELP, on_change=_follow_switch)


def is_on(viewer: Viewer) -> bool:
    """Whether single keys do something for this person."""
    said = st.session_state.get(session.KEYS)
    return bool(said) if said is not None else remembered.value_of(_cookie(viewer)) != _OFF


def _cookie(viewer: Viewer) -> str:
    return f"{COOKIE}_{remembered.mark(viewer)}"


def _follow_switch() -> None:
    st.session_state[session.KEYS] = st.session_state[_SWITCH]


def _follow_list() -> None:
    said = st.session_state[scripts.state_key("keys", _SCRIPT)].switched
    if said is not None:
        st.session_state[session.KEYS] = said == "on"


def vars_of(shortcut: Shortcut) -> dict[str, str]:
    """A shortcut as the browser has it."""
    return {"key": shortcut.key, "words": shortcut.words, "target": shortcut.target}
