"""What tables, pasted requests and earlier cases say of a model's inputs."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mds_client import Field, File, ModelRef, Signature
from mds_client.schema_learning import from_cases, learned, payload
from mds_client.schema_learning.columns import MAX_COLUMNS
from mds_client.schema_learning.examples import EXAMPLES
from mds_client.signature.facts import Facts, FieldFacts
from mds_client.signature.merge_facts import merged
from mds_client.signature.metadata import signature_of

MODEL = ModelRef(server="s", name="m")
NOTHING = signature_of(MODEL, {})


def only(cells: Sequence[object], header: str = "x", **also: Sequence[object]) -> FieldFacts:
    return learned({header: cells, **also}).fields[header]


# Kinds.


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([True, False, True], "boolean"),
        (["true", "False", "TRUE"], "boolean"),
        ([np.True_, np.False_], "boolean"),
        ([1, 2, 3], "integer"),
        (["1", "-2", "30"], "integer"),
        (np.array([1, 2, 3], dtype=np.uint8), "integer"),
        ([1, 2.5, 3], "number"),
        (["1", "2.5", "-3e4"], "number"),
        ([Decimal("1.5"), 2, 3], "number"),
        (np.array([1.0, 2.0, 3.0]), "number"),
        ([str(i / 7) for i in range(99)] + ["broken"], "number"),
        (["2024-05-01", "2024-06-30"], "datetime"),
        (["2024-05-01T12:30:00", "2024-06-30 08:00"], "datetime"),
        ([date(2024, 5, 1), datetime(2024, 5, 1, 12, tzinfo=UTC)], "datetime"),
        (np.array(["2024-05-01", "NaT"], dtype="datetime64[ns]"), "datetime"),
        (["north", "south"] * 5, "category"),
        (["a poem", "a story", "a letter"], "text"),
        (["01234", "80331", "00007"], "text"),
        ([10**30, 10**31], "text"),
        ([[1, 2], [3, 4]], "tensor"),
        (np.zeros((4, 3)), "tensor"),
        ([["a"], ["b", "c"]], "json"),
        ([{"a": 1}, {"b": [2]}], "json"),
        ([1, "two", 3], "text"),
        ([None, None], "text"),
    ],
)
def test_the_kind_of_a_column(cells: Sequence[object], kind: str) -> None:
    assert only(cells).kind == kind


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["2024-05-01", "2024-06-30"], "date"),
        ([datetime(2024, 5, 1, 12, tzinfo=UTC)], "date-time"),
        ([f"AB-{i}" for i in range(30)], "identifier"),
        ([f"a few words {i}" for i in range(30)], None),
        (["many words " * 20] * 3, "long"),
        ([[1, "a"]], "list"),
        ([{"a": 1}], "map"),
        ([1, 2], None),
    ],
)
def test_the_format_of_a_column(cells: Sequence[object], form: str | None) -> None:
    assert only(cells).format == form


def test_a_few_codes_are_a_category_but_counts_are_not() -> None:
    assert only([0, 1] * 20).choices == (0, 1)
    assert only([1, 2, 3] * 20).choices == (1, 2, 3)
    assert only([1, 2, 7] * 20).kind == "integer"
    assert only([0, 1]).kind == "integer"


def test_a_choice_that_is_rare_is_still_a_choice() -> None:
    cells = ["north", "south"] * 300_000
    cells[123_457] = "west"
    assert only(cells).choices == ("north", "south", "west")
    assert only(np.array(cells, dtype=object)).choices == ("north", "south", "west")


@pytest.mark.parametrize("missing", [None, "", "NA", float("nan"), np.nan, pd.NA, pd.NaT, "null"])
def test_what_has_gaps_is_optional(missing: object) -> None:
    found = only([1.5, missing, 2.5])
    assert (found.kind, found.required) == ("number", False)
    assert only([1.5, 2.5]).required is None


def test_a_rare_gap_among_a_million_numbers_is_seen() -> None:
    cells = np.arange(1_000_000) / 3
    cells[777_777] = np.nan
    assert only(cells).required is False


def test_a_shorter_column_has_gaps() -> None:
    assert only([1, 2], also=[1, 2, 3]).required is False


# Ranges, units, labels.


def test_the_usual_range_leaves_out_the_extremes() -> None:
    found = only([*np.linspace(0, 100, 1001), 1e9])
    assert found.typical == pytest.approx((1.0, 99.1), abs=0.2)
    assert only([1.0, 2.0]).typical is None
    assert only([float("inf"), *range(100)]).typical == pytest.approx((1, 98), abs=0.1)


@pytest.mark.parametrize(
    ("header", "label", "unit"),
    [
        ("mean radius (mm)", "Mean radius", "mm"),
        ("price_eur", "Price", "eur"),
        ("price [€]", "Price", "€"),
        ("bill_length_mm", "Bill length", "mm"),
        ("temperature (°C)", "Temperature", "°C"),
        ("dose (mg/dL)", "Dose", "mg/dL"),
        ("length in cm", "Length", "cm"),
        ("name (optional)", None, None),
        ("log_in", None, None),
        ("class_a", None, None),
        ("age", None, None),
        ("(mm)", None, None),
    ],
)
def test_a_unit_in_a_header(header: str, label: str | None, unit: str | None) -> None:
    found = only([1.5], header)
    assert (found.label, found.unit) == (label, unit)


# Examples.


def test_examples_are_rows_of_the_table_that_differ() -> None:
    rows = [(i % 3, "abc"[i % 3], float(i // 50)) for i in range(300)]
    columns = {name: [row[i] for row in rows] for i, name in enumerate(("n", "word", "x"))}
    facts = learned(columns)
    found = list(zip(*(facts.fields[name].examples or () for name in columns), strict=True))
    assert len(found) == EXAMPLES
    assert len(set(found)) == EXAMPLES
    assert set(found) <= set(rows)
    assert {word for _, word, _ in found} == set("abc")


def test_rows_that_are_all_alike_are_one_example() -> None:
    assert only([3.5] * 100).examples == (3.5,)


def test_examples_come_from_whole_rows() -> None:
    facts = learned({"a": [None, *range(20)], "b": ["x", *"y" * 10, *[None] * 10]})
    assert all(None not in (f.examples or ()) for f in facts.fields.values())


def test_the_target_is_left_out_when_told_and_else_remarked() -> None:
    columns = {"age": [1, 2], "species": ["a", "b"]}
    assert learned(columns, target="species").inputs == ("age",)
    told = learned(columns)
    assert told.inputs == ("age", "species")
    assert "species" in told.about["Possibly the answer"]


def test_a_data_frame_is_such_a_table() -> None:
    frame = pd.DataFrame(
        {
            "age": pd.array([41, None, 63], dtype="Int64"),
            "when": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
            "region": pd.Categorical(["n", "s", "n"]),
            7: [1.5, 2.5, 3.5],
        },
        index=[10, 20, 30],
    )
    facts = learned(frame)
    kinds = {name: field.kind for name, field in facts.fields.items()}
    assert kinds == {"age": "integer", "when": "datetime", "region": "text", "7": "number"}
    assert facts.fields["age"].required is False
    twice = pd.DataFrame([[1, 2.5]], columns=["a", "a"])
    assert learned(twice).fields["a"].kind == "integer"


def test_a_table_makes_a_form_of_a_model_without_a_signature() -> None:
    rng = random.Random(1)
    columns: Mapping[str, list[object]] = {
        "age": [rng.randint(18, 80) for _ in range(200)],
        "income_eur": [rng.gauss(3e4, 1e4) for _ in range(200)],
        "region": [rng.choice(["north", "west"]) for _ in range(200)],
        "when": ["2024-05-01"] * 200,
    }
    form = merged(NOTHING, learned(columns))
    assert [field.name for field in form.inputs] == list(columns)
    assert form.layout == "columns"
    assert form["region"].choices == ("north", "west")
    assert len(form.example_rows) == EXAMPLES
    for row in form.example_rows:
        assert form.check(row) == []
        assert form.remarks(row) == [] or row["age"] in columns["age"]
    assert {field.provenance["kind"] for field in form.inputs} == {"learned"}


# Much, odd, hostile.


class Odd:
    """A cell that raises at whatever is done with it."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __float__ = __len__ = __iter__ = __bool__ = __str__
    __repr__ = object.__repr__


