"""A case shared by a link: with one person or with whoever is signed in, for some days, until it is taken back.

The token of a link is made here, shown once, and kept as its SHA-256. Who opens the link sees the case from then on, as
long as the link holds and they may see the model: `db/scope.py` looks at that with every query.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import db.cases
import db.shares
from audit_log.chain import Record, append
from cases.errors import LinkRefused, NoSuchCase, NotYours, check_length
from db.cases import CaseView
from db.engine import Sessions, reading, writing
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import ANONYMOUS, known
from db.scope import Scope, scope_of
from db.shares import FoundShare, ShareView
from db.tables import SHORT

DAYS = (1, 7, 30, 90)
_TOKEN_BYTES = 32
_LONGEST_TOKEN = 200


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A link to a case, and who opened it when first."""

    share: ShareView
    opened_by: Mapping[str, datetime]

    def is_open(self, now: datetime) -> bool:
        """Whether the link still holds."""
        return self.share.revoked_at is None and now < self.share.expires_at


def may_share(scope: Scope, case: CaseView) -> bool:
    """Who asked a case, and who reviews or operates its model. Whom it was shared with may not pass it on."""
    is_mine = case.person == scope.person and scope.person not in ("", ANONYMOUS)
    return is_mine or scope.reviews(case.server, case.model)


def share(
    sessions: Sessions,
    *,
    case_id: str,
    by: str,
    to: str = "",
    days: int = 7,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> tuple[ShareView, str]:
    """Make a link to a case, for the person `to` or for whoever is signed in; the link and its token.

    Raises NoSuchCase, NotYours, TooLong, StorageError, and ValueError for a number of days that is not in DAYS.
    """
    if days not in DAYS:
        raise ValueError(f"a link holds for {DAYS} days, not for {days}")
    check_length("The name of a person", to.strip(), SHORT)
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), clock()
    made = ShareView(
        id=new_id(),
        case_id=case_id,
        token_sha256=_hash(token),
        person=known(to) if to.strip() else "",
        shared_by=known(by),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    with writing(sessions) as session:
        case = db.cases.by_id(session, case_id) if is_id(case_id) else None
        if case is None:
            raise NoSuchCase(case_id)
        if not may_share(scope_of(session), case):
            raise NotYours("share it")
        db.shares.add(session, made)
        append(session, "share", [Record(kind="share", id=made.id)], person=made.shared_by)
    return made, token


def open_link(
    sessions: Sessions, *, token: str, person: str, clock: Callable[[], datetime] = utc_now
) -> str:
    """Open a link: from now on the person sees its case, whose id this gives. Raises LinkRefused and StorageError."""
    now, person = clock(), known(person)
    with writing(sessions) as session:
        opened = db.shares.by_token(session, _hash(token[:_LONGEST_TOKEN]))
        link = _usable(opened, scope_of(session), person, now)
        if db.cases.by_id(session, link.case_id) is None:
            _check_named(person)
            db.shares.open_by(session, link.id, person, now)
            append(session, "open-share", [Record(kind="share", id=link.id)], person=person)
    return link.case_id


def shares(sessions: Sessions, case_id: str) -> list[Shared]:
    """The links to a case with who opened them, the newest first: for who may share it. Raises StorageError."""
    with reading(sessions) as session:
        links = db.shares.of_case(session, case_id)
        opened = db.shares.openings(session, [each.id for each in links])
    return [Shared(share=each, opened_by=opened.get(each.id, {})) for each in links]


def revoke(
    sessions: Sessions, share_id: str, *, by: str, clock: Callable[[], datetime] = utc_now
) -> None:
    """Take a link back: whoever opened it does not see the case any more. Once is enough; again does nothing.

    A link to a case that may not be shared by who asks is not there for them. Raises StorageError.
    """
    with writing(sessions) as session:
        if db.shares.revoke(session, share_id, clock()):
            append(session, "revoke-share", [Record(kind="share", id=share_id)], person=known(by))


def _usable(found: FoundShare | None, scope: Scope, person: str, now: datetime) -> ShareView:
    """The link, if it opens its case to this person now. Raises LinkRefused."""
    if found is None:
        raise LinkRefused("There is no such link.", "Ask for another one, and copy it whole.")
    link = found.share
    if link.revoked_at is not None:
        raise LinkRefused("This link was taken back.", f"Ask {link.shared_by} for another one.")
    if now >= link.expires_at:
        when = f"{link.expires_at:%-d %B %Y, %H:%M} UTC"
        raise LinkRefused(f"This link expired on {when}.", f"Ask {link.shared_by} for another one.")
    if not scope.sees(found.server, found.model):
        raise LinkRefused(
            "This link leads to a case of a model that is not shared with you.",
            "Whoever runs the workbench can add you to its access table.",
        )
    if link.person and link.person != person and not scope.reviews(found.server, found.model):
        raise LinkRefused(
            "This link is for somebody else.", f"Ask {link.shared_by} for a link of your own."
        )
    return link


def _check_named(person: str) -> None:
    """Raises LinkRefused: whoever has no name would open it for all who have none."""
    if person == ANONYMOUS:
        raise LinkRefused(
            "It is not known who you are.", "Say so on the page You, then open the link again."
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
