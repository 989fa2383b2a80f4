"""API tokens: what a program shows in place of a person who signs in.

A token is 256 random bits. Only its SHA-256 is kept: nobody can try out 2^256 secrets, so the slow hashes that protect
passwords, which people choose, would only make each request slow.

It gives what its person may see and do at that moment, and of that no more than its scopes say.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import db.api_tokens
import db.audit_log
import db.batch_schedules
import db.jobs
from audit_log.chain import Record, append, erase_all, unchanged
from db.api_tokens import TokenView
from db.engine import Session, Sessions, reading, writing
from db.errors import StorageError
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.job_view import UNDER_WAY
from db.person import known
from db.tables import SHORT
from people.access import viewer_of
from people.errors import NoSuchToken, TokenNotMade, TokenRefused
from people.viewer import Viewer
from settings import AccessSettings

__all__ = [
    "SCOPES",
    "NewToken",
    "TokenView",
    "authenticate",
    "follow",
    "listed",
    "make",
    "revoke",
    "state_of",
    "viewer_of_token",
]

# What a token may be used for: permissions of those that analysts have, in words.
SCOPES = {
    "read": "see models, cases, feedback and explanations",
    "predict": "ask models",
    "explain": "have answers explained, and stop jobs",
    "feedback": "say whether answers were right",
}
PREFIX = "mds_"
MOST = 50
# How exactly the last use is known, and how often groups are compared.
USE_SECONDS = 60.0
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """A token that was just made. `secret` is shown once: it cannot be found again."""

    token: TokenView
    secret: str

    def __repr__(self) -> str:
        return f"NewToken({self.token.id})"  # no secret in a log or a traceback


def make(
    sessions: Sessions,
    *,
    person: str,
    name: str,
    scopes: Sequence[str],
    days: float,
    most_days: float,
    groups: Sequence[str] = (),
    made_by: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> NewToken:
    """A token of a person, who has these groups; `made_by` is who makes it, where that is somebody else.

    Raises TokenNotMade with everything that is wrong, and StorageError.
    """
    now, secret, owner = clock(), PREFIX + secrets.token_urlsafe(32), known(person)
    problems = [*_wrong_name(name), *_wrong_scopes(scopes), *_wrong_days(days, most_days)]
    if problems:
        raise TokenNotMade(problems)
    token = TokenView(
        id=new_id(),
        person=owner,
        groups=tuple(groups),
        name=name.strip(),
        secret_sha256=_digest(secret),
        scopes=tuple(scope for scope in SCOPES if scope in scopes),
        made_by=known(made_by or person),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    with writing(sessions) as session:
        if db.api_tokens.count_valid(session, owner, now) >= MOST:
            raise TokenNotMade([f"{owner} has {MOST} tokens already: revoke one first."])
        db.api_tokens.add(session, token)
        made = Record(kind="token", id=token.id, values=vars(token))
        append(session, "make-token", [made], person=token.made_by, clock=clock)
    return NewToken(token=token, secret=secret)


def listed(sessions: Sessions, *, person: str = "") -> list[TokenView]:
    """The newest tokens, those that are of no use any more included; of one person, or of all that are seen."""
    with reading(sessions) as session:
        return db.api_tokens.newest(session, person=person)


def revoke(
    sessions: Sessions, token_id: str, *, person: str, clock: Callable[[], datetime] = utc_now
) -> TokenView:
    """Take a token back, from its next request on; once more changes nothing. `person` is who does it.

    Raises NoSuchToken and StorageError.
    """
    with writing(sessions) as session:
        is_whole = is_id(token_id) and unchanged(session, "token", [token_id]).get(token_id, False)
        if is_id(token_id) and db.api_tokens.revoke(session, token_id, clock(), known(person)):
            _trail_change(session, "revoke-token", {token_id: is_whole}, person)
    with reading(sessions) as session:
        token = db.api_tokens.by_id(session, token_id) if is_id(token_id) else None
    if token is None:
        raise NoSuchToken(token_id)
    return token


def authenticate(
    sessions: Sessions, secret: str, *, clock: Callable[[], datetime] = utc_now
) -> TokenView:
    """The token with this secret, which is used now. Raises TokenRefused and StorageError.

    `sessions` see everything: it is not known yet who asks.
    """
    if not _FORM.fullmatch(secret):
        raise TokenRefused(
            "This is no token of the workbench.",
            advice=f"A token begins with {PREFIX} and has 47 characters: copy it whole.",
        )
    now = clock()
    with reading(sessions) as session:
        token = db.api_tokens.by_digest(session, _digest(secret))
    if token is None:
        raise TokenRefused(
            "This token is not known here.",
            advice="It may be of another workbench. Make one on the page You.",
        )
    if token.state(now) != "valid":
        raise _of_no_use(token)
    _note_use(sessions, token, now)
    return token


def viewer_of_token(token: TokenView, table: Sequence[AccessSettings]) -> Viewer:
    """The token's person as the access table knows them now: a token never gives more."""
    return viewer_of(token.person, tuple(token.groups), table)