class OddColumn(Sequence[object]):
    """A column that ends before its end."""

    def __len__(self) -> int:
        return 3

    def __getitem__(self, place: Any) -> Any:
        raise RuntimeError(place)


CELLS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=5)
    | st.dates()
    | st.datetimes()
    | st.decimals()
    | st.complex_numbers()
    | st.timedeltas()
    | st.lists(st.floats() | st.text(max_size=3), max_size=3)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
    | st.sampled_from([Odd(), object(), np.float32(1.5), pd.NaT, pd.NA, 10**5000, int, {1, 2}])
)
COLUMNS = st.dictionaries(
    st.text(max_size=12) | st.sampled_from(["age", "price_eur", "x (mm)"]),
    st.lists(CELLS, max_size=30)
    | st.lists(st.sampled_from(["a", "b", 1, 0, None]), max_size=60)
    | st.lists(st.floats(), max_size=40).map(np.array)
    | st.sampled_from(["text", b"bytes", None, 5, OddColumn(), np.array(3), np.zeros((3, 2, 2))]),
    max_size=5,
)


@given(COLUMNS)
def test_any_table_is_read(columns: Any) -> None:
    facts = learned(columns)
    assert set(facts.inputs) == set(facts.fields) <= set(columns)
    assert repr(learned(columns)) == repr(facts)
    assert len({len(field.examples or ()) for field in facts.fields.values()}) <= 1
    form = merged(NOTHING, facts)
    if facts.inputs:
        assert [field.name for field in form.inputs] == list(facts.inputs)
    json.dumps([field.examples for field in facts.fields.values()], allow_nan=False)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=20, max_size=100))
