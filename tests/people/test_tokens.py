"""Tokens: made once, never kept, and worth no more than their person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

import db.audit_log
from audit_log.verify import verify
from db.engine import Sessions, limited, reading, writing
from db.errors import OutOfScope
from db.scope import Models, Scope
from db.tables import ApiToken
from people import tokens
from people.access import viewer_of
from people.errors import NoSuchToken, TokenNotMade, TokenRefused
from people.tokens import NewToken
from settings import AccessSettings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLE = [AccessSettings(groups=["risk"], servers=["bank"], models=["credit-*"])]


def _made(sessions: Sessions, person: str = "ann", **changes: object) -> NewToken:
    wanted = {"name": "nightly", "scopes": ["predict", "read"], "days": 30, "most_days": 365}
    return tokens.make(sessions, person=person, clock=lambda: NOON, **(wanted | changes))  # type: ignore[arg-type]


def _used(sessions: Sessions, secret: str, after: timedelta = timedelta()) -> tokens.TokenView:
    return tokens.authenticate(sessions, secret, clock=lambda: NOON + after)


def test_a_secret_is_kept_nowhere_and_says_whose_it_is(sessions: Sessions) -> None:
    made = _made(sessions, groups=["risk"])
    assert made.secret not in repr(made)
    with reading(sessions) as session:
        row = session.execute(select(ApiToken.__table__)).one()
    assert made.secret[4:] not in str(row)
    found = _used(sessions, made.secret)
    assert (found.person, found.scopes, found.groups) == ("ann", ["read", "predict"], ["risk"])
    assert found.expires_at == NOON + timedelta(days=30)


def test_two_tokens_of_one_name_have_two_secrets(sessions: Sessions) -> None:
    assert _made(sessions).secret != _made(sessions).secret
    assert len(tokens.listed(sessions, person="ann")) == 2


@pytest.mark.slow
@pytest.mark.parametrize("secret", ["", "mds_", "Bearer x", "mds_" + "a" * 42, "mds_" + "ä" * 43])
def test_what_is_no_token_is_told_so(sessions: Sessions, secret: str) -> None:
    with pytest.raises(TokenRefused, match="no token of the workbench"):
        _used(sessions, secret)


def test_a_foreign_an_expired_and_a_revoked_token_are_a_sentence_each(sessions: Sessions) -> None:
    with pytest.raises(TokenRefused, match="not known here"):
        _used(sessions, "mds_" + "a" * 43)
    made = _made(sessions)
    _used(sessions, made.secret, timedelta(days=30, seconds=-1))
    with pytest.raises(TokenRefused, match="'nightly' expired on 2026-03-31"):
        _used(sessions, made.secret, timedelta(days=30))
    tokens.revoke(sessions, made.token.id, person="ann", clock=lambda: NOON)
    with pytest.raises(TokenRefused, match="'nightly' was revoked on 2026-03-01"):
        _used(sessions, made.secret)


def test_the_last_use_is_written_once_a_minute(sessions: Sessions) -> None:
    made = _made(sessions)
    for seconds, known in ((0, 0), (59, 0), (60, 60), (61, 60)):
        _used(sessions, made.secret, timedelta(seconds=seconds))
        (found,) = tokens.listed(sessions)
        assert found.used_at == NOON + timedelta(seconds=known)


def test_what_cannot_be_made_is_said_at_once_and_leaves_nothing(sessions: Sessions) -> None:
    with pytest.raises(TokenNotMade) as refused:
        _made(sessions, name=" ", scopes=["root"], days=400)
    assert len(refused.value.problems) == 3
    assert "read, predict, explain, feedback" in refused.value.sentence
    for days in (0, -1, float("nan"), float("inf")):
        with pytest.raises(TokenNotMade):
            _made(sessions, days=days)
    assert tokens.listed(sessions) == []


def test_a_person_has_so_many_and_no_more(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    first = _made(sessions)
    _made(sessions)
    _made(sessions, person="bob")
    with pytest.raises(TokenNotMade, match="revoke one"):
        _made(sessions)
    tokens.revoke(sessions, first.token.id, person="ann")
    _made(sessions)


def test_making_and_revoking_are_trailed_once_each(sessions: Sessions) -> None:
    made = _made(sessions, made_by="olga")
    for _ in range(2):
        assert tokens.revoke(sessions, made.token.id, person="olga").revoked_by == "olga"
    with reading(sessions) as session:
        entries = db.audit_log.entries(session, db.audit_log.MAIN)
    told = [(each.action, each.person, each.kind, each.record_id) for each in entries]
    assert told == [
        ("make-token", "olga", "token", made.token.id),
        ("revoke-token", "olga", "token", made.token.id),
    ]


def test_whatever_is_changed_of_a_token_is_found(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changes it in the app is told, and hides nothing that was changed in the database."""
    monkeypatch.setattr(tokens, "_followed", tokens._Followed())
    made = [_made(sessions, groups=["risk"]).token.id for _ in range(3)]
    tokens.follow(sessions, viewer_of("ann", ["staff"], TABLE))
    tokens.revoke(sessions, made[0], person="ann")
    assert verify(sessions).findings == ()
    for token_id, change in ((made[0], {"revoked_at": None}), (made[1], {"groups": ["lead"]})):
        with writing(sessions) as session:
            session.execute(update(ApiToken).where(ApiToken.id == token_id).values(change))
    assert len(verify(sessions).findings) == 2
    tokens.revoke(sessions, made[1], person="ann")
    assert len(verify(sessions).findings) == 2


def test_a_token_is_its_persons_and_of_who_operates_all(sessions: Sessions) -> None:
    made = _made(sessions)
    bob = limited(sessions, Scope(person="bob", seen=(Models(),), reviewed=(Models(),)))
    assert tokens.listed(bob) == []
    with pytest.raises(NoSuchToken):
        tokens.revoke(bob, made.token.id, person="bob")
    with pytest.raises(NoSuchToken):
        tokens.revoke(bob, "no id", person="bob")
    with pytest.raises(OutOfScope):
        _made(bob, person="ann")
    _used(sessions, made.secret)
    olga = limited(sessions, Scope(person="olga", operated=(Models(),)))
    assert tokens.revoke(olga, made.token.id, person="olga").revoked_by == "olga"


def test_a_token_sees_what_its_person_sees_and_follows_their_groups(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_followed", tokens._Followed())  # nobody was looked at yet
    made = _made(sessions, groups=["risk"])
    _made(sessions, person="bob", groups=["risk"])
    before = tokens.viewer_of_token(_used(sessions, made.secret), TABLE)
    assert before == viewer_of("ann", ["risk"], TABLE)
    assert before.scope.sees("bank", "credit-1")
    tokens.follow(sessions, viewer_of("ann", ["staff"], TABLE))
    after = tokens.viewer_of_token(_used(sessions, made.secret), TABLE)
    assert not after.scope.sees("bank", "credit-1")
    assert {t.person: t.groups for t in tokens.listed(sessions)} == {
        "ann": ["staff"],
        "bob": ["risk"],
    }


def test_a_use_that_cannot_be_written_is_no_refusal(sqlite_url: str, sessions: Sessions) -> None:
    made = _made(sessions)
    if sessions.kw["bind"].dialect.name == "sqlite":
        with writing(sessions) as session:
            session.execute(
                text(
                    "CREATE TRIGGER no BEFORE UPDATE ON api_tokens BEGIN SELECT RAISE(ABORT, 'full'); END"
                )
            )
    assert _used(sessions, made.secret).person == "ann"
