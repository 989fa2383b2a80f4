"""The report of a case: one page that needs nothing else, in which whatever anybody said is only text."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from cases.report.page import Amount, Entered, Reason, Report, Said, Share, page
from printed.markup import tag

EVIL = (
    """</style></title><script>alert(1)</script><img src=x onerror="alert(2)">&lt;"'\x00\x08]]>"""
)
PNG = b"\x89PNG\r\n\x1a\n"
REPORT = Report(
    title=EVIL,
    question=EVIL,
    answer=EVIL,
    sure=EVIL,
    picture=PNG,
    shares=(Share(name=EVIL, share=0.25, words=EVIL),),
    rows=((EVIL, EVIL),),
    entered=(Entered(title=EVIL, words=EVIL, picture=PNG),),
    reasons=(
        Reason(
            title=EVIL,
            sentence=EVIL,
            note=EVIL,
            amounts=(
                Amount(name=EVIL, amount=2.0, words=EVIL),
                Amount(name="against", amount=-1.0, words="-1"),
                Amount(name="unclear", amount=0.5, words="?", is_clear=False),
            ),
            lines=(EVIL,),
        ),
    ),
    said=(Said(head=EVIL, words=EVIL),),
    facts=((EVIL, EVIL),),
)
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "section", "p", "h1", "h2", "table", "tr", "th", "td",
    "b", "br", "img", "div", "span", "ol", "li",
}  # fmt: skip
ATTRIBUTES = {
    "charset",
    "http-equiv",
    "content",
    "name",
    "lang",
    "class",
    "style",
    "scope",
    "src",
    "alt",
}


class Read(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((name, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_whatever_is_told_is_only_text() -> None:
    read = Read(page(REPORT))
    assert {name for name, _ in read.found} == ELEMENTS
    assert {key for _, attributes in read.found for key in attributes} <= ATTRIBUTES
    as_text = EVIL.replace("\x00", "\ufffd").replace("\x08", "\ufffd")
    told = [words for words in read.words if words == as_text]
    assert len(told) == 21  # each of the places above, once


def test_nothing_comes_from_elsewhere() -> None:
    read = Read(page(REPORT))
    sources = [a["src"] or "" for _, a in read.found if "src" in a]
    assert len(sources) == 2
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    policies = [a["content"] for _, a in read.found if "http-equiv" in a]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]
    assert "url(" not in page(REPORT)
    assert "@import" not in page(REPORT)


@pytest.mark.parametrize(
    ("share", "width"),
    [
        (0.25, "25.0%"),
        (-1.0, "0.0%"),
        (7.0, "100.0%"),
        (float("nan"), "0.0%"),
        (float("inf"), "0.0%"),
    ],
)
def test_a_bar_stays_in_its_track(share: float, width: str) -> None:
    report = replace(REPORT, reasons=(), shares=(Share(name="a", share=share, words=""),))
    (style,) = [a["style"] for _, a in Read(page(report)).found if "style" in a]
    assert style == f"width: {width}"


def test_bars_of_reasons_have_a_side_and_the_longest_fills_it() -> None:
    report = replace(REPORT, shares=())
    bars = [(a["class"], a["style"]) for _, a in Read(page(report)).found if "style" in a]
    assert bars == [
        ("fill", "width: 100.0%"),
        ("fill against", "width: 50.0%"),
        ("fill unclear", "width: 25.0%"),
    ]


def test_a_case_of_which_little_is_known_is_a_page_too() -> None:
    empty = Report(title="Case 1", question="", answer="It broke.")
    read = Read(page(empty))
    assert "It broke." in read.words
    assert [name for name, _ in read.found].count("h2") == 1


def test_attributes_are_escaped() -> None:
    assert tag("img", alt='"><b>') == '<img alt="&quot;&gt;&lt;b&gt;">'
