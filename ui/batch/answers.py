"""The answers to the rows of a file: a table whose rows open as cases, and a file to take away."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cases.queries import CaseView
from cases.recording import answer_of
from mds_client.signature import Signature
from tables.converting import Converted
from ui.tables.given import Given
from ui.tables.upload import shown

_ACTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take the cell for a formula


def draw(
    given: Given, converted: Converted, cases: Sequence[CaseView], signature: Signature
) -> None:
    """A sentence, the table, and the download."""
    st.subheader("Answers", anchor=False)
    answered = sum(case.is_answered for case in cases)
    failed = f", {len(cases) - answered:,} were not" if answered < len(cases) else ""
    st.markdown(f"{answered:,} rows were answered{failed}.")
    frame = table(given, converted, cases, signature)
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "Case": st.column_config.LinkColumn("Case", display_text="Open"),
            "Probability": st.column_config.NumberColumn(format="percent"),
        },
        alt="The answer to each row, with what was asked",
    )
    st.download_button(
        "Download the answers",
        data=lambda: as_csv(frame),
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


def as_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a mark, which spreadsheets need; a cell that would act as a formula is quoted."""
    return frame.drop(columns="Case").map(_inert).to_csv(index=False).encode("utf-8-sig")


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_ACTS) else value
