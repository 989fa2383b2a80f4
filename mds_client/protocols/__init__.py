"""Protocols, one file each. Every module in this folder that has a `PROTOCOL` is found by itself, and so are those
that other packages register under the entry point group `mds_client.protocols`. Nothing here sends.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import cast

from mds_client.protocols.protocol import Protocol
from mds_client.server import Server

AUTO = "auto"
ENTRY_POINTS = "mds_client.protocols"


@cache
def protocols() -> dict[str, type[Protocol]]:
    """Every known protocol by name, in the order in which a base URL is tried for them."""
    modules = [
        importlib.import_module(f"{__name__}.{i.name}") for i in pkgutil.iter_modules(__path__)
    ]
    classes = [cast(type[Protocol], m.PROTOCOL) for m in modules if hasattr(m, "PROTOCOL")]
    classes += [point.load() for point in entry_points(group=ENTRY_POINTS)]
    return {
        protocol.NAME: protocol for protocol in sorted(classes, key=lambda d: (d.ORDER, d.NAME))
    }


def protocol_for(server: Server, name: str = "") -> Protocol:
    """The protocol of that name, else the one that the server is configured with.

    Raises ValueError with the known names.
    """
    wanted = name or server.protocol
    try:
        return protocols()[wanted](server)
    except KeyError:
        known = ", ".join([AUTO, *protocols()])
        raise ValueError(f"unknown protocol {wanted!r}; known: {known}") from None
