"""A tour of six steps for who is new: along the way to an explained answer, and on to what their role is for.

It is offered on Models until it was taken or declined; the browser remembers that for each person in a cookie.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import streamlit as st

from people.viewer import Viewer
from ui import remembered, scripts, session

COOKIE = "mds_tour"
_OFFERED, _BEGUN, _DONE = "offered", "begun", "done"
_STYLE = """
section { position: fixed; inset: auto auto 16px 16px; z-index: 1000; box-sizing: border-box; width: min(24rem, calc(100vw - 32px));
  padding: 16px; border-radius: 12px; font-family: var(--st-font); font-size: 1rem; color: var(--st-text-color);
  background: var(--st-background-color); border: 2px solid var(--st-link-color); box-shadow: 0 8px 24px rgb(0 0 0 / 25%); }
section[hidden] { display: none; }
p { margin: 4px 0 12px; } h2 { font-size: 1.0625rem; margin: 0; }
h2:focus-visible { outline: 3px solid var(--st-link-color); outline-offset: 2px; border-radius: 4px; }
.step { font-size: .875rem; margin: 0 0 4px; }
.bar { display: flex; gap: 8px; }
button { font: inherit; font-size: .875rem; min-height: 2.25rem; padding: .3rem .8rem; border-radius: 8px; cursor: pointer;
  color: var(--st-text-color); background: var(--st-background-color); border: 1px solid var(--st-border-color); }
button.main { color: #fff; background: var(--st-primary-color); border-color: transparent; }
button.skip { margin-inline-start: auto; }
button:disabled { opacity: .5; cursor: default; }
button:focus-visible { outline: 3px solid var(--st-link-color); outline-offset: 2px; }
"""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is shown: `place` is the CSS selector of what it is about, or several, of which the first that is in sight counts.
    Where a press of that `brings` something, Next presses it, and the step is over as soon as that is there."""

    title: str
    words: str
    place: str | tuple[str, ...]
    brings: str = ""


_WAY = (
    Step(
        title="Choose a model",
        words="Each card is a question that a model answers. “Ask” opens its form, filled with a real example.",
        place='[class*="st-key-models_ask_"] button:enabled',
        brings='[data-testid="stFormSubmitButton"] button',
    ),
    Step(
        title="Ask it",
        words="Change what you like, or leave the example as it is. “Predict” sends it.",
        place='[data-testid="stFormSubmitButton"] button',
        brings=".st-key-answer_now",
    ),
    Step(
        title="Read the answer",
        words="The big line is the answer, the track says how sure the model is. The address is now a link to this case.",
        place=".st-key-answer_now",
    ),
    Step(
        title="Ask why",
        words="The first button finds which of your values speak for the answer and which against it. It takes some seconds.",
        place='[class*="st-key-why_"]:not([class*="_others"]) button',
        brings='[class*="st-key-found_"]',
    ),
    Step(
        title="Say whether it was right",
        words="One press. Only what people say here shows how good the model really is.",
        place=('[class*="st-key-feedback_"][class*="_strip"]', ".st-key-answer_more h3"),
    ),
)
# On a phone the pages stand behind the button that opens their list.
_PAGES = '[data-testid="stExpandSidebarButton"]'
_LAST = {
    "analyst": Step(
        title="Find it again",
        words="Cases has everything that you asked. Health says how the models are doing. The key ? lists all keys.",
        place=('[data-testid="stTopNavLink"][href$="/cases"]', _PAGES),
    ),
    "reviewer": Step(
        title="Cases that wait for you",
        words="Review brings the cases to decide on, one after the other, by single keys. The key ? lists them.",
        place=('[data-testid="stTopNavLink"][href$="/review"]', _PAGES),
    ),
    "operator": Step(
        title="See how the models are doing",
        words="Health gives each model one word, and the evidence for it. The operator's guide says who may see what, and how long it is kept.",
        place=('[data-testid="stTopNavLink"][href$="/health"]', _PAGES),
    ),
}  # fmt: skip


def steps(role: str) -> tuple[Step, ...]:
    """The six steps of a role: five are the same for everybody."""
    return (*_WAY, _LAST[role])


def draw(viewer: Viewer) -> None:
    """The tour where it is under way; nothing for who took or declined it."""
    state = _state(viewer)
    if state == _DONE and session.TOUR not in st.session_state:
        return
    mark = remembered.mark(viewer)
    data = {
        "cookie": f"{COOKIE}={mark}",
        "begun": st.session_state.get(session.TOUR_NUMBER, 0),
        "isDone": state == _DONE,
        "steps": [asdict(step) for step in steps(viewer.role)],
    }
    scripts.run("tour", "frame_tour", data, style=_STYLE, on_done_change=end)


def draw_offer(viewer: Viewer) -> None:
    """The way in, for who has neither taken nor declined it."""
    if _state(viewer) != _OFFERED:
        return
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", width="content", key="new_here"
    ):
        st.markdown("New here?", width="content")
        st.button("Take the tour", key="new_here_take", icon=":material/tour:", on_click=begin)
        st.button("Not now", key="new_here_decline", type="tertiary", on_click=end)


def begin() -> None:
    """Begin it, from the first step."""
    st.session_state[session.TOUR] = _BEGUN
    st.session_state[session.TOUR_NUMBER] = st.session_state.get(session.TOUR_NUMBER, 0) + 1


def end() -> None:
    """It is over, or declined."""
    st.session_state[session.TOUR] = _DONE


def _state(viewer: Viewer) -> str:
    known = st.session_state.get(session.TOUR)
    if known:
        return str(known)
    # A browser that several people share remembers it for the last of them.
    return _DONE if remembered.value_of(COOKIE) == remembered.mark(viewer) else _OFFERED
