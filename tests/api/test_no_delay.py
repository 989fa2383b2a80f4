"""What a listening socket accepts sends small messages at once."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

from api.no_delay import send_at_once


def _is_at_once(found: socket.socket) -> bool:
    return bool(found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_what_is_accepted_afterwards_sends_at_once() -> None:
    reading, writing = os.pipe()
    with socket.socket() as listening, socket.socket() as unconnected:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert not _is_at_once(listening)
        files = len(os.listdir("/dev/fd"))
        send_at_once()
        assert len(os.listdir("/dev/fd")) == files
        assert _is_at_once(unconnected)
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert _is_at_once(accepted)
    os.close(reading)
    os.close(writing)


def test_no_lock_on_a_file_is_lost(tmp_path: Path) -> None:
    """Those of SQLite are of the process: whoever closes the file anywhere in it gives them up."""
    path = tmp_path / "locked"
    taken = (
        "import fcntl, sys\n"
        "with open(sys.argv[1], 'w') as file: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)"
    )
    with path.open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        send_at_once()
        other = subprocess.run(
            [sys.executable, "-c", taken, str(path)], stderr=subprocess.PIPE, check=False
        )
    assert b"BlockingIOError" in other.stderr
