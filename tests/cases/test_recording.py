"""Asking a model: one call, one case, whatever happens."""

import functools
import logging
import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import text

from audit_log.verify import verify
from cases import queries
from cases.attempt import Assignment
from cases.audit_sample import AuditPolicy
from cases.batch import RowsRequest, predict_rows
from cases.errors import CaseNotRecorded, KeyReused, Unexpected
from cases.recording import Recorded, _again, answer_of, error_of, predict_and_record
from db.engine import make_sessions, reading, writing
from health.summary import summarise
from mds_client import errors
from mds_client.prediction import Answer
from mds_client.signature import File, ModelRef
from mds_client.transport.exchange import Exchange
from tests.recorded import NOON
from tests.stub_predictor import ADELIE, StubPredictor, failure

VALUES = {"bill": 39.1}
FAILURES = [
    errors.InvalidValues([errors.Problem(field="bill", sentence="Bill must be a number.")]),
    errors.EndpointUnreachable("Nobody answered.", advice="Ask the operator."),
    errors.EndpointTimedOut("No answer within 30 seconds."),
    errors.ModelNotFound("There is no such model."),
    errors.EndpointRefused("The model refused.", detail="X has 5 features", field="bill"),
    errors.EndpointFailed("The server broke."),
    errors.UnreadableAnswer("That was no answer."),
    errors.SignatureMismatch("The inputs changed."),
    errors.MdsError("Something else."),
]


def test_an_answer_becomes_a_case(sessions):
    asked = predict_and_record(
        StubPredictor(), VALUES, sessions=sessions, person="ada", key="k", clock=lambda: NOON
    )
    assert asked.prediction is not None
    assert asked.error is None
    case = queries.case(sessions, asked.case_id)
    assert case == asked.case
    assert (case.server, case.model, case.version_asked, case.version) == (
        "shelf",
        "penguins",
        "",
        "v7",
    )
    assert (case.created_at, case.person, case.outcome) == (NOON, "ada", "answered")
    assert (case.entered, case.question) == (VALUES, "Which species is it?")
    assert (case.answer_label, case.answer_number) == ("Adelie", None)
    assert (case.http_status, case.trace_id, case.seconds_wire) == (200, "trace-1", 0.25)
    assert case.seconds_total > 0


@pytest.mark.slow
def test_a_case_says_which_experiment_drew_its_model(sessions):
    drawn = Assignment(experiment="beaks", arm="challenger", probability=0.25)
    asked = predict_and_record(
        StubPredictor(), VALUES, sessions=sessions, key="k", assignment=drawn
    )
    case = queries.case(sessions, asked.case_id)
    found = (case.experiment, case.arm, case.assignment_probability)
    assert found == ("beaks", "challenger", 0.25)
    assert verify(sessions).findings == ()


def test_server_and_case_are_known_by_one_id(sessions):
    asked = predict_and_record(StubPredictor(), VALUES, sessions=sessions, key="k")
    assert asked.prediction.exchange.request_id == asked.case_id == asked.case.request_id


def test_secrets_stay_out_of_the_case(sessions):
    case = predict_and_record(StubPredictor(), VALUES, sessions=sessions, key="k").case
    assert case.url == "http://mds:8080/v2/models/penguins/infer"
    assert case.response_headers == {"Set-Cookie": "(hidden)", "Server": "mds"}


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: error.kind)
def test_every_failure_becomes_a_case(sessions, error: errors.MdsError):
    model = StubPredictor(failure(error, status=503))
    asked = predict_and_record(model, VALUES, sessions=sessions, key="k")
    assert (asked.prediction, asked.error) == (None, error)
    case = queries.case(sessions, asked.case_id)
    assert case.outcome == error.kind
    assert (case.error_sentence, case.error_advice) == (error.sentence, error.advice)
    assert (case.http_status, case.answer) == (503, None)
    assert answer_of(case) is None


def test_a_failure_before_anything_was_sent_becomes_a_case(sessions):
    error = errors.InvalidValues([errors.Problem(field="bill", sentence="Bill is missing.")])
    case = predict_and_record(StubPredictor(error), {}, sessions=sessions, key="k").case
    assert (case.outcome, case.http_status, case.seconds_wire, case.url) == (
        "invalid",
        None,
        None,
        "",
    )
    assert case.request_id == case.id