def state_of(token: TokenView, *, clock: Callable[[], datetime] = utc_now) -> str:
    """ "valid", "expired" or "revoked"."""
    return token.state(clock())


def follow(sessions: Sessions, viewer: Viewer) -> None:
    """Give the tokens, the jobs and the schedules of somebody who signed in the groups that they have now; looks at most once a minute."""
    if not _followed.is_due(viewer):
        return
    try:
        with reading(sessions) as session:
            ids = db.api_tokens.with_other_groups(session, viewer.name, viewer.groups)
            jobs = db.jobs.newest(session, states=UNDER_WAY, person=viewer.name)
            schedules = db.batch_schedules.with_other_groups(session, viewer.name, viewer.groups)
        if any(job.groups and tuple(job.groups) != viewer.groups for job in jobs):
            with writing(sessions) as session:
                db.jobs.set_groups(session, viewer.name, viewer.groups)
        if schedules:
            with writing(sessions) as session:
                db.batch_schedules.set_groups(session, schedules, viewer.groups)
        if ids:
            with writing(sessions) as session:
                whole = unchanged(session, "token", ids)
                db.api_tokens.set_groups(session, ids, viewer.groups)
                _trail_change(session, "token-groups", whole, viewer.name)
    except StorageError as error:
        _log.warning("the groups of tokens of %s are not up to date: %s", viewer.name, error)


class _Followed:
    """Who was looked at with which groups, and when."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: dict[tuple[str, tuple[str, ...]], float] = {}

    def is_due(self, viewer: Viewer) -> bool:
        key, now = (viewer.name, viewer.groups), time.monotonic()
        with self._lock:
            is_due = now - self._seen.get(key, -USE_SECONDS) >= USE_SECONDS
            if is_due:
                self._seen = {k: at for k, at in self._seen.items() if now - at < USE_SECONDS}
                self._seen[key] = now
        return is_due


_followed = _Followed()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _trail_change(session: Session, action: str, whole: dict[str, bool], person: str) -> None:
    """Note that tokens were changed. Those that were as the trail says get a digest of how they are now; on others,
    which somebody changed in the database, a new digest would hide that."""
    contents = db.audit_log.contents(session, "token", list(whole))
    changed = [
        Record(kind="token", id=each, values=contents[each])
        for each, is_whole in whole.items()
        if is_whole
    ]
    if changed:
        erase_all(session, changed, person=person, action=action)
    elif whole:
        append(
            session, f"{action}-untold", [Record(kind="token", id=next(iter(whole)))], person=person
        )


def _of_no_use(token: TokenView) -> TokenRefused:
    if token.revoked_at is not None:
        sentence = f"The token {token.name!r} was revoked on {token.revoked_at:%Y-%m-%d}."
    else:
        sentence = f"The token {token.name!r} expired on {token.expires_at:%Y-%m-%d}."
    return TokenRefused(sentence, advice="Make another one on the page You.")


def _note_use(sessions: Sessions, token: TokenView, now: datetime) -> None:
    """A request is not refused because this cannot be written."""
    since = now - timedelta(seconds=USE_SECONDS)
    if token.used_at is not None and token.used_at > since:
        return
    try:
        with writing(sessions) as session:
            db.api_tokens.note_use(session, token.id, now, since)
    except StorageError as error:
        _log.warning("the use of token %s was not written down: %s", token.id, error)


def _wrong_name(name: str) -> list[str]:
    if 0 < len(name.strip()) <= SHORT and name.isprintable():
        return []
    return [f"A token needs a name of at most {SHORT} characters, by which you know it again."]


def _wrong_scopes(scopes: Sequence[str]) -> list[str]:
    if scopes and set(scopes) <= set(SCOPES):
        return []
    return [f"Say what the token is for, one or more of {', '.join(SCOPES)}."]


def _wrong_days(days: float, most: float) -> list[str]:
    return (
        [] if 0 < days <= most else [f"A token is valid for more than 0 and at most {most:g} days."]
    )
