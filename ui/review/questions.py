"""The questions of a model, edited as a table: a line each, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

import pandas as pd
import streamlit as st

from feedback.questions import CHOICE, KINDS, MOST, NUMBER, PASS_FAIL, Question

_BETWEEN = "|"
_QUESTION, _KIND, _OPTIONS, _LEAST, _MOST = "Question", "Answered by", "Options", "Least", "Most"
_DTYPES = {
    _QUESTION: "string",
    _KIND: "string",
    _OPTIONS: "string",
    _LEAST: "Float64",
    _MOST: "Float64",
}


def draw(now: Sequence[Question], key: str) -> tuple[Question, ...]:
    """The table as it is now."""
    st.markdown("**Questions with each feedback**")
    columns = st.column_config
    edited = st.data_editor(
        table_of(now),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            _QUESTION: columns.TextColumn(_QUESTION, width="medium"),
            _KIND: columns.SelectboxColumn(_KIND, options=list(KINDS.values())),
            _OPTIONS: columns.TextColumn(
                _OPTIONS, help=f"Of a choice, separated by {_BETWEEN}", width="medium"
            ),
            _LEAST: columns.NumberColumn(_LEAST, help="Of a number", format="plain"),
            _MOST: columns.NumberColumn(_MOST, help="Of a number", format="plain"),
        },
        placeholder="",
        alt="The questions that are asked with each feedback, to edit",
    )
    st.caption(
        f"At most {MOST}. Everybody who says whether an answer was right is asked them, and may leave them open. "
        "Other words are another question: what was answered before stays with the old one."
    )
    return questions_of(edited.to_dict("records"))


def table_of(questions: Iterable[Question]) -> pd.DataFrame:
    """The questions, a row each."""
    rows = [
        {
            _QUESTION: each.words,
            _KIND: KINDS[each.kind],
            _OPTIONS: f" {_BETWEEN} ".join(each.options) or None,
            _LEAST: each.least,
            _MOST: each.most,
        }
        for each in questions
    ]
    return pd.DataFrame(rows, columns=list(_DTYPES)).astype(_DTYPES)


def questions_of(rows: Iterable[Mapping[Hashable, object]]) -> tuple[Question, ...]:
    """The questions of a table's rows; a row without words is none. Cells that a kind does not know are left out."""
    kinds = {words: kind for kind, words in KINDS.items()}
    found = []
    for row in rows:
        words = _text(row.get(_QUESTION))
        kind = kinds.get(_text(row.get(_KIND)), PASS_FAIL)
        options = [each.strip() for each in _text(row.get(_OPTIONS)).split(_BETWEEN)]
        is_number = kind == NUMBER
        if words:
            found.append(
                Question(
                    words=words,
                    kind=kind,
                    options=tuple(filter(None, options)) if kind == CHOICE else (),
                    least=_number(row.get(_LEAST)) if is_number else None,
                    most=_number(row.get(_MOST)) if is_number else None,
                )
            )
    return tuple(found)


def _text(cell: object) -> str:
    return "" if cell is None or pd.isna(cell) else str(cell).strip()  # type: ignore[call-overload]


def _number(cell: object) -> float | None:
    return None if cell is None or pd.isna(cell) else float(cell)  # type: ignore[call-overload, arg-type]
