"""What holds of every file: a table comes back as it was written, and noise ends in a sentence."""

from __future__ import annotations

import csv
import io
import zipfile

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mds_client.signature import Field, ModelRef, Signature
from tables.converting import converted
from tables.errors import UnreadableFile
from tables.mapping import suggest
from tables.reading import read
from tables.table import Limits, Table
from tests.tables.corpus import CORPUS
from tests.tables.files import archive, repacked, workbook

SMALL = Limits(size=2**20, unpacked=2**22, entry=2**20, rows=1000, cells=20_000)
NAMES = [
    "a.csv",
    "a.tsv",
    "a.xlsx",
    "a.ods",
    "a.parquet",
    "a.feather",
    "a.json",
    "a.jsonl",
    "a.zip",
    "a",
]
STARTS = [
    b"", b"PK\x03\x04", b"PAR1", b"ARROW1\x00\x00", b"\xff\xff\xff\xff", b"{", b"[", b"a,b\n", b"\xff\xfe",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x89PNG\r\n\x1a\n", b"RIFF", b"\xef\xbb\xbf",
]  # fmt: skip
MARKS = {",": ".", ";": ",", "\t": ".", "|": "."}
HEADERS = st.sampled_from(
    ["id", "size", "Größe", "town name", "rate (%)", "näher", "x-1", "y_2", "Datum"]
)
WORDS = st.text(st.sampled_from("abcdefg hij'klmnöpqrstüvwxyzß,;|-"), min_size=1, max_size=12)
CELLS = {
    "number": st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 4)),
    "text": WORDS.map(str.strip).filter(lambda word: word[:1].isalpha()),
    "date": st.dates().map(lambda day: day.isoformat()),
}


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Two columns or more, one of them numbers or dates, so that a header differs from its column."""
    names = draw(st.lists(HEADERS, min_size=2, max_size=5, unique=True))
    kinds = [draw(st.sampled_from(["number", "date"]))]
    kinds += [draw(st.sampled_from(sorted(CELLS))) for _ in names[1:]]
    count = draw(st.integers(3, 12))
    columns = {
        name: draw(st.lists(CELLS[kind], min_size=count, max_size=count))
        for name, kind in zip(names, kinds, strict=True)
    }
    return pd.DataFrame(columns)


@pytest.mark.slow
@settings(max_examples=150)
@given(
    frame=tables(),
    mark=st.sampled_from(sorted(MARKS)),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_written_as_csv_comes_back(
    frame: pd.DataFrame, mark: str, quoting: int, encoding: str, line_end: str
) -> None:
    written = io.StringIO()
    frame.to_csv(
        written,
        sep=mark,
        decimal=MARKS[mark],
        quoting=quoting,
        index=False,
        lineterminator=line_end,
    )
    table = read(written.getvalue().encode(encoding), "t.csv")
    assert table.columns == tuple(frame.columns)
    assert table.row_numbers == tuple(range(2, len(frame) + 2))
    assert not table.faults
    numeric = frame.columns[[kind.kind == "f" for kind in frame.dtypes]]
    fields = tuple(
        Field(name=name, kind="number" if name in numeric else "text") for name in frame.columns
    )
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=fields)
    found = converted(table, suggest(table, signature), signature)
    assert not found.problems
    for name in frame.columns:
        assert list(found.rows[name]) == list(frame[name])


@settings(max_examples=300)
@given(start=st.sampled_from(STARTS), data=st.binary(max_size=400), name=st.sampled_from(NAMES))
@example(start=b"", data=b'"', name="a.csv")
@example(start=b"", data=b"\r", name="a.csv")
@example(start=b"", data=b"#", name="a.csv")
def test_noise_never_ends_in_anything_but_a_sentence(start: bytes, data: bytes, name: str) -> None:
    _read_or_say(start + data, name)


@settings(max_examples=200)
@given(text=st.text(st.sampled_from("ab1,;\t\"'#\n\r .=-%\\|"), max_size=60))
def test_nor_does_text_that_is_nearly_a_table(text: str) -> None:
    _read_or_say(text.encode(), "a.csv")


WHOLE = {
    "workbook": workbook([["a", "b"], [1, "x"], [2.5, None]]),
    "archive": archive({"a.csv": b"a,b\n1,2\n"}, zipfile.ZIP_STORED),
    **{
        one.title: one.make()
        for one in CORPUS
        if one.title in ("Parquet", "Feather", "OpenDocument")
    },
}


@pytest.mark.parametrize("title", sorted(WHOLE))
@settings(max_examples=120)
@given(place=st.floats(0, 1, exclude_max=True), change=st.binary(min_size=1, max_size=8))
def test_nor_does_a_file_that_was_changed(title: str, place: float, change: bytes) -> None:
    data = WHOLE[title]
    at = int(place * len(data))
    _read_or_say(data[:at] + change + data[at + len(change) :], "file")


@pytest.mark.parametrize("title", sorted(WHOLE))
@settings(max_examples=40)
@given(share=st.floats(0, 1, exclude_max=True))
def test_nor_does_a_file_that_was_cut_off(title: str, share: float) -> None:
    data = WHOLE[title]
    _read_or_say(data[: int(share * len(data))], "file")


@settings(max_examples=150)
@given(data=st.text(st.sampled_from("<>/c rowv=\"'AZ19&;stf:"), max_size=120))
def test_nor_does_a_workbook_with_strange_cells(data: str) -> None:
    made = repacked(
        WHOLE["workbook"],
        {
            "xl/worksheets/sheet1.xml": lambda xml: xml.replace(
                b"</sheetData>", data.encode() + b"</sheetData>"
            )
        },
    )
    _read_or_say(made, "a.xlsx")


@pytest.mark.slow
@pytest.mark.parametrize("tag", [b"<c>", b"<c ", b'<c r="A1"><f>', b"<row>", b"<row ", b"<c><v>"])
@pytest.mark.timeout(20)
def test_a_workbook_whose_tags_never_end_takes_no_time(tag: bytes) -> None:
    made = repacked(
        WHOLE["workbook"],
        {"xl/worksheets/sheet1.xml": lambda xml: xml.replace(b"</sheetData>", tag * 200_000)},
    )
    _read_or_say(made, "a.xlsx")


def _read_or_say(data: bytes, name: str) -> None:
    table = _read(data, name)
    if isinstance(table, UnreadableFile):
        assert table.sentence
        assert table.advice
    else:
        assert len(table) == len(table.row_numbers) > 0
        assert len(set(table.columns)) == len(table.columns) > 0


def _read(data: bytes, name: str) -> Table | UnreadableFile:
    try:
        return read(data, name, limits=SMALL)
    except UnreadableFile as error:
        return error
