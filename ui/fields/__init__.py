"""Inputs of the form, one file a kind or format; every module in this folder is found by itself.

A field module has `KINDS`, and `FORMATS` where it draws only some formats of them, and
`render(field, key, value) -> object`: it draws the widget, opened with `value`, and gives back what it holds
now, None when it holds nothing. Nothing that is typed may make the page run again. Where it draws one box or one
row of words, `in_box(field, value)` says what stands in it with this value; None where that is not sure.
"""

from __future__ import annotations

from mds_client.signature import Field
from ui.fields._formats import format_of
from ui.registry import drawer


def render(field: Field, key: str, value: object) -> object:
    """Draw the widget of the field's format, else of its kind."""
    return drawer(__name__, field.kind, format_of(field)).render(field, key, value)


def in_box(field: Field, value: object) -> str | None:
    """What stands in the one box of the field with this value, or which word is chosen; None for other widgets."""
    said = getattr(drawer(__name__, field.kind, format_of(field)), "in_box", None)
    return said(field, value) if said else None
