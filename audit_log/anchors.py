"""Anchors: the end of each chain, signed and kept outside of the database (docs/decisions/0016).

Whoever can write every row of the database can also compute every hash anew. An anchor that was exported before, to
where they cannot write, shows that they did.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import db.audit_log
from audit_log.errors import NoKey, UnreadableAnchors
from audit_log.hashing import signature
from db.engine import Sessions, reading
from db.ids import utc_now

KEY_CHARACTERS = 32


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """The newest entry of a chain at a moment, and the signature over it."""

    workspace: str
    number: int
    hash: str
    at: str
    signature: str


def export(
    sessions: Sessions, path: Path, key: str, *, clock: Callable[[], datetime] = utc_now
) -> list[Anchor]:
    """Append the end of each chain to a file, a JSON line each; what was written. An empty trail writes none.

    Raises NoKey, StorageError, and OSError where the file cannot be written.
    """
    _check_key(key)
    with reading(sessions) as session:
        heads = db.audit_log.heads(session)
    at = clock().isoformat()
    anchors = [
        Anchor(
            workspace=name,
            number=number,
            hash=head,
            at=at,
            signature=signature(key, name, number, head, at),
        )
        for name, (number, head) in sorted(heads.items())
    ]
    lines = "".join(json.dumps(asdict(anchor)) + "\n" for anchor in anchors)
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)
    return anchors


def read(path: Path, key: str) -> Sequence[Anchor]:
    """The anchors of a file. Raises NoKey, and UnreadableAnchors for a line that is none or was not signed with the key."""
    _check_key(key)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableAnchors(f"The anchors in {path} cannot be read: {error}.") from error
    return [
        _anchor(path, number, line, key) for number, line in enumerate(lines, 1) if line.strip()
    ]


def _anchor(path: Path, number: int, line: str, key: str) -> Anchor:
    try:
        anchor = Anchor(**json.loads(line))
        signed = signature(key, anchor.workspace, anchor.number, anchor.hash, anchor.at)
        is_ours = hmac.compare_digest(signed, anchor.signature)
    except (ValueError, TypeError) as error:
        raise UnreadableAnchors(f"Line {number} of {path} is no anchor.") from error
    if not is_ours:
        raise UnreadableAnchors(
            f"Line {number} of {path} was not signed with this key, or was changed since: "
            "check MDS_AUDIT_KEY, and who can write the file."
        )
    return anchor


def _check_key(key: str) -> None:
    if len(key) < KEY_CHARACTERS:
        raise NoKey(
            f"Set MDS_AUDIT_KEY to a secret of at least {KEY_CHARACTERS} characters, such as what "
            "`openssl rand -hex 32` prints: anchors are signed with it."
        )
