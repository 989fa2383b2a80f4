"""What is alike in the inbox, together: the drawn cases of a model, and what one person said on many cases without a word of
their own."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from feedback.inbox import AskedView, ItemView

T = TypeVar("T")


def asked(items: Sequence[AskedView]) -> list[list[AskedView]]:
    """Those of one model and question, in the order of their newest."""
    return _together(items, lambda each: (each.server, each.model, each.question))


def said(items: Sequence[ItemView]) -> list[list[ItemView]]:
    """Those of one person on one model that say the same without words; each that has words stands alone."""
    return _together(items, _what)


def _what(item: ItemView) -> Hashable:
    same = (item.person, item.server, item.model, item.judgement, item.answer, item.fixed_in)
    return (*same, item.id) if item.words else same


def _together(items: Sequence[T], key: Callable[[T], Hashable]) -> list[list[T]]:
    groups: dict[Hashable, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())
