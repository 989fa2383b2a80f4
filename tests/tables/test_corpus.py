"""Awkward files end in a table that says what was done to it, or in a sentence."""

from __future__ import annotations

import pytest

from tables.errors import UnreadableFile
from tables.reading import read
from tests.tables.corpus import CORPUS, Awkward

TITLES = [one.title for one in CORPUS]
GOOD = [one for one in CORPUS if one.error is None]
BAD = [one for one in CORPUS if one.error]


def test_the_corpus_is_large_and_its_titles_differ() -> None:
    assert len(CORPUS) >= 40
    assert len(set(TITLES)) == len(TITLES)


@pytest.mark.slow
@pytest.mark.parametrize("one", GOOD, ids=lambda one: one.title)
def test_is_read(one: Awkward) -> None:
    table = read(one.make(), one.name)
    assert {name: list(table.frame[name]) for name in table.columns} == one.cells
    assert table.row_numbers == (one.rows or table.row_numbers)
    assert dict(table.sniffed) | one.sniffed == dict(table.sniffed)
    assert one.remark in " ".join(table.remarks)
    assert tuple(table.faults) == one.faults
    assert len(table.letters) == len(table.columns) == len(set(table.columns))


@pytest.mark.slow
@pytest.mark.parametrize("one", BAD, ids=lambda one: one.title)
def test_is_refused_in_a_sentence(one: Awkward) -> None:
    assert one.error
    with pytest.raises(UnreadableFile) as caught:
        read(one.make(), one.name)
    assert isinstance(caught.value, one.error)
    assert one.words in caught.value.sentence
    assert caught.value.advice
    assert caught.value.row == one.error_row


@pytest.mark.parametrize("one", [one for one in GOOD if not one.remark], ids=lambda one: one.title)
def test_what_is_in_order_is_read_without_a_remark(one: Awkward) -> None:
    said = read(one.make(), one.name).remarks
    expected = ("begins at row", "encoding was guessed")  # UTF-8 is never guessed: test_reading.py
    assert not [remark for remark in said if not any(words in remark for words in expected)]
