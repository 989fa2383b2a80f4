"""Small messages leave at once. A page is drawn by some hundred of them, and without this its last ones wait some 40 ms:
for the acknowledgement of those before, which the other side holds back (Nagle's algorithm, RFC 896; delayed
acknowledgements, RFC 1122, 4.2.3.2).

asyncio asks for this by itself, but not where the socket it is given was made without naming its protocol, as
Streamlit's is.
"""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress

_FILES = "/dev/fd"


def send_at_once() -> None:
    """Ask for it on every TCP socket that this process has by now; what a listening one accepts later inherits it.

    No other file is opened or closed: a process that closes one of SQLite loses its locks on it
    (https://sqlite.org/howtocorrupt.html, 2.2).
    """
    for name in os.listdir(_FILES):
        with suppress(OSError):  # closed since
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                _set(socket.socket(fileno=int(name)))


def _set(found: socket.socket) -> None:
    try:
        is_internet = found.family in (socket.AF_INET, socket.AF_INET6)
        if is_internet and found.type == socket.SOCK_STREAM:
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    finally:
        found.detach()  # it is somebody else's, who closes it
