"""Patterns, times, lists and maps, and JSON that is none: what is forbidden, and how fast it is said."""

from __future__ import annotations

import time

import pytest

from mds_client.errors import InvalidValues, Problem
from mds_client.signature import Field, File
from mds_client.signature.checks import Unreadable


def _sentence(field: Field, value: object) -> str:
    problem = field.check(value)
    return problem.sentence if problem else ""


def test_a_text_must_look_like_its_pattern_as_a_whole() -> None:
    field = Field(name="iban", kind="text", pattern=r"DE\d{4}", examples=("DE1234",))
    assert not _sentence(field, "DE0000")
    assert _sentence(field, "xDE0000x") == "Iban must look like “DE1234”."
    assert "not in the form" in _sentence(Field(name="x", kind="text", pattern="a"), "b")


@pytest.mark.parametrize(
    "pattern", ["(", "(?=a)", "\\1(a)", "a" * 2000, "((a{100}){100}){100}", "\ud800"]
)
def test_a_pattern_that_is_none_forbids_nothing(pattern: str) -> None:
    assert not _sentence(Field(name="x", kind="text", pattern=pattern), "anything")


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(.*)*x", "(a?){500}a{500}"])
def test_a_hostile_pattern_costs_no_time(pattern: str) -> None:
    started = time.perf_counter()
    Field(name="x", kind="text", pattern=pattern).check("a" * 100_000)
    assert time.perf_counter() - started < 2


def test_a_time_alone_is_a_time() -> None:
    field = Field(name="at", kind="datetime", format="time")
    assert not _sentence(field, "14:05")
    assert "such as 14:05" in _sentence(field, "2026-03-31")
    assert "such as 2026-03-31." in _sentence(Field(name="d", kind="datetime", format="date"), "no")


@pytest.mark.parametrize(
    ("form", "value", "is_right"),
    [
        ("list", [1], True),
        ("list", "[1]", True),
        ("list", {"a": 1}, False),
        ("map", {"a": 1}, True),
        ("map", "{}", True),
        ("map", [1], False),
        ("", [1], True),
        ("", "words", True),
    ],
)
def test_lists_and_maps(form: str, value: object, is_right: bool) -> None:
    assert (not _sentence(Field(name="x", kind="json", format=form), value)) == is_right


def test_text_that_is_no_json_is_said_where_and_never_sent() -> None:
    sentence = _sentence(Field(name="x", kind="json"), Unreadable('{"a": 1,\n broken'))
    assert sentence == "X is not valid JSON: line 2, column 2."
    assert "not valid" in _sentence(Field(name="x", kind="json"), Unreadable("[" * 100_000))


def test_any_file_where_text_goes_as_base64() -> None:
    field = Field(name="x", kind="text", content_type="base64", max_bytes=10)
    assert not _sentence(field, File(name="a.pdf", media_type="", data=b"%PDF"))
    assert "too large" in _sentence(field, File(name="a.pdf", media_type="", data=b"%PDF" * 9))
    assert "must be text" in _sentence(
        Field(name="x", kind="text"), File(name="a", media_type="", data=b"")
    )


def test_json_nested_too_deeply_is_said_before_it_is_sent() -> None:
    nested: object = 1
    for _ in range(100):
        nested = {"a": [nested]}
    assert "at most 100 levels" in _sentence(Field(name="x", kind="json"), nested)
    wide = [[{"a": n} for n in range(1_000)]]
    assert not _sentence(Field(name="x", kind="json"), wide)


def test_very_many_problems_are_counted() -> None:
    error = InvalidValues(
        [Problem(field=f"f{n}", sentence=f"F{n} is needed.") for n in range(9_000)]
    )
    assert error.sentence.startswith("F0 is needed. F1")
    assert error.sentence.endswith("F49 is needed. And 8,950 more.")
    assert len(error.problems) == 9_000
