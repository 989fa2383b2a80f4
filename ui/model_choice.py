"""A box to choose a model by its title, of which the address has `server/name`.

A bound box of Streamlit 1.67 puts into the address what it shows. This one follows the address, and writes it, by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import streamlit as st

from ui import history, session
from ui.model_titles import of_models

KEY = "model"
_ON_ITS_WAY = 1.0  # seconds in which the browser may not have the new address yet


def choose(
    options: Sequence[str],
    *,
    index: int | None = None,
    placeholder: str = "",
    width: int | None = None,
    takes_others: bool = False,
    on_change: Callable[[], None] | None = None,
) -> str:
    """The chosen one of these models, each `server/name`; empty where none is. Where it `takes_others`, one that is not among
    them can be typed in."""
    named = st.query_params.get(KEY, "")
    default = options[index] if index is not None and options else ""
    _follow(named if named in options or takes_others else "", named, default)
    titles = titles_of(options)
    picked = st.selectbox(
        "Model",
        options,
        index=index,
        key=KEY,
        format_func=lambda name: titles.get(name, name),
        placeholder=placeholder or None,
        width=width or "stretch",
        accept_new_options=takes_others,
        on_change=on_change,
    )
    _write(named, picked or "", default)
    return picked or ""


def titles_of(models: Sequence[str]) -> dict[str, str]:
    """What these are called, each `server/name`: several of one title have their names beside it."""
    titled = of_models([(server, name) for server, _, name in (m.partition("/") for m in models)])
    return {f"{server}/{name}": title for (server, name), title in titled.items()}


def _follow(known: str, named: str, default: str) -> None:
    """Give the box what the address names: when it is drawn first, and when the browser went back or forth since.

    Under the key there may still be what the box of the page before held, also where Back led from there to here.
    """
    last, written = st.session_state.get(session.NAMED, ("", 0.0))
    is_late = history.is_back() or time.monotonic() - written > _ON_ITS_WAY
    is_moved = named != last and is_late
    if KEY not in st.session_state or is_moved:
        st.session_state[KEY] = known or default or None


def _write(named: str, picked: str, default: str) -> None:
    """Have the address name what was chosen; what the page begins with goes without saying."""
    wanted = "" if picked == default else picked
    if named in (picked, wanted):
        last, written = st.session_state.get(session.NAMED, (named, 0.0))
        st.session_state[session.NAMED] = (named, written if last == named else 0.0)
        return
    if wanted:
        st.query_params[KEY] = wanted
    else:
        st.query_params.pop(KEY, None)
    st.session_state[session.NAMED] = (wanted, time.monotonic())
