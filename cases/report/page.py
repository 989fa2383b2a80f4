"""The page itself: from what is to be told to HTML that needs nothing else, runs no script, and prints on one sheet."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from printed.frame import bar, cells, document, facts, fill, track
from printed.markup import Html, joined, tag

_LONGEST = 4_000


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
    """One explanation: what it is called, what it says, its bars where it has some, or a line for each change that it suggests, and
    what a reader must know."""

    title: str
    sentence: str
    amounts: tuple[Amount, ...] = ()
    lines: tuple[str, ...] = ()
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
    """Everything that stands on the page. `facts` are versions, ids and times, in their order; `mark` says that it is no case of
    somebody."""

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
    mark: str = ""


def page(report: Report) -> str:
    """The whole document."""
    return document(
        report.title,
        _answer(report),
        _inputs(report.entered),
        *(_reason(reason) for reason in report.reasons),
        _feedback(report.said),
        tag("h2", "The record"),
        facts(report.facts),
    )


def _answer(report: Report) -> Html:
    parts = [tag("p", report.title, class_="muted")]
    parts += [tag("p", tag("b", report.mark))] if report.mark else []
    parts += [tag("p", report.question)] if report.question else []
    parts.append(tag("h1", report.answer[:_LONGEST]))
    parts += [tag("p", report.sure)] if report.sure else []
    parts += [_image(report.picture, "The picture that was answered")] if report.picture else []
    parts += [bar(each.name, track(each.share), each.words) for each in report.shares]
    parts += [cells(report.rows)] if report.rows else []
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
    bars = [bar(a.name, _signed(a, largest), a.words) for a in reason.amounts]
    lines = [tag("li", words[:_LONGEST]) for words in reason.lines]
    note = [tag("p", reason.note[:_LONGEST], class_="muted")] if reason.note else []
    return tag(
        "section",
        tag("h2", reason.title),
        tag("p", reason.sentence[:_LONGEST]),
        *bars,
        *([tag("ol", *lines)] if lines else []),
        *note,
    )


def _feedback(said: Sequence[Said]) -> Html:
    if not said:
        return joined()
    told = [joined(tag("p", tag("b", s.head)), tag("p", s.words[:_LONGEST])) for s in said]
    return tag("section", tag("h2", "What people say"), *told)


def _signed(amount: Amount, largest: float) -> Html:
    """To the right what speaks for the answer, to the left what speaks against it."""
    share = abs(amount.amount) / largest if largest and math.isfinite(amount.amount) else 0.0
    is_for = amount.amount >= 0
    kind = "fill" if is_for else "fill against"
    filled = fill(share, kind if amount.is_clear else "fill unclear")
    left = tag("span", *([] if is_for else [filled]), class_="half left")
    right = tag("span", *([filled] if is_for else []), class_="half")
    return tag("span", left, right, class_="track two")


def _image(png: bytes, alt: str) -> Html:
    return tag("img", src=f"data:image/png;base64,{b64encode(png).decode()}", alt=alt)
