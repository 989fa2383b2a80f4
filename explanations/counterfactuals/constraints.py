"""What may be changed about a case, and to what: the limits of the signature and those a person sets.

Options, each by field name: `locked` (a list), `ranges` ([low, high], either may be None), `directions` ("up" or
"down") and `choices` (the values that are allowed).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest
from typing import TypeGuard, cast

import numpy as np

from explanations import formatting
from explanations.counterfactuals.grid import MOST_DECIMALS, Grid, make_grid, step_for, written_with
from explanations.encoder import is_missing
from explanations.errors import ExplanationFailed
from mds_client.signature import NUMERIC_KINDS, TABULAR_KINDS, Field, Signature, Values
from mds_client.signature.checks import INTEGER_LIMITS

# Beyond the usual range nobody knows how far is far: as far again as it is wide.
BEYOND = 1.0
# A change beyond the usual range counts so many times as much.
UNUSUAL = 3.0
MOST_CHOICES = 30
# Larger whole numbers lose digits on the way through a float.
MOST_EXACT = 2.0**53
QUANTILES = (0.5, 0.1, 0.9, 0.25, 0.75)


@dataclass(frozen=True, kw_only=True)
class Constraints:
    """What a person allows; what is not named is free."""

    locked: frozenset[str] = frozenset()
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[object, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Mapping[str, object], signature: Signature) -> Constraints:
        """Read options. Raises ExplanationFailed for options that name no field or have no meaning."""
        known = {field.name for field in signature.inputs}
        constraints = cls(
            locked=frozenset(map(str, _listed(options.get("locked")))),
            ranges={name: _range(ends) for name, ends in _by_field(options, "ranges")},
            directions={name: str(way) for name, way in _by_field(options, "directions") if way},
            choices={name: tuple(_listed(some)) for name, some in _by_field(options, "choices")},
        )
        named = {
            *constraints.locked,
            *constraints.ranges,
            *constraints.directions,
            *constraints.choices,
        }
        if unknown := sorted(named - known):
            raise ExplanationFailed(f"This model has no field called {unknown[0]!r}.")
        if any(way not in ("up", "down") for way in constraints.directions.values()):
            raise ExplanationFailed("A field may go up or down.")
        return constraints

    def in_words(self, signature: Signature) -> tuple[str, ...]:
        """What a person allowed, one line a field, without what the signature forbids anyway."""
        return tuple(
            f"{field.title}: {', '.join(lines)}"
            for field in signature.inputs
            if (lines := list(self._in_words(field)))
        )

    def _in_words(self, field: Field) -> Iterator[str]:
        if field.name in self.locked:
            yield "stays as it is"
            return
        low, high = self.ranges.get(field.name, (-math.inf, math.inf))
        if math.isfinite(low) and math.isfinite(high):
            yield f"{formatting.possible_value(field, low)} to {formatting.possible_value(field, high)}"
        elif math.isfinite(low):
            yield f"at least {formatting.possible_value(field, low)}"
        elif math.isfinite(high):
            yield f"at most {formatting.possible_value(field, high)}"
        if way := self.directions.get(field.name):
            yield f"only {way}"
        if field.name in self.choices:
            allowed = [
                formatting.possible_value(field, choice) for choice in self.choices[field.name]
            ]
            yield f"only {formatting.listed(allowed)}" if allowed else "no other choice"


@dataclass(frozen=True, kw_only=True)
class ChangeableField:
    """One field that may be changed: to one of `options`, or along `grids` up and down.

    `spread` is the unit in which the size of a change is counted, `usual` the range of typical values.
    """

    field: Field
    own: object
    options: tuple[object, ...] = ()
    shares: tuple[float, ...] = ()
    grids: tuple[Grid, ...] = ()
    spread: float = 1.0
    usual: tuple[float, float] = (-math.inf, math.inf)

    def size(self, value: object) -> float:
        """How large a change to this value is: in spreads, or 1 to 2 for a choice, rarer ones more."""
        if value in self.options:
            return 2.0 - self.shares[self.options.index(value)]
        number, own = float(cast(float, value)), float(cast(float, self.own))
        low, high = min(self.usual[0], own), max(self.usual[1], own)
        beyond = max(low - number, number - high, 0.0)
        return (abs(number - own) + (UNUSUAL - 1) * beyond) / self.spread

    def toward(self, value: object) -> object:
        """The allowed value nearest to the value of another row; the case's own value where no allowed one lies
        between."""
        if is_missing(value):
            return self.own
        if self.options:
            return value if value in self.options else self.own
        number = float(cast(float, value))
        grid = self.grid_to(number) if number != self.own else None
        step = grid.nearest(number) if grid else 0
        return grid.at(step) if grid and step else self.own

    def grid_to(self, number: float) -> Grid | None:
        """The grid in the direction of a number."""
        sign = 1 if number > float(cast(float, self.own)) else -1
        return next((each for each in self.grids if each.sign == sign), None)

    def tries(self, count: int, *, is_far: bool = False) -> list[object]:
        """At most `count` values spread over all that are allowed, the ends first; inside the usual range
        unless `is_far`."""
        if self.options:
            return list(self.options[:count])
        reached = [(each, self._reach(each, is_far=is_far)) for each in self.grids]
        open_ones = [(each, steps) for each, steps in reached if steps]
        each_gets = max(count // max(len(open_ones), 1), 1)
        by_grid = [
            [each.at(step) for step in spaced(0, steps, each_gets)] for each, steps in open_ones
        ]
        by_turns = [value for turn in zip_longest(*by_grid) for value in turn if value is not None]
        return list(dict.fromkeys(by_turns))

    def _reach(self, grid: Grid, *, is_far: bool) -> int:
        return grid.count if is_far else grid.within(self.usual[grid.sign > 0])

    @cached_property
    def is_numeric(self) -> bool:
        return bool(self.grids)


def changeable_fields(
    signature: Signature, values: Values, rows: Sequence[Values], constraints: Constraints
) -> list[ChangeableField]:
    """Every field that may be changed. `rows` are typical ones."""
    fields = [
        _place(each, values.get(each.name), [row.get(each.name) for row in rows], constraints)
        for each in signature.inputs
        if each.kind in TABULAR_KINDS and each.name not in constraints.locked
    ]
    return [place for place in fields if place and (place.options or place.grids)]


def spaced(low: int, high: int, count: int) -> list[int]:
    """At most `count` whole numbers above `low`, the last of them `high`, evenly between: the last first."""
    width = high - low
    if width <= 0:
        return []
    return list(dict.fromkeys(low + math.ceil(width * (count - i) / count) for i in range(count)))


def _place(
    field: Field, own: object, neighbour_values: list[object], constraints: Constraints
) -> ChangeableField | None:
    if field.kind not in NUMERIC_KINDS:
        return _of_choices(field, own, neighbour_values, constraints)
    known = [float(value) for value in neighbour_values if _is_number(value)]
    return _of_numbers(field, own, known, constraints)


def _of_choices(
    field: Field, own: object, neighbour_values: list[object], constraints: Constraints
) -> ChangeableField:
    known = [value for value in neighbour_values if not is_missing(value)]
    choices = field.choices or ((True, False) if field.kind == "boolean" else tuple(known))
    allowed = constraints.choices.get(field.name, choices)
    # True is 1 for Python: a choice is the one of the signature, not one that is merely equal.
    options = [each for each in dict.fromkeys(choices) if each in allowed and each != own]
    shares = {each: known.count(each) / len(known) if known else 0.0 for each in options}
    options = sorted(options, key=lambda each: -shares[each])[:MOST_CHOICES]
    return ChangeableField(
        field=field, own=own, options=tuple(options), shares=tuple(shares[o] for o in options)
    )


def _of_numbers(
    field: Field, own: object, known: list[float], constraints: Constraints
) -> ChangeableField | None:
    center = float(own) if _is_number(own) else _middle(field, known)
    if center is None:
        return None
    usual = field.typical or ((min(known), max(known)) if known else (center, center))
    spread = _spread(usual, known, center)
    low, high = _bounds(field, constraints, center, usual, spread)
    ends = [end for end in constraints.ranges.get(field.name, ()) if math.isfinite(end)]
    step = _step(field, [*known, *usual, *ends], spread, high - low)
    way = constraints.directions.get(field.name) if _is_number(own) else None
    grids = [
        make_grid(center, low=low, high=high, step=step, is_up=up, is_whole=field.kind == "integer")
        for up in _directions(way)
    ]
    place = ChangeableField(
        field=field,
        own=own,
        grids=tuple(each for each in grids if each.count),
        spread=spread,
        usual=usual,
    )
    return place if _is_number(own) else _of_unknown(place, known, center)


def _step(field: Field, numbers: Sequence[float], spread: float, width: float) -> float:
    """The width of a step, no finer than these numbers are written with."""
    decimals = 0 if field.kind == "integer" else written_with(numbers)
    return step_for(spread, width, min(decimals, MOST_DECIMALS))


def _directions(way: str | None) -> tuple[bool, ...]:
    """Whether to search upwards, for each direction that is allowed."""
    return {None: (True, False), "up": (True,), "down": (False,)}[way]


def _of_unknown(place: ChangeableField, known: list[float], center: float) -> ChangeableField:
    """The field where the case has no value: a change has no size then, so it may become one of a few typical
    values."""
    from_center = replace(place, own=center)
    tried = [float(np.quantile(known, share)) for share in QUANTILES] if known else [center]
    options = [value for number in tried if (value := from_center.toward(number)) != center]
    options = list(dict.fromkeys(options))
    return replace(
        place, options=tuple(options), shares=(1.0,) * len(options), grids=(), spread=1.0
    )


def _middle(field: Field, known: list[float]) -> float | None:
    if known:
        return float(np.median(known))
    return sum(field.typical) / 2 if field.typical else None


def _bounds(
    field: Field, constraints: Constraints, own: float, usual: tuple[float, float], spread: float
) -> tuple[float, float]:
    """The tightest of all limits; where there is none, some way beyond the usual range."""
    low, high = constraints.ranges.get(field.name, (-math.inf, math.inf))
    low = max(low, -math.inf if field.minimum is None else field.minimum)
    high = min(high, math.inf if field.maximum is None else field.maximum)
    margin = max(BEYOND * (usual[1] - usual[0]), spread)
    if math.isinf(low):
        low = min(own, usual[0], high) - margin
    if math.isinf(high):
        high = max(own, usual[1], low) + margin
    hard = INTEGER_LIMITS.get(field.datatype, (-math.inf, math.inf))
    return max(low, hard[0], -MOST_EXACT), min(high, hard[1], MOST_EXACT)


def _spread(usual: tuple[float, float], known: list[float], own: float) -> float:
    if len(set(known)) > 1:
        return float(np.std(known))
    if usual[1] > usual[0]:
        return (usual[1] - usual[0]) / 4
    return abs(own) / 4 or 1.0


def _is_number(value: object) -> TypeGuard[float]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(cast(float, value))


def _listed(value: object) -> Sequence[object]:
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence | set | frozenset):
        raise ExplanationFailed("Locked fields and allowed choices are given as lists.")
    return list(value)


def _by_field(options: Mapping[str, object], name: str) -> list[tuple[str, object]]:
    by_field = options.get(name) or {}
    if not isinstance(by_field, Mapping):
        raise ExplanationFailed("Limits are given by field.")
    return [(str(name_of_field), value) for name_of_field, value in by_field.items()]


def _range(ends: object) -> tuple[float, float]:
    if not isinstance(ends, Sequence) or isinstance(ends, str) or len(ends) != 2:
        raise ExplanationFailed("A range has two ends.")
    if any(end is not None and not _is_number(end) for end in ends):
        raise ExplanationFailed("The ends of a range are numbers.")
    low, high = ends
    limits = (-math.inf if low is None else float(low), math.inf if high is None else float(high))
    if limits[0] > limits[1]:
        raise ExplanationFailed("A range ends before it begins.")
    return limits
