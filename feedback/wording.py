"""What a person picks from when they say more of an answer: reasons that fit its kind, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping

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
# The reason of a statement that takes back what was said: it decides nothing, and the question is open again.
TAKEN_BACK = "Taken back"


def reasons_for(kind: str) -> tuple[str, ...]:
    """The reasons for saying that an answer of this kind is wrong."""
    return _BY_KIND.get(kind, REASONS)


def confidence_in_words(confidence: float | None) -> str | None:
    """The word that is nearest; None where nothing was said."""
    if confidence is None:
        return None
    return min(CONFIDENCE, key=lambda word: abs(CONFIDENCE[word] - confidence))
