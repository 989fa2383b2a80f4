"""One file a resource: each has `RESOURCE`, and is found by itself."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from api.v1.resource import Resource


@cache
def resources() -> dict[str, Resource]:
    """Every resource by the name of its module."""
    names = sorted(found.name for found in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").RESOURCE for name in names}
