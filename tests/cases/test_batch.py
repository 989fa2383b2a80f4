"""Asking for many rows: one case a row, whatever happens to the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from cases import queries
from cases.batch import RowsRequest, answered, predict_rows
from cases.errors import CaseNotRecorded
from db.engine import make_sessions, writing
from db.tables import Case
from mds_client.errors import EndpointRefused, EndpointUnreachable
from mds_client.prediction import Answer, Output, Prediction
from mds_client.signature import Field, ModelRef, Signature
from tests.stub_predictor import PENGUINS, exchange


@dataclass
class Rows:
    """Answers each row with its own number; refuses those that hold a `bad` one."""

    bad: tuple[int, ...] = ()
    down_after: int = 10**9
    as_one: bool = False
    ref: ModelRef = PENGUINS
    broken: bool = False
    calls: list[int] = field(default_factory=list)
    asked: dict[str, list[int]] = field(default_factory=dict)

    def signature(self) -> Signature:
        return Signature(model=self.ref, inputs=(Field(name="x", kind="integer"),))

    def predict(
        self, rows: Sequence[dict[str, int]], *, request_id: str = "", trace_id: str = ""
    ) -> Prediction:
        self.calls.append(len(rows))
        if sum(self.calls) > self.down_after:
            raise EndpointUnreachable("Nobody answers.")
        numbers = [row["x"] for row in rows]
        assert request_id not in self.asked
        self.asked[request_id] = numbers
        if self.broken:
            raise ZeroDivisionError
        if set(numbers) & set(self.bad):
            raise EndpointRefused("The model did not accept this.")
        shape = (1, len(rows)) if self.as_one and len(rows) > 1 else (len(rows),)
        output = Output(name="y", datatype="INT64", shape=shape, data=tuple(numbers))
        answers = tuple(Answer(kind="number", number=float(n)) for n in numbers)
        return Prediction(
            model=self.ref, outputs=(output,), answers=answers, exchange=exchange(request_id)
        )


def cases_of(model: Rows, count: int, sessions, key: str = "k", chunk: int = 10):
    asked = RowsRequest(model=model, sessions=sessions, key=key)
    return [
        c for part in predict_rows(asked, [{"x": i} for i in range(count)], chunk) for c in part
    ]


def test_every_row_is_a_case_with_its_own_answer(sessions):
    model = Rows()
    found = cases_of(model, 25, sessions)
    assert [case.answer_number for case in found] == [float(i) for i in range(25)]
    assert [case.entered for case in found] == [{"x": i} for i in range(25)]
    assert model.calls == [10, 10, 5]
    assert len({case.id for case in found}) == 25
    assert [queries.case(sessions, case.id) for case in found] == found


def test_what_crossed_the_wire_is_kept_once_and_shown_for_each_row(sessions):
    found = cases_of(Rows(), 5, sessions)
    shown = {queries.wire(sessions, case.id).request.text for case in found}
    assert shown == {'{"inputs": []}'}
    assert {case.request_id for case in found} == {found[0].id}


def test_one_bad_row_does_not_take_the_others_along(sessions):
    model = Rows(bad=(3, 17))
    found = cases_of(model, 20, sessions)
    assert [i for i, case in enumerate(found) if case.outcome == "refused"] == [3, 17]
    assert [case.answer_number for case in found if case.is_answered] == [
        float(i) for i in range(20) if i not in (3, 17)
    ]
    assert len(model.calls) < 20


@pytest.mark.parametrize(
    "model", [Rows(bad=(3, 17)), Rows(bad=(0, 1)), Rows(as_one=True), Rows(broken=True)]
)
def test_each_request_has_a_number_of_its_own_that_leads_there_from_its_cases(
    sessions, model: Rows
):
    model = replace(model, asked={}, calls=[])
    for case in cases_of(model, 20, sessions):
        assert case.entered["x"] in model.asked[case.request_id]
    assert len(model.asked) == len(model.calls) > 2


def test_a_model_that_answers_rows_as_one_is_asked_row_by_row(sessions):
    found = cases_of(Rows(as_one=True), 4, sessions)
    assert [case.answer_number for case in found] == [0.0, 1.0, 2.0, 3.0]


def test_a_server_that_goes_away_ends_it_and_it_can_be_taken_up_again(sessions):
    with pytest.raises(EndpointUnreachable):
        cases_of(Rows(down_after=20), 50, sessions)
    outcomes = [case.outcome for case in queries.recent(sessions)]
    assert sorted(outcomes) == ["answered"] * 20 + ["unreachable"]
    again = Rows()
    assert len(cases_of(again, 50, sessions)) == 50
    assert sum(again.calls) == 30


def test_the_same_question_twice_is_asked_once(sessions):
    first, model = cases_of(Rows(), 12, sessions), Rows()
    assert cases_of(model, 12, sessions) == first
    assert model.calls == []


def test_rows_that_failed_are_asked_again_and_only_those(sessions):
    first = cases_of(Rows(bad=(3, 17)), 20, sessions)
    repaired = Rows()
    found = cases_of(repaired, 20, sessions)
    assert all(case.is_answered for case in found)
    assert sum(repaired.calls) == 2
    assert [i for i in range(20) if found[i].id != first[i].id] == [3, 17]
    assert set(answered(sessions, "k", 20)) == set(range(20))
    assert cases_of(repaired, 20, sessions) == found
    assert sum(repaired.calls) == 2


def test_a_failure_that_has_the_key_of_its_row_is_asked_again_too(sessions):
    """As they were recorded once."""
    (failed,) = cases_of(Rows(bad=(0,)), 1, sessions)
    with writing(sessions) as session:
        session.get(Case, failed.id).idempotency_key = "k-0"
    (found,) = cases_of(Rows(), 1, sessions)
    assert found.is_answered
    assert cases_of(Rows(bad=(0,)), 1, sessions) == [found]


def test_without_a_database_nothing_is_sent(tmp_path):
    model = Rows()
    with pytest.raises(CaseNotRecorded):
        cases_of(model, 3, make_sessions(f"sqlite:///{tmp_path / 'none.db'}"))
    assert model.calls == []
