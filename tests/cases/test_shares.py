"""A case is seen by who asked it, by who reviews its model, and by whom it was shared with, as long as that holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

import db.audit_log
from audit_log.verify import verify
from cases.errors import LinkRefused, NoSuchCase, NotYours
from cases.queries import case
from cases.search import CaseFilter, search
from cases.shares import open_link, revoke, share, shares
from db.cases import CaseView
from db.engine import Sessions, limited, reading
from db.ids import utc_now
from db.scope import Models, Scope
from feedback.submission import history, submit
from tests.recorded import NOT_THERE, add_case

SHELF = (Models(server="shelf"),)
ADA = Scope(person="ada", seen=SHELF)
BOB = Scope(person="bob", seen=SHELF)
RITA = Scope(person="rita", seen=SHELF, reviewed=SHELF)
OTTO = Scope(person="otto", seen=SHELF, reviewed=SHELF, operated=SHELF)
EVE = Scope(person="eve", seen=(Models(server="bank"),))
NOBODY = Scope(person="anonymous", seen=SHELF)


@pytest.fixture
def asked(sessions: Sessions) -> CaseView:
    """A case of ada's."""
    return add_case(sessions)


def _seen(sessions: Sessions, asked: CaseView) -> set[str]:
    """Who of all of them sees it, by its link and in a list alike."""
    by_link = {s.person for s in _ALL if case(limited(sessions, s), asked.id)}
    listed = {s.person for s in _ALL if search(limited(sessions, s), CaseFilter()).lines}
    assert by_link == listed
    return by_link


_ALL = (ADA, BOB, RITA, OTTO, EVE, NOBODY)
OWN = {"ada", "rita", "otto"}


def test_who_opens_the_link_sees_the_case_until_it_is_taken_back(
    sessions: Sessions, asked: CaseView
) -> None:
    hers, his = limited(sessions, ADA), limited(sessions, BOB)
    assert _seen(sessions, asked) == OWN
    made, token = share(hers, case_id=asked.id, by="ada", to="bob")
    assert _seen(sessions, asked) == OWN
    assert open_link(his, token=token, person="bob") == asked.id
    assert open_link(his, token=token, person="bob") == asked.id
    assert _seen(sessions, asked) == {*OWN, "bob"}
    submit(his, case_id=asked.id, person="bob", judgement="unsure", key="j")
    assert [each.person for each in history(his, asked.id)] == ["bob"]
    (link,) = shares(hers, asked.id)
    assert set(link.opened_by) == {"bob"}
    assert link.is_open(utc_now())
    assert shares(his, asked.id) == []  # nor do they see who else has a link
    revoke(his, made.id, by="bob")
    assert _seen(sessions, asked) == {*OWN, "bob"}
    revoke(limited(sessions, RITA), made.id, by="rita")
    revoke(hers, made.id, by="ada")
    assert _seen(sessions, asked) == OWN
    assert history(his, asked.id) == []
    with pytest.raises(LinkRefused, match="taken back"):
        open_link(his, token=token, person="bob")
    with reading(sessions) as session:
        done = [(e.action, e.person) for e in db.audit_log.entries(session, "main")]
    expected = [("share", "ada"), ("open-share", "bob"), ("revoke-share", "rita")]
    assert [each for each in done if "share" in each[0]] == expected
    assert verify(sessions).findings == ()


def test_a_link_ends_by_itself(sessions: Sessions, asked: CaseView) -> None:
    yesterday = utc_now() - timedelta(hours=25)
    _, ended = share(sessions, case_id=asked.id, by="ada", days=1, clock=lambda: yesterday)
    bob = limited(sessions, BOB)
    open_link(bob, token=ended, person="bob", clock=lambda: yesterday)
    assert _seen(sessions, asked) == OWN
    with pytest.raises(LinkRefused, match="expired on"):
        open_link(bob, token=ended, person="bob")


@pytest.mark.parametrize(
    ("scope", "to", "sentence"),
    [
        (BOB, "carol", "for somebody else"),
        (EVE, "eve", "of a model that is not shared with you"),
        (EVE, "", "of a model that is not shared with you"),
        (NOBODY, "", "not known who you are"),
    ],
)
def test_a_link_opens_nothing_for_others(
    sessions: Sessions, asked: CaseView, scope: Scope, to: str, sentence: str
) -> None:
    _, token = share(sessions, case_id=asked.id, by="ada", to=to)
    with pytest.raises(LinkRefused, match=sentence):
        open_link(limited(sessions, scope), token=token, person=scope.person)
    assert _seen(sessions, asked) == OWN


def test_whoever_is_signed_in_opens_a_link_for_all(sessions: Sessions, asked: CaseView) -> None:
    _, token = share(limited(sessions, ADA), case_id=asked.id, by="ada")
    open_link(limited(sessions, BOB), token=token, person="bob")
    open_link(limited(sessions, RITA), token=token, person="rita")  # who sees it anyway
    assert _seen(sessions, asked) == {*OWN, "bob"}
    with reading(sessions) as session:
        kept = session.connection().execute(text("SELECT * FROM case_shares")).one()
    assert token not in str(kept)


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "ä\x00"])
def test_what_is_no_link_opens_nothing(sessions: Sessions, token: str) -> None:
    with pytest.raises(LinkRefused, match="no such link"):
        open_link(sessions, token=token, person="bob")


def test_a_case_is_shared_by_who_asked_it_or_reviews_its_model(
    sessions: Sessions, asked: CaseView
) -> None:
    _, token = share(limited(sessions, RITA), case_id=asked.id, by="rita")
    bob = limited(sessions, BOB)
    with pytest.raises(NoSuchCase):
        share(bob, case_id=asked.id, by="bob")
    open_link(bob, token=token, person="bob")
    with pytest.raises(NotYours):
        share(bob, case_id=asked.id, by="bob")
    for case_id in (NOT_THERE, "nonsense"):
        with pytest.raises(NoSuchCase):
            share(sessions, case_id=case_id, by="ada")
    with pytest.raises(ValueError, match="days"):
        share(sessions, case_id=asked.id, by="ada", days=10_000)
