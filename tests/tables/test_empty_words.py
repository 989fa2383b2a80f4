"""Words that say nothing: found by column, counted as they are written, and read as empty cells."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mds_client.signature import Field, ModelRef, Signature
from tables import empty_words, numbers
from tables.converting import converted
from tables.mapping import suggest
from tables.reading import read
from tables.streaming.blocks import blocks, sampled
from tables.streaming.column import ColumnReader
from tables.streaming.source import Source

AGE = Field(name="age", kind="number", required=False)
SEX = Field(name="sex", kind="category", choices=("male", "female", "none"), required=False)
NOTE = Field(name="note", kind="text", required=False)
MODEL = Signature(model=ModelRef(server="s", name="m"), inputs=(AGE, SEX, NOTE))
EACH = ["NA", " n/a ", "null", "-", "–", "Unknown", ":c", ": c", "NaN"]


def _stripped(words: Mapping[str, int]) -> Counter[str]:
    return Counter({word.strip(): count for word, count in words.items()})


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_every_word_that_a_cell_may_say_is_found_and_nothing_else(kind: pa.DataType) -> None:
    said = ["1", "1e3", "banana", ":hello", "", "  ", None, "-1"]
    column = pa.array([*EACH, *said, "NA"], kind)
    assert empty_words.words_in(column, AGE) == dict.fromkeys(EACH, 1) | {"NA": 2}
    for word in numbers.MISSING:
        assert empty_words.words_in(pa.array([word.upper(), word], kind), AGE)
    left = empty_words.without(column, EACH).drop_null().to_pylist()
    assert left == ["1", "1e3", "banana", ":hello", "-1"]


def test_a_choice_a_text_and_what_a_person_gave_a_meaning_say_something() -> None:
    column = pa.array(["None", "NA", "?"])
    assert empty_words.words_in(column, SEX, ["?"]) == {"NA": 1}
    assert empty_words.words_in(column, NOTE) == {}
    assert empty_words.words_in(pa.array([1.0, None]), AGE) == {}


def test_a_large_file_and_one_in_memory_tell_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of a column of numbers no cell is read by itself for its words."""
    ages, sexes, notes = [*EACH, "", "1.5"], ["male", "None", "?"], ["NA", "fine"]
    lines = [f"{ages[i % 11]},{sexes[i % 3]},{notes[i % 2]}" for i in range(990)]
    path = tmp_path / "people.csv"
    path.write_text("\n".join(["age,sex,note", *lines, ""]), encoding="utf-8")
    table = read(path.read_bytes(), path.name)
    whole = converted(table, suggest(table, MODEL), MODEL)
    assert _stripped(whole.empty_words["age"]) == dict.fromkeys([e.strip() for e in EACH], 90)
    assert whole.empty_words["sex"] == {"?": 330}
    assert set(whole.empty_words) == {"age", "sex"}
    by_value = ColumnReader._by_value

    def never(reader: ColumnReader, column: pa.Array) -> object:
        assert reader.wanted.name != "age"
        return by_value(reader, column)

    monkeypatch.setattr(ColumnReader, "_by_value", never)
    sample = sampled(Source.of(str(path)), MODEL)
    assert not sample.is_whole
    found = list(blocks(sample, suggest(sample.table, MODEL), MODEL))
    counts = {name: Counter[str]() for name in ("age", "sex")}
    for block in found:
        for name, words in block.empty_words.items():
            counts[name].update(_stripped(words))
    assert counts == {name: _stripped(words) for name, words in whole.empty_words.items()}
    assert all(block.problems.null_count == len(block.rows) for block in found)
    values = np.concatenate([block.values[0].to_numpy(zero_copy_only=False) for block in found])
    assert Counter(None if math.isnan(v) else v for v in values.tolist()) == {None: 900, 1.5: 90}
