"""A server that was started for a test leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest

from tests.servers.starting import running


@pytest.mark.parametrize(
    ("name", "ready"), [("ray_serve", "/loans/openapi.json"), ("seldon_core_1", "/health/status")]
)
def test_nothing_is_left_of_a_server(name: str, ready: str) -> None:
    before = _processes()
    with running(name, ready) as server:
        assert httpx.get(server.url + ready).status_code == 200
        assert _processes() - before
    assert not {line for line in _processes() - before if ".tools/servers" in line}


def _processes() -> set[str]:
    """Command lines with their process ids."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if folder.name != str(os.getpid()):
            found.add(f"{folder.name} {line}")
    return found
