"""What people call the fields of a model, for the sentences that name some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

# What the fields of a model are called, by their names: of a server and the name of a model.
Titles = Callable[[str, str], Mapping[str, str]]
# What a model is called; empty where it has no title.
ModelTitle = Callable[[str, str], str]


def as_named(_server: str, _model: str) -> Mapping[str, str]:
    """Where nobody knows titles: fields are called by their names."""
    return {}


def untitled(_server: str, _model: str) -> str:
    """Where nobody knows titles: models are called by their names."""
    return ""


def called(names: Iterable[str], titles: Titles, server: str, model: str) -> tuple[str, ...]:
    """The names of fields as people call them; titles are looked for where there is a name."""
    listed = tuple(names)
    known = titles(server, model) if listed else {}
    return tuple(known.get(name, name) for name in listed)


def model_words(title: str, server: str, model: str) -> str:
    """`Penguins (demo/penguins)`, or the name alone."""
    name = f"{server}/{model}"
    return f"{title} ({name})" if title else name
