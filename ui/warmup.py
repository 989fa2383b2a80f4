"""Imports what the first page would otherwise wait for."""

from __future__ import annotations

import importlib
from pathlib import Path

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
    "ui.tables",
    "ui.schema_discovery",
    "ui.review",
)


def imports() -> None:
    """Import them now, before the first person comes."""
    for name in (*services_named_as_here(), *_FIRST_PAGE_NEEDS):
        importlib.import_module(name)
    by_kind("ui.fields")
    by_kind("ui.results")


def services_named_as_here() -> list[str]:
    """The services that a folder of ui/ is named as.

    Streamlit 1.67 puts ui/ on the path when a run begins, until ui/main.py takes it off. Another run that
    imports a service for the first time at that moment would get the folder here instead.
    """
    here = Path(__file__).resolve().parent
    folders = sorted(folder.parent.name for folder in here.glob("*/__init__.py"))
    return [name for name in folders if (here.parent / name / "__init__.py").exists()]
