"""One service that answers in many ways, asked by the client and by the command line, and recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

import settings
from cases.batch import RowsRequest, predict_rows
from cases.recording import predict_and_record
from cases.rereading import last_received
from cli.main import main
from db.engine import Sessions, close, make_sessions
from db.migrate import migrate
from health.summary import summarise
from mds_client import EndpointFailed, MdsClient, Server
from mds_client.signature import Field, ModelRef, Signature
from mds_client.signature.facts import Facts
from signatures.content import EDITED
from signatures.overlay import publish
from tests.mds_client.faults import answers, misbehaving

PATHS = {
    "named": ({"id": 7, "time_ms": 1.5, "label": "cat", "score": 0.9}, "cat  (90 %)"),
    "pairs": ([[{"label": "POSITIVE", "score": 0.99}, {"label": "NEGATIVE", "score": 0.01}]], "POSITIVE  (99 %)"),
    "several": ({"scores": {"toxic": 0.9, "mild": 0.7, "odd": 0.1}}, "toxic (90 %), mild (70 %)"),
    "score": ({"prediction": "no", "probability": 0.2}, "no  (probability 0.2)"),
    "digits": ({"prediction": 9007199254740993}, "9007199254740993"),
    "shell": ({"status": "succeeded", "output": "a poem", "error": None}, "a poem"),
    "own": ({"x": 1, "y": 2}, 'The model answered in a form of its own: {"x": 1, "y": 2}'),
    "empty": ({"text": ""}, "No text"),
}  # fmt: skip
FAILED = {
    "failed": {"status": "failed", "error": "no good prompt", "output": None},
    "error": {"status": "error", "message": "not trained for this region", "prediction": None},
}
BODIES: dict[str, object] = {name: body for name, (body, _) in PATHS.items()} | FAILED
ASKED = {
    "content": {
        "application/json": {"schema": {"type": "object", "properties": {"x": {"type": "number"}}}}
    }
}


def _document() -> dict[str, Any]:
    said = {"200": {"content": {"application/json": {"schema": {}}}}}
    text = {"200": {"content": {"text/plain": {"schema": {"type": "string"}}}}}
    paths = {f"/{name}": {"post": {"requestBody": ASKED, "responses": said}} for name in BODIES}
    paths["/later"] = {"post": {"requestBody": ASKED, "responses": said}}
    paths["/words"] = {"post": {"requestBody": ASKED, "responses": text}}
    return {"openapi": "3.1.0", "paths": paths}


def _behave(handler: BaseHTTPRequestHandler) -> None:
    name = handler.path.strip("/")
    if name == "openapi.json":
        answers(200, json.dumps(_document()))(handler)
    elif name == "words":
        answers(200, "2024", "text/plain")(handler)
    elif name == "later":
        answers(202, '{"job": "7"}')(handler)
    elif name in BODIES:
        answers(200, json.dumps(BODIES[name]))(handler)
    else:
        answers(404, "{}")(handler)


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with misbehaving(_behave) as url:
        yield url


@pytest.fixture
def configured(service: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = {"name": "s", "url": service, "protocol": "openapi"}
    monkeypatch.setenv("MDS_SERVERS", json.dumps([server]))
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(("name", "words"), [(name, words) for name, (_, words) in PATHS.items()])
def test_the_command_line_prints_the_answer(
    name: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", f"s/{name}", "x=1"]) == 0
    assert capsys.readouterr().out == f"{words}\n"
    assert main(["predict", f"s/{name}", "x=1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answers"][0]["answer"]["kind"]


@pytest.mark.usefixtures("configured")
def test_text_that_is_declared_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "s/words", "x=1"]) == 0
    assert capsys.readouterr().out == "2024\n"


@pytest.mark.usefixtures("configured")
def test_the_command_line_reads_an_answer_as_it_was_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which output is the answer is said under Signature, for pages and commands alike."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    monkeypatch.setenv("MDS_DATABASE_URL", url)
    settings.settings.cache_clear()
    own = '{"x": 1, "y": 2}'
    assert main(["predict", "s/own", "x=1"]) == 0
    assert own in capsys.readouterr().out
    assert not (tmp_path / "own.db").exists()  # none is made for a question
    migrate(url)
    sessions = make_sessions(url)
    facts = Facts(source=EDITED, answer="y")
    publish(sessions, ModelRef(server="s", name="own"), facts, author="ann", key="k", based_on=0)
    close(sessions)
    assert main(["predict", "s/own", "x=1"]) == 0
    assert capsys.readouterr().out == "2\n"
    (tmp_path / "own.db").write_bytes(b"no database at all, but long enough to be looked at")
    assert main(["predict", "s/own", "x=1"]) == 0
    assert own in capsys.readouterr().out


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("name", FAILED)
def test_the_command_line_fails_with_the_servers_words(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", f"s/{name}", "x=1"]) == 1
    said = capsys.readouterr()
    body = FAILED[name]
    assert str(body.get("error") or body.get("message")) in said.err
    assert said.out == ""


@pytest.mark.usefixtures("configured")
def test_a_task_that_was_accepted_alone_is_no_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "s/later", "x=1"]) == 1
    said = capsys.readouterr()
    assert "The model has not finished: it accepted the task, no more." in said.err
    assert said.out == ""


@pytest.mark.slow
def test_the_last_answers_are_read_again_as_a_person_says(service: str, sessions: Sessions) -> None:
    with MdsClient(Server(name="s", url=service, protocol="openapi")) as client:
        for key, name in enumerate(("own", "failed", "own")):
            predict_and_record(client.model(name), {"x": 1.0}, sessions=sessions, key=str(key))
        (last, _) = last_received(sessions, server="s", model="own", limit=5)
        model = client.model("own").signature()
        answer, outputs = client.reread(client.protocol(), model, last.response)
        assert (answer.kind, [output.name for output in outputs]) == ("tree", ["x", "y"])
        said = replace(model, answer_roles={"y": "class"})
        answer, _ = client.reread(client.protocol(), said, last.response)
        assert (answer.headline, dict(answer.details)) == ("2", {"x": 1})
        (failed,) = last_received(sessions, server="s", model="failed", limit=5)
        with pytest.raises(EndpointFailed, match="no good prompt"):
            client.reread(client.protocol(), model, failed.response)


def test_a_failure_is_recorded_as_one_and_counted(service: str, sessions: Sessions) -> None:
    """No answer is in the case, so that nobody is asked whether it was right."""
    with MdsClient(Server(name="s", url=service, protocol="openapi")) as client:
        for key, name in enumerate(("failed", "failed", "named")):
            asked = predict_and_record(
                client.model(name), {"x": 1.0}, sessions=sessions, key=str(key)
            )
            assert (asked.case.outcome, asked.case.answer is None) == (
                ("failed", True) if name == "failed" else ("answered", False)
            )
    rows = {row.model: row for row in summarise(sessions)}
    assert dict(rows["failed"].errors) == {"failed": 2}
    assert rows["failed"].error_rate.value == 1.0
    assert (rows["named"].answered, rows["named"].error_rate.value) == (1, 0.0)


ROWS: list[dict[str, object]] = [{"x": 1.0}, {"x": 2.0}, {"x": 3.0}]
MANY = {
    "beside": {"predictions": [1.5, 0.0, 2.5], "errors": [None, "bad row", None]},
    "null": {"predictions": [1.5, None, 2.5], "reasons": ["", "bad row", ""]},
}


@pytest.fixture
def container() -> Iterator[list[object]]:
    """A SageMaker container that answers three rows; the answer is put into the list."""
    answer: list[object] = []

    def behave(handler: BaseHTTPRequestHandler) -> None:
        answers(200, json.dumps(answer[0]))(handler)

    with misbehaving(behave) as url:
        answer.append(url)
        yield answer


def _rows_signature() -> Signature:
    field = Field(name="x", kind="number", datatype="FP64")
    return Signature(model=ModelRef(server="s", name="m"), inputs=(field,))


@pytest.mark.parametrize("name", MANY)
def test_a_row_that_failed_is_recorded_so_and_the_others_are_answered(
    name: str, container: list[object], sessions: Sessions
) -> None:
    server = Server(name="s", url=str(container.pop()), protocol="sagemaker", models=("m",))
    container.append(MANY[name])
    with MdsClient(server) as client:
        model = client.model("m", signature=_rows_signature())
        (cases,) = predict_rows(RowsRequest(model=model, sessions=sessions, key="k"), ROWS)
    assert [case.outcome for case in cases] == ["answered", "failed", "answered"]
    assert [case.answer_number for case in cases] == [1.5, None, 2.5]
    assert cases[1].answer is None
    assert ("bad row" if name == "beside" else "No number came back") in cases[1].error_sentence
    assert len({case.request_id for case in cases}) == 1  # nobody was asked twice
