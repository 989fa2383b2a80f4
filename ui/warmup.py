"""Imports what the first page would otherwise wait for."""

from __future__ import annotations

import importlib

from ui.registry import by_kind

_FIRST_PAGE_NEEDS = (
    "pandas",
    "plotly.graph_objects",
    "pyarrow",
    "ui.shell",
    "ui.prediction_panel",
    "ui.catalogue",
    "ui.model_picker",
    "ui.health",
    "ui.form",
)


def imports() -> None:
    """Import them now, before the first person comes."""
    for name in _FIRST_PAGE_NEEDS:
        importlib.import_module(name)
    by_kind("ui.fields")
    by_kind("ui.results")
