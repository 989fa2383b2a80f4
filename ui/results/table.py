"""Rows and columns that the model answered."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from mds_client.prediction import Answer
from mds_client.signature import Signature, Values

KINDS = ("table",)
_MOST_LETTERS = 500


def draw(answer: Answer, _values: Values, _signature: Signature) -> None:
    """How many rows in one big line, and the rows; they can be searched, sorted and downloaded."""
    st.header(answer.headline, anchor=False)
    names = dict.fromkeys(name for row in answer.table for name in row)
    cells = [{name: _cell(row.get(name)) for name in names} for row in answer.table]
    frame = pd.DataFrame(cells, columns=list(names))
    for name in names:
        if frame[name].dtype == object and frame[name].map(type).nunique() > 1:
            frame[name] = frame[name].astype("string")
    st.dataframe(
        frame, hide_index=True, placeholder="", width="stretch", alt="The rows of the answer"
    )


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)[:_MOST_LETTERS]
    return value
