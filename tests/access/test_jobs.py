"""Whatever page or route asks: a job is begun, seen and stopped only by who may."""

from __future__ import annotations

from dataclasses import replace

import pytest

import db.jobs
from db.engine import Sessions, limited, writing
from db.scope import EVERYTHING, Models, Scope
from jobs import store
from jobs.contract import Kind, Outcome, Run
from jobs.errors import NoSuchJob
from jobs.here import Here
from jobs.rights import by_table
from jobs.runs import JobRun
from jobs.store import JobView
from people.access import viewer_of
from people.errors import NotPermitted
from people.permissions import LEAST_ROLE, may, may_without_model
from people.viewer import ROLES
from settings import AccessSettings
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


@pytest.mark.slow
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
    with pytest.raises(NotPermitted, match="somebody else's"):
        store.cancel(hers, job.id)
    with pytest.raises(NotPermitted, match="somebody else's"):
        store.resume(hers, job.id, {kind.name: kind})
    assert store.find(sessions, job.id) == job


def test_what_is_not_let_begin_is_not_let_go_on(sessions: Sessions) -> None:
    """Who lost the role of a kind cannot take up a job of theirs from before."""
    kind = counting()
    job = store.submit(limited(sessions, ANN), kind, _job(kind, CREDIT, "ann"), GIVEN)
    store.cancel(limited(sessions, ANN), job.id)
    for permission, error in (("publish", NotPermitted), ("predict", None)):
        kinds = {kind.name: replace(kind, permission=permission)}
        if error:
            with pytest.raises(error, match="does not go on"):
                store.resume(limited(sessions, ANN), job.id, kinds)
        else:
            assert store.resume(limited(sessions, ANN), job.id, kinds).state == "waiting"
    with pytest.raises(NotPermitted):
        store.resume(limited(sessions, ANN), job.id, {})


@pytest.mark.parametrize("how", ["row", "group", "neither"])
def test_a_run_stops_when_the_right_of_its_person_is_taken_away(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """By the access table, or by a group that somebody is in no more: at the next part, with a sentence."""
    monkeypatch.setattr("jobs.runs.WRITE_SECONDS", 0.0)
    row = AccessSettings(groups=["risk"], servers=["bank"], models=["credit"])
    other = AccessSettings(groups=["other"])
    table = [row, other]
    here = Here(sessions, "1", 15.0, is_inline=True, may_go_on=by_table(lambda: table))
    ann = viewer_of("ann", ["risk"], table).scope
    parts: list[int] = []

    def run(running: Run, _given: object) -> Outcome:
        for part in range(3):
            running.check()
            parts.append(part)
            if how == "row":
                table[:] = [other]
            if how == "group":
                with writing(sessions) as session:
                    db.jobs.set_groups(session, "ann", ["sales"])
        return Outcome(sentence="Done.")

    kind = replace(counting(), run=run)
    job = here.limited(ann).start(kind, _job(kind, CREDIT, "ann"), GIVEN)
    found = store.find(sessions, job.id)
    assert found is not None
    if how == "neither":
        assert (found.state, parts) == ("done", [0, 1, 2])
    else:
        assert (found.state, parts) == ("cancelled", [0])
        assert "ann may not do this any more" in found.sentence


def test_a_run_goes_on_to_its_end_also_where_its_model_is_taken_away(
    here: Here, sessions: Sessions
) -> None:
    """What it may do was checked when it was asked for; its row is ended all the same."""
    kind = replace(counting(), run=lambda _run, _given: Outcome(sentence="Counted."))
    narrow = here.limited(ANN)
    job = narrow.start(kind, _job(kind, CREDIT, "ann"), GIVEN)
    assert store.find(sessions, job.id).state == "done"  # type: ignore[union-attr]
    assert store.find(limited(sessions, Scope(person="ann")), job.id) is None
