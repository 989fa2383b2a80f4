"""A kind of registry as another package would bring it."""

from __future__ import annotations

from mds_client.registries import Registry


class Another(Registry):
    """Nothing but its name."""

    NAME = "own"
    TITLE = "Our own list"
