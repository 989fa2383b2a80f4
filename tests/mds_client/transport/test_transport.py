"""What is between a request and the wire, through servers that misbehave and one with real TLS."""

from __future__ import annotations

import gzip
import logging
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from mds_client import (
    AsyncMdsClient,
    EndpointFailed,
    EndpointRefused,
    EndpointUnreachable,
    MdsClient,
    MdsError,
    NotAllowed,
    Prediction,
    Server,
)
from mds_client.transport.credentials import ClientCredentials, Credentials, Secret
from mds_client.transport.retrying import retry_after
from mds_client.transport.tls import Tls
from mds_client.transport.trace import trace
from tests.listening import Handler, serving
from tests.mds_client import faults
from tests.mds_client.conftest import apart
from tests.mds_client.transport.test_faults import GOOD, SIGNATURE

ROW = {"x": 1.0}
OK = faults.answers(200, GOOD)
BUSY = faults.answers(503, '{"error": "later"}', Retry_After="0")


def _server(url: str, **given: Any) -> Server:
    return Server(name="s", url=url, **{"protocol": "open-inference", "timeout": 20.0, **given})


def _sync(server: Server) -> Prediction:
    with MdsClient(server) as client:
        return client.predict(SIGNATURE, ROW)


def _async(server: Server) -> Prediction:
    async def ask() -> Prediction:
        async with AsyncMdsClient(server) as client:
            return await client.predict(SIGNATURE, ROW)

    return apart(ask())


both = pytest.mark.parametrize("predict", [_sync, _async])


class InTurn:
    """Does one thing after the other; the last for ever. Keeps what it was sent."""

    def __init__(self, *behaviours: faults.Behaviour) -> None:
        self._behaviours = list(behaviours)
        self.headers: list[dict[str, str]] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self.headers.append({name.lower(): value for name, value in handler.headers.items()})
        last = len(self._behaviours) - 1
        self._behaviours[min(len(self.headers) - 1, last)](handler)


@both
def test_a_busy_server_that_says_when_is_asked_again(predict: Any) -> None:
    turns = InTurn(BUSY, OK)
    with faults.misbehaving(turns) as url:
        prediction = predict(_server(url))
    assert prediction.answer.number == 2.5
    assert prediction.exchange.attempts == 2
    assert len(turns.headers) == 2


@both
@pytest.mark.parametrize(
    "behaviour",
    [
        faults.answers(503, "{}"),
        faults.answers(503, "{}", Retry_After="3600"),
        faults.answers(502, ""),
    ],
)
def test_a_prediction_is_not_repeated_otherwise(predict: Any, behaviour: faults.Behaviour) -> None:
    turns = InTurn(behaviour, OK)
    with faults.misbehaving(turns) as url, pytest.raises(EndpointFailed):
        predict(_server(url))
    assert len(turns.headers) == 1


def test_a_question_is_repeated_after_a_reset() -> None:
    turns = InTurn(faults.reset, faults.answers(200, "{}"))
    with faults.misbehaving(turns) as url, MdsClient(_server(url)) as client:
        assert client.is_ready()
    assert len(turns.headers) >= 2


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after("7", 0) == 7
    assert retry_after(formatdate(1000, usegmt=True), 990) == 10
    assert retry_after("soon", 0) is None


def test_the_breaker_opens_lets_one_through_and_closes() -> None:
    now, asked = [0.0], []
    status = [502]

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status[0], text=GOOD)

    server = _server("http://test", breaker_failures=2, breaker_seconds=10)
    with MdsClient(server, transport=httpx.MockTransport(answer), clock=lambda: now[0]) as client:
        for _ in range(2):
            with pytest.raises(EndpointFailed):
                client.predict(SIGNATURE, ROW)
        with pytest.raises(EndpointUnreachable, match="tried again in 10"):
            client.predict(SIGNATURE, ROW)
        assert len(asked) == 2
        now[0] = 11.0
        with pytest.raises(EndpointFailed):
            client.predict(SIGNATURE, ROW)
        with pytest.raises(EndpointUnreachable, match="tried again in 10 seconds"):
            client.predict(SIGNATURE, ROW)
        status[0] = 200
        client.is_ready()  # as the catalogue's refresh asks
        assert client.predict(SIGNATURE, ROW).answer.number == 2.5


