"""What a real server reports of a model, as the workbench reads it."""

from __future__ import annotations

import time

import pytest

from health.server_metrics.contract import Figures
from health.server_metrics.readings import Readings
from mds_client import Server


def counted(server: Server, model: str, least: int = 0) -> Figures:
    """Servers count a moment after they have answered: what they say once it says the same for a while, of `least` requests."""
    last = -1
    for _ in range(200):
        reading = Readings(patience=60).of(server, model)
        found = reading.figures if reading else None
        if found and found.requests == last >= least:
            return found
        last = found.requests if found else -1
        time.sleep(0.3)
    pytest.fail(f"it counts {last} requests, and goes on counting or has too few")
