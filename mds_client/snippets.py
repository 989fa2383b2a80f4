"""The same call as a program that a person can run."""

from __future__ import annotations

from mds_client.exchange import Request
from mds_client.signature import ModelRef


def tritonclient_program(model: ModelRef, request: Request, *, binary: bool) -> str:
    return ""
