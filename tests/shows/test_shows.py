"""Shows: kept, put in order, run in a workspace of their own, and voted on by guests who reach nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

import db.audit_log
from cases.errors import CaseNotRecorded
from cases.queries import GENUINE, case, recent
from cases.recording import predict_and_record
from cases.repeats import ask_again
from cases.usage import usage
from cases.workspaces import reset
from db.engine import Sessions, limited, reading
from db.errors import OutOfScope
from db.ids import new_id
from db.scope import EVERYTHING, Models, Scope
from health.summary import recent_series
from shows import audience, runs, store
from shows.errors import AudienceClosed, NoSuchShow, ShowRefused
from tests.recorded import add_case
from tests.stub_predictor import StubPredictor

OURS = (Models(server="shelf", name="penguins"),)
ANN = Scope(person="ann", seen=OURS)


def of(sessions: Sessions, scope: Scope) -> Sessions:
    return limited(sessions, scope)


def on_stage(case_id: str, model: str = "penguins") -> runs.Stage:
    return runs.Stage(
        case_id=case_id, server="shelf", model=model, question="Which?", answer="Adelie"
    )


def begun(sessions: Sessions, *case_ids: str) -> runs.RunView:
    """A run of a show that is open to an audience, with its first case on the stage."""
    show = store.make(sessions, person="ann", name="Talk", case_ids=case_ids)
    run = runs.open_audience(sessions, runs.begin(sessions, show, person="ann"), person="ann")
    runs.put_on_stage(sessions, run, on_stage(case_ids[0]))
    return runs.let_in(limited(sessions, EVERYTHING), code=run.code)


def test_a_show_keeps_its_cases_in_order_and_the_trail_says_who_changed_it(
    sessions: Sessions,
) -> None:
    ids = [new_id() for _ in range(4)]
    show = store.make(sessions, person="ann", name="  My \n talk ", case_ids=[*ids[:3], ids[0]])
    assert (show.name, show.case_ids) == ("My talk", tuple(ids[:3]))
    store.add_cases(sessions, show.id, [ids[3], ids[1]], person="ann")
    store.move(sessions, show.id, ids[3], by=-2, person="ann")
    store.move(sessions, show.id, ids[0], by=-1, person="ann")
    store.take_out(sessions, show.id, ids[2], person="ann")
    assert store.show(sessions, show.id).case_ids == (ids[0], ids[3], ids[1])
    assert store.named(sessions, show.id, "Another", person="ann").name == "Another"
    with reading(sessions) as session:
        done = [e.action for e in db.audit_log.about(session, "show", show.id, "change-show")]
    assert len(done) == 4  # the move of the first before the first changed nothing
    for name in ("", " ", "x" * 81):
        with pytest.raises(ShowRefused):
            store.make(sessions, person="ann", name=name)
    with pytest.raises(ShowRefused):
        store.add_cases(sessions, show.id, [new_id() for _ in range(98)], person="ann")
    store.remove(sessions, show.id, person="ann")
    with pytest.raises(NoSuchShow):
        store.show(sessions, show.id)


def test_a_show_is_of_who_made_it(sessions: Sessions) -> None:
    ann = of(sessions, ANN)
    bob = of(sessions, Scope(person="bob", seen=OURS, reviewed=OURS, operated=OURS))
    show = store.make(ann, person="ann", name="Talk", case_ids=[new_id()])
    run = runs.open_audience(ann, runs.begin(ann, show, person="ann"), person="ann")
    assert store.owned(bob, "ann") == []
    for refused in (
        lambda: store.show(bob, show.id),
        lambda: store.remove(bob, show.id, person="bob"),
        lambda: runs.begin(bob, show, person="bob"),
        lambda: runs.close_audience(bob, run, person="bob"),
        lambda: runs.end(bob, run, person="bob"),
    ):
        with pytest.raises(NoSuchShow):
            refused()
    with pytest.raises(OutOfScope):
        store.make(bob, person="ann", name="In her name")
    runs.put_on_stage(bob, run, on_stage(new_id()))
    assert runs.current(ann, show.id) == run


def test_a_show_that_starts_anew_keeps_its_audience_and_nothing_else(sessions: Sessions) -> None:
    case_id = new_id()
    run = begun(sessions, case_id)
    guest = audience.new_guest(run)
    cookie, show = audience.cookie_of(guest), store.show(sessions, run.show_id)
    audience.vote(sessions, guest, case_id=case_id, is_right=True)
    runs.end(sessions, run, person="ann")
    reset(of(sessions, EVERYTHING), run.workspace, person="ann")
    with pytest.raises(AudienceClosed, match="This show has ended"):
        audience.guest_of(sessions, cookie)
    anew = runs.begin_anew(sessions, show, run, person="ann")
    assert (anew.code, anew.stage) == (run.code, None)
    assert anew.workspace != run.workspace
    assert audience.votes(sessions, anew, case_id).count == 0
    again = audience.guest_of(sessions, cookie)  # of who was in before, without a second scan
    assert (again.id, again.run.workspace) == (guest.id, anew.workspace)
    assert runs.let_in(sessions, code=run.code).workspace == anew.workspace
    # Begun anew with another code, it is another audience.
    runs.end(sessions, anew, person="ann")
    reset(of(sessions, EVERYTHING), anew.workspace, person="ann")
    other = runs.open_audience(sessions, runs.begin(sessions, show, person="ann"), person="ann")
    assert other.code != run.code
    with pytest.raises(AudienceClosed, match="This show has ended, and another has begun"):
        audience.guest_of(sessions, cookie)


@pytest.mark.slow
def test_two_hundred_guests_vote_at_once_and_none_is_lost_or_counted_twice(
    sessions: Sessions,
) -> None:
    first, second = new_id(), new_id()
    run = begun(sessions, first, second)
    guests = [audience.new_guest(run) for _ in range(200)]
    seen = of(sessions, runs.guest_viewer(run).scope)

    def say(number: int) -> None:
        guest = audience.guest_of(sessions, audience.cookie_of(guests[number]))
        for is_right in (number % 4 == 0, number % 4 != 0):  # they change their mind once
            assert audience.vote(seen, guest, case_id=first, is_right=is_right)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(say, range(200)))
    assert audience.votes(sessions, run, first) == audience.Votes(right=150, wrong=50)
    assert audience.voted(seen, guests[0], first) is False
    # The stage has moved on: a vote that comes late is not counted for another case, and is told.
    assert not audience.vote(seen, guests[0], case_id=second, is_right=True)
    assert audience.votes(sessions, run, second).count == 0


def test_a_guest_is_let_in_by_code_and_cookie_while_the_audience_is_open(
    sessions: Sessions,
) -> None:
    run = begun(sessions, new_id())
    cookie = audience.cookie_of(audience.new_guest(run))
    assert runs.let_in(sessions, code=f" {run.code.lower()} ").workspace == run.workspace
    other = begun(sessions, new_id())
    forged = cookie.replace(run.workspace, other.workspace)
    for wrong in ("", "x", forged, f"{cookie[:-1]}{'0' if cookie[-1] != '0' else '1'}", cookie * 2):
        with pytest.raises(AudienceClosed):
            audience.guest_of(sessions, wrong)
    for code in ("", "AAAAAAAA", f"{run.code}A", "%' OR 1=1", "A" * 5_000):
        with pytest.raises(AudienceClosed):
            runs.let_in(sessions, code=code)
    later = run.audience_until
    assert later is not None
    with pytest.raises(AudienceClosed):
        audience.guest_of(sessions, cookie, clock=lambda: later + timedelta(seconds=1))
    closed = runs.close_audience(sessions, run, person="ann")
    assert closed.code == ""
    for enter in (
        lambda: runs.let_in(sessions, code=run.code),
        lambda: audience.guest_of(sessions, cookie),
    ):
        with pytest.raises(AudienceClosed):
            enter()
    again = runs.open_audience(sessions, closed, person="ann")
    assert again.code not in ("", run.code)


def test_a_guest_sees_the_model_on_the_stage_and_no_case(sessions: Sessions) -> None:
    recorded = add_case(sessions)
    run = begun(sessions, recorded.id)
    other = begun(sessions, recorded.id)
    viewer = runs.guest_viewer(run)
    seen = of(sessions, viewer.scope)
    assert viewer.role == ""
    assert viewer.scope.sees("shelf", "penguins")
    assert not viewer.scope.sees("shelf", "digits")
    assert not viewer.scope.reviews("shelf", "penguins")
    assert case(seen, recorded.id) is None
    assert store.owned(seen, "ann") == []
    assert audience.votes(seen, other, recorded.id).count == 0
    with pytest.raises(AudienceClosed):
        audience.vote(seen, audience.new_guest(other), case_id=recorded.id, is_right=True)
    runs.put_on_stage(seen, run, on_stage(new_id(), model="digits"))  # reaches nothing
    current = runs.let_in(sessions, code=run.code)
    assert runs.stage_of(current) == on_stage(recorded.id)


def test_what_a_show_asks_counts_nowhere_and_goes_with_its_reset(sessions: Sessions) -> None:
    run = begun(sessions, new_id())
    stage = runs.stage_of(run)
    assert stage is not None
    seen = of(sessions, runs.guest_viewer(run).scope)
    asked = predict_and_record(
        StubPredictor(), {}, sessions=sessions, key="k", person="ann",
        purpose="show", workspace=run.workspace,
    ).case  # fmt: skip
    audience.vote(seen, audience.new_guest(run), case_id=stage.case_id, is_right=True)
    again = ask_again(StubPredictor(), {}, of=asked, sessions=sessions, key="again", person="ann")
    assert again.case.purpose == "show"
    assert recent(sessions) == []
    assert recent(sessions, purposes=GENUINE) == []
    for counted in (usage(sessions, sessions, "ann").asked, usage(sessions, sessions, "ann").own):
        assert counted == {}
    assert not any(point.cases for point in recent_series(sessions, model=asked.model))
    genuine = add_case(sessions, server=asked.server, model=asked.model, person="ann")
    assert usage(sessions, sessions, "ann").own == {(genuine.server, genuine.model): 1}
    assert reset(of(sessions, EVERYTHING), run.workspace, person="ann") == 2
    assert case(sessions, asked.id) is None
    assert audience.votes(sessions, run, stage.case_id).count == 0
    with pytest.raises(AudienceClosed):
        runs.let_in(sessions, code=run.code)
    with pytest.raises(CaseNotRecorded):
        predict_and_record(
            StubPredictor(), {}, sessions=sessions, key="l", person="ann",
            purpose="show", workspace=run.workspace,
        )  # fmt: skip
    show = store.show(sessions, run.show_id)
    assert runs.begin(sessions, show, person="ann").workspace != run.workspace
