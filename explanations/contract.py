"""What explaining means here: the words between methods, the worker that runs them and the pages.

A `Method` takes a `Question` and gives an `Explanation`, which is plain data: it travels between
processes, is stored with its case as JSON, and is drawn without asking the model again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import TypeAdapter

from explanations import wording
from explanations.errors import ExplanationFailed
from mds_client.prediction import Answer
from mds_client.signature import Signature, Values

if TYPE_CHECKING:
    from explanations.asking import Asker

Kind = Literal["attribution", "rule", "spans", "grid", "segments"]
TargetKind = Literal["probability", "agreement", "number", "score", "seconds"]


@dataclass(frozen=True, kw_only=True)
class Target:
    """The one number of an answer that an explanation is about.

    * probability   of the label that was answered
    * agreement     1 when the answer stays the same, else 0: for labels and texts without a score
    * number        the number that was answered, in `unit`
    * score         the score that goes with the answer
    * seconds       how long the segments of the answer are, all together
    """

    kind: TargetKind
    answer: str = ""
    unit: str = ""

    @classmethod
    def of(cls, answer: Answer) -> Target:
        """What there is to explain about this answer."""
        if answer.kind == "class" and answer.probability is not None:
            return cls(kind="probability", answer=answer.label)
        if answer.kind == "class":
            return cls(kind="agreement", answer=answer.label)
        if answer.kind == "number":
            return cls(kind="number", unit=answer.unit)
        if answer.kind == "segments":
            return cls(kind="seconds", unit="s")
        return cls._of_text(answer)

    @classmethod
    def _of_text(cls, answer: Answer) -> Target:
        if answer.score is not None:
            return cls(kind="score", answer=answer.headline)
        if answer.headline:
            return cls(kind="agreement", answer=answer.headline)
        raise ExplanationFailed(
            "This answer has no label, number or score that could be explained.",
            advice="The raw answer is under Technical.",
        )

    def read(self, answer: Answer) -> float:
        """The number in an answer to a changed input."""
        match self.kind:
            case "probability":
                return _present(answer.probabilities.get(self.answer))
            case "agreement":
                return float(self.is_same(answer))
            case "number":
                return _present(answer.number)
            case "score":
                return _present(answer.score)
            case "seconds":
                return sum(end - start for start, end in answer.segments)

    def is_same(self, answer: Answer) -> bool:
        """Whether an answer to a changed input says the same as the one that is explained."""
        return answer.headline == self.answer

    @property
    def words(self) -> str:
        """The number in words, as an axis title: "probability of benign"."""
        match self.kind:
            case "probability":
                return f"probability of {self.answer}"
            case "agreement":
                return f"share of answers that stay {self.answer}"
            case "number":
                return "the answer" + (f" in {self.unit}" if self.unit else "")
            case "score":
                return "the model's score"
            case "seconds":
                return "seconds found"

    @property
    def is_share(self) -> bool:
        """Whether the number is a probability, read in percent and points."""
        return self.kind in ("probability", "agreement")

    def value_text(self, value: float) -> str:
        """A value of the number: "97 %", "152 mg"."""
        if self.is_share:
            return wording.percent(value)
        return f"{wording.number(float(f'{value:.3g}'))}{self._unit}"

    def amount_text(self, amount: float) -> str:
        """A change of the number: "+18 points", "−3.1 mg"."""
        return wording.points(amount) if self.is_share else f"{wording.signed(amount)}{self._unit}"

    def bare_text(self, amount: float) -> str:
        """One end of a range of changes, beside `amount_text`, which has the unit: "15", "−3.1"."""
        write = wording.bare_points if self.is_share else wording.signed
        return write(amount).lstrip("+±")

    @property
    def _unit(self) -> str:
        return f"{wording.GAP}{self.unit}" if self.unit else ""


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """How much one field (or word, patch, stretch of sound) moved the number, in the number's unit.

    Positive speaks for the answer, negative against it. `span` is where it lies inside the field:
    characters of a text, seconds of a sound, (row, column) of a grid over a picture. The true amount
    lies between `low` and `high` with 95 % certainty; both are None where that is not known.
    """

    field: str
    title: str
    value_text: str
    amount: float
    span: tuple[float, float] | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_clear(self) -> bool:
        """Whether it is certain to which side it moves the number; assumed where nothing is known."""
        return self.low is None or self.high is None or self.low > 0 or self.high < 0


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a model answered as it did, as plain data.

    `base` is the number for a typical case (attribution) or with everything hidden (spans, grid,
    segments), `prediction` the number for this one. `precision` and `coverage` belong to rules.
    `gap` is what the attributions leave unexplained: prediction − base − their sum. `note` says in
    a sentence what a reader must know, such as a budget that ended it early.
    """

    method: str
    title: str
    kind: Kind
    target: Target
    prediction: float
    base: float | None = None
    attributions: tuple[Attribution, ...] = ()
    conditions: tuple[str, ...] = ()
    precision: float | None = None
    coverage: float | None = None
    shape: tuple[int, int] | None = None
    gap: float | None = None
    sentence: str
    alt: str
    note: str = ""
    is_complete: bool = True
    rows: int = 0
    calls: int = 0
    seconds: float = 0.0
    seed: int = 0

    @property
    def grid(self) -> tuple[tuple[float, ...], ...]:
        """The amounts of a grid over a picture, row by row from the top."""
        if self.shape is None:
            return ()
        _, width = self.shape
        amounts = [attribution.amount for attribution in self.attributions]
        return tuple(tuple(amounts[i : i + width]) for i in range(0, len(amounts), width))

    def to_json(self) -> str:
        """The explanation as JSON text, to be stored with its case."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Explanation:
        """Read what `to_json` wrote. Facts that a later release added are left out."""
        return _reader().validate_json(text)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What an explanation may cost: rows sent to the model, requests, seconds. None: no limit."""

    rows: int | None = None
    calls: int | None = None
    seconds: float | None = None

    def __str__(self) -> str:
        parts = [
            f"{self.rows:,} rows" if self.rows is not None else "",
            f"{self.calls:,} calls" if self.calls is not None else "",
            f"{self.seconds:g} seconds" if self.seconds is not None else "",
        ]
        return ", ".join(part for part in parts if part) or "no limit"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an explanation is, from 0 to 1, what it is doing, and what it would say by now."""

    fraction: float = 0.0
    words: str = "Waiting"
    rough: Explanation | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """Everything a method is given.

    `method` is the one that is asked; `ask` asks the model about changed rows, counts them and stops
    at the budget; `background` are typical rows to compare with; `seed` makes chance repeatable; `report` tells how far it is.
    """

    method: Method
    ask: Asker
    signature: Signature
    values: Values
    background: Sequence[Values] = ()
    budget: Budget = Budget()
    seed: int = 0
    report: Callable[[Progress], None] = lambda _: None

    @property
    def target(self) -> Target:
        """The number that is explained."""
        return self.ask.target


class Method(Protocol):
    """One way to explain: a module in `explanations/methods/` with these names.

    A method that needs a slow library imports it inside its functions, never at its top, and may
    have `warm() -> None`, which the worker calls ahead of time.
    """

    NAME: str
    TITLE: str
    KIND: Kind

    def describe(self) -> str:
        """One sentence for a person: what this explanation tells."""

    def suits(self, signature: Signature) -> bool:
        """Whether it can explain models with this signature."""

    def cost(self, signature: Signature) -> Budget:
        """What it may cost unless somebody says otherwise."""

    def explain(self, question: Question) -> Explanation:
        """Explain one prediction, within `question.budget`."""


def _present(value: float | None) -> float:
    if value is None:
        raise ExplanationFailed(
            "The model left out the number that is being explained in one of its answers.",
            advice="Ask again; if it happens again, tell the people who run the model.",
        )
    return value


@cache
def _reader() -> TypeAdapter[Explanation]:
    return TypeAdapter(Explanation)
