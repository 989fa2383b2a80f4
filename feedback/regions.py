"""Boxes on a picture and segments of a sound as the right answer: checked, kept as a text, compared, told in words."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

from db.tables import LONG, SHORT

BOXES, SEGMENTS = "boxes", "segments"
KINDS = (BOXES, SEGMENTS)
MOST = 100
# Two regions are the same thing where their intersection is this share of their union: the usual bound of PASCAL VOC.
OVERLAP = 0.5
_TOLD = 5
_EDGES = {BOXES: ("left", "top", "right", "bottom"), SEGMENTS: ("start", "end")}
_DIGITS = {BOXES: 1, SEGMENTS: 3}  # a tenth of a pixel, a millisecond
_NOUNS = {BOXES: ("box", "boxes"), SEGMENTS: ("segment", "segments")}


@dataclass(frozen=True, kw_only=True)
class Within:
    """Where regions may be: a picture's width and height in its own pixels, or the length of a sound in seconds; None
    where that is not known."""

    width: float | None = None
    height: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Region:
    """`edges` are left, top, right, bottom in pixels of the picture, or start and end in seconds."""

    edges: tuple[float, ...]
    label: str = ""

    @property
    def kind(self) -> str:
        return BOXES if len(self.edges) == 4 else SEGMENTS


class Unfit(ValueError):
    """What was given is no right answer of its kind; the sentence says why."""


EVERYWHERE = Within()


def read(
    kind: str, given: object, labels: Sequence[str] = (), within: Within = EVERYWHERE
) -> tuple[Region, ...] | None:
    """The regions of a list, or of a JSON text of one; None for anything else.

    A box is `{"label", "corners": [left, top, right, bottom]}`, a segment `{"label", "start", "end"}` or `[start, end]`: as
    answers have them. Where `labels` are known, a label is one of them. Raises Unfit for what is not within, empty, or
    more than 100.
    """
    listed = _listed(given)
    if listed is None:
        return None
    one, many = _NOUNS[kind]
    if len(listed) > MOST:
        raise Unfit(f"At most {MOST} {many} can be kept; these are {len(listed):,}.")
    found = []
    for number, each in enumerate(listed, 1):
        region = _region(kind, each)
        problem = "has no place" if region is None else _problem(region, labels, within)
        if problem or region is None:
            raise Unfit(f"{one.capitalize()} {number} {problem}.")
        found.append(region)
    if len(text_of(found)) > LONG:
        raise Unfit(f"These {many} are more than can be kept: shorten their labels.")
    return tuple(found)


def text_of(regions: Sequence[Region]) -> str:
    """How they are kept: JSON in the form of an answer."""
    return json.dumps([as_fact(each) for each in regions], ensure_ascii=False)


def as_fact(region: Region) -> dict[str, object]:
    """A region as plain data."""
    if region.kind == BOXES:
        return {"label": region.label, "corners": list(region.edges)}
    start, end = region.edges
    return {"start": start, "end": end} | ({"label": region.label} if region.label else {})


def of_text(text: object) -> tuple[Region, ...] | None:
    """The regions that a kept truth holds; None where it is another truth."""
    if not isinstance(text, str) or not text.startswith("["):
        return None
    for kind in KINDS:
        try:
            return read(kind, text)
        except Unfit:
            continue
    return None


def of_answer(facts: Mapping[str, object]) -> tuple[Region, ...] | None:
    """The regions that a case answers, where they are in pixels of the picture or in seconds: not those in shares of it,
    nor in the pixels of a mask. None for any other answer, and for more than can be kept."""
    kind = str(facts.get("kind"))
    listed = facts.get(kind) if kind in KINDS else None
    if not isinstance(listed, list) or (kind == BOXES and any(_has_own_scale(b) for b in listed)):
        return None
    try:
        found = read(kind, listed)
    except Unfit:
        return None
    if kind == BOXES and found and all(max(each.edges) <= 1 for each in found):
        return None
    return found


def are_alike(one: object, other: object) -> bool:
    """Whether two kept truths mark the same things: as many, each with one of the same label that it overlaps by half of
    their union."""
    these, those = of_text(one), of_text(other)
    if these is None or those is None or len(these) != len(those):
        return False
    left = list(those)
    for region in these:
        twin = max(left, key=lambda each: _overlap(region, each), default=None)
        if twin is None or _overlap(region, twin) < OVERLAP:
            return False
        left.remove(twin)
    return True


def in_words(truth: object) -> str:
    """A right answer as a person reads it: "2 boxes: car (30, 60 to 140, 150), tree (…)"; whole numbers whole, any other as
    it is."""
    found = of_text(truth)
    if found is None:
        return repr(truth).removesuffix(".0") if isinstance(truth, float) else str(truth)
    if not found:
        return "nothing is there"
    noun = _NOUNS[found[0].kind][len(found) > 1]
    told = [_in_words(each) for each in found[:_TOLD]]
    more = [f"{len(found) - _TOLD} more"] if len(found) > _TOLD else []
    return f"{len(found)} {noun}: {', '.join([*told, *more])}"


def _in_words(region: Region) -> str:
    if region.kind == SEGMENTS:
        start, end = region.edges
        return f"{region.label} {start:.2f} to {end:.2f} s".strip()
    left, top, right, bottom = (f"{edge:g}" for edge in region.edges)
    return f"{region.label or 'unnamed'} ({left}, {top} to {right}, {bottom})"


def _listed(given: object) -> list[object] | None:
    if isinstance(given, str):
        try:
            given = json.loads(given) if given.lstrip().startswith("[") else None
        except (ValueError, RecursionError):
            return None
    return list(given) if isinstance(given, list | tuple) else None


def _region(kind: str, given: object) -> Region | None:
    """A region with its edges rounded; None where they are no numbers."""
    label = ""
    if isinstance(given, Mapping):
        label = str(given.get("label") or "").strip()
        given = given.get("corners") if kind == BOXES else [given.get("start"), given.get("end")]
    edges = list(given) if isinstance(given, list | tuple) else []
    numbers = [_number(edge) for edge in edges]
    whole = [round(each, _DIGITS[kind]) for each in numbers if each is not None]
    if len(whole) != len(_EDGES[kind]) or len(edges) != len(whole):
        return None
    return Region(edges=tuple(whole), label=label)


def _number(edge: object) -> float | None:
    if isinstance(edge, bool) or not isinstance(edge, Real):
        return None
    try:
        number = float(edge)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _problem(region: Region, labels: Sequence[str], within: Within) -> str:
    """What is wrong with it, after its name; nothing where it is right."""
    if any(end <= start for start, end in _spans(region)):
        return "is empty: it ends where it begins, or before"
    if any(edge < 0 for edge in region.edges) or _is_beyond(region, within):
        return f"is not within {_whole(region, within)}"
    if len(region.label) > SHORT:
        return f"has a label of more than {SHORT} characters"
    if labels and region.label not in labels and (region.label or region.kind == BOXES):
        named = f"the label {region.label!r}" if region.label else "no label"
        return f"has {named}; the model knows {', '.join(labels[:10])}"
    return ""


def _is_beyond(region: Region, within: Within) -> bool:
    """A rounded edge may be half a digit outside."""
    most = (within.width, within.height) if region.kind == BOXES else (within.seconds,)
    slack = 10.0 ** -_DIGITS[region.kind]
    spans = zip(_spans(region), most, strict=True)
    return any(limit is not None and end > limit + slack for (_, end), limit in spans)


def _whole(region: Region, within: Within) -> str:
    if region.kind == SEGMENTS:
        return "the sound" + (f" of {within.seconds:.2f} s" if within.seconds else "")
    if within.width and within.height:
        return f"the picture of {within.width:g} × {within.height:g} pixels"
    return "the picture"


def _has_own_scale(box: object) -> bool:
    mask = box.get("mask") if isinstance(box, Mapping) else None
    return isinstance(mask, Mapping) and not mask.get("is_of_box")


def _overlap(one: Region, other: Region) -> float:
    """Intersection over union of two regions with one label; 0 for regions of different labels or kinds."""
    if one.label != other.label or one.kind != other.kind:
        return 0.0
    pairs = zip(_spans(one), _spans(other), strict=True)
    shared = [min(a[1], b[1]) - max(a[0], b[0]) for a, b in pairs]
    both = math.prod(max(0.0, length) for length in shared)
    return both / (_size(one) + _size(other) - both)


def _size(region: Region) -> float:
    """Its area, or its length."""
    return math.prod(end - start for start, end in _spans(region))


def _spans(region: Region) -> list[tuple[float, float]]:
    """From where to where it goes: across and down, or in time."""
    middle = len(region.edges) // 2
    return list(zip(region.edges[:middle], region.edges[middle:], strict=True))
