"""Who shares the answer: each field, or the columns together into which somebody turned one field of a person.

A choice that was written as columns of 0 and 1 ("contract=monthly", "contract_yearly") says so by its names and
by its values: of columns that begin alike, no row has two ones. Such columns change together, and have one bar.
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
    """What has one bar: the names of its columns, and what it is called."""

    names: tuple[str, ...]
    name: str
    title: str
    value_text: str


def players(signature: Signature, values: Values, rows: Sequence[Values]) -> list[Player]:
    """Everybody who shares the answer to these `values`, in the order of the form.

    `rows` are the rows it is compared with: they and the case show which columns are one field.
    """
    names = list(values)
    choices = _choices(signature, names, [values, *rows])
    found: list[Player] = []
    for name in names:
        own = next((each for each in choices if name in each), None)
        if own is None:
            found.append(_alone(signature[name], values[name]))
        elif name == own[0]:
            found.append(_together(own, values))
    return found


def _alone(field: Field, value: object) -> Player:
    return Player(
        names=(field.name,),
        name=field.name,
        title=field.title,
        value_text=formatting.value(field, value),
    )


def _together(names: tuple[str, ...], values: Values) -> Player:
    stem = _stem(names)
    title = stem.rstrip("".join(SEPARATORS))
    chosen = [name.removeprefix(stem) for name in names if values[name]]
    return Player(
        names=names,
        name=title,
        title=title.replace("_", " ").replace("-", " ").strip().capitalize(),
        value_text=chosen[0].replace("_", " ") if chosen else "none of the others",
    )


def _choices(
    signature: Signature, names: Sequence[str], rows: Sequence[Values]
) -> list[tuple[str, ...]]:
    """Columns that are one field, the largest groups first."""
    switches = [name for name in names if _is_switch(signature[name], name, rows)]
    stems = {stem for name in switches for stem in _stems(name)}
    groups = {tuple(name for name in switches if name.startswith(stem)) for stem in stems}
    found: list[tuple[str, ...]] = []
    for group in sorted(groups, key=lambda each: (-len(each), each)):
        is_new = not any(set(group) & set(each) for each in found)
        if is_new and _excludes(group, rows):
            found.append(group)
    return found


def _is_switch(field: Field, name: str, rows: Sequence[Values]) -> bool:
    if field.kind not in ("number", "integer", "boolean"):
        return False
    return all(not is_missing(row.get(name)) and row[name] in (0, 1) for row in rows)


def _stems(name: str) -> list[str]:
    """Every beginning of a name that ends with a separator."""
    return [
        name[: place + len(mark)]
        for mark in SEPARATORS
        for place in range(1, len(name) - len(mark))
        if name.startswith(mark, place)
    ]


def _stem(names: Sequence[str]) -> str:
    """The longest beginning that all names share: "payment_method_"."""
    return max(set.intersection(*(set(_stems(name)) for name in names)), key=len)


def _excludes(group: Sequence[str], rows: Sequence[Values]) -> bool:
    """Whether exactly one of these is 1 in every row; at most one where the names say that they are choices."""
    if len(group) < 2:
        return False
    counts = [sum(bool(row[name]) for name in group) for row in rows]
    chosen = {name for row in rows for name in group if row[name]}
    if len(chosen) < 2 or max(counts) > 1:
        return False
    if _stem(group).endswith(EQUALS):
        return True
    different = {tuple(row.values()) for row in rows}
    return min(counts) == 1 and len(different) >= FEWEST_ROWS
