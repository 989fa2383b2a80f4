"""Dates whose examples say how they are typed."""

from __future__ import annotations

from mds_client.signature import Field
from ui.fields import clock, day, line, moment

KINDS = ("datetime",)


def render(field: Field, key: str, value: object) -> str | None:
    """A day as long as every example is one, else a day and a time; without examples a line of text."""
    lengths = {len(str(example)) for example in (*field.examples, value) if example}
    if not lengths:
        return line.render(field, key, value)
    render_as = day.render if lengths == {10} else moment.render
    return render_as(field, key, value)


def as_sent(field: Field, text: str) -> str:
    """What leaves for the ISO text of a picker's parts: written as the examples are. Other text as it is."""
    sample = str(next(iter(field.examples), ""))
    if field.format == "time":
        time = clock.minute(text)
        return clock.written(time, sample) if time else text
    typed_moment = moment.minute(text) if len(text) > len("2026-03-31") else None
    is_typed = sample and moment.minute(sample) is None
    return moment.written(typed_moment, sample) if typed_moment and not is_typed else text
