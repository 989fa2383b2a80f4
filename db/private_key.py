"""A secret of this installation, in a file beside an SQLite database, which its owner alone may read."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from db.engine import location

_BYTES = 32


def private_key(url: str) -> bytes:
    """The secret; made at the first time. Nothing for a database that is not a file here: it has no place beside it.

    Raises OSError where the file can be neither read nor made.
    """
    database = location(url)
    if database is None:
        return b""
    path = database.with_name(f"{database.name}.key")
    with suppress(FileExistsError):
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Under its name it is there as a whole, or not at all."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
    try:
        os.link(fresh, path)  # fails where another process was first
    finally:
        fresh.unlink()
