"""A day, typed or picked from a calendar."""

from __future__ import annotations

from datetime import date

import streamlit as st

from mds_client.signature import Field
from mds_client.signature.checks import is_missing
from ui.fields import line
from ui.fields._widget_state import keep, open_with, own
from ui.labels import hint, label

KINDS = ("datetime",)
FORMATS = ("date",)
FIRST, LAST = date(1800, 1, 1), date(2299, 12, 31)


def render(field: Field, key: str, value: object) -> str | None:
    """The day as ISO text; a line of text where a calendar cannot show what the form opens with."""
    shown = _day(value)
    if shown is None and not is_missing(value):
        return line.render(field, key, value)
    key = own(key, "day")
    open_with(key, shown)
    chosen = st.date_input(
        label(field),
        value=None,
        min_value=FIRST,
        max_value=LAST,
        format="YYYY-MM-DD",
        key=key,
        help=hint(field),
    )
    keep(key, chosen)
    return chosen.isoformat() if chosen else None


def _day(value: object) -> date | None:
    try:
        day = date.fromisoformat(str(value)) if len(str(value)) == 10 else None
    except ValueError:
        return None
    return day if day and FIRST <= day <= LAST else None
