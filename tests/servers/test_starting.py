"""A server that was started for a test leaves nothing behind."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import httpx
import pytest

from tests.servers.starting import running

MARK = "STARTED_FOR_TEST"


@pytest.mark.parametrize(
    ("name", "ready"), [("ray_serve", "/loans/openapi.json"), ("seldon_core_1", "/health/status")]
)
def test_nothing_is_left_of_a_server(
    name: str, ready: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it starts in its turn inherits the mark; other runs on this machine have their own."""
    mark = uuid.uuid4().hex
    monkeypatch.setenv(MARK, mark)
    with running(name, ready) as server:
        assert httpx.get(server.url + ready).status_code == 200
        assert len(_marked(mark)) > 1
    assert not _marked(mark)


def _marked(mark: str) -> set[str]:
    """Command lines, with their process ids, of what was started with the mark."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_marked = f"{MARK}={mark}".encode() in (folder / "environ").read_bytes()
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if is_marked and folder.name != str(os.getpid()):
            found.add(f"{folder.name} {line}")
    return found
