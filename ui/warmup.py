"""Imports what the first page would otherwise wait for."""

from __future__ import annotations

import importlib

_FIRST_PAGE_NEEDS = (
    "pandas",
    "plotly.graph_objects",
    "pyarrow",
    "ui.shell",
    "ui.fields",
    "ui.results",
)


def imports() -> None:
    """Import them now, before the first person comes."""
    for name in _FIRST_PAGE_NEEDS:
        importlib.import_module(name)
