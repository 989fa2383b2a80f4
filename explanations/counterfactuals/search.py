"""Looks for the fewest and smallest changes of a case that get the wanted answer from a model.

First every field alone; then fields together: those that moved the answer most, and the values of typical cases
that are answered as wanted. What works is made smaller: fields are put back, then numbers are brought closer to
the case's own. Only what the model itself was asked counts; no other model stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from itertools import combinations

import numpy as np

from explanations.budgeted_model import Fact
from explanations.counterfactuals.candidates import Candidates, Changed
from explanations.counterfactuals.constraints import ChangeableField, spaced
from mds_client.signature import Values

MOST_SUGGESTED = 3
# Shares of the rows that there are, for each field alone and for fields together.
ALONE, TOGETHER = 0.36, 0.14
MOST_TRIES = 8
STRONGEST = 6
SIZES = (2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30)
INSIDE = 3
SHARES = 16
ROUNDS = 4
DENSITIES = (0.2, 0.5, 0.8)
# An alternative with many more fields than the best is of no use.
MORE_FIELDS = 3

Asks = Generator[list[Changed], list[Fact | None], Changed]


class Search:
    """One search. `best` may be read at any time, also after it was ended from outside."""

    def __init__(
        self,
        candidates: Candidates,
        neighbours: Sequence[Values],
        *,
        rows: int,
        seed: int,
        moved: Callable[[], None],
    ) -> None:
        self._candidates = candidates
        self._places = list(candidates.places.values())
        self._neighbours = neighbours
        self._rows = rows
        self._moved = moved
        self._chance = np.random.default_rng(seed)
        self._best_alone: dict[str, tuple[float, object]] = {}

    def run(self) -> None:
        """Search until nothing better is to be expected. Raises Ended when it may ask no more."""
        self._alone(is_far=False)
        self._moved()
        starts: list[Changed] = []
        banned: set[str] = set()
        while len(starts) < MOST_SUGGESTED and (start := self._start(banned)) is not None:
            reduced = self._reduced(start)
            if not starts and len(reduced) > 1:
                # One field, changed far, may do for what several do within the usual.
                self._alone(is_far=True)
                reduced = self._working(banned) or reduced
            starts.append(reduced)
            banned.add(self._strongest_first(starts[-1])[0])
            self._moved()
        self._together([self._closer(start) for start in self.best() or starts])

    def best(self) -> list[Changed]:
        """The best so far: at most three, none of which changes all the fields of another."""
        chosen: list[Changed] = []
        for changed in sorted(self._candidates.accepted(), key=self._candidates.cost):
            is_new = not any(set(other) <= set(changed) for other in chosen)
            is_short = not chosen or len(changed) <= len(chosen[0]) + MORE_FIELDS
            if is_new and is_short:
                chosen.append(changed)
            if len(chosen) == MOST_SUGGESTED:
                break
        return chosen

    def _alone(self, *, is_far: bool) -> None:
        """Every field by itself, at a few values."""
        most = int(ALONE * self._rows)
        tries = min(max(most // max(len(self._places), 1), 2), MOST_TRIES)
        tried_first = self._unlike_first()[: max(most // tries, 1)]
        self._candidates.ask(
            [
                {place.field.name: value}
                for place in tried_first
                for value in place.tries(tries, is_far=is_far)
            ]
        )
        for place in tried_first:
            self._remember(place, place.tries(tries, is_far=is_far))

    def _remember(self, place: ChangeableField, values: Sequence[object]) -> None:
        name = place.field.name
        facts = [(self._candidates.known({name: value}), value) for value in values]
        distances = [
            (self._candidates.outcome.distance(fact), value) for fact, value in facts if fact
        ]
        distances += [self._best_alone[name]] if name in self._best_alone else []
        if distances:
            self._best_alone[name] = min(distances, key=lambda each: each[0])

    def _unlike_first(self) -> list[ChangeableField]:
        """Fields by how far the case is from what is typical: there is most to change."""
        return sorted(self._places, key=self._typicalness)

    def _typicalness(self, place: ChangeableField) -> float:
        others = [place.toward(row.get(place.field.name)) for row in self._neighbours]
        moved = [place.size(value) for value in others if value != place.own]
        return -sum(moved) / max(len(others), 1)

    def _start(self, banned: set[str]) -> Changed | None:
        """A change that works and leaves the banned fields alone; the ways of finding one are tried from cheap
        to costly."""
        for look in (
            self._no_trial,
            self._strong_together,
            self._mixed,
            self._scattered,
            self._far,
        ):
            look(banned)
            if works := self._working(banned):
                return works
        return None

    def _working(self, banned: set[str]) -> Changed | None:
        works = [each for each in self._candidates.accepted() if not banned & each.keys()]
        return min(works, key=self._candidates.cost, default=None)

    def _no_trial(self, banned: set[str]) -> None:
        """Nothing new is tried: what was tried before may already work."""

    def _strong_together(self, banned: set[str]) -> None:
        """The values that moved the answer most, in pairs and in growing sets."""
        ranked = [name for name in self._ranked() if name not in banned]
        best = {name: self._best_alone[name][1] for name in ranked}
        pairs = [dict.fromkeys(pair) for pair in combinations(ranked[:STRONGEST], 2)]
        sets = [dict.fromkeys(ranked[:size]) for size in (*SIZES, len(ranked)) if size > 1]
        self._candidates.ask([{name: best[name] for name in names} for names in (*pairs, *sets)])

    def _mixed(self, banned: set[str]) -> None:
        """The case with the values of typical cases: near ones first, then any."""
        mixed = [self._with_values_of(row, banned) for row in self._neighbours]
        mixed = sorted(
            (each for each in mixed if each), key=lambda each: self._candidates.cost(each)[1]
        )
        count = max(int(TOGETHER * self._rows), 1)
        self._candidates.ask(mixed[: count // 2])
        if not self._working(banned):
            self._candidates.ask([mixed[i - 1] for i in spaced(0, len(mixed), count // 2)])

    def _scattered(self, banned: set[str]) -> None:
        """Some fields at random values, some to their ends: finds what only works together."""
        if banned:
            return
        for _ in range(ROUNDS):
            self._candidates.ask([self._drawn() for _ in range(int(TOGETHER * self._rows))])
            if any(self._candidates.accepted()):
                return

    def _drawn(self) -> Changed:
        chance, share = self._chance, self._chance.choice(DENSITIES)
        changes: dict[str, object] = {}
        for place in self._places:
            if chance.random() < share and (values := place.tries(MOST_TRIES)):
                ends = len(place.grids) if chance.random() < 0.5 else 0
                changes[place.field.name] = values[chance.integers(ends or len(values))]
        return changes

    def _far(self, banned: set[str]) -> None:
        """Values beyond the usual range, as far as the limits allow: only when nothing nearer works."""
        if banned or any(self._candidates.accepted()):
            return
        self._alone(is_far=True)
        self._strong_together(banned)

    def _with_values_of(self, row: Values, banned: set[str]) -> Changed:
        values = {
            name: place.toward(row.get(name))
            for name, place in self._candidates.places.items()
            if name not in banned
        }
        return {n: value for n, value in values.items() if value != self._candidates.places[n].own}

    def _ranked(self) -> list[str]:
        """Fields that were tried alone, the one that came nearest to what is wanted first."""
        return sorted(self._best_alone, key=lambda name: self._best_alone[name][0])

    def _strongest_first(self, changed: Changed) -> list[str]:
        place = {name: index for index, name in enumerate(self._ranked())}
        return sorted(changed, key=lambda name: place.get(name, len(place)))

    def _reduced(self, changed: Changed) -> Changed:
        """With as many fields put back as the answer allows."""
        names = self._strongest_first(changed)
        kept = [{n: changed[n] for n in names[:size]} for size in (1, *SIZES) if size < len(names)]
        changed = self._smallest([*kept, changed])
        while len(changed) > 1 and (fewer := self._put_back(changed)) != changed:
            changed = fewer
        return changed

    def _put_back(self, changed: Changed) -> Changed:
        """Each field put back alone; then those that may be, together, as many as go."""
        names = self._strongest_first(changed)
        without = {name: _without(changed, [name]) for name in names}
        self._candidates.ask(list(without.values()))
        loose = [name for name in reversed(names) if self._candidates.holds(without[name])]
        if not loose:
            return changed
        fewer = [_without(changed, loose[:size]) for size in range(1, len(loose) + 1)]
        return self._smallest([each for each in fewer if each])

    def _smallest(self, some: Sequence[Changed]) -> Changed:
        """The cheapest of these changes that works; at least one of them is known to work."""
        self._candidates.ask(some)
        return min(
            (each for each in some if self._candidates.holds(each)), key=self._candidates.cost
        )

    def _closer(self, changed: Changed) -> Asks:
        """With its numbers brought closer to the case's own: all at once, then one after the other."""
        names = [name for name in changed if self._candidates.places[name].is_numeric]
        if len(names) > 1:
            changed = yield from self._scaled(changed, names)
        for name in sorted(names, key=lambda n: -self._candidates.places[n].size(changed[n])):
            changed = yield from self._one_closer(changed, name)
        return changed

    def _scaled(self, changed: Changed, names: Sequence[str]) -> Asks:
        """All numbers at the same share of their way, the least that works."""
        steps = {name: self._step_of(name, changed[name]) for name in names}
        low, high = 0, SHARES
        while high - low > 1:
            tries = {
                share: self._at_share(changed, steps, share)
                for share in sorted(spaced(low, high, INSIDE + 1))[:-1]
            }
            yield list(tries.values())
            low, high = self._narrowed(low, high, tries)
        return self._at_share(changed, steps, high)

    def _at_share(self, changed: Changed, steps: Mapping[str, int], share: int) -> Changed:
        at_step = {
            n: self._moved_by(n, changed[n], -(-r * share // SHARES)) for n, r in steps.items()
        }
        return {**changed, **at_step}

    def _one_closer(self, changed: Changed, name: str) -> Asks:
        """One number at the first step that works, as far as that is known."""
        low, high = 0, self._step_of(name, changed[name])
        while high - low > 1:
            tries = {
                step: {**changed, name: self._moved_by(name, changed[name], step)}
                for step in sorted(spaced(low, high, INSIDE + 1))[:-1]
            }
            yield list(tries.values())
            low, high = self._narrowed(low, high, tries)
        return {**changed, name: self._moved_by(name, changed[name], high)} if high else changed

    def _narrowed(self, low: int, high: int, tries: Mapping[int, Changed]) -> tuple[int, int]:
        works = [place for place, changed in tries.items() if self._candidates.holds(changed)]
        high = min(works, default=high)
        return max((place for place in tries if place < high), default=low), high

    def _step_of(self, name: str, value: object) -> int:
        grid = self._candidates.places[name].grid_to(float(value))  # type: ignore[arg-type]
        return grid.nearest(float(value)) if grid else 0  # type: ignore[arg-type]

    def _moved_by(self, name: str, value: object, step: int) -> object:
        grid = self._candidates.places[name].grid_to(float(value))  # type: ignore[arg-type]
        return grid.at(step) if grid and step else value

    def _together(self, asks: Sequence[Asks]) -> None:
        """Run these generators side by side: what all of them ask next is sent as one request."""
        waiting = {each: next(each, None) for each in asks}
        while waiting := {each: some for each, some in waiting.items() if some is not None}:
            self._candidates.ask([changed for some in waiting.values() for changed in some])
            self._moved()
            waiting = {
                each: _next(each, [self._candidates.known(changed) for changed in some])
                for each, some in waiting.items()
            }


def _without(changed: Changed, names: Sequence[str]) -> Changed:
    return {name: value for name, value in changed.items() if name not in names}


def _next(asks: Asks, facts: list[Fact | None]) -> list[Changed] | None:
    try:
        return asks.send(facts)
    except StopIteration:
        return None
