"""The W3C trace context of a request."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_PARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})(?:\s+(.+))?")


def new_trace_id() -> str:
    """A W3C trace id: 32 hexadecimal digits."""
    return os.urandom(16).hex()


def trace(given: str) -> tuple[str, Mapping[str, str]]:
    """The trace id and the headers that carry it.

    `given` is a trace id, or a caller's whole traceparent, with its tracestate after a space.
    """
    if len(given) <= 32:
        trace_id = given or new_trace_id()
        return trace_id, {"traceparent": _parent(trace_id, "01")}
    match = _PARENT.fullmatch(given)
    if not match:
        return trace("")
    trace_id, flags, state = match.groups()
    headers = {"traceparent": _parent(trace_id, flags)}
    return trace_id, headers | ({"tracestate": state} if state else {})


def _parent(trace_id: str, flags: str) -> str:
    return f"00-{trace_id}-{os.urandom(8).hex()}-{flags}"
