"""Finds drawers by themselves: every module in a folder says in KINDS what it draws."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def by_kind(package: str) -> dict[str, ModuleType]:
    """The modules of a package by each kind that they draw."""
    folder = importlib.import_module(package)
    names = [info.name for info in pkgutil.iter_modules(folder.__path__)]
    modules = [importlib.import_module(f"{package}.{name}") for name in names]
    return {kind: module for module in modules for kind in module.KINDS}
