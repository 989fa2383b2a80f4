"""The client of a workbench, and the command line through it, on an API that is served."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from cli.main import main
from db.engine import writing
from db.ids import utc_now
from feedback.first_calls import Call, recorder
from feedback.submission import submit
from mds_client import (
    EndpointFailed,
    EndpointUnreachable,
    InvalidValues,
    MdsError,
    ModelNotFound,
    NotAllowed,
    NotReady,
    UnreadableAnswer,
    WorkbenchClient,
)
from mds_client.signature import File
from mds_client.workbench.values import json_of
from tests.api.served import PENGUINS, Served
from tests.recorded import add_case

README = Path(__file__).resolve().parents[2] / "mds_client" / "README.md"
Captured = pytest.CaptureFixture[str]
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def workbench(served: Served):
    with WorkbenchClient(served.url + "/", served.token("ann")) as client:
        yield client


def test_a_case_is_asked_found_and_judged(workbench: WorkbenchClient) -> None:
    assert {m.ref.name for m in workbench.models()} == {"penguins", "breast-cancer"}
    assert [m.ref.name for m in workbench.models("breast")] == ["breast-cancer"]
    signature = workbench.signature("demo/penguins")
    assert signature["island"].choices == ("Biscoe", "Dream", "Torgersen")
    assert signature.check(signature.opening) == []
    one, other = workbench.predict("demo/penguins", [PENGUINS, PENGUINS | {"sex": "female"}])
    assert one.answer
    assert (one.answer.headline, one.answer.probability) == (
        "Adelie",
        one.answer.probabilities["Adelie"],
    )
    assert workbench.case(other.id) == other
    assert workbench.feedback(one.id, "incorrect", truth="Gentoo", confidence=0.5).truth == "Gentoo"
    changed = workbench.feedback(one.id, "correct", comment="looked again")
    assert (changed.person, changed.truth, changed.is_current) == ("ann", "Adelie", True)
    assert changed.replaces


def test_the_health_of_a_model_is_that_of_the_api(
    workbench: WorkbenchClient, served: Served
) -> None:
    workbench.predict("demo/penguins", PENGUINS)
    told = workbench.health("demo/penguins")
    assert told == served.client("ann").get("/health/demo/penguins").json()
    assert (told["word"], told["first_calls"]) == ("Not enough evidence", None)
    _answered_first(served, 12)
    with WorkbenchClient(served.url, served.token("olga")) as operator:
        called = operator.health("demo/penguins")["first_calls"]
    assert (called["calls"], called["declined"], called["days"]) == (12, 0, 90)
    assert [called[who]["value"] for who in ("people", "model", "together")] == [0.5, 1.0, 1.0]
    assert called["people"]["low"] < 0.5 < called["people"]["high"]
    assert called["together"]["n"] == 12
    assert "is not clear: of 12 cases 0 are right together" in called["sentence"]
    with pytest.raises(ModelNotFound, match="you may not see it"):
        workbench.health("demo/digits")


def _answered_first(served: Served, count: int) -> None:
    """Cases that somebody answered first, every second time wrongly, and that two people call right."""
    sessions = served.services.sessions
    of = {"server": "demo", "call_probability": 0.5, "call_draw": 0.1, "created_at": utc_now()}
    for number in range(count):
        case = add_case(sessions, **of)
        call = recorder(Call(kind="class", answer=("Gentoo", "Adelie")[number % 2], confidence=0.5))
        with writing(sessions) as session:
            call(session, case)
        for person in (case.person, "registry"):
            said = {"case_id": case.id, "person": person, "judgement": "correct"}
            submit(sessions, key=f"{case.id}-{person}", **said)


def test_the_same_key_is_the_same_case(workbench: WorkbenchClient) -> None:
    first, again = (workbench.predict("demo/penguins", PENGUINS, key="mine") for _ in range(2))
    assert first == again


def test_its_errors_are_those_of_the_library(workbench: WorkbenchClient, served: Served) -> None:
    with pytest.raises(InvalidValues) as refused:
        workbench.predict("demo/penguins", PENGUINS | {"island": "Sylt"})
    assert [problem.field for problem in refused.value.problems] == ["island"]
    assert re.search("recorded as case 01", refused.value.detail)
    for call in (lambda: workbench.signature("demo/digits"), lambda: workbench.case("0" * 26)):
        with pytest.raises(ModelNotFound, match="you may not see it"):
            call()
    with WorkbenchClient(served.url) as unknown, pytest.raises(NotAllowed) as closed:
        list(unknown.models())
    assert "mds_" in closed.value.advice


def _client(handler: Handler, waits: list[float] | None = None) -> WorkbenchClient:
    sleep = (waits if waits is not None else []).append
    return WorkbenchClient("http://w", "t", transport=httpx.MockTransport(handler), sleep=sleep)


def test_what_got_lost_is_sent_again_under_the_same_key() -> None:
    keys: list[str] = []

    def lossy(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            raise httpx.ReadError("reset")
        if len(keys) == 2:
            return httpx.Response(409, json={"detail": "under way"}, headers={"Retry-After": "2"})
        return httpx.Response(201, json={"cases": []})

    waits: list[float] = []
    with _client(lossy, waits) as client:
        assert client.predict("a/b", {}) == []
    assert len(set(keys)) == 1
    assert waits == [0.2, 2.0]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, text="<html>"), UnreadableAnswer),
        (httpx.Response(200, json={"odd": 1}), UnreadableAnswer),
        (httpx.Response(429, json={"detail": "Too many."}, headers={"Retry-After": "1"}), NotReady),
        (httpx.Response(500, json={"detail": "Broken.", "advice": "Again."}), EndpointFailed),
        (httpx.ConnectError("no"), EndpointUnreachable),
        (httpx.ReadTimeout("slow"), EndpointUnreachable),
    ],
)
def test_whatever_comes_is_an_error_with_a_sentence(
    answer: httpx.Response | Exception, error: type[MdsError]
) -> None:
    def answering(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with _client(answering) as client, pytest.raises(error) as found:
        client.case("x")
    assert found.value.sentence.endswith(".")


def test_values_travel_as_json() -> None:
    import numpy as np

    file = File(name="a.png", media_type="image/png", data=b"\x00")
    sent = json_of(
        {"n": np.float32(0.5), "a": np.eye(2), "f": file, "x": float("nan"), "t": (1, "b")}
    )
    assert json.loads(json.dumps(sent)) == {
        "n": 0.5, "a": [[1, 0], [0, 1]], "x": None, "t": [1, "b"],
        "f": {"name": "a.png", "media_type": "image/png", "data": "AA=="},
    }  # fmt: skip


def test_the_example_of_the_readme_runs(served: Served, capsys: Captured) -> None:
    code = README.read_text(encoding="utf-8").partition("## Through a workbench")[2]
    example = re.findall(r"```python\n(.*?)```", code, re.DOTALL)[0]
    for old, new in (("http://127.0.0.1:8501", served.url), ("mds_...", served.token("ann"))):
        assert old in example
        example = example.replace(old, new)
    exec(compile(example, "README.md", "exec"), {})
    *_, state, health = capsys.readouterr().out.splitlines()
    assert (state, health) == ("answered", "Not enough evidence None None None")


def test_the_command_line_goes_through_it(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("MDS_TOKEN", served.token("ann"))
    through = ["--workbench", served.url]
    assert main([*through, "models", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["models"]
    assert {m["name"] for m in listed} == {"penguins", "breast-cancer"}
    assert main([*through, "predict", "penguins", "--example", "1", "sex=male"]) == 0
    said = capsys.readouterr()
    assert re.match(r"(Adelie|Chinstrap|Gentoo)  \(\d", said.out)
    case = re.search(r"Case (\w{26})", said.err)
    assert case
    assert served.client("ann").get(f"/cases/{case[1]}").json()["inputs"]["sex"] == "male"
    assert (
        main(
            [
                *through,
                "predict",
                "demo/penguins",
                "--values",
                json.dumps([PENGUINS, {"sex": "male"}]),
                "--json",
            ]
        )
        == 1
    )
    told = json.loads(capsys.readouterr().out)["cases"]
    assert [each["state"] for each in told] == ["answered", "failed"]
    assert main([*through, "predict", "digits"]) == 4
    assert main([*through, "predict", "demo/digits"]) == 4
    assert main([*through, "doctor"]) == 2
    assert "`mds doctor` does not" in capsys.readouterr().err
    monkeypatch.setenv("MDS_TOKEN", "mds_" + "x" * 43)
    assert main([*through, "models"]) == 1
    assert "not known here" in capsys.readouterr().err
