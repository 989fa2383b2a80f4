"""Rows wherever a service wraps them, requests that were saved, and JSON that is nearly JSON."""

from __future__ import annotations

import base64
import json

import pytest

from mds_client.signature import Field, File, ModelRef, Signature
from tables.converting import converted
from tables.errors import UnreadableFile
from tables.mapping import suggest
from tables.reading import read
from tables.table import Choices
from tests.found.penguins import BIRDS, are_the_birds, rows_of
from tests.tables.corpus import picture

NAMES = list(BIRDS[0])
LISTS = [list(bird.values()) for bird in BIRDS]
COLUMNS = {name: [bird[name] for bird in BIRDS] for name in NAMES}
TENSORS = [
    {"name": name, "shape": [3, 1], "datatype": "FP64", "data": values}
    for name, values in COLUMNS.items()
]

WRAPPED: dict[str, object] = {
    "list": BIRDS,
    "GraphQL": {"data": {"penguins": {"edges": [{"node": bird, "cursor": "x"} for bird in BIRDS]}}},
    "HAL": {"_embedded": {"penguins": BIRDS}, "_links": {"self": {"href": "/x"}}},
    "search engine with lists": {
        "hits": {"hits": [{"_id": "1", "fields": {k: [v] for k, v in b.items()}} for b in BIRDS]}
    },
    "CouchDB": {"total_rows": 3, "rows": [{"id": "a", "key": "a", "doc": bird} for bird in BIRDS]},
    "JSON:API with more": {
        "data": [{"type": "p", "id": "1", "attributes": b, "relationships": {}} for b in BIRDS],
        "included": [{"type": "station", "id": "1", "attributes": {"name": "x"}}],
        "meta": {"total": 3},
    },
    "names with types": {
        "schema": {"fields": [{"name": n, "type": "STRING"} for n in NAMES]}, "rows": LISTS
    },
    "rows and columns": {"columns": NAMES, "rows": LISTS},
    "header and data": {"header": NAMES, "data": LISTS},
    "names and rows deep inside": {"result": {"meta": {"columns": NAMES}, "values": LISTS}},
    "columns": COLUMNS,
    "columns below data": {"data": COLUMNS},
    "columns below inputs": {"signature_name": "x", "inputs": COLUMNS},
    "columns by number of the row": {
        name: {str(i): value for i, value in enumerate(values)} for name, values in COLUMNS.items()
    },
    "MLflow": {"dataframe_split": {"columns": NAMES, "data": LISTS, "index": [0, 1, 2]}},
    "Azure": {"input_data": {"columns": NAMES, "data": LISTS}},
    "Seldon": {"data": {"names": NAMES, "ndarray": LISTS}},
    "tensors": {"id": "1", "inputs": TENSORS, "parameters": {"content_type": "pd"}},
    "tensors in nested lists": {
        "inputs": [{**t, "data": [[value] for value in t["data"]]} for t in TENSORS]  # type: ignore[attr-defined]
    },
    "tensors of one dimension": {"inputs": [{**t, "shape": [3]} for t in TENSORS]},
    "rows by name": {f"P{i}": bird for i, bird in enumerate(BIRDS)},
    "a page with counts": {"count": 3, "page": {"size": 3}, "items": BIRDS},
}  # fmt: skip


@pytest.mark.parametrize("form", WRAPPED)
def test_the_rows_are_found(form: str) -> None:
    found = rows_of(json.dumps(WRAPPED[form]).encode(), "t.json")
    assert are_the_birds(found), found
    assert not found.problems


def test_of_several_lists_the_likeliest_is_read_and_another_can_be_chosen() -> None:
    data = json.dumps({"data": {"penguins": BIRDS, "stations": [{"name": "x"}]}}).encode()
    table = read(data, "t.json")
    assert table.sheets == ("data.penguins", "data.stations")
    assert "not those at data.stations" in table.remarks[0]
    assert read(data, "t.json", choices=Choices(sheet="data.stations")).columns == ("name",)
    with pytest.raises(UnreadableFile, match="no rows at data"):
        read(data, "t.json", choices=Choices(sheet="data.none"))


def test_a_single_case_with_a_list_in_it_is_one_row() -> None:
    case = BIRDS[0] | {"visits": [{"day": 1}, {"day": 2}]}
    table = read(json.dumps(case).encode(), "t.json")
    assert len(table) == 1
    assert are_the_birds(rows_of(json.dumps(case).encode(), "t.json"), count=1)


@pytest.mark.parametrize(
    "text",
    [
        "[ // birds\n" + ",\n".join(map(json.dumps, BIRDS)) + ",\n]",
        "/* birds */ " + json.dumps(BIRDS),
        "\n".join(json.dumps(bird, indent=2) for bird in BIRDS),
        repr(BIRDS),
        "curl -X POST http://localhost/v2/models/p/infer -H 'content-type: application/json' -d '"
        + json.dumps({"inputs": TENSORS})
        + "'",
    ],
    ids=["comments", "a comment before", "one after another", "Python", "curl"],
)
def test_nearly_json(text: str) -> None:
    assert are_the_birds(rows_of(text.encode(), "t.json" if text[0] != "c" else "t.txt")), text


def test_what_stands_in_quotes_is_no_comment() -> None:
    text = '[{"a": "http://x, ]", "b": 1,}]'
    assert list(read(text.encode(), "t.json").frame.iloc[0]) == ["http://x, ]", 1]


def test_pictures_of_a_saved_request_are_pictures() -> None:
    tensor = {
        "name": "image",
        "shape": [1, 1],
        "datatype": "BYTES",
        "parameters": {"content_type": "base64"},
        "data": [base64.b64encode(picture()).decode()],
    }
    field = Field(name="image", kind="image", media_types=("image/png",))
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=(field,))
    table = read(json.dumps({"inputs": [tensor]}).encode(), "t.json")
    (row,) = converted(table, suggest(table, signature), signature).records()
    assert isinstance(row["image"], File)


def test_a_tensor_that_does_not_fill_its_shape_is_said() -> None:
    tensors = [{"name": "x", "shape": [3, 1], "datatype": "FP64", "data": [1.0]}]
    with pytest.raises(UnreadableFile, match="do not fill its shape"):
        read(json.dumps({"inputs": tensors}).encode(), "t.json")
    tensors = [
        {"name": "x", "shape": [1], "datatype": "FP64", "data": [1.0]},
        {"name": "y", "shape": [2], "datatype": "FP64", "data": [1.0, 2.0]},
    ]
    with pytest.raises(UnreadableFile, match="different lengths"):
        read(json.dumps({"inputs": tensors}).encode(), "t.json")