def test_the_usual_range_lies_within_the_values(values: list[float]) -> None:
    found = only(values)
    if found.kind == "number":
        low, high = found.typical or (min(values), max(values))
        assert min(values) <= low <= high <= max(values)


def test_a_very_wide_table_is_cut_and_a_long_one_is_sampled() -> None:
    began = time.perf_counter()
    wide = learned({f"c{i}": [i, i + 1.5] for i in range(MAX_COLUMNS + 5)})
    long = {"x": np.arange(1_000_000) / 7, "word": ["a", "b", "c", "d"] * 250_000}
    found = learned(long)
    assert time.perf_counter() - began < 20
    assert len(wide.inputs) == MAX_COLUMNS
    assert found.fields["x"].typical == pytest.approx((1428, 141428), rel=0.1)
    assert found.about["Rows"] == "1,000,000"
    assert repr(learned(long)) == repr(found)


# Pasted requests.

ROW = {"age": 41, "income": 31250.5, "region": "north"}
NAMED = [
    {"instances": [ROW]},
    {"dataframe_records": [ROW, ROW]},
    {"dataframe_split": {"columns": list(ROW), "data": [list(ROW.values())]}},
    {"dataframe_split": {"columns": list(ROW), "index": [0], "data": [list(ROW.values())]}},
    {"columns": list(ROW), "data": [list(ROW.values())]},
    {"input_data": {"columns": list(ROW), "index": [0], "data": [list(ROW.values())]}},
    {"inputs": {name: [value] for name, value in ROW.items()}},
    {"inputs": ROW},
    {"inputs": [ROW]},
    {"data": {"names": list(ROW), "ndarray": [list(ROW.values())]}},
    {"meta": {}, "data": {"names": list(ROW), "ndarray": [list(ROW.values())]}},
    {"jsonData": ROW},
    [ROW],
    ROW,
    {
        "id": "1",
        "inputs": [
            {"name": "age", "shape": [1, 1], "datatype": "INT64", "data": [41]},
            {"name": "income", "shape": [1], "datatype": "FP64", "data": [31250.5]},
            {"name": "region", "shape": [1, 1], "datatype": "BYTES", "data": ["north"]},
        ],
    },
]


