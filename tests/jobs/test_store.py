"""Jobs as rows, on both databases: asked for once, stopped, resumed, and ended by the run that owns them alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import db.jobs
from db.engine import Session, Sessions, reading, writing
from db.errors import Conflict
from db.ids import utc_now
from jobs import store
from jobs.contract import Kind, Outcome, Progress, Run
from jobs.errors import JobCancelled, JobFailed, JobUnderWay, NoSuchJob, NotResumable
from jobs.here import Here
from jobs.kinds import old_jobs
from jobs.runs import JobRun
from jobs.store import JobView
from settings import Settings
from tests.jobs.some_kinds import Counting, counting

GIVEN = Counting(last=1)


def _kind(run: object = lambda _run, _given: Outcome(sentence="Good.")) -> Kind:
    return Kind(
        name="some",
        title="Something",
        run=run,  # type: ignore[arg-type]
        permission="predict",
        takes=(Counting,),
    )


def _claimed(sessions: Sessions, kind: Kind, runner: str = "me") -> JobView:
    job = store.submit(sessions, kind, store.make(kind), GIVEN if kind.takes else None)
    with writing(sessions) as session:
        assert db.jobs.claim(session, job.id, 0, runner, utc_now())
    return replace(job, state="running", runner=runner)


def _now(sessions: Sessions, job: JobView) -> JobView:
    found = store.find(sessions, job.id)
    assert found
    return found


def test_the_same_key_is_the_same_job(sessions: Sessions) -> None:
    kind = counting()
    first = store.submit(sessions, kind, store.make(kind, key="k"), GIVEN)
    assert store.submit(sessions, kind, store.make(kind, key="k"), GIVEN).id == first.id
    assert len(store.newest(sessions)) == 1


def test_what_cannot_be_written_down_does_not_begin(sessions: Sessions) -> None:
    kind = counting()
    here = Here(sessions, "1", 15.0, is_inline=True)
    with pytest.raises(JobFailed, match="did not begin"):
        here.start(kind, store.make(kind), object())
    assert store.newest(sessions) == []


def test_one_at_a_time_until_it_has_ended(sessions: Sessions) -> None:
    kind = counting()
    first = store.submit(sessions, kind, store.make(kind, one_at_a_time="a"), GIVEN)
    with pytest.raises(JobUnderWay) as caught:
        store.submit(sessions, kind, store.make(kind, one_at_a_time="a"), GIVEN)
    assert caught.value.job_id == first.id
    store.cancel(sessions, first.id)
    second = store.submit(sessions, kind, store.make(kind, one_at_a_time="a"), GIVEN)
    with pytest.raises(JobUnderWay) as caught:
        store.resume(sessions, first.id, {})
    assert caught.value.job_id == second.id


def test_only_what_failed_or_was_stopped_goes_on(sessions: Sessions) -> None:
    with pytest.raises(NoSuchJob):
        store.resume(sessions, "01HZZZZZZZZZZZZZZZZZZZZZZZ", {})
    with pytest.raises(NoSuchJob):
        store.cancel(sessions, "no id at all")
    kind = _kind()
    job = _claimed(sessions, kind)
    with pytest.raises(NotResumable):
        store.resume(sessions, job.id, {})
    JobRun(job, sessions).perform(kind)
    with pytest.raises(NotResumable):
        store.resume(sessions, job.id, {})


def test_a_result_is_written_with_the_end_or_not_at_all(sessions: Sessions) -> None:
    def save(session: Session) -> str:
        db.jobs.add(session, store.make(kind, key="the result"), b"")
        return "its id"

    kind = _kind(lambda _run, _given: Outcome(sentence="Found.", save=save))
    job = _claimed(sessions, kind)
    # Somebody took this process for dead: another run owns the job now.
    with writing(sessions) as session:
        assert db.jobs.hand_back(session, job, utc_now(), is_loss=True)
        assert db.jobs.claim(session, job.id, 1, "other", utc_now())
    JobRun(job, sessions).perform(kind)
    with reading(sessions) as session:
        assert db.jobs.by_key(session, "the result") is None
    other = replace(job, attempt=1, runner="other")
    JobRun(other, sessions).perform(kind)
    with reading(sessions) as session:
        assert db.jobs.by_key(session, "the result") is not None
        assert db.jobs.content(session, job.id) is None
    assert (_now(sessions, job).state, _now(sessions, job).result) == ("done", "its id")


def test_a_result_that_does_not_fit_fails_with_a_sentence(sessions: Sessions) -> None:
    def save(session: Session) -> str:
        raise Conflict("the case is gone")

    kind = _kind(lambda _run, _given: Outcome(save=save))
    job = _claimed(sessions, kind)
    JobRun(job, sessions).perform(kind)
    assert _now(sessions, job).state == "failed"
    assert _now(sessions, job).sentence


def test_a_run_hears_that_it_is_stopped_and_that_it_is_not_its_own(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.runs.WRITE_SECONDS", 0.0)
    seen: list[str] = []

    def run(run: Run, _given: object) -> Outcome:
        store.cancel(sessions, run.job.id)
        run.report(Progress(fraction=0.5, words="Half"))
        seen.append(str(run.is_cancelled))
        with writing(sessions) as session:
            db.jobs.hand_back(session, run.job, utc_now())
        run.check()
        seen.append("went on")
        return Outcome()

    kind = _kind(run)
    job = _claimed(sessions, kind)
    JobRun(job, sessions).perform(kind)
    assert seen == ["True"]
    after = _now(sessions, job)
    assert (after.state, after.attempt, after.sentence) == ("cancelled", 0, JobCancelled().sentence)


@pytest.mark.parametrize("is_loss", [False, True])
def test_a_run_that_is_handed_back_goes_on_unless_somebody_stops_it(
    sessions: Sessions, is_loss: bool
) -> None:
    """However the two meet: a worker hands it back at its end, or another finds that its process died."""
    goes_on, paused, ended, late = (_claimed(sessions, _kind()) for _ in range(4))
    store.cancel(sessions, paused.id)
    store.withdraw(sessions, ended.id)
    with writing(sessions) as session:
        waits = [
            db.jobs.hand_back(session, job, utc_now(), is_loss=is_loss)
            for job in (goes_on, paused, ended, late)
        ]
    assert waits == [True, False, False, True]
    assert _now(sessions, goes_on).words == "Waiting to go on"
    assert _now(sessions, paused).sentence == JobCancelled().sentence
    assert store.can_resume(sessions, paused.id)
    store.withdraw(sessions, late.id)
    for job in (ended, late):
        assert (_now(sessions, job).state, _now(sessions, job).sentence) == (
            "cancelled",
            store.WITHDRAWN,
        )
        assert _now(sessions, job).ended_at is not None
        assert not store.can_resume(sessions, job.id)


@pytest.mark.parametrize("stop", [store.cancel, store.withdraw])
def test_a_stop_is_not_lost_between_running_and_waiting(
    sessions: Sessions, stop: Callable[[Sessions, str], JobView]
) -> None:
    """It begins while the job is handed back, and is written after that."""
    job = _claimed(sessions, _kind())
    with ThreadPoolExecutor(1) as pool:
        with writing(sessions) as session:
            assert db.jobs.hand_back(session, job, utc_now())
            stopped = pool.submit(stop, sessions, job.id)
            time.sleep(0.1)
        assert stopped.result().state == "cancelled"
    assert _now(sessions, job).state == "cancelled"


def test_what_was_stopped_for_good_says_only_that(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its run hears of it, breaks before, or has not yet read what it takes."""
    monkeypatch.setattr("jobs.runs.WRITE_SECONDS", 0.0)

    def hears(run: Run, _given: object) -> Outcome:
        store.withdraw(sessions, run.job.id)
        run.check()
        return Outcome()

    def breaks(run: Run, _given: object) -> Outcome:
        store.withdraw(sessions, run.job.id)
        raise JobFailed("It broke.", advice="Mend it.")

    before = _claimed(sessions, _kind())
    store.withdraw(sessions, before.id)
    JobRun(before, sessions).perform(_kind())
    at_once = _claimed(sessions, _kind())
    with monkeypatch.context() as late:  # between its first look and what it takes
        late.setattr(JobRun, "check", lambda run: store.withdraw(sessions, run.job.id))
        JobRun(at_once, sessions).perform(_kind())
    jobs = [before, at_once]
    for run in (hears, breaks):
        jobs.append(_claimed(sessions, _kind(run)))
        JobRun(jobs[-1], sessions).perform(_kind(run))
    found = [_now(sessions, job) for job in jobs]
    assert [(each.state, each.sentence, each.advice) for each in found] == [
        ("cancelled", "It was cancelled.", "")
    ] * 4