def test_a_model_without_a_signature_becomes_a_case(sessions):
    class Gone(StubPredictor):
        def signature(self):
            raise errors.ModelNotFound("There is no such model.")

    model = Gone()
    assert predict_and_record(model, VALUES, sessions=sessions, key="k").case.outcome == "not_found"
    assert model.calls == []


def test_a_fault_of_ours_is_a_sentence_for_the_analyst_and_a_trace_in_the_log(sessions, caplog):
    asked = predict_and_record(StubPredictor(KeyError("oops")), VALUES, sessions=sessions, key="k")
    assert isinstance(asked.error, Unexpected)
    assert "Traceback" not in asked.case.error_detail
    assert asked.case.outcome == "error"
    assert asked.case.error_detail == "KeyError: 'oops'"
    record = next(record for record in caplog.records if record.exc_info)
    assert asked.case_id in record.getMessage()
    assert record.levelno == logging.ERROR


def test_the_same_key_again_is_the_same_case_and_no_call(sessions):
    model = StubPredictor()
    first = predict_and_record(model, VALUES, sessions=sessions, key="k")
    again = predict_and_record(model, VALUES, sessions=sessions, key="k")
    assert again.case == first.case
    assert (again.prediction, again.error, len(model.calls)) == (None, None, 1)
    assert answer_of(again.case) == ADELIE


def test_the_same_key_after_a_failure_gives_the_same_words(sessions):
    model = StubPredictor(errors.EndpointFailed("The server broke.", advice="Wait.", detail="500"))
    predict_and_record(model, VALUES, sessions=sessions, key="k")
    again = predict_and_record(model, VALUES, sessions=sessions, key="k")
    assert len(model.calls) == 1
    assert (again.error.kind, again.error.sentence) == ("failed", "The server broke.")
    assert (again.error.advice, again.error.detail) == ("Wait.", "500")


def test_an_answered_case_has_no_error(sessions):
    assert (
        error_of(predict_and_record(StubPredictor(), VALUES, sessions=sessions, key="k").case)
        is None
    )


@pytest.mark.parametrize("changed", ["values", "person", "model"])
def test_a_key_never_brings_the_answer_to_another_question(sessions, changed: str):
    predict_and_record(StubPredictor(), VALUES, sessions=sessions, person="ada", key="k")
    other = StubPredictor(ref=ModelRef(server="shelf", name="wines"))
    model = other if changed == "model" else StubPredictor()
    values = {"bill": 50.0} if changed == "values" else VALUES
    person = "bob" if changed == "person" else "ada"
    with pytest.raises(KeyReused):
        predict_and_record(model, values, sessions=sessions, person=person, key="k")
    assert model.calls == []


def test_unknown_values_can_be_asked_twice(sessions):
    model = StubPredictor()
    for _ in range(2):
        predict_and_record(model, {"bill": float("nan")}, sessions=sessions, key="k")
    assert len(model.calls) == 1


def test_eight_threads_with_one_key_are_one_call_and_one_case(sessions):
    def slowly(_values):
        time.sleep(0.05)
        return ADELIE

    model = StubPredictor(slowly)

    def click(_: int) -> str:
        return predict_and_record(model, VALUES, sessions=sessions, key="k").case_id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(click, range(8)))
    assert (len(ids), len(model.calls)) == (1, 1)
    assert len(queries.recent(sessions)) == 1


def test_different_keys_do_not_wait_for_each_other(sessions):
    def slowly(_values):
        time.sleep(0.3)
        return ADELIE

    model, began = StubPredictor(slowly), time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda n: predict_and_record(model, VALUES, sessions=sessions, key=f"k{n}"),
                range(4),
            )
        )
    assert time.perf_counter() - began < 0.9
    assert len(queries.recent(sessions)) == 4


