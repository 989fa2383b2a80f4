"""What Health asks in its title."""

from __future__ import annotations

from ui.health.address import Chosen
from ui.model_titles import of_model
from ui.text import plain


def heading(chosen: Chosen) -> str:
    """The question that the page answers."""
    if not chosen.is_one:
        return "How are the models doing?"
    return f"How is {plain(of_model(chosen.server, chosen.model))} doing?"
