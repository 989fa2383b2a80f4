"""The page itself: from what is to be told to HTML that needs nothing else, runs no script, and prints on one sheet."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from cases.report.markup import Html, joined, tag

_LONGEST = 4_000
# No script, no network: not even where a browser would follow something that was overlooked.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
@page { margin: 14mm; }
:root { color-scheme: light; }
body { font: 15px/1.45 "Source Sans 3", "Source Sans Pro", system-ui, sans-serif; color: #141a26; background: #fff;
  max-width: 780px; margin: 24px auto; padding: 0 16px; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 4px; } h2 { font-size: 18px; margin: 20px 0 6px; }
p { margin: 0 0 6px; white-space: pre-wrap; } .muted { color: #525c70; font-size: 14px; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 4px 8px 4px 0;
  border-bottom: 1px solid #d5dae4; } th { font-weight: 400; color: #525c70; width: 38%; } td { font-weight: 600; }
.bar { display: grid; grid-template-columns: 34% 1fr 22%; gap: 8px; align-items: center; margin: 3px 0; }
.track { display: grid; height: 14px; } .track.two { grid-template-columns: 1fr 1fr; }
.half { height: 14px; display: flex; } .left { border-right: 1px solid #525c70; justify-content: flex-end; }
.fill { height: 14px; background: #2563eb; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.against { background: #b04a05; } .unclear { background: #7f8ba1; }
img { max-width: 100%; max-height: 320px; } section { break-inside: avoid; }
@media print { body { font-size: 11px; line-height: 1.3; margin: 0; max-width: none; } h1 { font-size: 22px; }
  h2 { font-size: 13px; margin: 10px 0 3px; } .muted { font-size: 10px; } th, td { padding: 2px 8px 2px 0; }
  .bar { margin: 1px 0; } img { max-height: 180px; } }
@media (max-width: 500px) { .bar { grid-template-columns: 1fr 1fr; } .bar > :first-child { grid-column: 1 / -1; } }
"""


@dataclass(frozen=True, kw_only=True)
class Share:
    """A class and its probability, which is also told in words."""

    name: str
    share: float
    words: str


@dataclass(frozen=True, kw_only=True)
class Amount:
    """What a part of the inputs adds to the answer, or takes from it; and that in words."""

    name: str
    amount: float
    words: str
    is_clear: bool = True


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One explanation: what it is called, what it says, its bars where it has some, what a reader must know."""

    title: str
    sentence: str
    amounts: tuple[Amount, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Entered:
    """One input; `picture` is a PNG of it."""

    title: str
    words: str
    picture: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody said of the case."""

    head: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that stands on the page. `facts` are versions, ids and times, in their order."""

    title: str
    question: str
    answer: str
    sure: str = ""
    picture: bytes = b""
    shares: tuple[Share, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    entered: tuple[Entered, ...] = ()
    reasons: tuple[Reason, ...] = ()
    said: tuple[Said, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


def page(report: Report) -> str:
    """The whole document."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", report.title),
        Html(f"<style>{_STYLE}</style>"),
    )
    body = tag(
        "body",
        _answer(report),
        _inputs(report.entered),
        *(_reason(reason) for reason in report.reasons),
        _feedback(report.said),
        tag("h2", "The record"),
        _table(report.facts),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _answer(report: Report) -> Html:
    parts = [tag("p", report.title, class_="muted")]
    parts += [tag("p", report.question)] if report.question else []
    parts.append(tag("h1", report.answer[:_LONGEST]))
    parts += [tag("p", report.sure)] if report.sure else []
    parts += [_image(report.picture, "The picture that was answered")] if report.picture else []
    parts += [_bar(each.name, _track(each.share), each.words) for each in report.shares]
    parts += [_cells(report.rows)] if report.rows else []
    return tag("section", *parts)


def _inputs(entered: Sequence[Entered]) -> Html:
    if not entered:
        return joined()
    rows = [
        tag(
            "tr",
            tag("th", each.title, scope="row"),
            tag(
                "td",
                each.words[:_LONGEST],
                *([tag("br"), _image(each.picture, each.title)] if each.picture else []),
            ),
        )
        for each in entered
    ]
    return tag("section", tag("h2", "As entered"), tag("table", *rows))


def _reason(reason: Reason) -> Html:
    largest = max((abs(a.amount) for a in reason.amounts if math.isfinite(a.amount)), default=0.0)
    bars = [_bar(a.name, _signed(a, largest), a.words) for a in reason.amounts]
    note = [tag("p", reason.note[:_LONGEST], class_="muted")] if reason.note else []
    return tag(
        "section",
        tag("h2", reason.title),
        tag("p", reason.sentence[:_LONGEST]),
        *bars,
        *note,
    )


def _feedback(said: Sequence[Said]) -> Html:
    if not said:
        return joined()
    told = [joined(tag("p", tag("b", s.head)), tag("p", s.words[:_LONGEST])) for s in said]
    return tag("section", tag("h2", "What people say"), *told)


def _table(facts: Sequence[tuple[str, str]]) -> Html:
    rows = [tag("tr", tag("th", name, scope="row"), tag("td", words)) for name, words in facts]
    return tag("table", *rows)


def _cells(rows: Sequence[Sequence[str]]) -> Html:
    return tag("table", *(tag("tr", *(tag("td", cell) for cell in row)) for row in rows))


def _bar(name: str, track: Html, words: str) -> Html:
    return tag("div", tag("span", name[:_LONGEST]), track, tag("b", words), class_="bar")


def _track(share: float) -> Html:
    return tag("span", _fill(share, "fill"), class_="track")


def _signed(amount: Amount, largest: float) -> Html:
    """To the right what speaks for the answer, to the left what speaks against it."""
    share = abs(amount.amount) / largest if largest and math.isfinite(amount.amount) else 0.0
    is_for = amount.amount >= 0
    kind = "fill" if is_for else "fill against"
    fill = _fill(share, kind if amount.is_clear else "fill unclear")
    left = tag("span", *([] if is_for else [fill]), class_="half left")
    right = tag("span", *([fill] if is_for else []), class_="half")
    return tag("span", left, right, class_="track two")


def _fill(share: float, kind: str) -> Html:
    width = min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
    return tag("span", class_=kind, style=f"width: {width * 100:.1f}%")


def _image(png: bytes, alt: str) -> Html:
    return tag("img", src=f"data:image/png;base64,{b64encode(png).decode()}", alt=alt)
