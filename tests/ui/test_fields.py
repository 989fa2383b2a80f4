"""Every kind and format: opened with an example, changed, sent; the exact value that leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, get_args

import pytest
from streamlit.testing.v1 import AppTest

from mds_client.signature import FORMATS, Field, File, Kind
from mds_client.signature.checks import Unreadable
from tests.mds_client.answered import png
from tests.ui.forms import form_of, said, sent
from ui import fields
from ui.fields._formats import is_secret
from ui.registry import drawer

Change = Callable[[AppTest], object]
WAV = File(name="a.wav", media_type="audio/wav", data=b"RIFF0000WAVEfmt ")
PNG = File(name="a.png", media_type="image/png", data=b"\x89PNG\r\n\x1a\n")


def _field(kind: Kind, example: object, **facts: Any) -> Field:
    return Field(name="x", kind=kind, examples=(example,), **facts)


def _edited(form: AppTest, table: str, rows: dict[int, dict[str, object]]) -> None:
    form.session_state[table] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}


def _added(form: AppTest, key: str, rows: list[dict[str, object]], deleted: list[int]) -> None:
    form.session_state[key] = {"edited_rows": {}, "added_rows": rows, "deleted_rows": deleted}


KEY = "demo/odd_0_x"
TABLE = f"table 0 of {KEY}"
CASES: dict[str, tuple[Field, Change, object]] = {
    "number": (_field("number", 0.30000000000000004), lambda at: at.number_input[0].set_value(1e-9), 1e-9),
    "number emptied": (_field("number", 2.5), lambda at: at.number_input[0].set_value(None), None),
    "money": (_field("number", 17.99, format="currency", unit="€"), lambda at: at.number_input[0].set_value(0.1), 0.1),
    "percent": (_field("number", 12.5, format="percent"), lambda at: at.number_input[0].set_value(7.0), 7.0),
    "fraction": (_field("number", 0.07, format="fraction"), lambda at: at.number_input[0].set_value(29.0), 0.29),
    "integer": (_field("integer", 3), lambda at: at.number_input[0].set_value(4), 4),
    "long integer": (_field("integer", 2**60 + 1), lambda at: at.text_input[0].set_value(str(2**61 + 1)), 2**61 + 1),
    "boolean": (_field("boolean", True), lambda at: at.get("button_group")[0].set_value("no"), False),
    "category": (_field("category", "b", choices=("a", "b")), lambda at: at.get("button_group")[0].set_value("a"), "a"),
    "codes": (
        _field("category", 2, choices=(1, 2), choice_labels=("low", "high"), datatype="INT64"),
        lambda at: at.get("button_group")[0].set_value("low"),
        1,
    ),
    "many": (
        _field("category", 7, choices=tuple(range(5000)), datatype="INT64"),
        lambda at: at.selectbox[0].set_value("4321"),
        4321,
    ),
    "same words": (
        _field("category", 2, choices=(1, 2), choice_labels=("same", "same"), datatype="INT64"),
        lambda at: at.get("button_group")[0].set_value("same (1)"),
        1,
    ),
    "free codes": (_field("category", 5, datatype="INT64"), lambda at: at.text_input[0].set_value("6"), 6),
    "text": (_field("text", "one\ntwo"), lambda at: at.text_area[0].set_value("three\nfour"), "three\nfour"),
    "line": (_field("text", "one", format="line"), lambda at: at.text_input[0].set_value("two"), "two"),
    "long": (_field("text", "one", format="long"), lambda at: at.text_area[0].set_value("two"), "two"),
    "identifier": (
        _field("text", "DE1", format="identifier", pattern=r"DE\d"),
        lambda at: at.text_input[0].set_value("DE2"),
        "DE2",
    ),
    "date": (
        _field("datetime", "1931-03-31", format="date"),
        lambda at: at.date_input[0].set_value(date(2026, 2, 28)),
        "2026-02-28",
    ),
    "time": (
        _field("datetime", "14:05", format="time"),
        lambda at: at.time_input[0].set_value(time(7, 45)),
        "07:45",
    ),
    "time with seconds": (
        _field("datetime", "14:05:00", format="time"),
        lambda at: at.time_input[0].set_value(time(7, 45)),
        "07:45:00",
    ),
    "date and time": (
        _field("datetime", "2026-03-31T14:05:00", format="date-time"),
        lambda at: at.datetime_input[0].set_value(datetime(2026, 4, 1, 9, 30)),
        "2026-04-01T09:30:00",
    ),
    "date and time as in the example": (
        _field("datetime", "2026-03-31 14:05"),
        lambda at: at.datetime_input[0].set_value(datetime(2026, 4, 1, 9, 30)),
        "2026-04-01 09:30",
    ),
    "date by its examples": (
        _field("datetime", "2026-03-31"),
        lambda at: at.date_input[0].set_value(date(2026, 2, 28)),
        "2026-02-28",
    ),
    "time with a zone": (
        _field("datetime", "2026-03-31T14:05:00Z", format="date-time"),
        lambda at: at.text_input[0].set_value("2026-03-31T14:06:00Z"),
        "2026-03-31T14:06:00Z",
    ),
    "vector as text": (
        _field("tensor", [1.0, 2.5], shape=(-1, 2), datatype="FP64"),
        lambda at: at.text_area[0].set_value("3; 4"),
        [3.0, 4.0],
    ),
    "vector in its table": (
        _field("tensor", [1.0, 2.5], shape=(-1, 2), datatype="FP64"),
        lambda at: _edited(at, TABLE, {1: {"value": 9.25}}),
        [1.0, 9.25],
    ),
    "free vector in its table": (
        _field("tensor", [1.0, 2.5], shape=(-1, -1), datatype="FP64"),
        lambda at: _added(at, TABLE, [{"value": 3.0}], []),
        [1.0, 2.5, 3.0],
    ),
    "matrix as text": (
        _field("tensor", [[1.0, 2.0], [3.0, 4.0]], shape=(-1, 2, 2), datatype="FP64"),
        lambda at: at.text_area[0].set_value("5\t6\n7\t8"),
        [[5.0, 6.0], [7.0, 8.0]],
    ),
    "matrix in its table": (
        _field("tensor", [[1.0, 2.0], [3.0, 4.0]], shape=(-1, 2, 2), datatype="FP64"),
        lambda at: _edited(at, TABLE, {0: {"2": -1.5}}),
        [[1.0, -1.5], [3.0, 4.0]],
    ),
    "tensor": (
        _field("tensor", [[[1.0]]], shape=(-1, 1, 1, 1), datatype="FP64"),
        lambda at: at.text_area[0].set_value("[[[2]]]"),
        [[[2]]],
    ),
    "list": (
        _field("json", ["a", "b"], format="list"),
        lambda at: _added(at, KEY, [{"value": "c"}], [0]),
        ["b", "c"],
    ),
    "list of whole numbers": (
        _field("json", [1, 2], format="list"),
        lambda at: _edited(at, KEY, {0: {"value": 5}}),
        [5, 2],
    ),
    "list of objects": (
        _field("json", [{"a": 1}], format="list"),
        lambda at: at.text_area[0].set_value('[{"a": 2}]'),
        [{"a": 2}],
    ),
    "list as text": (
        _field("json", '["a"]', format="list"),
        lambda at: _added(at, KEY, [{"value": "é"}], []),
        '["a", "é"]',
    ),
    "map": (
        _field("json", {"a": 1.5}, format="map"),
        lambda at: _added(at, KEY, [{"name": "b", "value": 2.0}, {"name": "no value"}], []),
        {"a": 1.5, "b": 2.0},
    ),
    "json": (
        _field("json", {"a": [1, None]}),
        lambda at: at.text_area[0].set_value('{"b": 0.1}'),
        {"b": 0.1},
    ),
    "json as text": (
        _field("json", '{"a": 1}'),
        lambda at: at.text_area[0].set_value('{"b":  2}'),
        '{"b":  2}',
    ),
    "json that is one text": (
        _field("json", "plain words"),
        lambda at: at.text_area[0].set_value('"others"'),
        "others",
    ),
    "image": (
        _field("image", PNG),
        lambda at: at.file_uploader[0].upload("b.png", PNG.data + b"b", "image/png"),
        File(name="b.png", media_type="image/png", data=PNG.data + b"b"),
    ),
    "audio": (
        _field("audio", WAV),
        lambda at: at.file_uploader[0].upload("b.wav", WAV.data + b"b", "audio/wav"),
        File(name="b.wav", media_type="audio/wav", data=WAV.data + b"b"),
    ),
    "pixels": (
        _field("tensor", [[[0.5]] * 8] * 8, shape=(-1, 8, 8, 1), datatype="FP32"),
        lambda at: at.file_uploader[0].upload("b.png", png(16, 8), "image/png"),
        [[[0.847059]] * 8] * 8,
    ),
    "pixels that are no picture": (
        _field("tensor", [[[7] * 8] * 8] * 3, shape=(-1, 3, 8, 8), datatype="UINT8"),
        lambda at: at.file_uploader[0].upload("b.png", b"%PDF", "image/png"),
        File(name="b.png", media_type="image/png", data=b"%PDF"),
    ),
    "file": (
        _field("text", File(name="a.pdf", media_type="application/pdf", data=b"%PDF"), content_type="base64"),
        lambda at: at.file_uploader[0].upload("b.pdf", b"%PDF-1", "application/pdf"),
        File(name="b.pdf", media_type="application/pdf", data=b"%PDF-1"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_opened_and_changed_is_what_leaves(name: str) -> None:
    field, change, expected = CASES[name]
    form = form_of(field)
    opened = sent(form)["x"]
    assert (opened, type(opened)) == (field.examples[0], type(field.examples[0]))
    change(form)
    changed = sent(form)["x"]
    assert (changed, type(changed)) == (expected, type(expected))
    assert sent(form)["x"] == expected


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in CASES if n not in ("free codes", "many")])
def test_it_is_still_there_after_a_look_at_another_page(name: str) -> None:
    field, change, expected = CASES[name]
    form = form_of(field)
    sent(form)
    change(form)
    sent(form)
    form.session_state["elsewhere"] = True
    form.run()
    form.session_state["elsewhere"] = False
    form.run()
    assert sent(form)["x"] == expected


@pytest.mark.parametrize("name", [n for n in CASES if "long integer" not in n])
def test_unknown_is_a_choice_of_its_own(name: str) -> None:
    field = replace(CASES[name][0], required=False)
    form = form_of(field, opened={})
    assert sent(form) == {"x": None}
    assert not said(form)


@pytest.mark.parametrize(
    ("field", "secret"),
    [
        (Field(name="password", kind="text"), True),
        (Field(name="userPassword", kind="text", format="line"), True),
        (Field(name="db.pwd2", kind="text"), True),
        (Field(name="api_key", kind="text"), True),
        (Field(name="accessToken", kind="text"), True),
        (Field(name="client-secret", kind="text"), True),
        (Field(name="x", kind="text", format="line", sensitive=True), True),
        (Field(name="x", kind="text", sensitive=True), False),
        (Field(name="tokens", kind="text"), False),
        (Field(name="secretary", kind="text"), False),
        (Field(name="max_token", kind="integer"), False),
    ],
)
def test_secrets_are_masked_and_never_a_draft(field: Field, secret: bool) -> None:
    assert is_secret(field) is secret
    if field.kind == "text":
        masked = [box for box in form_of(field).text_input if box.proto.type == box.proto.PASSWORD]
        assert bool(masked) is secret


def test_a_masked_text_is_sent_as_it_was_typed() -> None:
    form = form_of(Field(name="password", kind="text", examples=("hunter2",)))
    assert "hunter2" not in (form.text_input[0].help or "")
    form.text_input[0].set_value("correct horse")
    assert sent(form) == {"password": "correct horse"}


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("form", ["", *FORMATS, "no such"])
def test_every_kind_is_drawn_whatever_its_format(kind: Kind, form: str) -> None:
    assert drawer(fields.__name__, kind, form).render


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_field_may_be_called_anything(kind: Kind) -> None:
    assert not form_of(Field(name="a__b", kind=kind)).exception


def test_a_fraction_says_its_usual_range_in_percent() -> None:
    box = form_of(
        Field(name="x", kind="number", format="fraction", typical=(0.05, 0.5), maximum=1)
    ).number_input[0]
    assert box.label == "X (%)"
    assert "5 to 50" in box.placeholder
    assert "At most 100" in box.help


def test_text_in_a_number_of_digits_is_said_at_its_field() -> None:
    form = form_of(_field("integer", 2**60))
    form.text_input[0].set_value("many")
    assert sent(form)["x"] == "many"
    assert said(form) == ["X must be a number, not “many”."]


def test_what_is_no_json_is_kept_and_said() -> None:
    form = form_of(_field("json", {"a": 1}))
    form.text_area[0].set_value('{"a": ')
    assert isinstance(sent(form)["x"], Unreadable)
    assert said(form) == ["X is not valid JSON: line 1, column 7."]
    assert form.text_area[0].value == '{"a": '


def test_text_that_is_no_numbers_stays_and_the_table_can_mend_it() -> None:
    form = form_of(_field("tensor", [1.0, 2.0], shape=(-1, 2)))
    form.text_area[0].set_value("one two")
    assert sent(form)["x"] == "one two"
    assert "numbers only" in said(form)[0]
    _edited(form, f"table 1 of {KEY}", {0: {"value": 1.0}, 1: {"value": 2.0}})
    assert sent(form)["x"] == [1.0, 2.0]
    assert form.text_area[0].value == "[1.0, 2.0]"
    assert not said(form)


def test_a_hole_in_a_table_is_said() -> None:
    form = form_of(_field("tensor", [1.0, 2.0], shape=(-1, 2)))
    _edited(form, TABLE, {0: {"value": None}})
    assert sent(form)["x"] == [None, 2.0]
    assert "empty" in said(form)[0]


def test_a_removed_upload_gives_the_example_back() -> None:
    form = form_of(_field("image", PNG))
    form.file_uploader[0].upload("b.png", PNG.data + b"b", "image/png")
    assert sent(form)["x"].name == "b.png"
    form.file_uploader[0].clear()
    assert sent(form)["x"] == PNG


def test_an_optional_file_may_be_left_out() -> None:
    form = form_of(_field("image", PNG, required=False))
    assert sent(form)["x"] == PNG
    form.checkbox[0].check()
    assert sent(form)["x"] is None


def test_numbers_of_pixels_may_be_left_out() -> None:
    field = _field(
        "tensor", [[[0.5]] * 8] * 8, shape=(-1, 8, 8, 1), datatype="FP32", required=False
    )
    form = form_of(field)
    assert sent(form)["x"] == field.examples[0]
    form.checkbox[0].check()
    assert sent(form)["x"] is None


def test_what_is_done_to_a_picture_is_said() -> None:
    form = form_of(Field(name="image", kind="tensor", shape=(-1, 28, 28), datatype="FP32"))
    assert [c.value for c in form.caption] == ["Shown to the model as 28 × 28, grey, 0 to 1."]
    form.file_uploader[0].upload("b.png", b"%PDF", "image/png")
    sent(form)
    assert said(form) == [
        "b.png is not a picture (PNG, JPEG, GIF, BMP, TIFF or WebP), whatever its name says."
    ]
    form.file_uploader[0].upload("c.png", PNG.data, "image/png")
    sent(form)
    assert said(form) == ["c.png cannot be read as a picture."]


def test_unknown_is_told_from_a_choice_of_that_name() -> None:
    field = Field(name="x", kind="category", choices=("unknown", "b"), required=False)
    form = form_of(field, opened={"x": "unknown"})
    assert sent(form)["x"] == "unknown"
    form.get("button_group")[0].set_value("(not known)")
    assert sent(form)["x"] is None


def test_a_file_is_as_large_as_the_model_takes() -> None:
    form = form_of(_field("image", PNG, max_bytes=20))
    form.file_uploader[0].upload("b.png", PNG.data + b"b" * 100, "image/png")
    sent(form)
    assert "too large" in said(form)[0]
