"""A text as words that can be left out, in groups that belong together."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

# What stands in place of a text of which nothing is left: an empty one is no answerable question.
NOTHING_LEFT = "…"
# A word of a script without spaces (Chinese, Japanese) is a sign with the marks that follow it; a run of signs
# that no language has as one word is taken apart, so that no text is one single word.
_SIGN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_WORD = re.compile(rf"[{_SIGN}][^\w\s]*|[^\s{_SIGN}]{{1,40}}")
_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*$")
_SHORT_TITLE = 40


@dataclass(frozen=True)
class Stretch:
    """Neighbouring words, from one place to before another."""

    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first


@dataclass(frozen=True)
class Words:
    """A text and where its words are."""

    text: str

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where each word begins and ends, in characters."""
        return [match.span() for match in _WORD.finditer(self.text)]

    def __len__(self) -> int:
        return len(self.spans)

    @property
    def all(self) -> Stretch:
        return Stretch(0, len(self))

    def span(self, stretch: Stretch) -> tuple[int, int]:
        """From where to where a stretch goes, in characters."""
        return self.spans[stretch.first][0], self.spans[stretch.end - 1][1]

    def text_of(self, stretch: Stretch) -> str:
        """The words in quotation marks; of a long stretch its beginning and end."""
        start, end = self.span(stretch)
        words = " ".join(self.text[start:end].split())
        if len(words) > _SHORT_TITLE:
            words = f"{words[:20].rstrip()} … {words[-14:].lstrip()}"
        return f"“{words}”"

    def without(self, stretch: Stretch) -> str:
        """The text with a stretch left out."""
        (begin, _), (_, end) = self.spans[0], self.spans[stretch.end - 1]
        if stretch.first:
            return self.text[begin : self.spans[stretch.first - 1][1]] + self.text[end:]
        rest = self.spans[stretch.end :]
        return self.text[rest[0][0] :] if rest else NOTHING_LEFT

    def kept(self, places: Collection[int]) -> str:
        """The text with these words only, each with the space that was before it."""
        pieces: list[str] = []
        for place in sorted(places):
            before = self.spans[place - 1][1] if place else 0
            gap = self.text[before : self.spans[place][0]] if pieces else ""
            pieces.append(gap + self.text[slice(*self.spans[place])])
        return "".join(pieces) or NOTHING_LEFT

    def taken_apart(self, stretch: Stretch, most: int) -> list[Stretch]:
        """At most so many parts of a stretch: its words if they are few, else its sentences, grouped if they
        are many; a long sentence in about equal groups of words. A single word is not taken apart.
        """
        if len(stretch) <= most:
            return [Stretch(place, place + 1) for place in range(stretch.first, stretch.end)]
        ends = self._sentence_ends(stretch)
        if len(ends) == 1:
            ends = list(range(stretch.first + 1, stretch.end + 1))
        return _grouped(stretch, ends, most)

    def _sentence_ends(self, stretch: Stretch) -> list[int]:
        """The places after the last word of each sentence or line in a stretch."""
        inside = [place for place in range(stretch.first, stretch.end - 1) if self._is_last(place)]
        return [place + 1 for place in inside] + [stretch.end]

    def _is_last(self, place: int) -> bool:
        (start, end), (following, _) = self.spans[place], self.spans[place + 1]
        return bool(_END.search(self.text[start:end])) or "\n" in self.text[end:following]


def _grouped(stretch: Stretch, ends: Sequence[int], most: int) -> list[Stretch]:
    """Groups that end at some of these ends, about equally long, at most so many."""
    size, groups, first = len(stretch) / most, list[Stretch](), stretch.first
    for end, following in zip(ends, [*ends[1:], stretch.end], strict=True):
        goal = stretch.first + size * (len(groups) + 1)
        is_near = end >= goal or abs(end - goal) <= abs(following - goal)
        if end == stretch.end or ((len(ends) <= most or is_near) and len(groups) < most - 1):
            groups.append(Stretch(first, end))
            first = end
    return groups
