"""What a search for changes found, in words: what would have to be otherwise, and what was allowed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from explanations import formatting
from explanations.budgeted_model import Fact
from explanations.contract import Change, ExplainContext, Explanation, Progress, Suggestion
from explanations.counterfactuals.candidates import Candidates, Changed
from explanations.counterfactuals.constraints import ChangeableField, Constraints
from explanations.counterfactuals.desired_outcome import DesiredOutcome
from explanations.counterfactuals.search import Search
from explanations.target import Target
from mds_client.signature import Field

Working = tuple[Changed, Fact]
# The note of what is known before a search has ended.
SO_FAR = "So far."
HIDDEN = "not shown"
NOT_ADVICE = "This is model behaviour, not advice."
# Answers that differ by less are the same: a model may run a row in another batch.
SAME = 1e-6
# Text of a number that is not read back as the number itself is written out, to so many digits.
DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class Narrator:
    """Makes explanations of what was found. `twice` is what the model said when asked twice about the case."""

    context: ExplainContext
    outcome: DesiredOutcome
    constraints: Constraints
    candidates: Candidates
    twice: Sequence[float]

    def report(self, search: Search) -> None:
        """How far the search is, and what it would suggest by now."""
        working = [
            (changed, fact) for changed in search.best() if (fact := self.candidates.known(changed))
        ]
        context, ask = self.context, self.context.ask
        [before] = ask.facts([context.values])
        rough = self.to_explanation(before, working, SO_FAR, 0) if working else None
        context.report(
            Progress(
                fraction=min(ask.rows / (context.budget.rows or ask.rows), 1.0),
                words="Making it smaller" if working else "Trying changes",
                rough=rough and replace(rough, rows=ask.rows, calls=ask.calls, seconds=ask.seconds),
            )
        )

    def already(self, before: Fact) -> Explanation:
        """The explanation where the case already has the wanted answer."""
        sentence = (
            f"Nothing needs to change: asked again, the model answers {self._answer_text(before)}."
        )
        return self._explanation(before, [], sentence, "", is_complete=True)

    def to_explanation(
        self, before: Fact, working: Sequence[Working], ended: str, lost: int
    ) -> Explanation:
        """The suggestions; `lost` of them did not work when asked again."""
        sentence = self._sentence(working) if working else self._none_found_sentence()
        note = " ".join(part for part in (*self._remarks(working, lost), ended) if part)
        return self._explanation(
            before, working, sentence, note, is_complete=not ended and not lost
        )

    def _explanation(
        self,
        before: Fact,
        working: Sequence[Working],
        sentence: str,
        note: str,
        *,
        is_complete: bool,
    ) -> Explanation:
        sentence = " ".join(f"{sentence} {NOT_ADVICE}".split())
        target, numbers = self._shown(before, working)
        return Explanation(
            method=self.context.method.NAME,
            title=self.context.method.TITLE,
            kind=self.context.method.KIND,
            target=target,
            prediction=numbers[0],
            suggestions=tuple(
                Suggestion(
                    changes=tuple(self._change(name, value) for name, value in changed.items()),
                    headline=fact.headline,
                    number=number,
                )
                for (changed, fact), number in zip(working, numbers[1:], strict=True)
            ),
            conditions=(
                f"Wanted: {self.outcome}",
                *self.constraints.in_words(self.context.signature),
            ),
            sentence=sentence,
            alt=f"{len(working)} suggestions. {sentence}",
            note=" ".join(note.split()),
            is_complete=is_complete,
        )

    def _shown(self, before: Fact, working: Sequence[Working]) -> tuple[Target, list[float]]:
        """The number of the case and of each suggestion; where the model left one out, whether it says the same."""
        facts = [before, *(fact for _, fact in working)]
        target = Target(**vars(self.context.target))
        if any(math.isnan(fact.score) for fact in facts):
            return replace(target, kind="agreement"), [float(fact.is_same) for fact in facts]
        return target, [fact.score for fact in facts]

    def _change(self, name: str, value: object) -> Change:
        place = self.candidates.places[name]
        before, after = short(place.field, place.own), exact(place.field, value)
        return Change(
            field=name,
            title=place.field.title,
            value=value,  # type: ignore[arg-type]
            before_text=self._before(place, before, after),
            after_text=after,
        )

    @staticmethod
    def _before(place: ChangeableField, before: str, after: str) -> str:
        """The old value in words: in full where its short form equals that of the new value. A sensitive value
        is never written down."""
        if place.field.sensitive:
            return HIDDEN
        return before if before != after else exact(place.field, place.own)

    def _sentence(self, working: Sequence[Working]) -> str:
        changed, fact = working[0]
        changes = [self._change(name, value) for name, value in changed.items()]
        changed_fields = [
            f"{formatting.inside(each.title)} were {each.after_text}"
            + (f" instead of {each.before_text}" if each.before_text != HIDDEN else "")
            for each in changes
        ]
        would = f"The model would answer {self._answer_text(fact)} if {formatting.listed(changed_fields)}."
        others = len(working) - 1
        if not others:
            return would
        return f"{would} {'Another way was' if others == 1 else f'{others} other ways were'} found."

    def _none_found_sentence(self) -> str:
        if not self.candidates.places:
            return "No change is possible: every field stays as it is."
        rows = self.context.ask.rows
        nothing = (
            f"No change within these limits was found after {rows:,} rows that gets {self.outcome}."
        )
        return f"{nothing} {self._nearest()}"

    def _nearest(self) -> str:
        nearest, target = self.candidates.nearest(), self.context.target
        if nearest is None or target.kind == "agreement" or math.isnan(nearest.score):
            return ""
        reached = target.value_text(nearest.score)
        if target.kind == "probability":
            return f"The probability of {target.answer} fell to {reached} at the lowest."
        return f"The nearest answer was {reached}."

    def _answer_text(self, fact: Fact) -> str:
        """The answer with its number where it has one: "Gentoo", "152 mg"."""
        target = self.context.target
        return fact.headline if target.is_share else target.value_text(fact.score)

    def _remarks(self, working: Sequence[Working], lost: int) -> list[str]:
        unusual = {
            f"{place.field.title} {exact(place.field, value)}"
            for changed, _ in working
            for name, value in changed.items()
            if _is_unusual(place := self.candidates.places[name], value)
        }
        refused = self.candidates.refused
        return [
            f"Outside the usual range: {formatting.listed(sorted(unusual))}." if unusual else "",
            f"The model did not answer {refused:,} of the changed cases." if refused else "",
            self._wavering(lost),
        ]

    def _wavering(self, lost: int) -> str:
        first, second = self.twice
        is_noisy = abs(first - second) > SAME * max(1.0, abs(first))
        if not is_noisy and not lost:
            return ""
        dropped = f" {lost} that worked once did not work again and are left out." if lost else ""
        return f"The model does not repeat itself: a suggestion may not work next time.{dropped}"


def exact(field: Field, value: object) -> str:
    """A value to the last digit: with its label, its unit, or in percent."""
    return _text(field, value, _exactly)


def short(field: Field, value: object) -> str:
    """A value in four digits, for reading."""
    return _text(field, value, formatting.number)


def _text(field: Field, value: object, write: Callable[..., str]) -> str:
    if field.choices and value in field.choices and len(field.choice_labels) == len(field.choices):
        return field.choice_labels[field.choices.index(value)]
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return formatting.possible_value(field, value)
    is_fraction = field.format == "fraction"
    unit = "%" if is_fraction else field.unit
    number = float(Decimal(repr(value)) * 100) if is_fraction else value
    shown = write(number, is_amount=formatting.is_amount(unit))
    return f"{shown}{formatting.GAP}{unit}" if unit else shown


def _exactly(number: float, *, is_amount: bool) -> str:
    shown = formatting.number(number, is_amount=is_amount)
    if float(shown.replace(",", "").replace(formatting.MINUS, "-")) == number:
        return shown
    apart = "," if is_amount else ""
    return f"{number:{apart}.{DIGITS}g}".replace("-", formatting.MINUS)


def _is_unusual(place: ChangeableField, value: object) -> bool:
    if not place.is_numeric or not isinstance(value, int | float):
        return False
    return not place.usual[0] <= value <= place.usual[1]