@pytest.mark.parametrize("body", NAMED, ids=lambda body: str(body)[:40])
def test_named_values_in_every_protocol(body: object) -> None:
    facts = payload(json.dumps(body))
    kinds = {name: field.kind for name, field in facts.fields.items()}
    assert kinds == {"age": "integer", "income": "number", "region": "text"}
    assert facts.inputs == tuple(ROW)
    assert {name: (field.examples or ())[0] for name, field in facts.fields.items()} == ROW
    assert merged(NOTHING, facts).example_rows[0] == ROW


@pytest.mark.parametrize(
    "body",
    [
        {"instances": [[1, 2.5, 3]]},
        {"inputs": [[1, 2.5, 3]]},
        {"data": {"ndarray": [[1, 2.5, 3]]}},
        {"data": {"tensor": {"shape": [1, 3], "values": [1, 2.5, 3]}}},
        {"data": [[1, 2.5, 3]]},
        {"features": [[1, 2.5, 3]]},
        {"inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2.5, 3]}]},
        {"inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP64", "data": [[1, 2.5, 3]]}]},
        [[1, 2.5, 3]],
        [1, 2.5, 3],
    ],
    ids=str,
)
def test_rows_without_names_in_every_protocol(body: object) -> None:
    facts = payload(json.dumps(body).encode())
    assert facts.inputs == ("column 1", "column 2", "column 3")
    assert {field.kind for field in facts.fields.values()} == {"number"}
    form = merged(NOTHING, facts)
    assert form.layout == "matrix"
    assert form.example_rows == [{"column 1": 1, "column 2": 2.5, "column 3": 3}]


@pytest.mark.parametrize(
    "text",
    [
        "curl -X POST http://x/v1/models/m:predict -H 'Content-Type: application/json' -d '%s'",
        "curl http://x/v1 \\\n  --data-raw '%s' \\\n  -H 'a: b'",
        "$ curl --json='%s' http://x",
        "curl -d'%s' http://x",
        "POST this: %s to the server",
        "\n  %s\n",
    ],
)
def test_a_command_that_contains_one(text: str) -> None:
    body = json.dumps({"instances": [ROW]})
    assert payload(text.replace("%s", body)).inputs == tuple(ROW)


def test_python_is_read_too() -> None:
    assert payload("{'instances': [{'age': 41, 'is_old': True}]}").inputs == ("age", "is_old")
    assert payload('curl -d "{\\"instances\\": [[1, 2]]}" http://x').inputs == (
        "column 1",
        "column 2",
    )


def test_texts_and_pictures() -> None:
    assert payload('{"inputs": "hello"}').fields["text"].examples == ("hello",)
    assert payload('{"instances": ["a", "b"]}').inputs == ("text",)
    assert payload('{"strData": "hello"}').inputs == ("text",)
    picture = payload(json.dumps({"instances": np.zeros((1, 4, 4, 3)).tolist()}))
    form = merged(NOTHING, picture)
    assert [(f.kind, f.shape) for f in form.inputs] == [("tensor", (-1, 4, 4, 3))]
    tensor = {"name": "x", "shape": [2, 2, 2], "datatype": "FP32", "data": list(range(8))}
    field = payload(json.dumps({"inputs": [tensor]})).fields["x"]
    assert (field.kind, field.shape, field.examples) == ("tensor", (-1, 2, 2), ([[0, 1], [2, 3]],))


