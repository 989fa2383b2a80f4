"""A day and a time of day."""

from __future__ import annotations

from datetime import datetime, time

import streamlit as st

from mds_client.signature import Field
from mds_client.signature.checks import is_missing
from ui.fields import line
from ui.fields._widget_state import keep, open_with, own
from ui.fields.day import FIRST, LAST
from ui.labels import hint, label

KINDS = ("datetime",)
FORMATS = ("date-time",)


def render(field: Field, key: str, value: object) -> str | None:
    """The moment as ISO text, written as the example is; a line of text for what has a zone or seconds."""
    sample = str(next((e for e in (value, *field.examples) if not is_missing(e)), ""))
    shown = None if is_missing(value) else minute(str(value))
    if sample and minute(sample) is None:
        return line.render(field, key, value)
    key = own(key, "moment")
    open_with(key, shown)
    chosen = st.datetime_input(
        label(field),
        value=None,
        min_value=datetime.combine(FIRST, time.min),
        max_value=datetime.combine(LAST, time.max),
        format="YYYY-MM-DD",
        step=60,
        key=key,
        help=hint(field),
    )
    keep(key, chosen)
    return written(chosen, sample) if chosen else None


def minute(text: str) -> datetime | None:
    """The moment, where it is one to the minute, without a zone, in a year of the calendar."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    is_exact = not (parsed.tzinfo or parsed.second or parsed.microsecond)
    return parsed if is_exact and FIRST <= parsed.date() <= LAST else None


def written(moment: datetime, sample: str) -> str:
    """As the sample is: with seconds unless the example has none, parted by what parts it."""
    is_short = sample.count(":") == 1
    return moment.isoformat(
        " " if sample[10:11] == " " else "T", "minutes" if is_short else "seconds"
    )
