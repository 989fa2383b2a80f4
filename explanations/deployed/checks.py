"""A deployed explainer's amounts beside ours: whether they name the same fields, and where they contradict."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from explanations import formatting, narration
from explanations.contract import Attribution, Explanation
from explanations.deployed.scale import LOG_ODDS

NAMED = 3
# Amounts below this share of the largest are not worth a word.
WORTH = 0.1
_COUNTS = ("no", "one", "two", "three")

Key = Callable[[Attribution], str]


def agreement(
    theirs: Sequence[Attribution],
    ours: Explanation,
    *,
    unit: str,
    is_same_unit: bool,
    has_direction: bool,
) -> str:
    """Whether both name the same strongest fields, and where their directions differ, in one sentence; a
    second one says what keeps them from being compared further."""
    key, what = (_word, "word") if ours.kind == "spans" else (_field, "field")
    first, second = _strongest(theirs), _strongest(ours.attributions)
    count = min(NAMED, len(first), len(second))
    if not count:
        return "Our own explanation names nothing that moves this answer, so there is nothing to compare it with."
    comparison = _shared(first[:count], second[:count], key, what)
    differing = _differing(first, second, key) if has_direction else []
    if differing:
        comparison += f"; they differ on {formatting.listed(differing)}, where one says for and the other against"
    return f"{comparison}. {_limits(unit, is_same_unit, has_direction)}".strip()


def _shared(
    first: Sequence[Attribution], second: Sequence[Attribution], key: Key, what: str
) -> str:
    count, own = len(first), _keys(second, key)
    shared = [_title(each) for each in first if key(each) in own]
    strongest = f"the strongest {what}" if count == 1 else f"the {_COUNTS[count]} strongest {what}s"
    if len(shared) == count:
        return f"The deployed explainer and ours agree on {strongest}"
    its = formatting.listed([_title(each) for each in first if key(each) not in own])
    other = formatting.listed(
        [_title(each) for each in second if key(each) not in _keys(first, key)]
    )
    names = f"it names {its}, ours {other}"
    if shared:
        agreed = f"{_COUNTS[len(shared)]} of {strongest} ({formatting.listed(shared)})"
        return f"The deployed explainer and ours agree on {agreed}: {names}"
    return f"The deployed explainer and ours do not agree on {strongest}: {names}"


def _keys(some: Sequence[Attribution], key: Key) -> set[str]:
    return {key(each) for each in some}


def _differing(first: Sequence[Attribution], second: Sequence[Attribution], key: Key) -> list[str]:
    """What both find strong, with opposite signs."""
    known = {key(each): each for each in _worth(second) if each.is_clear}
    pairs = [(each, known[key(each)]) for each in _worth(first) if key(each) in known]
    return [_title(mine) for mine, other in pairs if mine.amount * other.amount < 0][:NAMED]


def _worth(some: Sequence[Attribution]) -> list[Attribution]:
    least = WORTH * max((abs(each.amount) for each in some), default=0.0)
    return [each for each in some if abs(each.amount) >= least]


def _strongest(some: Sequence[Attribution]) -> list[Attribution]:
    return [each for each in narration.strongest_first(_worth(some)) if each.amount]


def _limits(unit: str, is_same_unit: bool, has_direction: bool) -> str:
    if is_same_unit:
        return ""
    if not has_direction:
        return "It does not say for which answer and in which unit its amounts are: only their order is compared."
    if unit == LOG_ODDS:
        return (
            "Its amounts are log-odds, ours are not: only their order and direction are compared."
        )
    return "It does not say in which unit its amounts are: only their order and direction are compared."


def _field(each: Attribution) -> str:
    return each.field


def _word(each: Attribution) -> str:
    return each.title.strip(" .,;:!?“”\"'").casefold()


def _title(each: Attribution) -> str:
    return formatting.inside(each.title)
