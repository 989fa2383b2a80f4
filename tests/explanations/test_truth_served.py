"""Shapley values of models behind a real MLServer, beside shap's ExactExplainer through the same endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import httpx
import numpy as np
import orjson
import pytest
from arithmetic_models import NOTHING_SENT, REF, number, request, table
from sklearn import datasets

from explanations.contract import Budget
from explanations.explaining import explain
from explanations.methods import methods
from mds_client.prediction import Prediction
from mds_client.signature import Signature, Values

pytestmark = pytest.mark.slow

SHAPLEY = methods()["shapley"]
TYPICAL = 4
MOST_AT_ONCE = 8192
Rows = np.ndarray
# A LightGBM booster of 13 fields and a pipeline of scikit-learn with 10: the data behind it, and how many cases.
MODELS = {"wine": (datasets.load_wine, 7), "diabetes-progress": (datasets.load_diabetes, 3)}


@dataclass
class Served:
    """A model of the Open Inference Protocol, as a function of rows."""

    client: httpx.Client
    model: str
    rows: int = 0

    def __call__(self, rows: Rows) -> Rows:
        parts = np.array_split(rows, -(-len(rows) // MOST_AT_ONCE))
        return np.concatenate([self._answers(part) for part in parts])

    def predict(self, signature: Signature, values: Sequence[Values]) -> Prediction:
        self.rows += len(values)
        scores = self(np.array([list(row.values()) for row in values], dtype=float))
        answers = tuple(number(float(score)) for score in scores)
        return Prediction(model=REF, outputs=(), answers=answers, exchange=NOTHING_SENT)

    def _answers(self, rows: Rows) -> Rows:
        tensor = {
            "name": "rows",
            "shape": rows.shape,
            "datatype": "FP64",
            "data": rows.ravel().tolist(),
        }
        url = f"/v2/models/{self.model}/infer"
        response = self.client.post(url, content=orjson.dumps({"inputs": [tensor]}))
        answer = orjson.loads(response.raise_for_status().content)
        return np.array(answer["outputs"][0]["data"], dtype=float).reshape(len(rows), -1)[:, 0]


@pytest.fixture
def client(mds_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=mds_url, timeout=60) as found:
        yield found


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.filterwarnings("ignore")
def test_it_agrees_with_all_combinations_of_a_served_model(
    client: httpx.Client, model: str
) -> None:
    import shap

    scaled: dict[str, bool] = {"scaled": False} if model == "diabetes-progress" else {}
    load, count = MODELS[model]
    data = load(as_frame=True, **scaled).data
    some = data.sample(count + TYPICAL, random_state=1).to_numpy(dtype=float)
    cases, background = some[:count], some[count:]
    served = Served(client, model)
    names = list(data.columns)
    masker = shap.maskers.Independent(background, max_samples=TYPICAL)
    exact = shap.explainers.ExactExplainer(served, masker)
    truths = exact(cases, max_evals=2 ** len(names), silent=True).values
    signature = table({name: background[:, i].tolist() for i, name in enumerate(names)})
    errors, covered, same = [], [], []
    for place, (case, truth) in enumerate(zip(cases, truths, strict=True)):
        row = dict(zip(names, case.tolist(), strict=True))
        answer = served.predict(signature, [row]).answer
        asked = request("shapley", signature, row, answer, Budget(rows=3400, calls=300))
        found = explain(replace(asked, case=f"case {place}"), SHAPLEY, served)
        known = {each.field: each for each in found.attributions}
        amounts = np.array([known[name].amount for name in names])
        lows, highs = (np.array([getattr(known[n], end) for n in names]) for end in ("low", "high"))
        errors.append(np.abs(amounts - truth).mean() / np.ptp(truth))
        covered += ((lows - 1e-9 <= truth) & (truth <= highs + 1e-9)).tolist()
        same.append(_top(amounts) == _top(truth))
        assert found.rows <= 3500
    print(
        f"{model}, {count} cases: error {np.mean(errors):.2%}, covered {np.mean(covered):.1%}, "
        f"same top 3 {np.mean(same):.0%}"
    )
    assert np.mean(errors) <= 0.01
    assert np.mean(covered) >= 0.93
    assert np.mean(same) >= 0.95


def _top(amounts: Rows) -> set[int]:
    return set(np.argsort(-np.abs(amounts), kind="stable")[:3].tolist())
