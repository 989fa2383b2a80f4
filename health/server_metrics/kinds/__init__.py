"""Kinds of server, one file each: every module of this folder that has `READERS` is found by itself."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from health.server_metrics.contract import Reader


@cache
def readers() -> tuple[Reader, ...]:
    """Of every kind, in the order of their files; a file may have several, the first that has counted a model is taken."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
    ]
    return tuple(reader for module in modules for reader in getattr(module, "READERS", ()))


@cache
def names() -> frozenset[str]:
    """Every series that some kind reads."""
    return frozenset(name for reader in readers() for name in reader.names)
