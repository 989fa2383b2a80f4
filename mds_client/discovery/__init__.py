"""Which models are there, in what state. One dead server never delays or hides the others.

A `Catalogue` keeps what it last saw of every server: when a server stops answering, its models stay
listed as unreachable, with since when. What a server lists is published at once; what its models take
is read afterwards, a few at a time. An entry that did not change stays the same object.
"""

from mds_client.discovery.catalogue import Catalogue
from mds_client.discovery.entries import UNREACHABLE, Entry, ServerState

__all__ = ["UNREACHABLE", "Catalogue", "Entry", "ServerState"]