@pytest.mark.parametrize(
    "text",
    ["", "hello", "{", "[]", "{}", "null", "5", "[[]]", '{"instances": []}', '{"inputs": null}', b"\xff\xfe",
     '{"data": {"tensor": {"shape": [2], "values": [1]}}}', "[" * 100_000, "(" * 5000, "curl 'x",
     '{"inputs": [{"name": "x", "shape": [5], "datatype": "FP32", "data": [1]}]}', "curl -d @file http://x"],
    ids=lambda text: str(text)[:30],
)  # fmt: skip
def test_what_cannot_be_read_says_so(text: str | bytes) -> None:
    facts = payload(text)
    assert facts.inputs == ()
    assert "Problem" in facts.about


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["inputs", "instances", "data", "names", "ndarray", "tensor", "shape",
                             "values", "name", "datatype", "columns", "dataframe_split", "jsonData"]),
            inner, max_size=3)
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_any_json_is_read(said: object) -> None:
    facts = payload(json.dumps(said))
    merged(NOTHING, facts)
    assert repr(payload(json.dumps(said))) == repr(facts)


@given(st.text() | st.binary())
def test_any_text_is_read(said: str | bytes) -> None:
    payload(said)


# Cases.

ASKED = Signature(
    model=MODEL,
    layout="columns",
    inputs=(
        Field(name="age", kind="number", datatype="FP64"),
        Field(name="region", kind="category"),
        Field(name="note", kind="text"),
        Field(name="name", kind="text", sensitive=True),
        Field(name="scan", kind="image"),
        Field(name="level", kind="category", choices=("low", "high")),
    ),
)
SCAN = File(name="a.png", media_type="image/png", data=b"\x89PNG\r\n\x1a\n")


def case(age: object = 40, region: object = "north") -> dict[str, object]:
    return {"age": age, "region": region, "note": "12", "name": "Ada", "scan": SCAN, "level": "low"}


def test_cases_say_what_is_usual() -> None:
    rows = [case(age=float(i), region="ab"[i % 2]) for i in range(101)]
    facts = from_cases(rows, ASKED)
    assert facts.inputs == ()
    assert facts.fields["age"].typical == (1.0, 99.0)
    assert facts.fields["region"].choices == ("a", "b")
    assert facts.fields["level"].choices is None
    assert facts.fields["note"].examples == ("12",) * EXAMPLES
    assert facts.fields["age"].kind is None
    assert facts.about == {"Cases": "101"}


def test_a_few_cases_do_not_close_a_list_of_choices() -> None:
    assert from_cases([case()] * 5, ASKED).fields["region"].choices is None
    assert only(["north", "south"] * 3).kind == "text"


def test_nothing_is_kept_of_people_and_files() -> None:
    facts = from_cases([case()], ASKED)
    assert not {"name", "scan"} & facts.fields.keys()
    assert "Ada" not in repr(facts)


def test_cases_of_an_unknown_model_tell_its_columns() -> None:
    rows = [{"input-0": np.array([float(i), 2.0])} for i in range(30)]
    form = merged(NOTHING, from_cases([*rows, {"input-0": [[1.0, 2.0]]}], NOTHING))
    assert [field.name for field in form.inputs] == ["column 1", "column 2"]
    assert form.inputs[0].typical is not None
    assert from_cases([{"input-0": [1.0]}, {"input-0": [1.0, 2.0]}], NOTHING).inputs == ()


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["age", "region", "note", "level", "input-0"]), CELLS),
        max_size=5,
    )
)
def test_any_cases_are_read(rows: list[dict[str, object]]) -> None:
    for signature in (ASKED, NOTHING):
        facts: Facts = from_cases(rows, signature)
        merged(signature, facts)
