"""What models are called on Health."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from health.titles import model_words
from ui.health.address import Chosen
from ui.session import services
from ui.text import plain

Named = Mapping[tuple[str, str], str]


def of_models(models: Iterable[tuple[str, str]]) -> Named:
    """The title of each model, by server and name; with these beside it where several are called the same."""
    known = {model: services().model_title(*model) or model[1] for model in models}
    often = Counter(known.values())
    return {
        model: title if often[title] == 1 else model_words(title, *model)
        for model, title in known.items()
    }


def heading(chosen: Chosen) -> str:
    """The question that the page answers."""
    if not chosen.is_one:
        return "How are the models doing?"
    title = services().model_title(chosen.server, chosen.model) or chosen.model
    return f"How is {plain(title)} doing?"