@pytest.mark.slow
def test_three_processes_with_one_key_are_one_case(database_url: str, sessions):
    spawn = multiprocessing.get_context("spawn")
    answers = spawn.SimpleQueue()
    started = [spawn.Process(target=_click, args=(database_url, answers)) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert len({answers.get() for _ in started}) == 1
    assert len(queries.recent(sessions)) == 1


def test_a_case_is_there_while_its_model_is_asked_and_a_second_process_gets_it(sessions):
    """As if another process came with the key while we were waiting for the model."""
    met: list[Recorded] = []

    def meanwhile(_values):
        stored = queries.recent(sessions)[0]
        met.append(_again(stored, stored))
        return ADELIE

    first = predict_and_record(StubPredictor(meanwhile), VALUES, sessions=sessions, key="k")
    (second,) = met
    assert second.case_id == first.case_id
    assert (second.case.outcome, second.error.kind) == ("asked", "asked")
    assert second.case.entered == VALUES
    assert "no answer is recorded" in second.error.sentence
    assert first.case.is_answered
    assert (first.case.error_sentence, first.case.error_advice) == ("", "")


def test_a_key_that_another_process_takes_at_the_same_moment_is_not_asked_twice(sessions):
    opened, model = [], StubPredictor()

    def overtaken():
        """The first session is the one that begins the case."""
        opened.append(sessions())
        if len(opened) == 1:
            predict_and_record(StubPredictor(), VALUES, sessions=sessions, key="other")
            with writing(sessions) as session:
                session.execute(text("UPDATE cases SET idempotency_key = 'k'"))
        return opened[-1]

    second = predict_and_record(model, VALUES, sessions=overtaken, key="k")
    assert model.calls == []
    assert [case.id for case in queries.recent(sessions)] == [second.case_id]
    assert answer_of(second.case) == ADELIE


@pytest.mark.slow
def test_a_process_that_dies_leaves_a_trace_of_what_it_asked(database_url: str, sessions):
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_ask_and_die, args=(database_url,))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    one, *rows = queries.recent(sessions)
    assert [case.entered for case in (one, *rows)] == [VALUES, {"bill": 2}, {"bill": 1}]
    assert {case.outcome for case in (one, *rows)} == {"asked"}
    assert error_of(one).kind == "asked"
    assert queries.wire(sessions, one.id).request.text == ""
    row = summarise(sessions)[0]
    assert (row.cases, row.answered, row.unknown, row.errors, row.error_rate.n) == (3, 0, 3, {}, 0)
    # What was under way is asked again by whoever comes with the same rows.
    asked = RowsRequest(model=_Row(), sessions=sessions, key="rows")
    assert [c.is_answered for c in next(predict_rows(asked, [{"bill": 1}, {"bill": 2}]))] == [
        True,
        True,
    ]


