"""Tables that come packed, as web pages, at fixed places, on their side or one value a line."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest

from tables import reading
from tables.converting import converted
from tables.errors import TooLarge, UnreadableFile
from tables.fitting import read_fitting
from tables.mapping import suggest
from tables.table import Choices, Limits, Table
from tests.found.penguins import BIRDS, SIGNATURE, are_the_birds

NAMES = list(BIRDS[0])
CSV = "\n".join([",".join(NAMES), *(",".join(map(str, bird.values())) for bird in BIRDS)])


def _read(content: bytes | str, name: str, **said: str) -> Table:
    data = content if isinstance(content, bytes) else content.encode()
    return read_fitting(data, name, SIGNATURE, choices=Choices(**said))


def _birds(table: Table) -> bool:
    return are_the_birds(converted(table, suggest(table, SIGNATURE), SIGNATURE))


def _lines(rows: list[list[str]]) -> str:
    return "\n".join("  ".join(f"{cell:>18}" for cell in row) for row in rows)


CELLS = [NAMES, *([str(value) for value in bird.values()] for bird in BIRDS)]
MARKUP = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in CELLS)
UPRIGHT = {
    "numbered.csv": ("#," + CSV.replace("\n", "\n7,")).encode(),
    "names.jsonl": "\n".join(
        map(json.dumps, [NAMES, *map(list, map(dict.values, BIRDS))])
    ).encode(),
    "sequence.json": "".join(f"\x1e{json.dumps(bird)}\n" for bird in BIRDS).encode(),
    "a.csv.gz": gzip.compress(CSV.encode()),
    "b.csv": gzip.compress(CSV.encode()),
    "members.csv.gz": gzip.compress(CSV[:50].encode()) + gzip.compress(CSV[50:].encode()),
    "export.xls": f"<html><style>td {{}}</style><p>Birds<table>{MARKUP}</table></html>".encode(),
    "page.html": f"<!DOCTYPE html><table><tr><td>Menu</table><table>{MARKUP}</table>".encode(),
    "right.txt": _lines(CELLS).encode(),
    "left.txt": "\n".join("".join(f"{c:<20}" for c in row) for row in CELLS).encode(),
    "rule.txt": _lines([CELLS[0], ["-" * 18] * 7, *CELLS[1:]]).encode(),
    "side.csv": "\n".join(
        ",".join([name, *(str(bird[name]) for bird in BIRDS)]) for name in NAMES
    ).encode(),
    "headed.csv": "\n".join(
        ["field,case 1,case 2,case 3"]
        + [",".join([name, *(str(bird[name]) for bird in BIRDS)]) for name in NAMES]
    ).encode(),
}


@pytest.mark.parametrize("name", UPRIGHT)
def test_the_rows_are_right(name: str) -> None:
    assert _birds(_read(UPRIGHT[name], name))


def test_a_model_that_takes_few_of_the_fields_sees_a_table_on_its_side_too() -> None:
    few = replace(SIGNATURE, inputs=SIGNATURE.inputs[-3:])
    table = read_fitting(UPRIGHT["headed.csv"], "headed.csv", few)
    rows = converted(table, suggest(table, few), few).records()
    assert list(rows) == [{name: bird[name] for name in NAMES[-3:]} for bird in BIRDS]


def test_a_table_on_its_side_says_where_its_cases_are() -> None:
    table = _read(UPRIGHT["side.csv"], "side.csv")
    assert table.place(0) == "column 2"
    assert "lies on its side" in table.remarks[-1]


def test_cells_of_a_web_page_that_reach_over_others_fill_them() -> None:
    rows = "<tr><th>a<th colspan=2>b<tr><td rowspan=2>1<td>2<td>3<tr><td>4<td>5&nbsp;kg"
    table = reading.read(f"<table><caption>Mass</caption>{rows}</table>".encode(), "x.html")
    assert table.frame.to_numpy().tolist() == [["1", "2", "3"], ["1", "4", "5 kg"]]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("long.csv", "id,variable,value\n" + "\n".join(f"{i},{n},{b[n]}" for i, b in enumerate(BIRDS) for n in NAMES), "“variable” says of which field"),
        ("x.csv.gz", gzip.compress(CSV.encode())[:-9], "damaged or cut off"),
        ("x.csv.gz", b"\x1f\x8b\x08" + bytes(50), "damaged or cut off"),
        ("x.tar.gz", gzip.compress(b"x"), "packed with gzip"),
        ("x.tar", bytes(257) + b"ustar" + bytes(250), "a tar archive"),
        ("x.gz", gzip.compress(gzip.compress(b"a,b\n1,2\n")), "packed with gzip"),
        ("x.gz", gzip.compress(b""), "empty"),
        ("x.xml", "<rows><row><a>1</a></row></rows>", "an XML document"),
        ("x.arff", "% Weka\n@relation p\n@attribute a numeric\n@data\n1\n", "an ARFF file"),
        ("x.html", "<html><p>No table</p></html>", "a web page"),
        ("x.html", "<html><table><tr><td>alone</td></tr></table></html>", "no table with rows is in it"),
    ],
    ids=range(11),  # gzip writes the time into what it packs
)  # fmt: skip
def test_what_cannot_be_read_says_what_it_is(name: str, content: bytes | str, words: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        _read(content, name)
    assert words in caught.value.sentence


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(bytes(3_000_000)) * 3
    with pytest.raises(TooLarge, match="more than 4 MB"):
        reading.read(bomb, "x.csv.gz", limits=Limits(unpacked=4 * 2**20))


@pytest.mark.parametrize(
    "text",
    [
        "dear all,\nplease find the numbers below\nthey are all fine and good\n",
        "text\nIt was  fine\nIt was  good\n",
        "name\nAnna  7\nBerta  8\n",
    ],
)
def test_prose_is_one_column(text: str) -> None:
    assert len(reading.read(text.encode(), "x.txt").columns) == 1
