"""A number on its scale: where it lies, between which bounds the model is sure of it, and what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from explanations.formatting import amount, is_amount, number

Range = tuple[float, float]
_ROOM = 0.06


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A number, in its unit; `sure` are its bounds, `usual` is the range in which answers usually lie, `source` where that is
    known from, in words. `declared` are the ends of the scale itself, where these are known."""

    value: float
    unit: str = ""
    sure: Range | None = None
    usual: Range | None = None
    source: str = ""
    declared: Range | None = None

    @property
    def _ends(self) -> Range:
        """From where to where it goes: its declared ends, else all that is marked, and some room."""
        if self.declared and self.declared[0] < self.declared[1]:
            return self.declared
        marks = [self.value, *(self.sure or ()), *(self.usual or ())]
        room = (max(marks) - min(marks)) * _ROOM or abs(self.value) * _ROOM or 1.0
        return min(marks) - room, max(marks) + room

    def place(self, value: float) -> float:
        """How far along it is, in percent; what lies beyond an end is at it."""
        low, high = self._ends
        return min(max((value - low) / (high - low) * 100, 0.0), 100.0)

    @property
    def has_zero(self) -> bool:
        """Whether it goes to both sides of nothing."""
        return self.declared is not None and self.declared[0] < 0 < self.declared[1]

    def words(self) -> str:
        """What is usual, in a sentence; empty where that is not known."""
        if not self.usual:
            return ""
        low, high = self.usual
        if self.source:
            low, high = (float(f"{edge:.3g}") for edge in (low, high))  # estimated
        source = f" ({self.source})" if self.source else ""
        first = number(low, is_amount=is_amount(self.unit))
        return f"Usually {first} to {amount(high, self.unit)}{source}."

    def position(self) -> str:
        """Where the number lies, in words."""
        if not self.usual or self.usual[0] <= self.value <= self.usual[1]:
            return "within the usual range" if self.usual else ""
        return "below the usual range" if self.value < self.usual[0] else "above the usual range"


def html(scale: Scale) -> str:
    """The scale, with what is usual under it. What a server said is escaped."""
    parts = [
        f'<s class="zero" style="left:{scale.place(0):.2f}%"></s>' if scale.has_zero else "",
        _bar(scale, "usual", scale.usual),
        _bar(scale, "sure", scale.sure),
        f'<i style="left:{scale.place(scale.value):.2f}%"></i>',
    ]
    rail = f'<div class="mds-scale" role="img" aria-label="{escape(alt_text(scale), quote=True)}">{"".join(parts)}</div>'
    words = [scale.words()]
    if scale.declared:
        low, high = map(number, scale.declared)
        words = [low, scale.words(), high]
    ends = "".join(f"<span>{escape(each)}</span>" for each in words)
    return rail + (f'<div class="mds-ends">{ends}</div>' if any(words) else "")


def alt_text(scale: Scale) -> str:
    """The scale in a sentence."""
    said = [amount(scale.value, scale.unit), "on a scale"]
    if scale.declared:
        said[1] = f"on a scale from {number(scale.declared[0])} to {number(scale.declared[1])}"
    if scale.sure:
        said.append(f"with bounds {number(scale.sure[0])} and {number(scale.sure[1])}")
    if position := scale.position():
        said.append(position)
    return f"{' '.join(said[:2])}{', ' if said[2:] else ''}{', '.join(said[2:])}."


def _bar(scale: Scale, kind: str, span: Range | None) -> str:
    if span is None:
        return ""
    start, end = (scale.place(edge) for edge in span)
    return f'<s class="{kind}" style="left:{start:.2f}%;width:{max(end - start, 0.0):.2f}%"></s>'