def test_without_a_database_nothing_is_sent(tmp_path):
    model = StubPredictor()
    without_tables = make_sessions(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(CaseNotRecorded):
        predict_and_record(model, VALUES, sessions=without_tables, key="k")
    assert model.calls == []


def test_an_answer_that_cannot_be_recorded_is_not_lost(sessions):
    def and_the_database_breaks(_values):
        with writing(sessions) as session:
            session.execute(text("ALTER TABLE cases DROP COLUMN question"))
        return ADELIE

    with pytest.raises(CaseNotRecorded) as caught:
        predict_and_record(
            StubPredictor(and_the_database_breaks), VALUES, sessions=sessions, key="k"
        )
    assert caught.value.prediction.answer == ADELIE
    with reading(sessions) as session:
        assert session.scalars(text("SELECT outcome FROM cases")).all() == ["asked"]


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_that_cannot_be_kept_is_a_mistake_of_the_caller(sqlite_url: str, key: str):
    with pytest.raises(ValueError, match="1 to 200"):
        predict_and_record(StubPredictor(), VALUES, sessions=make_sessions(sqlite_url), key=key)


def test_somebody_unknown_is_anonymous(sessions):
    assert predict_and_record(
        StubPredictor(), VALUES, sessions=sessions, person=" ", key="k"
    ).case.person == ("anonymous")


def test_the_audit_draw_is_logged(sessions):
    policy = AuditPolicy(probability=0.25)
    for draw, is_audited in ((0.2499, True), (0.25, False)):
        case = predict_and_record(
            StubPredictor(),
            VALUES,
            sessions=sessions,
            key=f"k{draw}",
            audit=policy,
            random=lambda draw=draw: draw,
        ).case
        assert (case.audit_probability, case.audit_draw) == (0.25, draw)
        assert case.is_audited is is_audited


def test_values_of_every_kind_are_kept_as_plain_data(sessions):
    photo = File(name="a.png", media_type="image/png", data=b"\x89PNG")
    values = {
        "photo": photo,
        "when": datetime(2025, 1, 1, tzinfo=UTC),
        "count": np.int64(3),
        "share": np.float32(0.5),
        "grid": np.eye(2),
        "tags": ("a", "b"),
        "nothing": None,
        "raw": b"abc",
        "big": "x" * 300_000,
    }
    kept = predict_and_record(StubPredictor(), values, sessions=sessions, key="k").case.entered
    assert kept["photo"] == {
        "file": "a.png",
        "media_type": "image/png",
        "size": 4,
        "sha256": photo.sha256,
    }
    assert kept["when"] == "2025-01-01T00:00:00+00:00"
    assert (kept["count"], kept["share"], kept["grid"]) == (3, 0.5, [[1.0, 0.0], [0.0, 1.0]])
    assert (kept["tags"], kept["nothing"], kept["raw"]["size"]) == (["a", "b"], None, 3)
    assert kept["big"]["omitted"]


@pytest.mark.parametrize(
    "answer",
    [
        ADELIE,
        Answer(kind="class", label="yes", probabilities={"yes": 0.7, "no": 0.3}, score=1.5),
        Answer(kind="number", number=41.5, unit="kg"),
        Answer(kind="text", text="Good morning — 早安"),
        Answer(kind="segments", segments=((0.0, 1.5), (2.0, 2.5))),
        Answer(kind="tree", details={"boxes": [[1, 2], [3, 4]], "note": "x"}),
    ],
    ids=lambda answer: answer.kind,
)
def test_a_reopened_case_has_the_same_answer(sessions, answer: Answer):
    asked = predict_and_record(StubPredictor(answer), VALUES, sessions=sessions, key="k")
    reopened = answer_of(queries.case(sessions, asked.case_id))
    assert reopened == answer
    assert reopened.headline == answer.headline
    assert list(reopened.probabilities) == list(answer.probabilities)


def test_of_many_probabilities_the_first_twenty_and_the_labels_own_are_kept(sessions):
    many = {f"c{n:03}": 1 / (n + 2) for n in range(500)}
    answer = Answer(kind="class", label="c499", probabilities=many)
    kept = answer_of(
        predict_and_record(StubPredictor(answer), VALUES, sessions=sessions, key="k").case
    )
    assert list(kept.probabilities) == [*list(many)[:20], "c499"]
    assert kept.probability == answer.probability


def test_a_number_that_is_not_finite_is_an_answer_but_not_averaged(sessions):
    answer = Answer(kind="number", number=float("inf"))
    case = predict_and_record(StubPredictor(answer), VALUES, sessions=sessions, key="k").case
    assert case.answer_number is None
    assert answer_of(case).number == float("inf")


def test_a_request_without_an_answer_keeps_what_was_sent(sessions):
    error = failure(
        errors.EndpointTimedOut("No answer."), status=None, response_body=b"", response_headers={}
    )
    assert isinstance(error.exchange, Exchange)
    asked = predict_and_record(StubPredictor(error), VALUES, sessions=sessions, key="k")
    wire = queries.wire(sessions, asked.case_id)
    assert (wire.http_status, wire.request.text, wire.response.text) == (
        None,
        '{"inputs": []}',
        "",
    )


def _click(url: str, answers) -> None:
    """What one of several processes does."""
    answers.put(
        predict_and_record(StubPredictor(), VALUES, sessions=make_sessions(url), key="k").case_id
    )


class _Row(StubPredictor):
    """Answers rows one at a time."""

    def predict(self, rows, **known):
        return super().predict(rows[0] if isinstance(rows, list) else rows, **known)


def _ask_and_die(url: str) -> None:
    """The process ends while a model is asked for rows, and in the same moment for one case."""
    sessions = make_sessions(url)

    def die(_values):
        os._exit(9)

    def ask_one(_values):
        predict_and_record(StubPredictor(die), VALUES, sessions=sessions, key="one")

    asked = RowsRequest(model=_Row(ask_one), sessions=sessions, key="rows")
    next(predict_rows(asked, [{"bill": 1}, {"bill": 2}]))


@pytest.mark.parametrize("depth", [50, 5_000])
def test_what_is_nested_very_deeply_still_becomes_a_case(sessions, depth: int):
    nested = functools.reduce(lambda inner, _: [inner], range(depth), 1)
    model = StubPredictor(Answer(kind="tree", details={"x": nested}))
    case = predict_and_record(model, {"bill": nested}, sessions=sessions, key="k").case
    assert case.is_answered
    assert ("nested too deeply" in str(case.entered)) is (depth > 100)


def test_an_answer_that_cannot_be_kept_ends_its_case_too(sessions):
    answer = Answer(kind="class", label="Adelie", probabilities={"Adelie": object()})
    asked = predict_and_record(StubPredictor(answer), VALUES, sessions=sessions, key="k")
    assert (asked.prediction, asked.case.outcome) == (None, "error")
    assert asked.error.sentence.startswith("Something went wrong on our side")
