"""Whatever page or route asks: a job is begun, seen and stopped only by who may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.engine import Sessions, limited
from db.scope import EVERYTHING, Models, Scope
from jobs import store
from jobs.contract import Kind, Outcome
from jobs.errors import NoSuchJob
from jobs.here import Here
from jobs.runs import JobRun
from jobs.store import JobView
from people.errors import NotPermitted
from people.permissions import LEAST_ROLE, may, may_without_model
from people.viewer import ROLES
from tests.jobs.some_kinds import Counting, counting
from tests.recorded import add_case

BANK = (Models(server="bank", name="credit"),)
ANN = Scope(person="ann", seen=BANK)
RITA = Scope(person="rita", seen=BANK, reviewed=BANK)
OLGA = Scope(person="olga", seen=BANK, reviewed=BANK, operated=BANK)
SCOPES = dict(zip(ROLES, (ANN, RITA, OLGA), strict=True))
CREDIT, FRAUD = "model/bank/credit", "model/bank/fraud"
GIVEN = Counting(last=1)


@pytest.fixture
def here(sessions: Sessions) -> Here:
    return Here(sessions, "1", 15.0, is_inline=True)


def _job(kind: Kind, subject: str, person: str) -> JobView:
    return store.make(kind, subject=subject, person=person)


@pytest.mark.parametrize("permission", LEAST_ROLE)
@pytest.mark.parametrize("role", ROLES)
def test_a_job_takes_the_role_of_its_permission_on_its_model(
    here: Here, role: str, permission: str
) -> None:
    scope, kind = SCOPES[role], replace(counting(), permission=permission)
    his = here.limited(scope)
    is_enough = ROLES.index(role) >= ROLES.index(LEAST_ROLE[permission])
    assert may(scope, permission, "bank", "credit") is is_enough
    for subject, is_let in (
        (CREDIT, is_enough),
        (FRAUD, False),
        ("", may_without_model(scope, permission)),
    ):
        job = _job(kind, subject, scope.person)
        if is_let:
            his.start(kind, job, GIVEN)
        else:
            with pytest.raises(NotPermitted, match="did not begin"):
                his.start(kind, job, GIVEN)
        written = store.find(limited(here._all, EVERYTHING), job.id)
        assert (written is not None) is is_let
    assert may_without_model(scope, permission) is (LEAST_ROLE[permission] == "analyst")


def test_what_is_about_no_model_is_of_the_operators_of_all(here: Here) -> None:
    kind, every = replace(counting(), permission="operate"), (Models(),)
    olga = Scope(person="olga", seen=every, reviewed=every, operated=every)
    here.limited(olga).start(kind, _job(kind, "", "olga"), GIVEN)
    here.start(kind, _job(kind, "", "anybody"), GIVEN)  # the app itself


def test_a_job_on_a_case_is_for_who_sees_the_case(here: Here, sessions: Sessions) -> None:
    kind, case = counting(), add_case(sessions, person="bob", server="bank", model="credit")
    subject = f"case/{case.id}"
    with pytest.raises(NotPermitted, match="no such case that you may see"):
        here.limited(ANN).start(kind, _job(kind, subject, "ann"), GIVEN)
    here.limited(RITA).start(kind, _job(kind, subject, "rita"), GIVEN)


def test_nobody_asks_in_the_name_of_another(here: Here) -> None:
    kind = counting()
    with pytest.raises(NotPermitted):
        here.limited(ANN).start(kind, _job(kind, CREDIT, "bob"), GIVEN)


@pytest.mark.parametrize(
    ("scope", "sees", "may_stop"),
    [
        (Scope(person="eve"), False, False),
        (replace(ANN, person="bob"), True, True),
        (ANN, False, False),
        (OLGA, True, True),
    ],
)
def test_a_run_in_this_process_is_seen_and_stopped_by_who_may(
    here: Here, sessions: Sessions, scope: Scope, sees: bool, may_stop: bool
) -> None:
    kind = counting()
    job = store.submit(sessions, kind, _job(kind, CREDIT, "bob"), GIVEN)
    run = here._runs[job.id] = JobRun(job, sessions)
    theirs = here.limited(scope)
    assert (theirs.run_of(job.id) is run) is sees
    if may_stop:
        theirs.cancel(job.id)
    else:
        with pytest.raises((NoSuchJob, NotPermitted)):
            theirs.cancel(job.id)
    assert run.is_cancelled is may_stop
    assert store.find(sessions, job.id).state == ("cancelled" if may_stop else "waiting")  # type: ignore[union-attr]


def test_who_sees_a_job_and_may_not_change_it_is_told_so(here: Here, sessions: Sessions) -> None:
    kind, case = counting(), add_case(sessions, person="bob", server="bank", model="credit")
    job = store.submit(sessions, kind, _job(kind, f"case/{case.id}", "bob"), GIVEN)
    hers = limited(sessions, RITA)
    assert store.find(hers, job.id)
    for change in (store.cancel, store.resume):
        with pytest.raises(NotPermitted, match="somebody else's"):
            change(hers, job.id)
    assert store.find(sessions, job.id) == job


def test_a_run_goes_on_to_its_end_also_where_its_model_is_taken_away(
    here: Here, sessions: Sessions
) -> None:
    """What it may do was checked when it was asked for; its row is ended all the same."""
    kind = replace(counting(), run=lambda _run, _given: Outcome(sentence="Counted."))
    narrow = here.limited(ANN)
    job = narrow.start(kind, _job(kind, CREDIT, "ann"), GIVEN)
    assert store.find(sessions, job.id).state == "done"  # type: ignore[union-attr]
    assert store.find(limited(sessions, Scope(person="ann")), job.id) is None
