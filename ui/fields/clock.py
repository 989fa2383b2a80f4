"""A time of day."""

from __future__ import annotations

from datetime import time

import streamlit as st

from mds_client.signature import Field
from mds_client.signature.checks import is_missing
from ui.fields import line
from ui.fields._widget_state import keep, open_with, own
from ui.labels import hint, label

KINDS = ("datetime",)
FORMATS = ("time",)


def render(field: Field, key: str, value: object) -> str | None:
    """The time as ISO text, as long as the example is; a line of text for what a clock cannot show."""
    shown = minute(value)
    if shown is None and not is_missing(value):
        return line.render(field, key, value)
    key, sample = own(key, "clock"), str(value or next(iter(field.examples), ""))
    open_with(key, shown)
    chosen = st.time_input(label(field), value=None, step=60, key=key, help=hint(field))
    keep(key, chosen)
    return written(chosen, sample) if chosen else None


def minute(value: object) -> time | None:
    """Zones and seconds are more than the widget shows."""
    try:
        clock_time = time.fromisoformat(str(value))
    except ValueError:
        return None
    return None if clock_time.tzinfo or clock_time.second or clock_time.microsecond else clock_time


def written(chosen: time, sample: str) -> str:
    """With seconds where the sample has them."""
    return chosen.isoformat("seconds" if sample.count(":") == 2 else "minutes")