def test_what_breaks_says_so_without_its_detail(sessions: Sessions) -> None:
    def run(_run: Run, _given: object) -> Outcome:
        raise RuntimeError("the secret is s3cret")

    kind = _kind(run)
    job = _claimed(sessions, kind)
    JobRun(job, sessions).perform(kind)
    after = _now(sessions, job)
    assert (after.state, after.sentence) == ("failed", "“Something” broke off.")
    assert "s3cret" not in repr(after)


def test_what_was_written_by_another_version_is_refused(sessions: Sessions) -> None:
    kind = _kind()
    job = _claimed(sessions, replace(kind, version=2))
    JobRun(job, sessions).perform(kind)
    assert "Another version" in _now(sessions, job).sentence
    tampered = store.submit(sessions, kind, store.make(kind), GIVEN)
    with writing(sessions) as session:
        db.jobs.claim(session, tampered.id, 0, "me", utc_now())
        session.get(db.jobs.JobInput, tampered.id).content = b"cos\nsystem"  # type: ignore[union-attr]
    JobRun(replace(tampered, state="running", runner="me"), sessions).perform(kind)
    assert "Another version" in _now(sessions, tampered).sentence


def test_old_jobs_go_and_those_under_way_stay(sessions: Sessions) -> None:
    class Tools:
        settings = Settings(job_days=1)

    tools = Tools()
    tools.sessions = sessions  # type: ignore[attr-defined]
    kind = _kind()
    old, fresh, waiting = (
        _claimed(sessions, kind),
        _claimed(sessions, kind),
        _claimed(sessions, kind),
    )
    with writing(sessions) as session:
        db.jobs.end(session, old, "failed", utc_now() - timedelta(days=2))
        db.jobs.end(session, fresh, "failed", utc_now())
    tidy = old_jobs.kind(tools)  # type: ignore[arg-type]
    job = _claimed(sessions, tidy)
    JobRun(job, sessions).perform(tidy)
    assert _now(sessions, job).sentence.startswith("1 jobs that ended before")
    assert store.find(sessions, old.id) is None
    assert _now(sessions, fresh).state == "failed"
    assert _now(sessions, waiting).state == "running"


def test_what_runs_here_is_watched_here_and_handed_on_at_the_end(
    sessions: Sessions, tmp_path: Path
) -> None:
    kind = counting()
    here = Here(sessions, "1", 15.0)
    job = here.start(
        kind, store.make(kind), Counting(last=90, seconds=0.1, file=str(tmp_path / "x"))
    )
    run = here.run_of(job.id)
    assert run is not None
    assert [w.id for w in store.living(sessions, 15.0)] == [
        job.runner or _now(sessions, job).runner
    ]
    here.close()
    after = _now(sessions, job)
    assert (after.state, after.attempt, after.losses) == ("waiting", 1, 0)
    assert store.living(sessions, 15.0) == []
