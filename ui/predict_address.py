"""Where the address of the Predict page leads: to a case or before the first one, to What if, or to a file."""

from __future__ import annotations

import streamlit as st

from ui import history, model_picker, predict_form, tables
from ui.what_if import mode


def follow() -> None:
    """Go where the address leads: to its case, and after Back to before the first one to the form alone."""
    followed = history.take()
    is_moved = followed == history.MOVED
    if followed:
        mode.follow(is_moved=is_moved)
        tables.follow(is_moved=is_moved)
    if is_moved and "case" not in st.query_params:
        predict_form.leave_answer()
    model_picker.reopen_case(is_moved=is_moved)
