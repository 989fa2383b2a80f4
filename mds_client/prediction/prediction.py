"""The answer of a model: raw outputs as they came, and the same in the model's own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mds_client.errors import MdsError
from mds_client.prediction.masks import Mask
from mds_client.signature import ModelRef, Role
from mds_client.signature.datatypes import Array, Numbers, numpy_of
from mds_client.transport.exchange import Exchange

JSON_TEXT = "application/json"
"""The content type of an output whose texts are JSON values that have no datatype."""
_FLOATS = ("FP16", "BF16", "FP32", "FP64")
_MOST_COUNTED = 5
_MOST_EXACT = 2**53  # of whole numbers that a float holds


@dataclass(frozen=True, kw_only=True)
class Output:
    """One output tensor. `data` is flat, row-major, plain Python values when looked at; `shape` as answered.

    `labels` are the words for its columns where the answer itself says them.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: Sequence[object]
    content_type: str = ""
    role: Role = "detail"
    labels: tuple[str, ...] = ()

    def row(self, index: int) -> tuple[object, ...]:
        """The values of one row (first dimension). A scalar output is its own only row."""
        rows = self.shape[0] if self.shape else 1
        width = len(self.data) // max(rows, 1)
        return tuple(self.data[index * width : (index + 1) * width])

    def to_numpy(self) -> Array:
        """The data in their shape; text and what is missing among whole numbers as objects."""
        if isinstance(self.data, Numbers):
            return self.data.array.reshape(self.shape)
        has_gaps = self.datatype not in _FLOATS and None in self.data
        dtype = None if has_gaps else numpy_of(self.datatype)
        return np.array(self.data, dtype=dtype or object).reshape(self.shape)


@dataclass(frozen=True, kw_only=True)
class Box:
    """Something found in a picture. `corners` are left, top, right, bottom: in pixels, or in shares of the
    picture's size where all of them are at most 1. `outline` is a polygon around it, `mask` its pixels, where
    there is one. Corners of a mask alone are in its own pixels. `note` says why a mask is missing.
    """

    label: str = ""
    score: float | None = None
    corners: tuple[float, float, float, float]
    outline: tuple[tuple[float, float], ...] = ()
    mask: Mask | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One row's answer in words.

    Exactly one of `label`, `number`, `text`, `segments`, `boxes`, `picture`, `table`, `vector` is the
    headline, as `kind` says: class, multilabel, number, text, segments, boxes, regions (`boxes`, one a class,
    that share out the picture), image, table, vector, or tree when the outputs say nothing we know; `details` has the outputs that are not part of the headline, by name.
    `probabilities` is ordered, highest first; they sum to one unless the kind is multilabel, or the model only gives
    those of some labels. `score` goes under the name `score_name` where its output is not declared. `interval` is
    where the number lies with the probability `coverage`, where the model says both.
    """

    kind: str
    label: str = ""
    number: float | None = None
    unit: str = ""
    text: str = ""
    segments: tuple[tuple[float, float], ...] = ()
    probabilities: Mapping[str, float] = field(default_factory=dict)
    score: float | None = None
    score_name: str = ""
    interval: tuple[float, float] | None = None
    coverage: float | None = None
    boxes: tuple[Box, ...] = ()
    picture: bytes = b""
    table: tuple[Mapping[str, object], ...] = ()
    vector: tuple[float, ...] = ()
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def probability(self) -> float | None:
        """The probability of the label, where the model gives one."""
        return self.probabilities.get(self.label)

    @property
    def likely(self) -> list[str]:
        """The labels that are more likely than not."""
        return [label for label, value in self.probabilities.items() if value >= 0.5]

    @property
    def headline(self) -> str:
        """The one big line."""
        words = _HEADLINES.get(self.kind)
        return words(self) if words else self.text


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a model answered to one request of one or more rows.

    `model` carries the version that answered. `failures` are the errors of rows that have no answer, by the number
    of the row; one row alone raises its error.
    """

    model: ModelRef
    outputs: tuple[Output, ...]
    answers: Sequence[Answer]
    exchange: Exchange
    signature_fingerprint: str = ""
    failures: Mapping[int, MdsError] = field(default_factory=dict)

    @property
    def answer(self) -> Answer:
        """The answer to the first (often the only) row."""
        return self.answers[0]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _measured(number: float | None, unit: str) -> str:
    return "" if number is None else f"{_plain(number)} {unit}".strip()


def _listed(labels: list[str]) -> str:
    return ", ".join(labels) or "None of the labels"


def _text_or_none(text: str) -> str:
    return text if text.strip() else "No text"


def _plain(number: float) -> str:
    """Three significant digits, without an exponent for everyday sizes; every digit of a whole number.

    One that is longer than any quantity is for copying: it has no commas.
    """
    if isinstance(number, int):
        return f"{number:,}" if abs(number) <= _MOST_EXACT else str(number)
    if number == 0 or 0.001 <= abs(number) < 1e15:
        return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
    return f"{number:.3g}"


def _segments_in_words(segments: tuple[tuple[float, float], ...]) -> str:
    if not segments:
        return "No speech found"
    total = sum(end - start for start, end in segments)
    count = "1 segment" if len(segments) == 1 else f"{len(segments)} segments"
    return f"{total:.1f} s of speech in {count}"


def _boxes_in_words(boxes: tuple[Box, ...]) -> str:
    """What was found, most often first: "2 × car, 1 × person"."""
    if not boxes:
        return "Nothing found"
    counts = Counter(box.label or "found" for box in boxes).most_common(_MOST_COUNTED)
    return ", ".join(f"{count} × {label}" for label, count in counts)


def _regions_in_words(regions: tuple[Box, ...]) -> str:
    """The largest first: "road 61 %, sky 30 %"."""
    shares = [(region.mask.share, region.label) for region in regions if region.mask]
    largest = sorted(shares, reverse=True)[:_MOST_COUNTED]
    return ", ".join(f"{label} {_percent(share)}" for share, label in largest) or "Nothing found"


def _percent(share: float) -> str:
    return f"{share * 100:.0f}\u00a0%" if share >= 0.01 else "under 1\u00a0%"


_HEADLINES: Mapping[str, Callable[[Answer], str]] = {
    "class": lambda answer: answer.label,
    "number": lambda answer: _measured(answer.number, answer.unit),
    "segments": lambda answer: _segments_in_words(answer.segments),
    "multilabel": lambda answer: _listed(answer.likely),
    "boxes": lambda answer: _boxes_in_words(answer.boxes),
    "regions": lambda answer: _regions_in_words(answer.boxes),
    "image": lambda _: "A picture",
    "table": lambda answer: _rows(len(answer.table)),
    "vector": lambda answer: f"{len(answer.vector):,} numbers",
    "text": lambda answer: _text_or_none(answer.text),
}