def test_a_models_own_500_does_not_open_the_breaker() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(500))
    with MdsClient(_server("http://test", breaker_failures=1), transport=transport) as client:
        for _ in range(3):
            with pytest.raises(EndpointFailed):
                client.predict(SIGNATURE, ROW)


@pytest.mark.parametrize(
    "body",
    [
        '{"detail": "The scaler raised ValueError"}',
        '{"error": "no worker is free"}',
        "The model could not read this picture.",
    ],
)
@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_answer_in_a_servers_own_words_does_not_open_the_breaker(status: int, body: str) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=body))
    with MdsClient(_server("http://test", breaker_failures=1), transport=transport) as client:
        for _ in range(3):
            with pytest.raises(MdsError) as caught:
                client.predict(SIGNATURE, ROW)
            assert caught.value.exchange
            assert caught.value.exchange.status == status


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html><head><title>503 Service Temporarily Unavailable</title></head></html>",
        "upstream connect error or disconnect/reset before headers. reset reason: connection failure",
        "no healthy upstream",
        '{"message": "failure to get a peer from the ring-balancer"}',
        '{"message": "Service Unavailable"}',
    ],
)
def test_what_a_gateway_says_for_a_server_that_is_away_opens_the_breaker(body: str) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(503, text=body))
    with MdsClient(_server("http://test", breaker_failures=1), transport=transport) as client:
        with pytest.raises(EndpointFailed):
            client.predict(SIGNATURE, ROW)
        with pytest.raises(EndpointUnreachable, match="does not answer at the moment"):
            client.predict(SIGNATURE, ROW)


@pytest.mark.parametrize("error", [httpx.ReadTimeout("slow"), httpx.ReadError("reset")])
def test_a_prediction_that_breaks_off_closes_the_server_to_nobody(
    error: httpx.TransportError,
) -> None:
    turns: list[httpx.Response | httpx.TransportError] = [error, httpx.Response(200, text=GOOD)]

    def answer(_: httpx.Request) -> httpx.Response:
        outcome = turns.pop(0)
        if isinstance(outcome, httpx.Response):
            return outcome
        raise outcome

    transport = httpx.MockTransport(answer)
    with MdsClient(_server("http://test", breaker_failures=1), transport=transport) as client:
        with pytest.raises(EndpointUnreachable):
            client.predict(SIGNATURE, ROW)
        assert client.predict(SIGNATURE, ROW).answer.number == 2.5


@both
def test_a_slow_first_answer_is_overtaken(predict: Any) -> None:
    turns = InTurn(faults.stalls(4.0), OK)
    with faults.misbehaving(turns) as url:
        started = time.monotonic()
        server = _server(url, hedge_after=0.2, idempotent_models=("m",))
        assert predict(server).answer.number == 2.5
        assert time.monotonic() - started < 3.5
    assert len(turns.headers) == 2


@pytest.mark.slow
@both
def test_only_named_models_are_asked_twice(predict: Any) -> None:
    turns = InTurn(faults.stalls(1.0))
    with faults.misbehaving(turns) as url, pytest.raises(EndpointUnreachable):
        predict(_server(url, hedge_after=0.1))
    assert len(turns.headers) == 1


@both
def test_large_bodies_are_compressed(predict: Any) -> None:
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(gzip.decompress(request.content))
        assert request.headers["Content-Encoding"] == "gzip"
        return httpx.Response(
            200, text=GOOD.replace("[1, 1]", "[500, 1]").replace("[2.5]", str([2.5] * 500))
        )

    with MdsClient(
        _server("http://test", compress=True), transport=httpx.MockTransport(answer)
    ) as client:
        prediction = client.predict(SIGNATURE, [ROW] * 500)
    assert sent == [prediction.exchange.request_body]


