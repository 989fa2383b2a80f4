"""What Health says where there is no case of what is chosen: a time, a version, a value."""

from __future__ import annotations

import streamlit as st

from health.summary import summarise
from ui.health import address
from ui.health.address import Chosen
from ui.session import services
from ui.text import plain


def draw(chosen: Chosen) -> None:
    """A sentence that names what no case has, and what to do."""
    st.warning(plain(_words(chosen)), icon=":material/filter_alt_off:")


def _words(chosen: Chosen) -> str:
    version = chosen.chips.get(address.VERSION)
    if version:
        rows = summarise(services().figures, server=chosen.server, model=chosen.model)
        asked = [row.version for row in rows if row.version]
        if version not in asked:
            had = f" It was asked as {', '.join(asked)}." if asked else ""
            return f"Nobody has asked a version “{version[:60]}” of this model.{had} Remove that filter."
    if not chosen.chips:
        return "Nobody has asked this model in this time. Choose a longer one."
    chips = "; ".join(address.words_of(chosen))
    return f"No case matches these filters: {chips}. Remove one, or choose a longer time."
