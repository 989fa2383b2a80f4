"""A file as a job: each row once, whatever happens on the way; and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

import db.jobs
from cases import batches, queries
from cases.audit_sample import ONE_IN_TEN
from cases.errors import CaseNotRecorded
from cases.jobs import batch
from cases.jobs.batch import BatchFile, BatchRows
from cases.pace import Pace
from db.engine import Sessions, limited, writing
from db.ids import utc_now
from db.scope import Models, Scope
from db.tables import BatchChunk
from jobs import store
from jobs.errors import JobUnderWay
from jobs.here import Here
from jobs.runs import JobRun
from mds_client.errors import EndpointRefused, EndpointUnreachable
from mds_client.prediction import Answer, Prediction
from mds_client.signature import Field, ModelRef, Signature
from tests.recorded import FAILED, case_of
from tests.stub_predictor import PENGUINS, exchange

SIGNATURE = Signature(model=PENGUINS, inputs=(Field(name="x", kind="integer"),))


@dataclass
class Model:
    """Answers each row with its number; `meanwhile` is called before each call with how many rows were asked."""

    bad: tuple[int, ...] = ()
    meanwhile: Callable[[int], None] = lambda _: None
    ref: ModelRef = PENGUINS
    asked: list[int] = field(default_factory=list)

    def signature(self) -> Signature:
        return SIGNATURE

    def predict(self, rows: Sequence[dict[str, int]], **_: str) -> Prediction:
        self.meanwhile(len(self.asked))
        numbers = [row["x"] for row in rows]
        if set(numbers) & set(self.bad):
            raise EndpointRefused("The model did not accept this.")
        self.asked += numbers
        answers = tuple(Answer(kind="number", number=float(n)) for n in numbers)
        return Prediction(model=self.ref, outputs=(), answers=answers, exchange=exchange())


def _kind(sessions: Sessions, model: Model) -> Any:
    def server(name: str) -> object:
        return {PENGUINS.server: object()}[name]

    settings = SimpleNamespace(kept_file_bytes=1000)
    tools = SimpleNamespace(
        sessions=sessions,
        figures=sessions,
        settings=settings,
        audit=ONE_IN_TEN,
        hash_key=b"",
        outliers=None,
        server=server,
        model=lambda *_: model,
    )
    return batch.kind(tools)


def _ask(
    sessions: Sessions,
    model: Model,
    count: int,
    press: str = "1",
    of: ModelRef = PENGUINS,
    key: str = "k",
) -> Any:
    given = BatchRows(model=of, signature=SIGNATURE, key=key, rows=[{"x": i} for i in range(count)])
    here = Here(sessions, "1", 15.0, is_inline=True)
    return batch.start(
        here,
        sessions,
        _kind(sessions, model),
        given,
        BatchFile(name="birds.csv", question="q", table=b"the table"),
        person="ada",
        press=press,
    )


def _numbers(sessions: Sessions, job_id: str) -> list[float | None]:
    return [case.answer_number for case in batches.cases_of(sessions, job_id)]


@pytest.mark.parametrize(
    ("failed", "left_out", "words"),
    [
        (0, 0, "9 rows were answered."),
        (1, 0, "9 rows were answered, 1 was not."),
        (0, 3, "9 rows were answered, 3 were not: they could not be sent."),
        (2, 1, "9 rows were answered, 3 were not, of which 1 could not be sent."),
    ],
)
def test_what_came_of_a_file_tells_the_rows_that_were_not_answered(
    failed: int, left_out: int, words: str
) -> None:
    rows = [case_of()] * 9 + [case_of(**FAILED)] * failed
    assert batch.in_words(rows, left_out) == words


def test_each_row_has_its_case_and_what_was_asked_outlives_the_job(sessions: Sessions) -> None:
    model = Model(bad=(7,))
    job = _ask(sessions, model, 120)
    ended = store.find(sessions, job.id)
    assert (ended.state, ended.result) == ("done", job.id)
    assert ended.sentence == "119 rows were answered, 1 was not."
    assert _numbers(sessions, job.id) == [None if i == 7 else float(i) for i in range(120)]
    assert sorted(model.asked) == [i for i in range(120) if i != 7]
    with writing(sessions) as session:
        db.jobs.forget_ended(session, utc_now() + timedelta(days=1), 10)
    assert store.find(sessions, job.id) is None
    found = batches.find(sessions, job.id)
    assert found == batches.by_question(sessions, "q")
    assert batches.newest(sessions, PENGUINS, "ada") == [found]
    assert (found.file_name, found.rows) == ("birds.csv", 120)
    assert batches.table_of(sessions, found) == b"the table"
    assert len(batches.cases_of(sessions, job.id)) == 120


def test_what_was_answered_is_not_asked_again_and_what_failed_is(sessions: Sessions) -> None:
    _ask(sessions, Model(bad=(7,)), 20)
    repaired = Model()
    again = _ask(sessions, repaired, 30, press="2")
    assert sorted(repaired.asked) == [7, *range(20, 30)]
    assert _numbers(sessions, again.id) == [float(i) for i in range(30)]
    anew = Model()
    _ask(sessions, anew, 30, press="3", key="k-anew")
    assert len(anew.asked) == 30


def test_a_double_click_is_one_run_and_a_question_is_asked_once_at_a_time(
    sessions: Sessions,
) -> None:
    model = Model()
    first = _ask(sessions, model, 5)
    assert _ask(sessions, model, 5).id == first.id
    assert len(model.asked) == 5

    def press_elsewhere(_asked: int) -> None:
        with pytest.raises(JobUnderWay):
            _ask(sessions, Model(), 50, press="3")

    _ask(sessions, Model(meanwhile=press_elsewhere), 50, press="2")


def test_a_run_that_was_cut_off_goes_on_and_the_process_before_it_writes_nothing(
    sessions: Sessions,
) -> None:
    """As when the process that asks is taken for dead, and another goes on."""
    handed = []

    def hand_on(asked: int) -> None:
        if asked >= 40 and not handed:
            (job,) = store.newest(sessions, states=["running"])
            with writing(sessions) as session:
                assert db.jobs.hand_back(session, job, utc_now(), is_loss=True)
                assert db.jobs.claim(session, job.id, 1, "another", utc_now())
            handed.extend([store.find(sessions, job.id), asked])

    first = Model(meanwhile=hand_on)
    job = _ask(sessions, first, 100)
    assert len(batches.cases_of(sessions, job.id)) == handed[1]
    assert store.find(sessions, job.id).state == "running"
    second = Model()
    JobRun(handed[0], sessions).perform(_kind(sessions, second))
    assert store.find(sessions, job.id).state == "done"
    assert _numbers(sessions, job.id) == [float(i) for i in range(100)]
    # What the first asked after its last word is known by its case, and not asked again.
    assert sorted([*first.asked, *second.asked]) == list(range(100))


@pytest.mark.slow
def test_a_server_that_goes_away_ends_the_run_which_goes_on_where_it_was(
    sessions: Sessions,
) -> None:
    def break_off(asked: int) -> None:
        if asked >= 40:
            raise EndpointUnreachable("Nobody answers.")

    job = _ask(sessions, Model(meanwhile=break_off), 500)
    failed = store.find(sessions, job.id)
    assert (failed.state, failed.sentence) == ("failed", "Nobody answers.")
    done = len(batches.cases_of(sessions, job.id))
    assert 40 <= done < 500
    store.resume(sessions, job.id, {})
    with writing(sessions) as session:
        assert db.jobs.claim(session, job.id, 1, "worker", utc_now())
    mended = Model()
    JobRun(store.find(sessions, job.id), sessions).perform(_kind(sessions, mended))
    assert store.find(sessions, job.id).state == "done"
    assert mended.asked == list(range(done, 500))


@pytest.mark.slow
def test_a_run_is_stopped_between_chunks(sessions: Sessions) -> None:
    def stop(asked: int) -> None:
        if asked >= 10:
            store.cancel(sessions, store.newest(sessions)[0].id)

    model = Model(meanwhile=stop)
    job = _ask(sessions, model, 2000)
    assert store.find(sessions, job.id).state == "cancelled"
    assert len(batches.cases_of(sessions, job.id)) == len(model.asked) < 2000


def test_rows_that_cannot_be_recorded_are_tried_again(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "RECORD_PAUSES", (0.0, 0.0, 0.0))
    faults = iter([CaseNotRecorded("full"), CaseNotRecorded("locked")])

    def fail(_asked: int) -> None:
        if error := next(faults, None):
            raise error

    real = batch.predict_rows

    def predict_rows(*given: Any, **named: Any) -> Any:
        fail(0)
        return real(*given, **named)

    monkeypatch.setattr(batch, "predict_rows", predict_rows)
    model = Model()
    job = _ask(sessions, model, 30)
    assert store.find(sessions, job.id).state == "done"
    assert model.asked == list(range(30))


def test_a_server_that_is_gone_is_said(sessions: Sessions) -> None:
    gone = ModelRef(server="gone", name="penguins")
    job = _ask(sessions, Model(), 3, of=gone)
    failed = store.find(sessions, job.id)
    assert (failed.state, failed.sentence) == (
        "failed",
        "The server gone is not configured any more.",
    )


def test_who_asks_one_case_goes_first_and_rows_of_files_do_not_count(sessions: Sessions) -> None:
    def waits(server: str) -> bool:
        return batch._is_one_under_way(sessions, server)

    single = case_of(server="shelf", outcome="asked", created_at=utc_now())
    row = case_of(server="shelf", outcome="asked", created_at=utc_now())
    old = case_of(server="shelf", outcome="asked", created_at=utc_now() - timedelta(minutes=1))
    with writing(sessions) as session:
        db.cases.begin(session, [replace(row, idempotency_key=row.id), old])
    assert not waits("shelf")
    with writing(sessions) as session:
        db.cases.begin(session, [single])
    assert waits("shelf")
    assert not waits("other")
    pauses: list[float] = []
    batch.give_way(sessions, "shelf", pauses.append)
    assert sum(pauses) == pytest.approx(batch.GIVE_WAY_SECONDS)


def test_a_run_of_somebody_who_sees_little_is_theirs_alone(sessions: Sessions) -> None:
    ada = limited(sessions, Scope(person="ada", seen=(Models(server="shelf"),)))
    bob = limited(sessions, Scope(person="bob", seen=(Models(server="shelf"),)))
    job = _ask(ada, Model(bad=(3,)), 40)
    assert store.find(ada, job.id).state == "done"
    assert len(batches.cases_of(ada, job.id)) == 40
    assert batches.find(bob, job.id) is None
    assert batches.by_question(bob, "q") is None
    assert batches.cases_of(bob, job.id) == []
    assert len(batches.cases_of(sessions, job.id)) == 40


def test_chunks_that_overlap_give_each_row_one_case(sessions: Sessions) -> None:
    job = _ask(sessions, Model(), 10)
    with writing(sessions) as session:
        cases = batches.cases_of(sessions, job.id)
        session.add(
            BatchChunk(
                batch_id=job.id,
                first_row=8,
                created_at=utc_now(),
                case_ids=[case.id for case in cases[8:]],
            )
        )
    assert batches.cases_of(sessions, job.id) == cases
    assert all(queries.case(sessions, case.id) == case for case in cases)


def _sizes(
    seconds: Callable[[int], float], chunks: int, total: int = 10_000
) -> tuple[Pace, list[int]]:
    """The pace after so many chunks, and their sizes; `seconds` is how long so many rows take."""
    now = [0.0]
    pace, sizes = Pace(total=total, stopwatch=lambda: now[0]), []
    for _ in range(chunks):
        sizes.append(pace.next_size())
        now[0] += seconds(sizes[-1])
        pace.note(sizes[-1])
    return pace, sizes


def test_a_chunk_grows_to_its_time_and_says_what_is_left() -> None:
    pace, sizes = _sizes(lambda rows: rows / 128, 5, total=1_000)
    assert sizes == [5, 15, 45, 64, 64]
    assert pace.in_words() == "193 of 1,000 rows · 128 rows a second · 6 s left"
    slow, sizes = _sizes(lambda rows: 100.0 * rows, 3, total=20)
    assert sizes == [5, 10, 1]
    assert slow.in_words() == "16 of 20 rows · 0.6 rows a minute · 7 min left"


def test_a_server_that_takes_its_time_for_any_number_of_rows_gets_many_at_once() -> None:
    pace, sizes = _sizes(lambda rows: 3.0 + rows / 100, 8)
    assert sizes == [5, 10, 30, 90, 100, 90, 90, 90]
    assert pace.size == 90
