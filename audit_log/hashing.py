"""The hashes of the trail: of a record's content, of several records at once, of an entry, of an exported head.

All are SHA-256 in hexadecimal. What is hashed begins with a word for its use, so that none can stand for another.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime

from db.audit_log import EntryView

SALT_BYTES = 16
_COLUMNS = tuple(field.name for field in fields(EntryView) if field.name != "hash")


def new_salts(count: int) -> list[bytes]:
    """So many salts, each for the digests of one record."""
    drawn = secrets.token_bytes(SALT_BYTES * count)
    return [drawn[i : i + SALT_BYTES] for i in range(0, len(drawn), SALT_BYTES)]


def digest(salt: bytes, content: bytes) -> str:
    """The digest of a record's content. Without the salt, a yes or no cannot be tried out."""
    return hmac.digest(salt, b"record\n" + content, "sha256").hex()


def root(digests: Sequence[str]) -> str:
    """The root of the Merkle tree over digests, as in RFC 6962, section 2.1; of one, that digest itself."""
    if len(digests) == 1:
        return digests[0]
    return _tree([hashlib.sha256(b"\x00" + each.encode()).digest() for each in digests]).hex()


def _tree(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1  # the largest power of two below the count
    return hashlib.sha256(b"\x01" + _tree(hashes[:half]) + _tree(hashes[half:])).digest()


def entry_hash(entry: EntryView) -> str:
    """The hash of an entry: over every column but the hash itself, with that of the entry before."""
    values = [_as_json(getattr(entry, name)) for name in _COLUMNS]
    return hashlib.sha256(("entry\n" + json.dumps(values)).encode()).hexdigest()


def signature(key: str, workspace: str, number: int, head: str, at: str) -> str:
    """What says that a head was exported by somebody with the key: HMAC-SHA256."""
    text = json.dumps(["anchor", workspace, number, head, at])
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _as_json(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
