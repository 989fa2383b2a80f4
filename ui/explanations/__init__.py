"""Why this answer: one file a section; every module in this folder with an `ORDER` is found by itself.

A section has `ORDER`, from top to bottom, `suits(answered)` and `draw(answered)`; `HEADING` where it does not stand
under the common one.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

import streamlit as st

from ui.explanations.answered_case import AnsweredCase

__all__ = ["AnsweredCase", "draw"]


_COMMON = "Why this answer?"


def draw(answered: AnsweredCase) -> None:
    """Every section that has something to say about this case, under its heading."""
    last = ""
    for section in _sections():
        if not section.suits(answered):
            continue
        heading = getattr(section, "HEADING", _COMMON)
        if heading != last:
            st.subheader(heading, anchor=False)
        last = heading
        section.draw(answered)


@cache
def _sections() -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return sorted(
        (module for module in modules if hasattr(module, "ORDER")), key=lambda module: module.ORDER
    )
