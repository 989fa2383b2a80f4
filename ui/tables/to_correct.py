"""The rows of a file that cannot be sent, as a file of their own: to be corrected, and sent alone."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from batch import problems
from tables.converting import Converted
from tables.kept_table import KeptTable
from ui.batch.answers import as_csv
from ui.tables.given import Given


def draw(given: Given, found: Converted) -> None:
    """The button that takes them away; nothing where every row can be sent."""
    if not found.left_out:
        return
    st.download_button(
        "Download the row that cannot be sent"
        if found.left_out == 1
        else "Download the rows that cannot be sent",
        data=partial(_file, given, found),
        file_name=f"{given.name.rpartition('.')[0] or given.name} to correct.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="rows_to_correct",
        help="With the number of each row and why it cannot be sent. Correct them, and upload that file here: only its rows are asked about.",
    )


def _file(given: Given, found: Converted) -> bytes:
    return as_csv(rows(KeptTable.of(given.table, found)))


def rows(table: KeptTable) -> pd.DataFrame:
    """The rows that cannot be sent: where each stands, the file's own columns, and why."""
    places = [i for i, number in enumerate(table.row_numbers) if number in table.problems]
    numbers = [table.row_numbers[i] for i in places]
    frame = table.frame.iloc[places].reset_index(drop=True)
    heading = problems.heading_of(table.columns, table.row_word)
    frame.insert(0, heading[0], numbers)
    frame[heading[-1]] = [table.problems[number] for number in numbers]
    return frame
