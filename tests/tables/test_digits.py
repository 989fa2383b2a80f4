"""Whole numbers keep every digit on their way from a file to a model and back into a file."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mds_client.signature import Field, ModelRef, Signature
from tables.converting import converted
from tables.kept_table import KeptTable
from tables.mapping import suggest
from tables.reading import read

FIRST, SECOND = 2**53 + 1, 2**53 + 3
RECORDS: list[dict[str, object]] = [{"id": FIRST}, {"id": SECOND}, {"id": None}]


def _parquet(kind: pa.DataType, *cells: object) -> bytes:
    stream = io.BytesIO()
    columns = {"id": pa.array(list(cells), kind), "x": pa.array([1.0] * len(cells))}
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def _workbook() -> bytes:
    stream = io.BytesIO()
    pd.DataFrame({"id": [str(FIRST), str(SECOND), None], "x": [1.0, 2.0, 3.0]}).to_excel(
        stream, index=False
    )
    return stream.getvalue()


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "csv": ("t.csv", lambda: f"id,x\n{FIRST},1\n{SECOND},2\n,3\n".encode()),
    "thousands": ("t.csv", lambda: f"id;x\n{FIRST:,};1\n{SECOND:,};2\n;3\n".encode()),
    "point zero": ("t.csv", lambda: f"id,x\n{FIRST}.0,1\n{SECOND}.00,2\n,3\n".encode()),
    "as text": ("t.csv", lambda: f'id,x\n="{FIRST}",1\n="{SECOND}",2\n,3\n'.encode()),
    "json": ("t.json", lambda: json.dumps([one | {"x": 1} for one in RECORDS]).encode()),
    "json text": ("t.json", lambda: json.dumps([{"id": str(FIRST)}, {"id": str(SECOND)}, {"id": None, "x": 1}]).encode()),
    "json lines": ("t.jsonl", lambda: "\n".join(map(json.dumps, RECORDS)).encode()),
    "parquet": ("t.parquet", lambda: _parquet(pa.int64(), FIRST, SECOND, None)),
    "unsigned": ("t.parquet", lambda: _parquet(pa.uint64(), FIRST, SECOND, None)),
    "decimal": ("t.parquet", lambda: _parquet(pa.decimal128(20, 2), Decimal(FIRST), Decimal(SECOND), None)),
    "struct": ("t.parquet", lambda: _parquet(pa.struct([("n", pa.int64())]), {"n": FIRST}, {"n": SECOND}, None)),
    "workbook": ("t.xlsx", _workbook),
}  # fmt: skip


def _values(name: str, data: bytes, **facts: Any) -> tuple[list[object], list[str]]:
    fields = (
        Field(name="id", required=False, **facts),
        Field(name="x", kind="number", required=False),
    )
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=fields)
    table = read(data, name)
    found = converted(table, suggest(table, signature), signature)
    return [row["id"] for row in found.records()], [one.sentence for one in found.problems]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["integer", "category"])
def test_every_digit_stays_beside_empty_cells(name: str, kind: str) -> None:
    values, problems = _values(FILES[name][0], FILES[name][1](), kind=kind, datatype="INT64")
    assert (values, problems) == ([FIRST, SECOND, None], [])
    assert all(value is None or type(value) is int for value in values)


def test_more_than_64_bits_are_refused_and_never_rounded() -> None:
    text = f"id,x\n{2**63},1\n{2**63 - 1},2\n".encode()
    values, problems = _values("t.csv", text, kind="integer", datatype="INT64")
    assert values == [2**63 - 1]
    assert "must lie between" in problems[0]
    body = json.dumps([{"id": 2**64 + 1}, {"id": 2**64 - 1}]).encode()
    values, problems = _values("t.json", body, kind="integer", datatype="UINT64")
    assert (values, len(problems)) == ([2**64 - 1], 1)
    assert _values("t.json", body, kind="text", datatype="BYTES")[0] == [
        str(2**64 + 1),
        str(2**64 - 1),
    ]


def test_numbers_in_a_workbook_that_it_cannot_hold_are_remarked_on() -> None:
    stream = io.BytesIO()
    pd.DataFrame({"id": [1e16, 5.0], "x": [1.0, 2.0]}).to_excel(stream, index=False)
    (remark,) = read(stream.getvalue(), "t.xlsx").remarks
    assert remark.startswith("1 number has more digits than a spreadsheet keeps")


def test_a_table_that_is_kept_has_every_digit() -> None:
    table = read(_parquet(pa.int64(), FIRST, None), "t.parquet")
    signature = Signature(
        model=ModelRef(server="s", name="m"), inputs=(Field(name="x", kind="number"),)
    )
    found = converted(table, suggest(table, signature), signature)
    again = KeptTable.from_bytes(KeptTable.of(table, found).to_bytes())
    assert again.frame["id"].tolist() == [FIRST, None]


def test_bytes_that_are_text_are_text() -> None:
    """Older programs write texts as bytes, and dictionaries of them."""
    for kind in (pa.binary(), pa.large_binary(), pa.dictionary(pa.int32(), pa.binary())):
        values, problems = _values(
            "t.parquet",
            _parquet(kind, b"Dream", "Süd".encode(), None),
            kind="text",
            datatype="BYTES",
        )
        assert (values, problems) == (["Dream", "Süd", None], [])
    values, _ = _values("t.parquet", _parquet(pa.binary(), b"39.1", b"2"), kind="number")
    assert values == [39.1, 2.0]
    padded = _parquet(pa.binary(5), b"AB\0\0\0", b"CDEFG")
    assert _values("t.parquet", padded, kind="text", datatype="BYTES")[0] == ["AB", "CDEFG"]
    assert (
        read(_parquet(pa.binary(), b"\xff\xfe\x00", b"x"), "t.parquet").frame["id"][0]
        == b"\xff\xfe\x00"
    )
