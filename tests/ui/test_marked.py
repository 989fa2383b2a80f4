"""A tinted text is the text, whatever is in it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from explanations.contract import Attribution, Explanation
from explanations.target import Target
from ui.explanations.kinds import _marked, spans

HOSTILE = [
    "<script>alert(1)</script> & <img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "**bold** [x](http://e.vil) :red[no] $x$ </span></div>",
    "&lt;b&gt; &amp;",
    "two\nlines\tand  spaces",
    "שלום עולם, مرحبا",
]


class _Seen(HTMLParser):
    """What a browser would make of it: text, and tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self._in_sign = "", list[tuple[str, dict[str, str | None]]](), False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_sign = tag == "sup"

    def handle_endtag(self, tag: str) -> None:
        self._in_sign = False

    def handle_data(self, data: str) -> None:
        if not self._in_sign:
            self.text += data


def _marks(text: str) -> list[_marked.Mark]:
    half = len(text) // 2
    return [
        _marked.Mark(start=0, end=half, strength=1.0, words=text, is_signed=True),
        _marked.Mark(start=half + 1, end=len(text), strength=-0.5, words=text),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_text_becomes_html(text: str) -> None:
    seen = _Seen(_marked.marked(text, _marks(text), text))
    assert seen.text == text
    assert [tag for tag, _ in seen.tags] == ["div", "span", "sup", "span"]
    allowed = {"role", "aria-label", "tabindex", "dir", "data-testid", "style", "title"}
    assert all(set(found) <= allowed for _, found in seen.tags)
    assert seen.tags[0][1]["aria-label"] == text
    assert seen.tags[1][1]["title"] == text


def test_marks_that_steer_the_direction_of_writing_are_shown_not_obeyed() -> None:
    seen = _Seen(_marked.marked("a\u202eb\u2066c\x00d\u200de", [], ""))
    assert seen.text == "a�b�c�d\u200de"


def test_a_long_text_has_no_more_tags_than_marks() -> None:
    text = "word " * 20_000
    html = _marked.marked(text, [_marked.Mark(start=10, end=14, strength=1, words="+1")], "a")
    assert html.count("<") == 4
    assert len(html) < len(text) + 1000


def _found(kind: str, *amounts: float) -> Explanation:
    attributions = tuple(
        Attribution(
            field="text", title=f"w{at}", value_text="", amount=amount, span=(3 * at, 3 * at + 2)
        )
        for at, amount in enumerate(amounts)
    )
    target = Target(kind=kind, answer="yes")  # type: ignore[arg-type]
    return Explanation(
        method="m", title="M", kind="spans", target=target, sentence="S", alt="A",
        attributions=attributions,
    )  # fmt: skip


def test_tints_are_in_proportion_and_only_what_counts_has_a_sign() -> None:
    first, second, third = spans.marks(_found("probability", 0.4, -0.2, 0.01))
    assert [first.strength, second.strength, third.strength] == pytest.approx([1, -0.5, 0.025])
    assert (first.is_signed, second.is_signed, third.is_signed) == (True, True, False)
    assert first.words == "+40\N{NO-BREAK SPACE}pp"


def test_what_may_be_chance_is_not_tinted() -> None:
    unsure = Attribution(
        field="text", title="w", value_text="", amount=0.2, low=-0.1, high=0.5, span=(0, 2)
    )
    shaken = Explanation(
        method="m", title="M", kind="spans", target=Target(kind="number"), sentence="S", alt="A",
        attributions=(unsure,),
    )  # fmt: skip
    assert spans.marks(shaken)[0].strength == 0.0


def test_labels_without_a_number_are_told_in_words() -> None:
    found = _found("agreement", 1.0, 0.0)
    assert [mark.words for mark in spans.marks(found)] == [
        "Without it the answer changes",
        "Without it the answer stays",
    ]
    assert "something else" in spans.colour_legend(found)
