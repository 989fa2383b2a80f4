"""The same call, as it is shown beside the record of a case."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from streamlit.testing.v1 import AppTest

from ui import technical


def _codes(app: AppTest) -> list[str]:
    return [code.value for code in app.code]


def _asked(app: AppTest, model: str) -> AppTest:
    app.query_params["model"] = model
    app.run()
    (button,) = [b for b in app.button if b.label == "Predict"]
    return button.click().run()


def test_it_is_read_once_somebody_opens_it(
    predict: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(technical, "wire", lambda _, case_id: read.append(case_id))
    predict.session_state[technical.KEY] = False
    app = _asked(predict, "demo/breast-cancer")
    assert "Technical" in [box.label for box in app.expander]
    assert not read
    app.session_state[technical.KEY] = True
    app.run()
    assert read == [app.query_params["case"]]


def test_the_same_call_is_there_in_every_form_and_runs(predict: AppTest) -> None:
    app = _asked(predict, "demo/breast-cancer")
    assert not app.exception
    assert {"curl", "Python", "mds_client", "tritonclient"} <= {tab.label for tab in app.tabs}
    (curl,) = [code for code in _codes(app) if code.startswith("curl")]
    done = subprocess.run(
        ["bash", "-c", curl], env={**os.environ, "NO_PROXY": "*"}, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["outputs"], done.stderr


def test_credentials_are_named_and_not_shown(predict: AppTest, built: object) -> None:
    app = _asked(predict, "demo/breast-cancer")
    assert all("(hidden)" not in code for code in _codes(app) if code.startswith("curl"))
