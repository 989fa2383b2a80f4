"""Who listens on a port of this machine, as Linux tells it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# The kernel writes addresses as they lie in memory: 127.0.0.1 and 0.0.0.0; and this state of a socket for LISTEN.
_LOOPBACK = {f"{int.from_bytes(b, 'little'):08X}" for b in (b"\x7f\0\0\1", b"\0\0\0\0")}
_LISTEN = "0A"
_PROC = Path("/proc")


def others_listen(port: int, group: int) -> bool:
    """Whether a process that is not of that process group listens on a port of 127.0.0.1. False where the machine does not tell,
    as other than Linux do."""
    listening = _listening(port)  # first: what ours opens after it must not look foreign
    return bool(listening) and not listening <= set(_sockets_of(group))


def _listening(port: int) -> set[str]:
    """The inodes of the sockets."""
    with suppress(OSError):
        rows = [line.split() for line in (_PROC / "net" / "tcp").read_text().splitlines()[1:]]
        places = {f"{address}:{port:04X}" for address in _LOOPBACK}
        return {row[9] for row in rows if row[1] in places and row[3] == _LISTEN}
    return set()


def _sockets_of(group: int) -> Iterator[str]:
    """The inodes of all sockets that processes of a group hold."""
    for entry in _PROC.iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and os.getpgid(int(entry.name)) == group:
                yield from _sockets_in(entry / "fd")


def _sockets_in(folder: Path) -> Iterator[str]:
    for opened in folder.iterdir():
        with suppress(OSError):
            target = os.readlink(opened)
            if target.startswith("socket:["):
                yield target[len("socket:[") : -1]
