"""What a source says of a server that it found, and of the models there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mds_client.discovery.sources import FoundServer, ModelReport
from mds_client.server import ModelInfo, Server

NO_REPORT = ModelReport()


def reports_of(server: Server | None) -> Mapping[str, ModelReport]:
    return server.reports if isinstance(server, FoundServer) else {}


def source_of(server: Server) -> str:
    return server.source if isinstance(server, FoundServer) else ""


def address_of(server: Server | None) -> Server | None:
    """The settings that a client is made from: a change in what is reported of the models needs no new client."""
    return replace(server, reports={}) if isinstance(server, FoundServer) else server


def with_report(info: ModelInfo, report: ModelReport) -> ModelInfo:
    """The state by the server where it says ready; otherwise the state and the reason that its source reports."""
    if info.is_ready or report.state == "UNKNOWN":
        return info
    return replace(info, state=report.state, reason=report.reason)
