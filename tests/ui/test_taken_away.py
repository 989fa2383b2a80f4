"""What is taken away as a file has whole numbers as such, and what an error says is said once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from streamlit.testing.v1 import AppTest

from ui.batch.answers import Source, as_csv, whole


def _case(number: int, **entered: object) -> Any:
    return SimpleNamespace(
        id=f"c{number}", entered=entered, answer=None, error_sentence="", is_answered=False
    )


def test_whole_numbers_beside_empty_cells_stay_whole() -> None:
    cases = [_case(1, n=181, x=1.5), _case(2, n=None, x=2.0), _case(3, n=2**53 + 1, x=None)]
    source = Source(name="t.csv", sent=[1, 2, 3], row_word="row", table=lambda: None)
    lines = as_csv(whole(source, cast(Any, cases))).decode("utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in lines] == [
        ["n", "x"], ["181", "1.5"], ["", "2.0"], ["9007199254740993", ""]
    ]  # fmt: skip


def _shown(kind: str, sentence: str) -> None:
    from ui.errors import show_failure

    show_failure(kind, sentence, "Do this.")


@pytest.mark.parametrize(
    ("kind", "sentence", "words"),
    [
        ("refused", "The model did not accept this. It said: “no”", "It said: “no”"),
        ("not_allowed", "The server refused access.", "Do this."),
        ("unreachable", "Nobody answers at the server “x”.", "Nobody answers at the server “x”."),
    ],
)
def test_an_error_says_once_what_its_title_says(kind: str, sentence: str, words: str) -> None:
    app = AppTest.from_function(_shown, args=(kind, sentence)).run()
    assert app.error[0].value.startswith(words)
    assert app.error[0].value.endswith("Do this.")