class Tokens:
    """A token endpoint and a model behind it."""

    def __init__(self, status: int = 200) -> None:
        self.status, self.fetched = status, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            self.fetched += 1
            return httpx.Response(
                self.status, json={"access_token": f"hush-{self.fetched}", "expires_in": 100}
            )
        is_let_in = request.headers["Authorization"] == f"Bearer hush-{self.fetched}"
        return httpx.Response(200 if is_let_in else 401, text=GOOD)


def _oauth(monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("OUR_SECRET", "very-hush")
    credentials = Credentials(
        token_url="http://id/token", client_id="us", client_secret=Secret(env="OUR_SECRET")
    )
    return _server("http://test", credentials=credentials)


def test_a_token_is_fetched_once_and_again_when_it_is_old(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    now, tokens, server = [0.0], Tokens(), _oauth(monkeypatch)
    with MdsClient(server, transport=httpx.MockTransport(tokens)) as client:
        client._auth = ClientCredentials(server.credentials, client.secrets, lambda: now[0])
        client.predict(SIGNATURE, ROW)
        prediction = client.predict(SIGNATURE, ROW)
        assert tokens.fetched == 1
        now[0] = 90.0
        client.predict(SIGNATURE, ROW)
    assert tokens.fetched == 2
    assert "hush" not in repr(server) + repr(prediction) + caplog.text


def test_the_async_client_signs_in_too(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens, server = Tokens(), _oauth(monkeypatch)

    async def ask() -> None:
        async with AsyncMdsClient(server, transport=httpx.MockTransport(tokens)) as client:
            await client.predict(SIGNATURE, ROW)
            tokens.fetched += 1  # the kept token is revoked
            await client.predict(SIGNATURE, ROW)

    apart(ask())
    assert tokens.fetched == 3


REPEATED = '{"error": "%s", "error_description": "very-hush is not your secret"}'


@both
@pytest.mark.parametrize(
    ("status", "body", "error", "sentence", "advice", "detail"),
    [
        (401, REPEATED % "invalid_client", NotAllowed, "accept our credentials", "client_id", "401 invalid_client"),
        (400, REPEATED % "invalid_scope", NotAllowed, "accept our credentials", "scope", "400 invalid_scope"),
        (403, REPEATED % "very-hush", NotAllowed, "accept our credentials", "secret", "403"),
        (403, '{"error": {"very": "hush"}}', NotAllowed, "accept our credentials", "secret", "403"),
        (403, "[" * 90_000, NotAllowed, "accept our credentials", "secret", "403"),
        (404, "very-hush", EndpointRefused, "give us a token", "token_url", "404"),
        (200, "<html>very-hush</html>", EndpointRefused, "give us a token", "token_url", "200"),
        (200, "[" * 90_000, EndpointRefused, "give us a token", "token_url", "200"),
        (200, '{"access_token": "a", "expires_in": 1' + "0" * 400 + "}", EndpointRefused, "give us a token", "token_url", "200"),
        (500, "very-hush", EndpointUnreachable, "does not answer", "Try again", "RuntimeError"),
    ],
)  # fmt: skip
def test_a_token_endpoint_that_refuses_says_what_to_do_and_no_secret(
    predict: Any, status: int, body: str, error: type[MdsError], sentence: str, advice: str,
    detail: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OUR_SECRET", "very-hush")
    with faults.misbehaving(faults.answers(status, body)) as url:
        secret = Secret(env="OUR_SECRET")
        given = Credentials(token_url=f"{url}/token", client_id="us", client_secret=secret)
        with pytest.raises(MdsError) as caught:
            predict(_server(url, credentials=given, retries=0))
    told = caught.value
    assert type(told) is error
    assert sentence in told.sentence
    assert advice in told.advice
    assert told.detail == f"token endpoint: {detail}"
    assert told.exchange
    assert "hush" not in f"{told} {told.advice} {told.detail} {told.exchange!r} {caplog.text}"


@pytest.mark.slow
@both
@pytest.mark.parametrize(
    "behaviour", [faults.cuts, faults.answers(200, "x" * 200_000), faults.drips]
)
def test_a_token_that_does_not_arrive_whole_is_said(
    predict: Any, behaviour: faults.Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUR_SECRET", "very-hush")
    with faults.misbehaving(behaviour) as url:
        secret = Secret(env="OUR_SECRET")
        given = Credentials(token_url=f"{url}/token", client_id="us", client_secret=secret)
        options = {"timeout": 1.0, "retries": 0, "max_answer_bytes": 100_000, "breaker_failures": 0}
        with pytest.raises(EndpointUnreachable if behaviour is not faults.drips else MdsError):
            predict(_server(url, credentials=given, **options))


def test_a_failed_sign_in_gives_its_connection_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_SECRET", "very-hush")
    with faults.misbehaving(faults.cuts) as url:
        given = Credentials(
            token_url=f"{url}/token", client_id="us", client_secret=Secret(env="OUR_SECRET")
        )
        options = {"retries": 0, "max_connections": 1, "pool_timeout": 0.2, "breaker_failures": 0}
        with MdsClient(_server(url, credentials=given, **options)) as client:
            for _ in range(3):
                with pytest.raises(EndpointUnreachable) as caught:
                    client.predict(SIGNATURE, ROW)
                assert "PoolTimeout" not in caught.value.detail


def test_a_rotated_file_is_read_again(tmp_path: Path) -> None:
    turns, file = InTurn(OK), tmp_path / "token"
    with faults.misbehaving(turns) as url:
        credentials = Credentials(token=Secret(file=str(file)))
        with MdsClient(_server(url, credentials=credentials)) as client:
            with pytest.raises(MdsError, match="cannot be read"):
                client.predict(SIGNATURE, ROW)
            for token in ("one", "two"):
                file.write_text(f"{token}\n")
                client.predict(SIGNATURE, ROW)
    assert [sent["authorization"] for sent in turns.headers] == ["Bearer one", "Bearer two"]


@contextmanager
def _tls_server(authority: trustme.CA) -> Iterator[str]:
    """Takes only clients with a certificate of the same authority."""

    class Good(Handler):
        def do_POST(self) -> None:
            OK(self)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    server = ThreadingHTTPServer(("127.0.0.1", 0), Good)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    with serving(server):
        yield f"https://localhost:{server.server_port}"


@both
def test_own_authority_and_client_certificate(predict: Any, tmp_path: Path) -> None:
    authority = trustme.CA()
    ca, pair = tmp_path / "ca.pem", tmp_path / "client.pem"
    authority.cert_pem.write_to_path(ca)
    authority.issue_cert("us@localhost").private_key_and_cert_chain_pem.write_to_path(pair)
    with _tls_server(authority) as url:
        tls = Tls(ca_file=str(ca), cert_file=str(pair))
        assert predict(_server(url, tls=tls)).answer.number == 2.5
        for wrong in (Tls(), Tls(ca_file=str(ca))):
            with pytest.raises(EndpointUnreachable):
                predict(_server(url, tls=wrong))


def test_not_verifying_is_said_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    MdsClient(_server("https://localhost:1", tls=Tls(verify=False))).close()
    assert "not checked" in caplog.text


def test_http2_is_offered() -> None:
    with MdsClient(_server("https://localhost:1", http2=True)) as client:
        assert client._transport._pool._http2  # type: ignore[attr-defined]


def test_a_callers_trace_goes_on() -> None:
    parent = "00-" + "a" * 32 + "-" + "b" * 16 + "-00"
    trace_id, headers = trace(f"{parent} vendor=1")
    assert trace_id == "a" * 32
    assert headers["traceparent"].startswith(f"00-{trace_id}-")
    assert headers["traceparent"].endswith("-00")
    assert headers["tracestate"] == "vendor=1"


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = "import sys, mds_client; assert not {'httpcore', 'h2', 'PIL'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
