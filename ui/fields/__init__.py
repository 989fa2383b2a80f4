"""Inputs of the form, one file a kind; every module in this folder is found by itself.

A field module has `KINDS` and `render(field, key, value) -> object`: it draws the widget, opened with
`value`, and gives back what it holds now, None when it holds nothing.
"""

from __future__ import annotations

from mds_client.signature import Field
from ui.registry import by_kind


def render(field: Field, key: str, value: object) -> object:
    """Draw the widget of the field's kind."""
    return by_kind(__name__)[field.kind].render(field, key, value)
