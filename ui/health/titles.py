"""What Health asks in its title."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from ui import frame
from ui.health.address import Chosen
from ui.model_titles import of_model
from ui.text import plain


def draw(place: DeltaGenerator, chosen: Chosen) -> None:
    """The title, and the tab's name."""
    place.title(heading(chosen), anchor=False)
    if chosen.is_one:
        frame.name_tab(of_model(chosen.server, chosen.model))


def heading(chosen: Chosen) -> str:
    """The question that the page answers."""
    if not chosen.is_one:
        return "How are the models doing?"
    return f"How is {plain(of_model(chosen.server, chosen.model))} doing?"
