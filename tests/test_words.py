"""The document of the pages' words is what the code says, and has every page."""

from __future__ import annotations

import pytest

from docs.words import EVERY, SERVICES, TARGET, words_of, written
from ui.shell import page_headers


@pytest.mark.slow
def test_the_words_of_the_pages_are_the_codes() -> None:
    now = written()
    assert TARGET.read_text(encoding="utf-8") == now, "run python -m docs.words"
    for title in (
        *(header.title.replace("Signature", "Signatures") for header in page_headers()),
        EVERY,
        SERVICES,
    ):
        assert f"\n## {title}\n" in now, title


def test_what_a_module_says_is_found_and_nothing_else() -> None:
    found = list(words_of("ui.inbox"))
    assert "Mark all as seen" in found  # a label
    assert (
        "Comments on cases of the models that you review. Answer them on the page of their case."
        in found
    )
    assert "Took the judgement back" in found  # a sentence that is handed on
    assert not [each for each in found if "inbox_" in each or ":material" in each]  # keys and icons
    assert not [
        each for each in found if each.startswith("What waits for a person's word")
    ]  # a docstring
    assert "Write the comment first." in words_of("feedback.comments")  # a refusal
