"""What a person picks from when they say more of an answer: reasons that fit its kind, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping

from db.tables import TAKEN_BACK

__all__ = [
    "CONFIDENCE",
    "REASONS",
    "TAKEN_BACK",
    "confidence_in_words",
    "confidences",
    "percent",
    "reasons_for",
]

_INPUT = ("The input was wrong", "The input is unusual", "The model cannot know this")
# Six at most, so that they are read.
REASONS = ("Wrong answer", "Right answer, wrong probability", *_INPUT, "Something else")
_PARTS = ("Something was missed", "Something is not there", "Wrong place", "Wrong label")
_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "number": ("Too high", "Too low", *_INPUT, "Something else"),
    "text": ("Wrong", "Incomplete", "Made up", "Badly worded", *_INPUT[:1], "Something else"),
    "multilabel": ("A label is missing", "A label is wrong", *_INPUT, "Something else"),
    "boxes": (*_PARTS, *_INPUT[:1], "Something else"),
    "regions": (*_PARTS, *_INPUT[:1], "Something else"),
    "segments": (*_PARTS, *_INPUT[:1], "Something else"),
}
# How sure somebody is, in words, as the share that is kept.
CONFIDENCE: Mapping[str, float] = {"Guess": 0.4, "Fairly sure": 0.7, "Sure": 0.95}


def reasons_for(kind: str) -> tuple[str, ...]:
    """The reasons for saying that an answer of this kind is wrong."""
    return _BY_KIND.get(kind, REASONS)


def confidences(said: float | None) -> Mapping[str, float]:
    """What a person picks from when they say how sure they are, the least sure first: the words, and a share that was said
    and for which no word stands, as it is."""
    if said is None or said in CONFIDENCE.values():
        return CONFIDENCE
    return dict(sorted([*CONFIDENCE.items(), (percent(said), said)], key=lambda each: each[1]))


def confidence_in_words(confidence: float | None) -> str | None:
    """The word that stands for it, else the share itself; None where nothing was said."""
    if confidence is None:
        return None
    return next((w for w, share in CONFIDENCE.items() if share == confidence), percent(confidence))


def percent(share: float) -> str:
    """`92.5 %`, or `92 %` where it is whole: a mark that somebody set is shown as it was set."""
    return f"{round(100 * share, 1):g} %"
