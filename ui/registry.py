"""Finds drawers by themselves: every module in a folder says what it draws.

`KINDS` are its kinds, and `FORMATS` the formats of them that it draws; without formats it draws the kind.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def drawers(package: str) -> dict[tuple[str, str], ModuleType]:
    """The modules of a package by each kind and format that they draw; the empty format is any other."""
    folder = importlib.import_module(package)
    names = [i.name for i in pkgutil.iter_modules(folder.__path__) if not i.name.startswith("_")]
    modules = [importlib.import_module(f"{package}.{name}") for name in names]
    return {
        (kind, form): module
        for module in modules
        for kind in module.KINDS
        for form in getattr(module, "FORMATS", ("",))
    }


def drawer(package: str, kind: str, form: str = "") -> ModuleType:
    """What draws this format of the kind, else what draws the kind."""
    modules = drawers(package)
    return modules.get((kind, form)) or modules[kind, ""]


def by_kind(package: str) -> dict[str, ModuleType]:
    """What draws each kind in any format."""
    return {kind: module for (kind, form), module in drawers(package).items() if not form}
