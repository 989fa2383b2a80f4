"""Words from outside are shown as they are."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from ui.text import plain

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](http://evil/x.png)",
    "http://evil.example/a www.evil.example",
    "*bold* **bold** _it_ `code` ~~gone~~ a_b_c",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "> quote",
    "=====",
    "$x^2$",
    "&lt;b&gt; &amp;",
    ":red[loud] :material/home: :smile:",
    "back\\slash \\* \\",
    "two\n\nparagraphs\n# and a heading",
    "Radius (standard error): 5 - 6",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_markdown_shows_the_words_as_they_are(words: str) -> None:
    (paragraph,) = [
        t
        for t in MarkdownIt("commonmark").enable(["strikethrough", "table"]).parse(plain(words))
        if t.type == "inline"
    ]
    kinds = {token.type for token in paragraph.children or []}
    assert kinds <= {"text", "text_special"}
    shown = "".join(token.content for token in paragraph.children or [])
    assert shown == " ".join(words.split())


@pytest.mark.parametrize("words", [":red[x]", ":smile:", ":material/home:", "$x$", "~~x~~"])
def test_streamlits_own_marks_are_escaped(words: str) -> None:
    assert plain(words)[0] == "\\"


def test_everyday_labels_are_left_alone() -> None:
    for words in (
        "Radius (standard error)",
        "Total / HDL cholesterol",
        "p-value 0.5",
        "mm_hg",
        "Delay!",
    ):
        assert plain(words) == words


@pytest.mark.parametrize(
    "words", ["see http://evil.example", "see www.evil.example", "ftp://evil.example"]
)
def test_addresses_do_not_become_links(words: str) -> None:
    assert "http:" not in plain(words)
    assert "ftp:" not in plain(words)
    assert "www." not in plain(words)
