"""The one number of an answer that an explanation is about, and how it is read by people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from explanations import formatting
from explanations.errors import ExplanationFailed
from mds_client.prediction import Answer

TargetKind = Literal["probability", "agreement", "words", "number", "score", "seconds"]
# A text of so many words is more than a label: some of it can stay while the rest goes.
FEWEST_WORDS = 3
_PAIRS = (("yes", "no"), ("true", "false"), ("1", "0"), ("positive", "negative"), ("pos", "neg"))
_NEGATIVES = {negative for _, negative in _PAIRS}
_OPPOSITES = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}


@dataclass(frozen=True, kw_only=True)
class Target:
    """The one number of an answer that an explanation is about.

    * probability   of the label that was answered
    * agreement     1 when the answer stays the same, else 0: for labels and texts without a score
    * words         how much of an answered text stays: the share of its words that are still in the answer
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
        if answer.kind == "class":
            kind: TargetKind = "probability" if _is_known_of_all(answer) else "agreement"
            return cls(kind=kind, answer=answer.label)
        if answer.kind == "number":
            return cls(kind="number", unit=answer.unit)
        if answer.kind == "segments":
            return cls(kind="seconds", unit="s")
        return cls._of_text(answer)

    @classmethod
    def _of_text(cls, answer: Answer) -> Target:
        if answer.kind == "text" and len(answer.text.split()) >= FEWEST_WORDS:
            return cls(kind="words", answer=answer.headline)
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
                return _present(probability_of(answer, self.answer))
            case "agreement":
                return float(self.is_same(answer))
            case "words":
                return self._share_kept(answer)
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
            case "words":
                return "share of the answer's words that stay"
            case "number":
                return "the answer" + (f" in {self.unit}" if self.unit else "")
            case "score":
                return "the model's score"
            case "seconds":
                return "seconds found"

    @property
    def is_share(self) -> bool:
        """Whether the number is a probability or another share, read in percent and percentage points."""
        return self.kind in ("probability", "agreement", "words")

    def value_text(self, value: float) -> str:
        """A value of the number: "97 %", "152 mg"."""
        if self.is_share:
            return formatting.percent(value)
        return formatting.amount(float(f"{value:.3g}"), self.unit)

    def as_told(self, value: float) -> float | None:
        """The number that `value_text` says; None where it is in words, as beyond 99.9 %."""
        return formatting.share_as_told(value) if self.is_share else float(f"{value:.3g}")

    def amount_text(self, amount: float) -> str:
        """A change of the number: "+18 pp", "−3.1 mg"."""
        return (
            formatting.points(amount)
            if self.is_share
            else f"{formatting.signed(amount, is_amount=formatting.is_amount(self.unit))}{self._unit}"
        )

    def bare_text(self, amount: float) -> str:
        """One end of a range of changes, beside `amount_text`, which has the unit: "15", "−3.1"."""
        write = formatting.bare_points if self.is_share else formatting.signed
        return write(amount).lstrip("+±")

    def _share_kept(self, answer: Answer) -> float:
        before, now = Counter(self.answer.split()), Counter(answer.headline.split())
        return (before & now).total() / max(before.total(), 1)

    @property
    def _unit(self) -> str:
        return f"{formatting.GAP}{self.unit}" if self.unit else ""


def _is_known_of_all(answer: Answer) -> bool:
    """Whether an answer with another label also tells the probability of this one: it gives those of several
    labels, or there are only two."""
    several = len(answer.probabilities) > 1
    return answer.probability is not None and (several or answer.label.casefold() in _OPPOSITES)


def probability_of(answer: Answer, label: str) -> float | None:
    """That of a label, None where the answer does not tell; of two opposites the one that is left out has the rest."""
    probability = answer.probabilities.get(label)
    if probability is not None or _OPPOSITES.get(answer.label.casefold()) != label.casefold():
        return probability
    if len(answer.probabilities) == 1 and answer.probability is not None:
        return 1 - answer.probability
    if answer.label.casefold() not in _NEGATIVES or answer.score is None:
        return None
    return (
        answer.score if 0 <= answer.score <= 1 else None
    )  # the number beside "no" is that of "yes"


def _present(value: float | None) -> float:
    if value is None:
        raise ExplanationFailed(
            "The model left out the number that is being explained in one of its answers.",
            advice="Ask again; if it happens again, tell the people who run the model.",
        )
    return value
