"""The players of a Shapley game: each field, or a group of one-hot columns that encode one choice.

A one-hot group ("contract=monthly", "contract_yearly") is recognised by its names and its values: the columns share
a prefix, and no row has two ones. Such columns change together and have one bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explanations import formatting
from explanations.encoder import is_missing
from mds_client.signature import Field, Signature, Values

EQUALS = "="
SEPARATORS = ("=", "__", "_", ".", ":")
FEWEST_ROWS = 5


@dataclass(frozen=True, kw_only=True)
class Player:
    """One player: the `names` of its columns, and how its bar is labelled."""

    names: tuple[str, ...]
    name: str
    title: str
    value_text: str


def find_players(signature: Signature, values: Values, rows: Sequence[Values]) -> list[Player]:
    """The players for these `values`, in the order of the form.

    `rows` are the rows that it is compared with: they and the case show which columns are a one-hot group.
    """
    names = list(values)
    groups = _one_hot_groups(signature, names, [values, *rows])
    players: list[Player] = []
    for name in names:
        group = next((each for each in groups if name in each), None)
        if group is None:
            players.append(_single(signature[name], values[name]))
        elif name == group[0]:
            players.append(_grouped(group, values))
    return players


def _single(field: Field, value: object) -> Player:
    return Player(
        names=(field.name,),
        name=field.name,
        title=field.title,
        value_text=formatting.value(field, value),
    )


def _grouped(names: tuple[str, ...], values: Values) -> Player:
    prefix = _common_prefix(names)
    title = prefix.rstrip("".join(SEPARATORS))
    chosen = [name.removeprefix(prefix) for name in names if values[name]]
    return Player(
        names=names,
        name=title,
        title=title.replace("_", " ").replace("-", " ").strip().capitalize(),
        value_text=chosen[0].replace("_", " ") if chosen else "none of the others",
    )


def _one_hot_groups(
    signature: Signature, names: Sequence[str], rows: Sequence[Values]
) -> list[tuple[str, ...]]:
    """Disjoint one-hot groups, the largest first."""
    binary = [name for name in names if _is_binary(signature[name], name, rows)]
    groups: list[tuple[str, ...]] = []
    for group in _candidates(binary):
        is_disjoint = not any(set(group) & set(each) for each in groups)
        if is_disjoint and _is_one_hot(group, rows):
            groups.append(group)
    return groups


def _candidates(names: Sequence[str]) -> list[tuple[str, ...]]:
    """The names that share a prefix, for every prefix, the most names first."""
    prefixes = {prefix for name in names for prefix in _prefixes(name)}
    groups = {tuple(name for name in names if name.startswith(prefix)) for prefix in prefixes}
    return sorted(groups, key=lambda each: (-len(each), each))


def _is_binary(field: Field, name: str, rows: Sequence[Values]) -> bool:
    if field.kind not in ("number", "integer", "boolean"):
        return False
    return all(not is_missing(row.get(name)) and row[name] in (0, 1) for row in rows)


def _prefixes(name: str) -> list[str]:
    """Every prefix of a name that ends with a separator."""
    return [
        name[: place + len(mark)]
        for mark in SEPARATORS
        for place in range(1, len(name) - len(mark))
        if name.startswith(mark, place)
    ]


def _common_prefix(names: Sequence[str]) -> str:
    """The longest prefix that all names share: "payment_method_"."""
    return max(set.intersection(*(set(_prefixes(name)) for name in names)), key=len)


def _is_one_hot(group: Sequence[str], rows: Sequence[Values]) -> bool:
    """Whether exactly one of these is 1 in every row; at most one where the names say that they are choices."""
    if len(group) < 2:
        return False
    counts = [sum(bool(row[name]) for name in group) for row in rows]
    chosen = {name for row in rows for name in group if row[name]}
    if len(chosen) < 2 or max(counts) > 1:
        return False
    if _common_prefix(group).endswith(EQUALS):
        return True
    different = {tuple(row.values()) for row in rows}
    return min(counts) == 1 and len(different) >= FEWEST_ROWS
