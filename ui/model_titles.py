"""What models are called on pages: by their titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from health.titles import model_words
from ui.session import services

Named = Mapping[tuple[str, str], str]


def of_models(models: Iterable[tuple[str, str]]) -> Named:
    """The title of each model, by server and name; with these beside it where several are called the same."""
    known = {model: of_model(*model) for model in models}
    often = Counter(known.values())
    return {
        model: title if often[title] == 1 else model_words(title, *model)
        for model, title in known.items()
    }


def of_model(server: str, model: str) -> str:
    """The title of a model; its name where it has none, or is gone."""
    return services().model_title(server, model) or model
