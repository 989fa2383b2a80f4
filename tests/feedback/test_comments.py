"""Comments find their way back: what others said is new until it is seen, what nobody answered waits for a reviewer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit_log.verify import verify
from cases.history import history
from db.cases import CaseView
from db.engine import Sessions, limited
from db.ids import new_id, utc_now
from db.scope import Models, Scope
from feedback.comments import CommentView, comment
from feedback.errors import AlreadyRecorded, FeedbackRefused
from feedback.inbox import DAYS, inbox, see
from feedback.submission import submit
from tests.recorded import NOT_THERE, add_case

SHELF = (Models(server="shelf"),)
ADA = Scope(person="ada", seen=SHELF)
BOB = Scope(person="bob", seen=SHELF)
RITA = Scope(person="rita", seen=SHELF, reviewed=SHELF)
OF_BANK = Scope(person="rita", seen=SHELF, reviewed=(Models(server="bank"),))


@pytest.fixture
def asked(sessions: Sessions) -> CaseView:
    """A case of ada's."""
    return add_case(sessions)


def _new(sessions: Sessions, scope: Scope) -> list[str]:
    return [item.words for item in inbox(limited(sessions, scope), scope.person).new]


def _waiting(sessions: Sessions, scope: Scope) -> list[str]:
    return [item.words for item in inbox(limited(sessions, scope), scope.person).waiting]


def test_what_is_said_comes_back_until_it_is_seen(sessions: Sessions, asked: CaseView) -> None:
    hers, reviewers = limited(sessions, ADA), limited(sessions, RITA)
    said = submit(
        hers, case_id=asked.id, person="ada", judgement="incorrect", comment="Ring 1234", key="a"
    )
    assert (_new(sessions, ADA), _new(sessions, RITA)) == ([], [])
    assert (_waiting(sessions, RITA), _waiting(sessions, ADA)) == (["Ring 1234"], [])
    assert _waiting(sessions, OF_BANK) == []
    answered = comment(
        reviewers,
        case_id=asked.id,
        person="rita",
        words="Long bills.",
        key="b",
        answers_id=said.id,
        answer="fixed",
        fixed_in="v3",
    )
    assert _waiting(sessions, RITA) == []
    assert _new(sessions, ADA) == ["Long bills."]
    (item,) = inbox(hers, "ada").new
    assert (item.answer, item.fixed_in, item.person, item.model) == (
        "fixed",
        "v3",
        "rita",
        "penguins",
    )
    see(hers, "ada", [answered.id])
    see(hers, "ada", [answered.id, NOT_THERE])
    assert _new(sessions, ADA) == []
    submit(reviewers, case_id=asked.id, person="rita", judgement="unsure", key="c")
    assert _new(sessions, ADA) == [""]
    assert inbox(hers, "ada").count == 1
    told = [(step.what, step.person, step.more) for step in history(sessions, asked)]
    assert ("Answered: fixed in v3, to ada", "rita", "Long bills.") in told
    assert [s.is_answered for s in history(sessions, asked) if s.item_id == said.id] == [True]
    assert verify(sessions).findings == ()


@pytest.mark.slow
def test_an_answer_reaches_who_said_it_on_the_case_of_another(
    sessions: Sessions, asked: CaseView
) -> None:
    """Rita reviews; bob commented on ada's case, which he sees as a reviewer does."""
    bob = limited(sessions, Scope(person="bob", seen=SHELF, reviewed=SHELF))
    first = comment(bob, case_id=asked.id, person="bob", words="Is that so?", key="a")
    assert _new(sessions, ADA) == ["Is that so?"]
    comment(
        limited(sessions, RITA),
        case_id=asked.id,
        person="rita",
        words="It is.",
        key="b",
        answers_id=first.id,
        answer="known",
    )
    assert [item.words for item in inbox(bob, "bob").new] == ["It is."]
    assert _new(sessions, ADA) == ["It is.", "Is that so?"]
    assert _new(sessions, BOB) == []  # who does not see the case any more


def test_who_has_no_name_answers_what_waits(sessions: Sessions) -> None:
    case = add_case(sessions, person="anonymous")
    submit(sessions, case_id=case.id, person="", judgement="incorrect", comment="Odd", key="a")
    found = inbox(sessions, "")
    assert found.new == ()
    assert [item.words for item in found.waiting] == ["Odd"]
    see(sessions, "", [found.waiting[0].id])
    assert inbox(sessions, "").count == 1


def test_what_is_replaced_or_old_is_not_new(sessions: Sessions, asked: CaseView) -> None:
    long_ago = utc_now() - timedelta(days=DAYS + 1)
    comment(sessions, case_id=asked.id, person="bob", words="Old", key="o", clock=lambda: long_ago)
    for key in ("First", "Second"):
        submit(sessions, case_id=asked.id, person="bob", judgement="unsure", comment=key, key=key)
    assert _new(sessions, ADA) == ["Second"]


@pytest.mark.parametrize(
    ("scope", "changes", "sentence"),
    [
        (BOB, {}, "no such case"),
        (ADA, {"words": "  "}, "Write the comment"),
        (ADA, {"answer": "known"}, "review or operate"),
        (RITA, {"answer": "forgotten"}, "An answer is one of seen, known, fixed"),
        (RITA, {"answer": "known", "answers_id": None}, "which comment"),
        (RITA, {"answer": "fixed"}, "in which version"),
        (RITA, {"answers_id": NOT_THERE}, "no such comment"),
        (RITA, {"answers_id": "of another case"}, "no such comment"),
    ],
)
def test_what_cannot_be_taken_is_refused(
    sessions: Sessions, asked: CaseView, scope: Scope, changes: dict[str, str | None], sentence: str
) -> None:
    first = comment(sessions, case_id=asked.id, person="ada", words="Odd", key="first")
    other = comment(sessions, case_id=add_case(sessions).id, person="ada", words="x", key="other")
    if changes.get("answers_id") == "of another case":
        changes = {**changes, "answers_id": other.id}
    given = {"words": "No", "answers_id": first.id, **changes}
    with pytest.raises(FeedbackRefused, match=sentence):
        comment(
            limited(sessions, scope), case_id=asked.id, person=scope.person, key=new_id(), **given
        )


def test_the_same_key_twice_is_one_comment(sessions: Sessions, asked: CaseView) -> None:
    def send(words: str) -> CommentView:
        return comment(sessions, case_id=asked.id, person="ada", words=words, key="k")

    assert send("Odd") == send("Odd")
    with pytest.raises(AlreadyRecorded):
        send("Even")
    with pytest.raises(ValueError, match="key"):
        comment(sessions, case_id=asked.id, person="ada", words="x", key="")
