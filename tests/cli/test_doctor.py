"""`mds doctor`: what to write instead, whether the credential is right, what cannot be loaded."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

import settings
from cli.main import main
from tests.listening import Handler, serving
from tests.mds_client import faults

Captured = pytest.CaptureFixture[str]
META = {
    "name": "m", "platform": "x",
    "inputs": [{"name": "a", "datatype": "FP64", "shape": [-1, 1]}, {"name": "b", "datatype": "FP64", "shape": [-1, 1]}],
    "outputs": [{"name": "y", "datatype": "FP64", "shape": [-1, 1]}],
}  # fmt: skip
INDEX = [
    {"name": "m", "state": "READY"},
    {"name": "heavy", "state": "UNAVAILABLE", "reason": "No module named 'torch'"},
]
ANSWER = {
    "model_name": "m",
    "outputs": [{"name": "y", "datatype": "FP64", "shape": [1, 1], "data": [1]}],
}


def oip(handler: BaseHTTPRequestHandler, key: str = "") -> None:
    """A server of the Open Inference Protocol whose listing is open; with a key, its predictions are not."""
    said: dict[str, object] = {
        "/v2": {"name": "s", "version": "1", "extensions": []},
        "/v2/models/m": META,
        "/v2/repository/index": INDEX,
        "/v2/models/m/infer": ANSWER,
    }
    is_locked = (
        bool(key) and handler.path.endswith("/infer") and handler.headers.get("X-API-Key") != key
    )
    found = {"error": "Invalid key"} if is_locked else said.get(handler.path)
    status = 401 if is_locked else 404 if found is None else 200
    faults.answers(status, json.dumps(found or {}))(handler)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings of another test."""
    settings.settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.settings.cache_clear()


@pytest.fixture
def url() -> Iterator[str]:
    with faults.misbehaving(oip) as found:
        yield found


def doctor(capsys: Captured, *arguments: str) -> tuple[int, list[str]]:
    code = main(["doctor", *arguments])
    return code, capsys.readouterr().out.splitlines()


def configured(monkeypatch: pytest.MonkeyPatch, **server: object) -> None:
    monkeypatch.setenv("MDS_SERVERS", json.dumps([{"name": "s", **server}]))
    settings.settings.cache_clear()


def test_a_good_server_is_asked_once(capsys: Captured, url: str) -> None:
    code, lines = doctor(capsys, url)
    assert code == 0
    assert "✓ server: server/m answered a request with made-up values." in lines
    assert "! server: server/heavy is not loaded: No module named 'torch'" in lines


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("{host}", "Add http://: write {url}."),
        ("{url}/ ", "Write {url}/."),
        ("{url}/v2/models/penguins/infer", "Leave it out: write {url}."),
        ("{url}/docs", "Leave it out: write {url}."),
        ("{url}/v2/models/m", "Leave it out: write {url}."),
        ("{url}/?x=1", "write {url}/."),
        ("https://{host}", "There is no TLS at this address. Write {url}."),
    ],
)
def test_what_to_write_instead_and_that_it_works(
    capsys: Captured, url: str, written: str, advice: str
) -> None:
    host = url.removeprefix("http://")
    code, lines = doctor(capsys, written.format(url=url, host=host))
    assert code != 0
    assert lines[0].startswith("✗")
    assert lines[0].endswith(advice.format(url=url))
    assert any("It speaks open-inference" in line for line in lines[1:])


def redirect(status: int, to: str) -> faults.Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        faults.answers(status, "", Location=to.format(path=handler.path))(handler)

    return behave


def test_a_server_that_sends_us_elsewhere(capsys: Captured) -> None:
    with faults.misbehaving(redirect(301, "https://models.example.test{path}")) as url:
        code, lines = doctor(capsys, url)
    assert code == 1
    assert "It sends you to https://models.example.test, " in lines[0]
    assert "Write https://models.example.test" in lines[0]


def test_a_server_that_wants_a_slash(capsys: Captured) -> None:
    with faults.misbehaving(redirect(307, "{path}/")) as url:
        code, lines = doctor(capsys, url)
    assert code == 1
    assert "It sends us from /v2 to /v2/" in lines[0]


def test_http_where_tls_is_spoken(capsys: Captured) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        code, lines = doctor(capsys, f"http://127.0.0.1:{server.server_port}")
    assert code == 3
    assert f"Write https://127.0.0.1:{server.server_port}." in lines[0]
    assert "certificate of the server is not trusted" in lines[1]


def test_nobody_listens(capsys: Captured) -> None:
    code, lines = doctor(capsys, "http://127.0.0.1:9")
    assert (code, lines) == (
        3,
        [
            "✗ server: Nothing listens on port 9 of 127.0.0.1. Check the port, and that the server runs."
        ],
    )


@pytest.mark.parametrize(
    ("sent", "code", "said"),
    [
        ("the-right-key-of-this-test", 0, "✓ s: s/m answered a request"),
        ("the-wrong-key-of-this-test", 1, "The credential that is set for it is wrong"),
        ("", 1, "It needs a credential"),
    ],
)
def test_the_credential_is_tried(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, sent: str, code: int, said: str
) -> None:
    monkeypatch.setenv("KEY_OF_THE_TEST", sent)
    with faults.misbehaving(lambda h: oip(h, "the-right-key-of-this-test")) as url:
        configured(monkeypatch, url=url, **({"api_key_env": "KEY_OF_THE_TEST"} if sent else {}))
        found, lines = doctor(capsys)
    assert found == code
    assert any(said in line for line in lines)
    assert not sent or sent not in "\n".join(lines)


def test_no_credential_goes_unencrypted_to_where_tls_was_meant(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def behave(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        oip(handler)

    monkeypatch.setenv("KEY_OF_THE_TEST", "the-right-key-of-this-test")
    with faults.misbehaving(behave) as url:
        address = url.replace("http://", "https://")
        configured(monkeypatch, url=address, api_key_env="KEY_OF_THE_TEST")
        assert doctor(capsys)[0] == 3
    assert not asked


def test_a_url_in_the_settings_without_a_scheme(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(monkeypatch, url="127.0.0.1:8080")
    assert main(["doctor"]) == 2
    assert "it lacks http:// or https:// in front" in capsys.readouterr().err
