"""Asking about rows of which the model errs on some: those are found, the others are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from arithmetic_models import REF, SERVER, number

from explanations.budgeted_model import MOST_REFUSED, BudgetedModel, OutOfBudget, _is_about_count
from explanations.contract import Budget
from explanations.target import Target
from mds_client.errors import (
    EndpointFailed,
    EndpointRefused,
    InvalidValues,
    MdsError,
    NotReady,
    Problem,
)
from mds_client.prediction import Answer
from mds_client.protocols.openapi import OpenAPI
from mds_client.protocols.seldon_core_1.messages import message_of
from mds_client.signature import Field, Signature, Values


@dataclass
class Errs:
    """Answers with the number itself; errs on the `bad` ones, and on more than `most` at once."""

    bad: set[int] = field(default_factory=set)
    most: int = 10_000
    error: MdsError = field(default_factory=lambda: EndpointFailed("The model broke."))
    calls: list[int] = field(default_factory=list)

    def __call__(self, rows: list[Values]) -> Sequence[Answer]:
        self.calls.append(len(rows))
        numbers = [int(row["x"]) for row in rows]  # type: ignore[call-overload]
        if len(rows) > self.most or self.bad & set(numbers):
            raise self.error
        return [number(float(each)) for each in numbers]


def _asker(model: Errs, budget: Budget | None = None) -> BudgetedModel:
    return BudgetedModel(model, Target(kind="number"), budget=budget, rows_a_call=100)


def _rows(count: int) -> list[dict[str, object]]:
    return [{"x": each} for each in range(count)]


def test_rows_that_the_model_errs_on_are_left_out_and_asked_once() -> None:
    model = Errs(bad={3, 150})
    ask = _asker(model)
    found = ask.each(_rows(200))
    assert [i for i, fact in enumerate(found) if fact is None] == [3, 150]
    assert found[4] is not None
    assert found[4].score == 4.0
    calls = len(model.calls)
    assert calls < 40
    assert ask.each(_rows(200)) == found
    assert len(model.calls) == calls
    assert (ask.calls, ask.rows) == (calls, 198)


def test_a_model_that_takes_one_row_at_a_time_is_asked_so() -> None:
    model = Errs(most=1, error=EndpointRefused("One row at a time."))
    assert None not in _asker(model).each(_rows(60))
    assert len(model.calls) < 60 + 15


def test_a_model_that_errs_on_nearly_all_is_not_asked_for_ever() -> None:
    model = Errs(bad=set(range(1000)) - {999})
    with pytest.raises(EndpointFailed, match="The model broke"):
        _asker(model).each(_rows(1000))
    assert len(model.calls) < 5 * MOST_REFUSED


def test_a_server_that_is_busy_is_not_asked_row_by_row() -> None:
    model = Errs(most=0, error=NotReady("Busy."))
    with pytest.raises(NotReady):
        _asker(model).each(_rows(50))
    assert model.calls == [50]


def test_the_budget_holds_here_too() -> None:
    with pytest.raises(OutOfBudget, match="150 rows"):
        _asker(Errs(), Budget(rows=150)).each(_rows(200))


def test_the_clients_refusal_of_several_rows_is_known_as_that() -> None:
    """As the protocols raise it: OpenAPI operations of one object and Seldon's jsonData."""
    openapi = Signature(model=REF, inputs=(Field(name="x", kind="number"),), layout="columns")
    seldon = replace(openapi, tensor=Field(name="body", kind="json", content_type="jsonData"))
    rows: list[Values] = [{"x": 1.0}, {"x": 2.0}]
    for refused in (
        lambda: OpenAPI(SERVER).predict_request(openapi, rows, ""),
        lambda: message_of(seldon, rows),
    ):
        with pytest.raises(InvalidValues) as refusal:
            refused()
        assert _is_about_count(refusal.value)
    assert not _is_about_count(InvalidValues([Problem(field="x", sentence="X is no number.")]))
