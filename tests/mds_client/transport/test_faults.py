"""Every way in which a server can misbehave ends in one of our errors, with a sentence."""

from __future__ import annotations

import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from mds_client import (
    AsyncMdsClient,
    EndpointFailed,
    EndpointRefused,
    EndpointTimedOut,
    EndpointUnreachable,
    Field,
    MdsClient,
    MdsError,
    ModelNotFound,
    ModelRef,
    Server,
    Signature,
    UnreadableAnswer,
)
from tests.mds_client import faults
from tests.mds_client.conftest import apart

SIGNATURE = Signature(
    model=ModelRef(server="s", name="m"),
    inputs=(Field(name="x", kind="number", datatype="FP64"),),
    layout="columns",
)
GOOD = json.dumps(
    {
        "model_name": "m",
        "outputs": [{"name": "y", "shape": [1, 1], "datatype": "FP64", "data": [2.5]}],
    }
)
TRACEBACK = 'Traceback (most recent call last):\n  File "/srv/model.py"\nValueError: no such column'

CASES = [
    ("busy", faults.answers(503, '{"error": "loading"}'), EndpointFailed, "loading"),
    ("validation", faults.answers(422, '{"detail": [{"loc": ["body", "inputs", 0, "data"], "msg": "bad"}]}'), EndpointRefused, "inputs.0.data: bad"),
    ("refusal", faults.answers(400, '{"error": {"message": "two columns only"}}'), EndpointRefused, "two columns only"),
    ("plain text", faults.answers(500, "Internal Server Error", "text/plain"), EndpointFailed, "broke"),
    ("traceback", faults.answers(500, TRACEBACK, "text/plain"), EndpointFailed, "no such column"),
    ("html", faults.answers(502, "<html><script>alert(1)</script></html>", "text/html"), EndpointFailed, "broke"),
    ("empty", faults.answers(500, ""), EndpointFailed, "broke"),
    ("not found", faults.answers(404, '{"error": "Model m not found"}'), ModelNotFound, "does not know"),
    ("no access", faults.answers(403, "no"), EndpointRefused, "refused access"),
    ("redirect", faults.answers(307, "", Location="http://127.0.0.1:1/"), MdsError, ""),
    ("not JSON", faults.answers(200, "<html>welcome</html>"), UnreadableAnswer, "not in the form"),
    ("not UTF-8", faults.answers(200, b"\xff\xfe{}"), UnreadableAnswer, "not in the form"),
    ("no outputs", faults.answers(200, '{"model_name": "m"}'), UnreadableAnswer, "not in the form"),
    ("a list", faults.answers(200, "[]"), UnreadableAnswer, "not in the form"),
    ("deep", faults.answers(200, "[" * 200_000), UnreadableAnswer, "not in the form"),
    ("wrong shape", faults.answers(200, GOOD.replace("[1, 1]", "[3, 7]")), UnreadableAnswer, "not in the form"),
    ("absurd shape", faults.answers(200, GOOD.replace("[1, 1]", '["a", {}]')), UnreadableAnswer, "not in the form"),
    ("negative shape", faults.answers(200, GOOD.replace("[1, 1]", "[-1, -1]")), UnreadableAnswer, "not in the form"),
    ("broken gzip", faults.answers(200, faults.BROKEN_GZIP, Content_Encoding="gzip"), UnreadableAnswer, "could not be read"),
    ("cut", faults.cuts, EndpointUnreachable, "broke before"),
    ("reset", faults.reset, EndpointUnreachable, "broke before"),
    ("stall", faults.stalls(2.0), EndpointTimedOut, "did not answer within"),
    ("drip", faults.drips, EndpointTimedOut, "did not answer within"),
    ("drip of headers", faults.DRIPPING_HEADERS, EndpointTimedOut, "did not answer within"),
    ("drip in a chunk", faults.DRIPPING_CHUNK, EndpointTimedOut, "did not answer within"),
    ("drip of hints", faults.HINTS, EndpointTimedOut, "did not answer within"),
    ("drip of empty gzip", faults.EMPTY_GZIP, EndpointTimedOut, "did not answer within"),
    ("truncated", faults.says(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"), EndpointUnreachable, "broke before"),
    ("truncated chunk", faults.says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"), EndpointUnreachable, "broke before"),
    ("not HTTP", faults.says(b"SSH-2.0-OpenSSH_9.7\r\n"), EndpointUnreachable, "broke before"),
    ("nothing", faults.says(b""), EndpointUnreachable, "broke before"),
    ("not gzip", faults.answers(200, GOOD, Content_Encoding="gzip"), UnreadableAnswer, "could not be read"),
    ("truncated gzip", faults.answers(200, gzip.compress(GOOD.encode())[:40], Content_Encoding="gzip"), UnreadableAnswer, "not in the form"),
    ("gzip bomb", faults.answers(200, faults.BOMB, Content_Encoding="gzip"), UnreadableAnswer, "could not be read"),
    ("bomb in a bomb", faults.answers(200, faults.BOMB_IN_BOMB, Content_Encoding="gzip, gzip"), UnreadableAnswer, "could not be read"),
    ("brotli", faults.answers(200, b"\x00", Content_Encoding="br"), UnreadableAnswer, "could not be read"),
    ("endless", faults.ENDLESS, UnreadableAnswer, "could not be read"),
    ("deep data", faults.answers(200, GOOD.replace("[2.5]", "[" * 900 + "]" * 900)), UnreadableAnswer, "not in the form"),
    ("null data", faults.answers(200, GOOD.replace("[2.5]", "null")), UnreadableAnswer, "not in the form"),
    ("enormous", faults.answers(200, b" " * 200_000), UnreadableAnswer, "could not be read"),
]  # fmt: skip


def _server(url: str, name: str = "") -> Server:
    """Impatient where waiting is the fault, patient elsewhere: the machine may be busy."""
    seconds = 0.6 if name.startswith(("stall", "drip")) else 20.0
    return Server(
        name="s",
        url=url,
        protocol="open-inference",
        timeout=seconds,
        connect_timeout=5,
        max_answer_bytes=100_000,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "behaviour", "kind", "words"), CASES, ids=[c[0] for c in CASES])
def test_misbehaviour_ends_in_an_error_of_ours(
    name: str, behaviour: faults.Behaviour, kind: type[MdsError], words: str
) -> None:
    if name == "deep":
        behaviour = faults.answers(200, "[" * 90_000)
    with faults.misbehaving(behaviour) as url, MdsClient(_server(url, name)) as client:
        with pytest.raises(kind) as caught:
            client.predict(SIGNATURE, {"x": 1.0})
    error = caught.value
    assert words in error.sentence
    assert "Traceback" not in error.sentence
    assert "<" not in error.sentence
    assert error.exchange is not None
    assert error.exchange.request_body
    assert error.request_id


@pytest.mark.parametrize(("name", "behaviour", "kind", "words"), CASES, ids=[c[0] for c in CASES])
@pytest.mark.slow
def test_the_async_client_says_the_same(
    name: str, behaviour: faults.Behaviour, kind: type[MdsError], words: str
) -> None:
    if name == "deep":
        behaviour = faults.answers(200, "[" * 90_000)

    async def ask(url: str) -> None:
        async with AsyncMdsClient(_server(url, name)) as client:
            await client.predict(SIGNATURE, {"x": 1.0})

    with faults.misbehaving(behaviour) as url, pytest.raises(kind) as caught:
        apart(ask(url))
    assert words in caught.value.sentence


@pytest.mark.parametrize("number", ["1e999", pytest.param("1" + "0" * 400, id="400 zeros")])
def test_a_number_beyond_all_that_can_be_kept_is_never_infinity(number: str) -> None:
    behaviour = faults.answers(200, GOOD.replace("2.5", number))
    with (
        faults.misbehaving(behaviour) as url,
        MdsClient(_server(url)) as client,
        pytest.raises(UnreadableAnswer),
    ):
        client.predict(SIGNATURE, {"x": 1.0})


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_what_is_no_number_is_no_answer(number: str) -> None:
    behaviour = faults.answers(200, GOOD.replace("2.5", number))
    with faults.misbehaving(behaviour) as url, MdsClient(_server(url)) as client:
        with pytest.raises(EndpointFailed, match="No number came back"):
            client.predict(SIGNATURE, {"x": 1.0})


def test_one_layer_of_gzip_is_read_though_nobody_asked_for_it() -> None:
    behaviour = faults.answers(200, gzip.compress(GOOD.encode()), Content_Encoding="gzip")
    with faults.misbehaving(behaviour) as url, MdsClient(_server(url)) as client:
        assert client.predict(SIGNATURE, {"x": 1.0}).answer.number == 2.5


def test_nobody_listens() -> None:
    with MdsClient(_server("http://127.0.0.1:9")) as client:
        assert not client.is_ready()
        with pytest.raises(EndpointUnreachable, match="Nobody answers") as caught:
            client.models()
    assert "Connection refused" in caught.value.detail
    assert "refused" not in caught.value.sentence


def test_a_connection_that_died_while_idle_is_replaced() -> None:
    """After a 500 a server may drop the connection without saying so: the next request still works."""
    asked: list[int] = []

    def behave(handler: object) -> None:
        asked.append(1)
        if len(asked) == 2:  # the second request on the kept connection is reset unread
            return faults.reset(handler)  # type: ignore[arg-type]
        return faults.answers(200, GOOD)(handler)  # type: ignore[arg-type]

    with faults.misbehaving(behave) as url, MdsClient(_server(url)) as client:
        assert client.predict(SIGNATURE, {"x": 1.0}).answer.number == 2.5
        assert client.predict(SIGNATURE, {"x": 1.0}).answer.number == 2.5
    assert len(asked) == 3


def test_secrets_are_sent_but_never_recorded() -> None:
    seen: dict[str, str] = {}

    def behave(handler: object) -> None:
        seen.update(handler.headers)  # type: ignore[attr-defined]
        faults.answers(200, GOOD)(handler)  # type: ignore[arg-type]

    with faults.misbehaving(behave) as url:
        server = Server(
            name="s", url=url, protocol="open-inference", headers={"Authorization": "Bearer hush"}
        )
        with MdsClient(server) as client:
            prediction = client.predict(SIGNATURE, {"x": 1.0})
    assert seen["Authorization"] == "Bearer hush"
    assert "hush" not in repr(prediction)
    assert "hush" not in repr(server)


def test_every_error_of_httpx_is_translated() -> None:
    """A new exception of the lower library must not reach a page."""
    client = MdsClient(Server(name="s", url="http://127.0.0.1:9"))
    for name in dir(httpx):
        found = getattr(httpx, name)
        if isinstance(found, type) and issubclass(found, httpx.RequestError):
            assert isinstance(client.translate(found("x")), MdsError), name
    client.close()


def test_a_closed_client_ends_the_call_that_a_thread_waits_for() -> None:
    with faults.misbehaving(faults.stalls(5.0)) as url, ThreadPoolExecutor(1) as thread:
        client = MdsClient(Server(name="s", url=url, protocol="open-inference"))
        asked = thread.submit(client.predict, SIGNATURE, {"x": 1.0})
        time.sleep(0.3)
        started = time.monotonic()
        client.close()
        assert isinstance(asked.exception(timeout=4), EndpointUnreachable)
        assert time.monotonic() - started < 3
