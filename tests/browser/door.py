"""A door in front of a real model server: while it stands open all goes through; shut, the server is gone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import cast

HOST = "127.0.0.1"


class Door(ThreadingTCPServer):
    """Listens on a port of its own, and passes on what is said in both directions."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, behind: int) -> None:
        super().__init__((HOST, 0), _Way)
        self.behind = behind
        self.ends: list[socket.socket] = []  # of every conversation

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def shut(self) -> None:
        """From now on nobody listens, and whoever is in the middle of something is cut off."""
        self.shutdown()
        self.server_close()
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class _Way(BaseRequestHandler):
    def handle(self) -> None:
        door = cast(Door, self.server)
        with socket.create_connection((HOST, door.behind)) as behind:
            door.ends += (self.request, behind)
            back = threading.Thread(target=_pass_on, args=(behind, self.request), daemon=True)
            back.start()
            _pass_on(self.request, behind)
            back.join()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(65536):
            sink.sendall(said)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def door_to(port: int) -> Iterator[Door]:
    """An open door to the server on that port."""
    with Door(port) as door:
        thread = threading.Thread(target=door.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield door
        finally:
            door.shut()
            thread.join()
