from __future__ import annotations

import pytest

from mds_client.discovery.searching import close_words, words_of

KNOWN = words_of(
    ["Is the tumour malignant or benign?", "demo/penguins Which species?", "Bill length", "Wine"]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tumor", ["tumour"]),
        ("penguinss", ["penguins"]),
        ("malignnt", ["malignant"]),
        ("speciees", ["species"]),
        ("malignantt", ["malignant"]),
        ("wnie", ["wine"]),  # neighbouring letters the other way round are one slip
        ("tumuor", ["tumour"]),
        ("bil", []),  # of short words too many are close
        ("zebra", []),
    ],
)
def test_words_that_are_written_nearly_alike_are_found(typed: str, meant: list[str]) -> None:
    assert close_words(typed, KNOWN) == meant


def test_a_word_is_found_while_it_is_typed_wrongly() -> None:
    assert close_words("pemgui", {"penguins"}) == ["pengui"]
    assert close_words("pnegu", {"penguins"}) == ["pengu"]
    assert close_words("wnie", {"winery"}) == ["wine"]


def test_words_are_letters_and_digits_in_lower_case() -> None:
    assert words_of(["Demo/M-0999 ok", ""]) == {"demo", "m", "0999", "ok"}
