"""The audience of a show: the cookie that a guest gets for the code, and their votes."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import db.shows
from db.engine import Sessions, reading, writing
from db.ids import utc_now
from db.shows import RunView
from shows import runs
from shows.errors import AudienceClosed

ENDED = "This show has ended."
ANEW = "If it starts anew, this page shows it."
_ANOTHER = "This show has ended, and another has begun."
_NO_GUEST = "Scan the code on the screen to vote."
_COOKIE = re.compile(r"(show-\d{1,9})\.([0-9a-f]{32})\.([0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Somebody who came with the code. `id` tells them from the others of the run, and nothing else."""

    run: RunView
    id: str


@dataclass(frozen=True, kw_only=True)
class Votes:
    """How many guests call an answer right, and how many wrong."""

    right: int
    wrong: int

    @property
    def count(self) -> int:
        return self.right + self.wrong


def new_guest(run: RunView) -> Guest:
    """Somebody who has just come."""
    return Guest(run=run, id=secrets.token_hex(16))


def cookie_of(guest: Guest) -> str:
    """What their browser shows from now on: the run, who they are, and a signature (HMAC-SHA-256) that only we make."""
    workspace = guest.run.workspace
    return f"{workspace}.{guest.id}.{_signature(guest.run, workspace, guest.id)}"


def guest_of(sessions: Sessions, cookie: str, *, clock: Callable[[], datetime] = utc_now) -> Guest:
    """Who shows this cookie: of the run that gave it, or of the one in which that show was begun anew for the same audience.
    `sessions` see everything. Raises AudienceClosed and StorageError."""
    form = _COOKIE.fullmatch(cookie)
    if form is None:
        raise AudienceClosed(_NO_GUEST)
    workspace, guest_id, signature = form.groups()
    with reading(sessions) as session:
        found = db.shows.open_to_guests(session, clock())
    for run in found:
        if hmac.compare_digest(signature, _signature(run, workspace, guest_id)):
            return Guest(run=run, id=guest_id)
    if any(run.workspace == workspace for run in found):
        raise AudienceClosed(_NO_GUEST)
    raise AudienceClosed(_ANOTHER) if found else AudienceClosed(ENDED, ANEW)


def vote(
    sessions: Sessions,
    guest: Guest,
    *,
    case_id: str,
    is_right: bool,
    clock: Callable[[], datetime] = utc_now,
) -> bool:
    """Keep what a guest says of the case on the stage, in place of what they said before; whether it was kept: the stage
    may have moved on. `sessions` are the guest's. Raises AudienceClosed for a guest of another run, and StorageError."""
    stage = runs.stage_of(guest.run)
    if stage is None or stage.case_id != case_id:
        return False
    with writing(sessions) as session:
        is_of_run = db.shows.vote(
            session,
            workspace=guest.run.workspace,
            case_id=case_id,
            guest=guest.id,
            is_right=is_right,
            now=clock(),
        )
        if not is_of_run:
            raise AudienceClosed
    return True


def votes(sessions: Sessions, run: RunView, case_id: str) -> Votes:
    """What the audience says of a case. Raises StorageError."""
    with reading(sessions) as session:
        right, wrong = db.shows.votes(session, run.workspace, case_id)
    return Votes(right=right, wrong=wrong)


def voted(sessions: Sessions, guest: Guest, case_id: str) -> bool | None:
    """What a guest said of a case; None where they have said nothing. Raises StorageError."""
    with reading(sessions) as session:
        return db.shows.voted(session, guest.run.workspace, case_id, guest.id)


def _signature(run: RunView, workspace: str, guest_id: str) -> str:
    words = f"{workspace}.{guest_id}".encode()
    return hmac.new(bytes.fromhex(run.guest_key), words, hashlib.sha256).hexdigest()
