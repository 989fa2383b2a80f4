"""Why a service that takes one row at a time answered so: asked row by row, within the budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from explanations.contract import Explanation
from explanations.errors import ExplanationFailed
from explanations.explaining import ExplanationRequest
from explanations.worker import InlineExplainers
from mds_client import MdsClient, Server
from mds_client.signature import Values
from tests.servers.starting import Running

BENTOML_CASE: Values = {
    "applicant.age": 41, "applicant.income": 3000.0, "applicant.housing": "rent",
}  # fmt: skip
LITSERVE_CASE: Values = {"age": 41, "income": 3000.0}
OTHERS = [(20, 10.0), (30, 500.0), (35, 900.0), (50, 1500.0), (60, 700.0), (70, 100.0)]


@contextmanager
def _client(running: Running) -> Iterator[MdsClient]:
    with MdsClient(Server(name="s", url=running.url)) as found:
        yield found


def _explained(
    client: MdsClient, values: Values, method: str, background: Sequence[Values]
) -> Explanation:
    model = client.model("predict")
    request = ExplanationRequest(
        method=method,
        server=client.server,
        signature=model.signature(),
        values=values,
        answer=model.predict(values).answer,
        background=background,
    )
    with InlineExplainers(client) as explainers:
        return explainers.start(request).result(timeout=60)


def _others(case: Values, age: str, income: str) -> list[Values]:
    return [{**case, age: some, income: amount} for some, amount in OTHERS]


def _income_decides(found: Explanation, income: str) -> None:
    amounts = {each.field: each.amount for each in found.attributions}
    assert max(amounts, key=lambda name: abs(amounts[name])) == income
    assert found.is_complete
    assert found.calls >= found.rows > 1  # a call for each row


def test_litserve_is_explained_row_by_row(litserve_service: Running) -> None:
    others = _others(LITSERVE_CASE, "age", "income")
    with _client(litserve_service) as client:
        _income_decides(_explained(client, LITSERVE_CASE, "shapley", others), "income")


def test_a_rule_and_the_smallest_change_of_litserve(litserve_service: Running) -> None:
    others = _others(LITSERVE_CASE, "age", "income")
    with _client(litserve_service) as client:
        rule = _explained(client, LITSERVE_CASE, "anchor", others)
        assert "ncome is " in rule.sentence
        change = _explained(client, LITSERVE_CASE, "counterfactual", others)
        assert "ncome" in change.sentence


def test_bentoml_is_explained_row_by_row(bentoml_service: Running) -> None:
    others = _others(BENTOML_CASE, "applicant.age", "applicant.income")
    with _client(bentoml_service) as client:
        found = _explained(client, BENTOML_CASE, "shapley", others)
        _income_decides(found, "applicant.income")


@pytest.mark.parametrize("method", ["shapley", "anchor"])
def test_a_case_is_not_compared_with_itself(litserve_service: Running, method: str) -> None:
    """The example of its schema is all that is known of the service, and it is what the form opens with."""
    with _client(litserve_service) as client:
        example = client.model("predict").signature().opening
        with pytest.raises(ExplanationFailed, match="nothing to compare it with"):
            _explained(client, example, method, [])
