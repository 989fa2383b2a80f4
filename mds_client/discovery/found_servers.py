"""What a source says of a server that it found, and of the models there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mds_client.discovery.sources import FoundServer, Said
from mds_client.server import ModelInfo, Server

SAY_NOTHING = Said()


def said_of(server: Server | None) -> Mapping[str, Said]:
    return server.said if isinstance(server, FoundServer) else {}


def source_of(server: Server) -> str:
    return server.source if isinstance(server, FoundServer) else ""


def address_of(server: Server | None) -> Server | None:
    """What a client is made from: what is said of the models makes no other client."""
    return replace(server, said={}) if isinstance(server, FoundServer) else server


def with_said(info: ModelInfo, said: Said) -> ModelInfo:
    """A server is believed when it says ready; otherwise its source knows better why not."""
    if info.is_ready or said.state == "UNKNOWN":
        return info
    return replace(info, state=said.state, reason=said.reason)
