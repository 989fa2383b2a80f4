"""What a person wants and allows, asked for in a form: the options of a search for changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from explanations.target import Target
from mds_client.signature import NUMERIC_KINDS, TABULAR_KINDS, Field, Signature
from ui.explanations.answered_case import AnsweredCase
from ui.feedback import labels_of
from ui.fields.choice import values_by_words
from ui.text import plain
from ui.what_if.comparison import value_text

ANY = "any other answer"
WAYS = {"up or down": "", "only up": "up", "only down": "down"}
_AT_LEAST, _AT_MOST, _WAY = "At least", "At most", "May change"
_MOST_ROWS, _HEIGHT = 6, 280
# What is asked for at first lies so far from the answer.
_FURTHER = 1.1


def draw(answered: AnsweredCase, target: Target) -> dict[str, object]:
    """The controls; gives the options of the search."""
    key = f"smallest_{answered.case.id}"
    free = [field for field in answered.signature.inputs if field.kind in TABULAR_KINDS]
    return {
        **_draw_desired_outcome(answered, target, key),
        "locked": _draw_locked(free, key),
        **_draw_ranges([field for field in free if field.kind in NUMERIC_KINDS], answered, key),
        "choices": _draw_choices([f for f in free if f.kind not in NUMERIC_KINDS], key),
    }


def _draw_desired_outcome(answered: AnsweredCase, target: Target, key: str) -> dict[str, object]:
    if target.is_share:
        others = [
            each for each in labels_of(answered.answer, answered.signature) if each != target.answer
        ]
        wanted = st.selectbox("The model should give", [ANY, *others], key=f"{key}_answer")
        return {"desired": "other", "answer": "" if wanted == ANY else wanted}
    unit = f" ({plain(target.unit)})" if target.unit else ""
    left, right = st.columns(2)
    kind = left.radio("The answer should be", ["at least", "at most"], horizontal=True, key=f"{key}_kind")  # fmt: skip
    number = right.number_input(
        f"this number{unit}", value=_readable(target.read(answered.answer) * _FURTHER), key=f"{key}_number", format="%g"
    )  # fmt: skip
    return {"desired": str(kind).replace(" ", "_"), "number": number}


def _draw_locked(free: Sequence[Field], key: str) -> list[str]:
    titles = {field.name: field.title for field in free}
    return st.multiselect(
        "What must stay as it is",
        list(titles),
        default=[field.name for field in free if field.sensitive],
        format_func=lambda name: titles[name],
        key=f"{key}_locked",
        placeholder="nothing",
    )


def _draw_ranges(numbers: Sequence[Field], answered: AnsweredCase, key: str) -> dict[str, object]:
    if not numbers:
        return {}
    st.caption("Constraints for numbers, where there are any. The model's own limits always hold.")
    edited = st.data_editor(
        _limits(numbers, answered),
        hide_index=True,
        key=f"{key}_limits",
        disabled=("Field", "Now"),
        height="auto" if len(numbers) <= _MOST_ROWS else _HEIGHT,
        column_config={
            "Field": st.column_config.TextColumn(pinned=True),
            _WAY: st.column_config.SelectboxColumn(options=list(WAYS), required=True),
        },
        placeholder="any",
        alt="The limits of each number",
    )
    return limits_of(numbers, edited)


def _limits(numbers: Sequence[Field], answered: AnsweredCase) -> pd.DataFrame:
    nothing = pd.Series([None] * len(numbers), dtype="Float64")
    return pd.DataFrame(
        {
            "Field": [field.title for field in numbers],
            "Now": [value_text(field, answered.values.get(field.name)) for field in numbers],
            _AT_LEAST: nothing,
            _AT_MOST: nothing,
            _WAY: [next(iter(WAYS))] * len(numbers),
        }
    )


def limits_of(numbers: Sequence[Field], edited: pd.DataFrame) -> dict[str, object]:
    """The ranges and directions that a person wrote into the table."""
    ranges: dict[str, list[float | None]] = {}
    directions: dict[str, str] = {}
    for field, (_, row) in zip(numbers, edited.iterrows(), strict=True):
        low, high = (
            None if pd.isna(row[end]) else float(row[end]) for end in (_AT_LEAST, _AT_MOST)
        )
        if low is not None or high is not None:
            ranges[field.name] = [_as_sent(field, low), _as_sent(field, high)]
        if way := WAYS.get(str(row[_WAY])):
            directions[field.name] = way
    return {"ranges": ranges, "directions": directions}


def _as_sent(field: Field, number: float | None) -> float | None:
    """A share is typed in percent and sent as a fraction."""
    return number / 100 if number is not None and field.format == "fraction" else number


def _draw_choices(fields: Sequence[Field], key: str) -> dict[str, list[object]]:
    """The choices that are allowed, of fields of which some are not."""
    options = {field.name: values_by_words(field) for field in fields}
    every = {
        f"{field.title}: {words}": (field.name, value)
        for field in fields
        for words, value in options[field.name].items()
    }
    if not every:
        return {}
    out = st.multiselect("Choices to leave out", list(every), key=f"{key}_out", placeholder="none")
    return allowed(options, [every[each] for each in out])


def allowed(
    options: Mapping[str, Mapping[str, object]], out: Sequence[tuple[str, object]]
) -> dict[str, list[object]]:
    """What is left of the choices of each field of which some are out."""
    names = dict.fromkeys(name for name, _ in out)
    return {
        name: [value for value in options[name].values() if (name, value) not in out]
        for name in names
    }


def _readable(number: float) -> float:
    return float(f"{number:.2g}")


def summary(signature: Signature) -> str:
    """What is left out of a search without asking."""
    others = [field.title for field in signature.inputs if field.kind not in TABULAR_KINDS]
    return f"Stays as it is: {', '.join(others)}." if others else ""
