"""Protocols, one file each. Every module in this folder that has a `DIALECT` is found by itself, and so are those
that other packages register under the entry point group `mds_workbench.protocols`. Nothing here sends.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import cast

from mds_client.protocols.protocol import Dialect
from mds_client.server import Server

AUTO = "auto"
ENTRY_POINTS = "mds_workbench.protocols"


@cache
def dialects() -> dict[str, type[Dialect]]:
    """Every known dialect by name, in the order in which a base URL is tried for them."""
    modules = [
        importlib.import_module(f"{__name__}.{i.name}") for i in pkgutil.iter_modules(__path__)
    ]
    found = [cast(type[Dialect], m.DIALECT) for m in modules if hasattr(m, "DIALECT")]
    found += [point.load() for point in entry_points(group=ENTRY_POINTS)]
    return {dialect.NAME: dialect for dialect in sorted(found, key=lambda d: (d.ORDER, d.NAME))}


def dialect_for(server: Server, name: str = "") -> Dialect:
    """The dialect of that name, else the one that the server is configured with.

    Raises ValueError with the known names.
    """
    wanted = name or server.protocol
    try:
        return dialects()[wanted](server)
    except KeyError:
        known = ", ".join([AUTO, *dialects()])
        raise ValueError(f"unknown protocol {wanted!r}; known: {known}") from None
