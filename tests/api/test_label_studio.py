"""The ML backend answers what a real Label Studio sent (tests/data/label_studio.json), in the form that it took."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import httpx
import pytest

from tests.api.served import Served

RECORDED = json.loads((Path(__file__).parents[1] / "data/label_studio.json").read_text())
BACKEND = "/api/v1/label-studio/demo/penguins"


def _client(served: Served, person: str) -> httpx.Client:
    """As a project of Label Studio signs in: a name, and the token as the password."""
    token = served.headers(person, ("read", "predict"))["Authorization"].removeprefix("Bearer ")
    basic = base64.b64encode(f"mds:{token}".encode()).decode()
    return httpx.Client(
        base_url=served.url, headers={"Authorization": f"Basic {basic}"}, timeout=60
    )


def _batch_cases(project: httpx.Client) -> set[str]:
    """The newest cases of hers that came in bulk; other tests of this folder ask as her too."""
    asked = {"model": "penguins", "person": "ann"}
    found = project.get("/api/v1/cases", params=asked).json()
    return {case["id"] for case in found["items"] if case["purpose"] == "batch"}


@pytest.mark.slow
def test_a_labelling_project_starts_from_the_answers_of_a_model(served: Served) -> None:
    with _client(served, "ann") as project:
        answers = {}
        before = _batch_cases(project)
        for sent in RECORDED["sent"]:
            assert sent["scheme"] == "Basic"
            body = {"json": sent["body"]} if sent["body"] else {}
            answer = project.request(sent["method"], f"{BACKEND}{sent['path']}", **body)
            assert answer.status_code == 200, answer.text
            answers[sent["path"]] = answer.json()
        assert answers["/health"] == {"status": "UP", "model_class": "demo/penguins"}
        assert answers["/setup"] == {"model_version": "v2"}
        (found,) = answers["/predict"]["results"]
        # What Label Studio kept of a prediction has this form.
        took = RECORDED["took"]["prediction"]
        assert found.keys() <= took.keys()
        (result,), (kept,) = found["result"], took["result"]
        for name in ("from_name", "to_name", "type", "value"):
            assert result[name] == kept[name]
        assert 0.5 < found["score"] <= 1
        again = project.post(f"{BACKEND}/predict", json=RECORDED["sent"][-1]["body"]).json()
        assert again == answers["/predict"]
        # The same tasks of the same person are the same cases.
        assert len(_batch_cases(project) - before) == 1
        config = '<View><Table name="t" value="$inputs"/><Number name="n" toName="t"/></View>'
        wrong = RECORDED["sent"][-1]["body"] | {"label_config": config}
        refused = project.post(f"{BACKEND}/predict", json=wrong)
        assert refused.status_code == 422
        assert "has no Choices for the answers" in refused.json()["detail"]
    with _client(served, "bob") as other:
        assert other.get("/api/v1/label-studio/demo/digits/health").status_code == 404
    nobody = httpx.get(f"{served.url}{BACKEND}/health", auth=("mds", "wrong"), trust_env=False)
    assert nobody.status_code == 401
