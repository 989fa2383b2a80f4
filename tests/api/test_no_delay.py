"""What a listening socket accepts sends small messages at once."""

from __future__ import annotations

import os
import socket

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
