"""What all printed pages have in common: one document without script or network, tables, and bars that also print."""

from __future__ import annotations

import math
from collections.abc import Sequence

from printed.markup import Html, tag

_LONGEST = 4_000
_LONG_WORD, _MANY_COLUMNS = 16, 7
# No script, no network: not even where a browser would follow something that was overlooked.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
@page { margin: 14mm; }
:root { color-scheme: light; }
body { font: 15px/1.45 "Source Sans 3", "Source Sans Pro", system-ui, sans-serif; color: #141a26; background: #fff;
  max-width: 780px; margin: 24px auto; padding: 0 16px; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 4px; } h2 { font-size: 18px; margin: 20px 0 6px; }
p { margin: 0 0 6px; white-space: pre-wrap; } ol { margin: 0 0 6px; padding-inline-start: 24px; } .muted { color: #525c70; font-size: 14px; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 4px 8px 4px 0;
  border-bottom: 1px solid #d5dae4; } .whole { overflow-wrap: break-word; } th { font-weight: 400; color: #525c70; width: 38%; } td { font-weight: 600; }
.bar { display: grid; grid-template-columns: 34% 1fr 22%; gap: 8px; align-items: center; margin: 3px 0; }
.wordy { grid-template-columns: 30% 1fr 29%; }
.track { display: grid; height: 14px; } .track.two { grid-template-columns: 1fr 1fr; }
.half { height: 14px; display: flex; } .left { border-right: 1px solid #525c70; justify-content: flex-end; }
.fill { height: 14px; background: #2563eb; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.range { position: relative; background: #edf0f5; } .range > * { position: absolute; top: 0; height: 14px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.range .span { background: #a9c3f5; } .range .dot { width: 4px; margin-left: -2px; background: #1d4ed8; }
.range.worse .span { background: #f0c49d; } .range.worse .dot { background: #b04a05; }
thead th { font-weight: 600; width: auto; } .word { border: 1px solid #525c70; border-radius: 8px; padding: 8px 14px; }
.against { background: #b04a05; } .unclear { background: #7f8ba1; }
img { max-width: 100%; max-height: 320px; } section { break-inside: avoid; }
@media print { body { font-size: 11px; line-height: 1.3; margin: 0; max-width: none; } h1 { font-size: 22px; }
  h2 { font-size: 13px; margin: 10px 0 3px; } .muted { font-size: 10px; } th, td { padding: 2px 8px 2px 0; }
  .bar { margin: 1px 0; } img { max-height: 180px; } }
@media (max-width: 500px) { .bar { grid-template-columns: 1fr 1fr; } .bar > :first-child { grid-column: 1 / -1; } }
"""


def document(title: str, *body: str) -> str:
    """The whole page."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        Html(f"<style>{_STYLE}</style>"),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', *body), lang='en')}\n"


def facts(named: Sequence[tuple[str, str]]) -> Html:
    """Names and what they are, a row each."""
    rows = [
        tag("tr", tag("th", name, scope="row", class_=_breaks(name)), _cell(words))
        for name, words in named
    ]
    return tag("table", *rows)


def cells(rows: Sequence[Sequence[str]], head: Sequence[str] = ()) -> Html:
    """A table of texts, with a head where there is one."""
    count = max(len(head), *(len(row) for row in rows), 0)
    headings = [tag("th", cell, scope="col", class_=_breaks(cell, count)) for cell in head]
    body = [tag("tr", *(_cell(cell, count) for cell in row)) for row in rows]
    if not headings:
        return tag("table", *body)
    return tag("table", tag("thead", tag("tr", *headings)), tag("tbody", *body))


def _cell(words: str, count: int = 2) -> Html:
    return tag("td", words, class_=_breaks(words, count))


def _breaks(words: str, count: int = 2) -> str:
    """The class of a cell beside so many: within a word its line breaks only where the page would not hold the table."""
    longest = max(map(len, words.split()), default=0)
    return "any" if longest > _LONG_WORD or count > _MANY_COLUMNS else "whole"


def bar(name: str, filled: Html, words: str, *, is_wordy: bool = False) -> Html:
    """A line: what it is, its bar, and that in words, for which there is more room where it `is_wordy`."""
    kind = "bar wordy" if is_wordy else "bar"
    return tag("div", tag("span", name[:_LONGEST]), filled, tag("b", words), class_=kind)


def track(share: float) -> Html:
    """A bar that is filled up to a share from 0 to 1."""
    return tag("span", fill(share, "fill"), class_="track")


def fill(share: float, kind: str) -> Html:
    """The filled part of a bar; `kind` is its class."""
    return tag("span", class_=kind, style=f"width: {_within(share) * 100:.1f}%")


def interval(value: float, low: float, high: float, *, is_worse: bool = False) -> Html:
    """A value from 0 to 1 as a line on the bar of its interval."""
    start, end = _within(low) * 100, _within(high) * 100
    span = tag("span", class_="span", style=f"left: {start:.1f}%; width: {end - start:.1f}%")
    dot = tag("span", class_="dot", style=f"left: {_within(value) * 100:.1f}%")
    return tag("span", span, dot, class_="track range worse" if is_worse else "track range")


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
