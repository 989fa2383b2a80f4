"""Dates whose examples say how they are typed."""

from __future__ import annotations

from mds_client.signature import Field
from ui.fields import day, line, moment

KINDS = ("datetime",)


def render(field: Field, key: str, value: object) -> str | None:
    """A day as long as every example is one, else a day and a time; without examples a line of text."""
    lengths = {len(str(example)) for example in (*field.examples, value) if example}
    if not lengths:
        return line.render(field, key, value)
    render_as = day.render if lengths == {10} else moment.render
    return render_as(field, key, value)
