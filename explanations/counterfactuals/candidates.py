"""Changed copies of a case that were tried on its model, and what it answered to each."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

from explanations.budgeted_model import Fact, ModelChanged, OutOfBudget
from explanations.contract import ExplainContext
from explanations.counterfactuals.constraints import ChangeableField
from explanations.counterfactuals.desired_outcome import DesiredOutcome
from explanations.errors import ExplanationCancelled
from mds_client.errors import MdsError

Changed = Mapping[str, object]
# Kept back, so that what is suggested can be asked once more at the end.
RESERVE = 3
MOST_AT_ONCE = 500


class Ended(Exception):
    """Nothing more can be asked. The words say why: "It ended after 20 seconds."."""

    @classmethod
    def by(cls, error: OutOfBudget | MdsError) -> Ended:
        """What this error means for a search."""
        if isinstance(error, MdsError):
            return cls(f"The model stopped answering: {error.sentence}")
        if isinstance(error, ModelChanged):
            return cls(f"It ended because {error.limit}; the results are of the version before.")
        return cls(f"It ended after {error.limit}.")


class Candidates:
    """The model as a function of what is changed. Everything it was asked is remembered."""

    def __init__(
        self, context: ExplainContext, outcome: DesiredOutcome, places: Sequence[ChangeableField]
    ) -> None:
        self.outcome = outcome
        self.places = {place.field.name: place for place in places}
        self._refused: set[Hashable] = set()
        self._context = context
        self._known: dict[Hashable, tuple[Changed, Fact]] = {}

    def ask(self, some: Sequence[Changed]) -> list[Fact | None]:
        """What the model says to each; None where it errs. Raises Ended when it may be asked no more."""
        tried = self._refused | self._known.keys()
        new = list({_key(each): each for each in some if _key(each) not in tried}.values())
        room = max(self._context.ask.rows_left - RESERVE, 0)
        fitting = new[: int(min(room, len(new)))]
        while fitting:
            count = self._in_time()
            self._ask(fitting[:count])
            fitting, new = fitting[count:], new[count:]
        if new:
            raise Ended(f"It ended at its limit of {self._context.budget.rows or 0:,} rows.")
        return [self.known(each) for each in some]

    @property
    def refused(self) -> int:
        """How many changed cases the model did not answer."""
        return len(self._refused)

    def known(self, changed: Changed) -> Fact | None:
        """What the model said to this before."""
        entry = self._known.get(_key(changed))
        return entry[1] if entry else None

    def holds(self, changed: Changed) -> bool:
        """Whether it was tried and gives what is wanted."""
        fact = self.known(changed)
        return fact is not None and self.outcome.holds(fact)

    def accepted(self) -> Iterator[Changed]:
        """Everything that gave what is wanted, in the order in which it was asked."""
        return (changed for changed, fact in self._known.values() if self.outcome.holds(fact))

    def nearest(self) -> Fact | None:
        """The answer that came nearest to what is wanted."""
        facts = [fact for _, fact in self._known.values()]
        return min(facts, key=self.outcome.distance) if facts else None

    def cost(self, changed: Changed) -> tuple[int, float]:
        """What the search minimises: first how many fields change, then how far."""
        sizes = [self.places[name].size(value) for name, value in changed.items()]
        return len(sizes), sum(sizes)

    def _in_time(self) -> int:
        """How many rows one request may have, so that a slow model does not use up all the time with it."""
        ask, seconds = self._context.ask, self._context.budget.seconds
        if seconds is None:
            return MOST_AT_ONCE
        pace = ask.seconds / max(ask.rows, 1)
        return max(int((seconds - ask.seconds) / 2 / max(pace, 1e-9)), 1)

    def _ask(self, some: Sequence[Changed]) -> None:
        rows = [{**self._context.values, **each} for each in some]
        try:
            facts = self._context.ask.each(rows)
        except ExplanationCancelled:
            raise
        except (OutOfBudget, MdsError) as error:
            raise Ended.by(error) from error
        for changed, fact in zip(some, facts, strict=True):
            if fact is None:
                self._refused.add(_key(changed))
            else:
                self._known[_key(changed)] = (changed, fact)


def _key(changed: Changed) -> Hashable:
    # By type as well: True is not the choice 1.
    return frozenset((name, type(value), value) for name, value in changed.items())
