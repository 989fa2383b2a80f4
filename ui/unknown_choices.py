"""What the address asks for and the page does not know: a sentence says so, and it can be taken away.

Streamlit drops such a value from the address of a bound box without a word, and the page would look as if it had been
asked for everything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

from ui.text import plain

_NOTED = "unknown_choices"  # by the name of the parameter: what is unknown, and what its box showed first
_MOST = 60


def note(name: str, options: Collection[str]) -> bool:
    """Whether the address asks for none of the options of the box with this key. To be called before the box is drawn; it
    is remembered until another choice is made in the box."""
    noted: dict[str, tuple[str, object]] = st.session_state.setdefault(_NOTED, {})
    if name not in st.session_state:
        value = st.query_params.get(name)
        if value and value not in options:
            noted[name] = (value, _NOTED)
        else:
            noted.pop(name, None)
    elif name in noted:
        value, first = noted[name]
        now = st.session_state[name]
        if first == _NOTED:
            noted[name] = (value, now)
        elif first != now:
            del noted[name]
    return name in noted


def noted(names: Collection[str]) -> dict[str, str]:
    """What is unknown of these parameters, by their names."""
    found = st.session_state.get(_NOTED, {})
    return {name: found[name][0] for name in names if name in found}


def draw(unknown: Mapping[str, str], labels: Mapping[str, str]) -> None:
    """A sentence for what is unknown, each by its label, with a way to take it away."""
    for name, value in unknown.items():
        words = f"{labels[name]}: {value[:_MOST]}"
        with st.container(horizontal=True, vertical_alignment="center", key=f"unknown_{name}"):
            st.warning(
                plain(
                    f"The address asks for “{words}”, which is not known here, so it filters nothing."
                ),
                icon=":material/link_off:",
            )
            st.button(
                "Remove it",
                key=f"unknown_without_{name}",
                icon=":material/close:",
                help=plain(words),
                on_click=take_away,
                args=(name,),
            )


def take_away(name: str) -> None:
    """It is said no more, and stands in the address no more."""
    st.session_state.get(_NOTED, {}).pop(name, None)
    st.query_params.pop(name, None)
