"""The form as a whole: what is in sight, groups, headings, 200 inputs, hostile words."""

from __future__ import annotations

import time

import pytest

from mds_client.signature import Field, ModelRef, Signature
from tests.ui.forms import form_of, said, sent
from ui.form import heading, layout

HOSTILE = "<img src=x onerror=alert(1)> **bold** [x](javascript:y) :red[z] $a$"


def _numbers(count: int, **facts: object) -> list[Field]:
    return [
        Field(name=f"f{n:03d}", kind="number", examples=(n + 0.5,), **facts) for n in range(count)
    ]  # type: ignore[arg-type]


def _groups(fields: list[Field]) -> list[tuple[str, int]]:
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=tuple(fields))
    return [(name, len(group)) for name, group in layout(signature)]


def test_seven_inputs_are_in_sight_and_the_rest_in_groups() -> None:
    assert _groups(_numbers(8)) == [("", 8)]
    assert _groups(_numbers(9)) == [("", 7), ("More", 2)]
    assert _groups(_numbers(12, group="Sensors")) == [("", 7), ("Sensors", 5)]
    nested = [Field(name=f"address.{n}", kind="text") for n in range(9)]
    assert _groups(nested) == [("", 7), ("Address", 2)]


def test_a_group_of_very_many_is_cut_into_named_parts() -> None:
    groups = _groups(_numbers(60))
    assert groups[1:] == [("F007 – F026", 20), ("F027 – F046", 20), ("F047 – F059", 13)]


def test_two_hundred_inputs_are_drawn_in_time_and_all_leave() -> None:
    form = form_of(*_numbers(200))
    assert len(form.number_input) == 200
    form.number_input[150].set_value(-1.25)
    started = time.perf_counter()
    values = sent(form)
    assert time.perf_counter() - started < 5
    assert values["f150"] == -1.25
    assert sum(values.values()) == sum(n + 0.5 for n in range(200)) - 150.5 - 1.25


@pytest.mark.parametrize(
    ("name", "words"),
    [("city", ""), ("address.city", "Address"), ("a.b_c.d", "A › B c"), ("a~1b.c", "A.b")],
)
def test_a_nested_input_has_a_heading(name: str, words: str) -> None:
    assert heading(Field(name=name, kind="text")) == words


def test_one_text_of_several_is_a_line_where_its_examples_are_short() -> None:
    def drawn(*examples: object) -> tuple[int, int]:
        fields = [Field(name="a", kind="text", examples=examples), Field(name="n", kind="integer")]
        form = form_of(*fields, opened={})
        return len(form.text_input), len(form.text_area)

    assert drawn() == drawn("short") == (1, 0)
    assert drawn("x" * 100) == drawn("two\nlines") == (0, 1)
    assert len(form_of(Field(name="a", kind="text"), opened={}).text_area) == 1


def test_an_empty_input_is_said_after_a_press_and_a_wrong_one_at_once() -> None:
    fields = [Field(name=f"f{n}", kind="number", maximum=5) for n in range(10)]
    form = form_of(*fields, opened={"f9": 7.0})
    assert said(form) == ["To correct: More (1).", "F9 must be at most 5."]
    sent(form)
    assert said(form)[0] == "To correct: More (3)."
    assert "F0 is needed." in said(form)
    assert len(said(form)) == 11
    assert [group.proto.expanded for group in form.expander] == [True]
    form.run()
    assert [group.proto.expanded for group in form.expander] == [True]


def test_names_of_parts_do_not_meet_names_of_inputs() -> None:
    fields = [
        Field(name="a", kind="number", format="fraction", examples=(0.5,)),
        Field(name="a_percent", kind="number", examples=(1.0,)),
        Field(name="percent of a", kind="number", examples=(2.0,)),
        Field(name="a.b", kind="datetime", format="date", examples=("2026-01-01",)),
        Field(name="a_day", kind="text", examples=("x",)),
    ]
    assert sent(form_of(*fields)) == {f.name: f.examples[0] for f in fields}


@pytest.mark.parametrize("kind", ["number", "integer", "text", "category", "boolean", "datetime", "tensor", "json"])  # fmt: skip
def test_hostile_words_are_words(kind: str) -> None:
    facts = {"label": HOSTILE, "description": HOSTILE, "unit": HOSTILE, "group": HOSTILE}
    choices = (HOSTILE, "b") if kind == "category" else ()
    fields = [Field(name=f"x.{n}{HOSTILE}", kind=kind, choices=choices, **facts) for n in range(9)]  # type: ignore[arg-type]
    form = form_of(*fields, opened={})
    sent(form)
    labels = [
        e.label for e in (*form.number_input, *form.text_area, *form.selectbox, *form.expander)
    ]
    spoken = [*labels, *(m.value for m in form.markdown), *(c.value for c in form.caption)]
    assert spoken
    assert not any("<img" in words.replace("\\<img", "") for words in spoken)
    assert not any("**bold" in words.replace("\\*", "") for words in spoken)


def test_of_ten_thousand_inputs_the_first_are_drawn_and_the_others_leave_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ui.form.MOST_DRAWN", 30)  # a thousand take two seconds
    fields = [Field(name=f"f{n}", kind="number", examples=(float(n),)) for n in range(10_000)]
    form = form_of(*fields)
    assert len(form.number_input) == 30
    assert "takes 10,000 inputs, more than a form can hold" in form.warning[0].value
    form.number_input[0].set_value(5.5)
    assert sent(form) == {"f0": 5.5} | {f"f{n}": float(n) for n in range(1, 10_000)}
