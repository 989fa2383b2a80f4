"""Text whose columns begin at the same places in every line, as mainframes, R and SAS print tables."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tables import dates, numbers

_SAMPLE = 200  # lines in which the gaps are looked for
_LONGEST = 10_000
_MOST_COLUMNS = 1_000
_RULES = "-=+_ \r\n"  # of the line below a heading
_FEW_LINES = 5  # in so few one blank may stand below another by chance

Span = tuple[int, int]


def cells_in(text: str) -> list[list[str]] | None:
    """The rows with their cells; None where the lines have no gaps below each other, or no column of values."""
    lines = text.splitlines()
    sample = [line.rstrip() for line in lines if line.strip(_RULES)][:_SAMPLE]
    if len(sample) < 2 or any("\t" in line or len(line) > _LONGEST for line in sample):
        return None
    spans = _spans(sample)
    is_table = 2 <= len(spans) <= _MOST_COLUMNS and _has_values(sample, spans)
    if not is_table or any(_is_cut(line, spans) for line in lines):
        return None
    return [_cut(line, spans) for line in lines]


def _spans(sample: Sequence[str]) -> list[Span]:
    """Where the columns are: between gaps that are blank in every line."""
    width = max(map(len, sample))
    filled = [any(line[at : at + 1].strip() for line in sample) for at in range(width)]
    least = 1 if len(sample) > _FEW_LINES else 2
    spans: list[Span] = []
    for at, is_filled in enumerate(filled):
        if is_filled and spans and at - spans[-1][1] < least:
            spans[-1] = (spans[-1][0], at + 1)
        elif is_filled:
            spans.append((at, at + 1))
    return _joined(sample, spans)


def _joined(sample: Sequence[str], spans: list[Span]) -> list[Span]:
    """Without spans of half a name or half a cell: their heading, or all below it, is empty."""
    joined: list[Span] = []
    for start, end in spans:
        head = sample[0][start:end].strip()
        is_half = not head or not any(line[start:end].strip() for line in sample[1:])
        if joined and is_half:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _has_values(sample: Sequence[str], spans: Sequence[Span]) -> bool:
    """Whether a column below the first line is nothing but numbers or dates: prose has none."""
    columns = ([line[start:end].strip() for line in sample[1:]] for start, end in spans)
    return any(all(map(_is_value, column)) for column in columns)


def _is_value(cell: str) -> bool:
    return numbers.is_number(cell) or dates.is_date(cell)


def _is_cut(line: str, spans: Sequence[Span]) -> bool:
    """Whether letters stand in a gap: then a cut there would part a word."""
    gaps = [(0, spans[0][0]), *((end, start) for (_, end), (start, _) in pairwise(spans))]
    return bool(line.strip(_RULES)) and any(line[start:end].strip() for start, end in gaps)


def _cut(line: str, spans: Sequence[Span]) -> list[str]:
    """The cells of a line; a blank line has none."""
    ends = [*(start for start, _ in spans[1:]), None]
    cells = [line[start:end].strip() for (start, _), end in zip(spans, ends, strict=True)]
    return cells if any(cells) else []
