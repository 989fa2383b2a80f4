"""The answers to the rows of a file: a table whose rows open as cases, and a file to take away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from cases.queries import CaseView
from cases.recording import answer_of
from mds_client.signature import Signature
from tables.converting import Converted
from ui.batch import summary
from ui.tables.given import Given
from ui.tables.upload import shown

# A spreadsheet would take the cell for a formula; a plain number is none.
_ACTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d[\d.,'\u2009\u202f\xa0]*(?:[eE][+-]?\d+)?\s?%?")


def draw(
    given: Given, converted: Converted, cases: Sequence[CaseView], signature: Signature
) -> None:
    """A sentence, what the answers come to, the table, and the download."""
    st.subheader("Answers", anchor=False)
    answered = sum(case.is_answered for case in cases)
    failed = f", {len(cases) - answered:,} were not" if answered < len(cases) else ""
    st.markdown(f"{answered:,} rows were answered{failed}.")
    rows = summary.draw(summary.summary_of([answer_of(case) for case in cases]))
    frame = table(given, converted, cases, signature)
    st.dataframe(
        frame.iloc[rows],
        hide_index=True,
        column_config={
            "Case": st.column_config.LinkColumn("Case", display_text="Open"),
            "Probability": st.column_config.NumberColumn(format="percent"),
        },
        alt="The answer to each row, with what was asked",
    )
    st.download_button(
        "Download the answers",
        data=lambda: as_csv(whole(given, converted, cases, _base())),
        file_name=f"{given.name.rpartition('.')[0] or given.name} answers.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="rows_download",
    )


def table(
    given: Given, converted: Converted, cases: Sequence[CaseView], signature: Signature
) -> pd.DataFrame:
    """One line a row: where it stands in the file, its answer, how sure, what went wrong, what was asked."""
    numbers = list(converted.rows.index[: len(cases)])
    found = [answer_of(case) for case in cases]
    frame = pd.DataFrame(
        {
            given.table.row_word.capitalize(): numbers,
            "Answer": [answer.headline if answer else None for answer in found],
            "Probability": [answer.probability if answer else None for answer in found],
            "Problem": [case.error_sentence or None for case in cases],
            "Case": [f"/predict?case={case.id}" for case in cases],
        }
    ).dropna(axis="columns", how="all")
    titles = {field.name: field.title for field in signature.inputs}
    asked = converted.rows.iloc[: len(cases)].map(shown).rename(columns=titles)
    return pd.concat([frame, asked.reset_index(drop=True)], axis="columns")


def whole(
    given: Given, converted: Converted, cases: Sequence[CaseView], base: str = ""
) -> pd.DataFrame:
    """All rows of the file in its order with its own columns; then answer, probability, problem and case.

    `base` is the address before the link to a case.
    """
    asked = dict(zip(converted.rows.index, cases, strict=False))
    problems = _problems(given, converted)
    rows = [_outcome(asked.get(n), problems.get(n, ""), base) for n in given.table.row_numbers]
    more = pd.DataFrame(rows, columns=_OUTCOMES)
    more.columns = pd.Index([_fresh(name, given.table.columns) for name in _OUTCOMES])
    frame = given.table.frame.map(shown).reset_index(drop=True)
    return pd.concat([frame, more], axis="columns")


_OUTCOMES = ["Answer", "Probability", "Problem", "Case"]


def _outcome(case: CaseView | None, problem: str, base: str) -> tuple[object, object, str, str]:
    if case is None:
        return None, None, problem or "Not asked yet.", ""
    answer = answer_of(case)
    return (
        answer.headline if answer else None,
        answer.probability if answer else None,
        case.error_sentence or problem,
        f"{base}/predict?case={case.id}",
    )


def _problems(given: Given, converted: Converted) -> dict[int, str]:
    """Why a row is not sent, by its number."""
    found: dict[int, list[str]] = {}
    for problem in converted.problems:
        found.setdefault(problem.row, []).append(problem.sentence)
    for place, sentence in given.table.totals.items():
        found[given.table.row_numbers[place]] = [f"Not sent: {sentence}."]
    return {row: " ".join(sentences) for row, sentences in found.items()}


def _fresh(name: str, taken: Sequence[str]) -> str:
    """The name, or one that no column of the file has."""
    known = {one.casefold() for one in taken}
    names = (name, f"{name} of the model", *(f"{name} {i}" for i in range(2, 10**6)))
    return next(one for one in names if one.casefold() not in known)


def _base() -> str:
    """The address that people know this app by, without the page."""
    parts = urlsplit(st.context.url or "")
    folder = parts.path.rstrip("/").removesuffix("/predict").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{folder}" if parts.netloc else ""


def as_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a mark, which spreadsheets need; a cell or heading that would act as a formula is quoted."""
    safe = frame.map(_inert).rename(columns=_inert)
    return safe.to_csv(index=False).encode("utf-8-sig")


def _inert(value: object) -> object:
    if not isinstance(value, str) or not value.lstrip(" ").startswith(_ACTS):
        return value
    return value if _NUMBER.fullmatch(value) else f"'{value}"
