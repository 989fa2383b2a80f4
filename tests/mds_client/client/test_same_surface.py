"""The async client is the sync one, awaited: the same names, parameters and answers."""

from __future__ import annotations

import inspect
import re

import pytest

from mds_client import AsyncMdsClient, AsyncModel, MdsClient, Model

PAIRS = [(MdsClient, AsyncMdsClient), (Model, AsyncModel)]
# How a sync word is said where it is awaited.
WORDS = {
    "MdsClient": "AsyncMdsClient",
    "Model": "AsyncModel",
    "Iterator": "AsyncIterator",
    "BaseTransport": "AsyncBaseTransport",
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
}
# These ask nothing, so there is nothing to await.
ASKS_NOTHING = {"__init__", "model", "__eq__", "__hash__", "__repr__", "__setattr__", "__delattr__"}


def _surface(kind: type) -> dict[str, object]:
    """What a class itself and those above it offer, save what every object has."""
    return {
        name: getattr(kind, name)
        for name in dir(kind)
        if name in ("__init__", "__enter__", "__exit__", "__aenter__", "__aexit__")
        or not name.startswith("_")
    }


def _awaited(text: str) -> str:
    return re.sub(r"\w+", lambda found: WORDS.get(found[0], found[0]), text)


@pytest.mark.parametrize(("sync", "awaited"), PAIRS, ids=lambda kind: kind.__name__)
def test_both_offer_the_same_names(sync: type, awaited: type) -> None:
    assert {WORDS.get(name, name) for name in _surface(sync)} == set(_surface(awaited))


@pytest.mark.parametrize(("sync", "awaited"), PAIRS, ids=lambda kind: kind.__name__)
def test_both_take_and_give_the_same(sync: type, awaited: type) -> None:
    theirs = _surface(awaited)
    methods = {n: each for n, each in _surface(sync).items() if inspect.isfunction(each)}
    assert len(methods) >= 4
    for name, method in methods.items():
        other = theirs[WORDS.get(name, name)]
        ours = _awaited(str(inspect.signature(method)))
        assert ours == str(inspect.signature(other)), name  # type: ignore[arg-type]


@pytest.mark.parametrize(("sync", "awaited"), PAIRS, ids=lambda kind: kind.__name__)
def test_what_asks_the_server_is_awaited_and_nothing_else_is(sync: type, awaited: type) -> None:
    for name, own in vars(awaited).items():
        if not inspect.isfunction(own) or (name.startswith("_") and name not in WORDS.values()):
            continue
        is_awaited = inspect.iscoroutinefunction(own) or inspect.isasyncgenfunction(own)
        assert is_awaited == (name not in ASKS_NOTHING), name
    assert sync.__annotations__.keys() == awaited.__annotations__.keys()
