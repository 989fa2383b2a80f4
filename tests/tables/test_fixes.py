"""What a cell that is no choice may mean; nothing where it may mean several."""

from __future__ import annotations

import pytest

from mds_client.signature import Field
from tables.converting import converted
from tables.fixes import kinds_of, likely_choice
from tables.mapping import suggest
from tables.reading import read
from tests.found.penguins import DATA, SIGNATURE

SEX = Field(name="sex", kind="category", choices=("female", "male"))
ISLAND = Field(name="island", kind="category", choices=("Biscoe", "Dream", "Torgersen"))
GRADE = Field(name="grade", kind="category", choices=("medium", "mild", "strong", "1", "2"))
ANSWER = Field(name="answer", kind="category", choices=("yes", "no"))


@pytest.mark.parametrize(
    ("field", "cell", "choice"),
    [
        (SEX, "M", "male"), (SEX, "f", "female"), (SEX, "♂", "male"), (SEX, "weiblich", "female"),
        (SEX, "w", "female"), (SEX, "m.", "male"), (SEX, "x", None), (SEX, "7", None),
        (ISLAND, "Torgersen Island", "Torgersen"), (ISLAND, "Torg.", "Torgersen"), (ISLAND, "Anvers", None),
        (ISLAND, "Dream or Biscoe", None), (GRADE, "m", None), (GRADE, "mi", "mild"), (GRADE, "s", "strong"),
        (ANSWER, "ja", "yes"), (ANSWER, "0", "no"), (ANSWER, "maybe", None),
    ],
)  # fmt: skip
def test_likely_choices(field: Field, cell: str, choice: object) -> None:
    assert likely_choice(cell, field) == choice


@pytest.mark.parametrize(
    "name", ["abbrev.csv", "german_categories.csv", "passing/category_islands.csv"]
)
def test_a_file_with_other_words_is_one_press_away(name: str) -> None:
    from dataclasses import replace

    table = read(DATA / name)
    mapping = suggest(table, SIGNATURE)
    found = converted(table, mapping, SIGNATURE)
    kinds = kinds_of(found.problems, SIGNATURE)
    assert all(kind.fix is not None for kind in kinds)
    taken = tuple((kind.field, kind.cell, kind.fix) for kind in kinds)
    again = converted(table, replace(mapping, replaced=taken), SIGNATURE)
    assert not again.problems
    assert len(again.rows) == len(table)
