"""What is read without h11 is read as h11 reads it; what is written without h11 h11 would have written."""

from __future__ import annotations

import h11
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mds_client.transport.heads import Head, RawRequest, answer_head, request_head

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n"
HEADERS = {"Host": "a", "X-Request-Id": "7"}


def read_by_h11(wire: bytes) -> tuple[int, list[tuple[bytes, bytes]], int] | None:
    """Status, header lines and length of a final answer that leaves the connection open; else None."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="POST", target="/", headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(wire)
    try:
        answer = connection.next_event()
        if type(answer) is not h11.Response:
            return None
        size = len(wire) - len(connection.trailing_data[0])
        connection.receive_data(b"x" * 100)
        body = b""
        while isinstance(event := connection.next_event(), h11.Data):
            body += bytes(event.data)
    except h11.RemoteProtocolError:
        return None
    is_open = connection.their_state is h11.DONE and type(event) is h11.EndOfMessage
    return (answer.status_code, answer.headers.raw_items(), size) if is_open else None


def test_a_plain_answer() -> None:
    assert answer_head(PLAIN + b"hello") == Head(
        200, ((b"Content-Type", b"application/json"), (b"Content-Length", b"5")), len(PLAIN), 5
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"200 OK", b"100 Continue"),
        (b"200 OK", b"101 Switching Protocols"),
        (b"200 OK", b"204 No Content"),
        (b"200 OK", b"304 Not Modified"),
        (b"200 OK", b"2000 OK"),
        (b"Content-Length: 5", b"Content-Length: 5\r\nContent-Length: 6"),
        (b"Content-Length: 5", b"Content-Length: 5\r\nTransfer-Encoding: chunked"),
        (b"Content-Length: 5", b"Content-Length: 5\r\nConnection: close"),
        (b"Content-Length: 5", b"Content-Length: 5\r\nUpgrade: h2c"),
        (b"Content-Length: 5", b"Content-Length: -5"),
        (b"Content-Length: 5", b"Content-Length: 0x5"),
        (b"Content-Length: 5", b"Content-Length: 5, 5"),
        (b"Content-Length: 5", b"Content-Length: \xb2"),
        (b"Content-Length: 5", b"Content-Length: " + b"9" * 19),
        (b"Content-Length: 5", b"Content-Length : 5"),
        (b"Content-Length: 5", b"X-Length: 5"),
        (b"Content-Length: 5", b" Content-Length: 5"),
        (b"Content-Length: 5", b"Content-Length: 5\r\n folded"),
        (b"Content-Length: 5", b"Content-Length: 5\r\nX: \x00"),
        (b"\r\n\r\n", b"\n\n"),
        (b"\r\n\r\n", b"\r\n"),
        (PLAIN, b""),
        (PLAIN, b"SSH-2.0-OpenSSH_9.7\r\n"),
    ],
)
def test_every_other_answer_is_left_to_h11(old: bytes, new: bytes) -> None:
    assert old in PLAIN
    assert answer_head(PLAIN.replace(old, new, 1) + b"hello") is None


_PIECES = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 503\r\n", b"HTTP/1.1 103 Early Hints\r\n", b"HTTP/1.0 200 OK\r\n"),
        *(b"Content-Length: 5\r\n", b"content-length:7\r\n", b"Content-Length: 5,5\r\n", b"Content-Length: +5\r\n"),
        *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Connection: close\r\n"),
        *(b"Connection: Keep-Alive\r\n", b"Connection: keep-alive, close\r\n", b"Upgrade: x\r\n"),
        *(b"Date: \t now \t\r\n", b"X-Empty:\r\n", b"X: \xff\r\n", b"X: \x0b\r\n", b"X : 1\r\n", b" folded\r\n"),
        *(b"\r\n", b"\n", b"\r", b":", b" ", b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
    ]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=7))
def test_whatever_is_taken_for_plain_h11_reads_the_same(pieces: list[bytes]) -> None:
    wire = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" + b"".join(pieces)
    for whole in (wire, b"".join(pieces), b"".join(pieces[:1]) + b"Content-Length: 3\r\n\r\n"):
        found = answer_head(whole)
        if found:
            assert read_by_h11(whole) == (found.status, list(found.fields), found.size)


def test_a_request_is_written_as_h11_writes_it() -> None:
    request = httpx.Request("POST", "http://a/x%20y?z=%C3%A4", headers=HEADERS, content=b"hello")
    ours = request_head(RawRequest.of(request))
    connection = h11.Connection(h11.CLIENT)
    target = request.url.raw_path
    event = h11.Request(method="POST", target=target, headers=request.headers.raw)
    assert ours == connection.send(event)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", {"X-Request-Id": "7\r\nX-Other: 8"}),
        ("POST", {"X-Request-Id": "7\n"}),
        ("POST", {"X Request": "7"}),
        ("POST", {"Transfer-Encoding": "chunked"}),
        ("POST", {"Connection": "close"}),
        ("POST", {"Expect": "100-continue"}),
        ("POST", {"Content-Length": "6"}),
        ("POST", {"host": "b", "Host": "a"}),
        ("HEAD", {}),
        ("CONNECT", {}),
        ("GET / HTTP/1.1\r\nX: 1\r\n\r\nGET", {}),
    ],
)
def test_every_other_request_is_left_to_h11(method: str, headers: dict[str, str]) -> None:
    """Which refuses what would become two requests."""
    assert request_head(RawRequest.of(asking("POST", {})))
    assert request_head(RawRequest.of(asking(method, headers))) is None


_LETTERS = st.text(st.sampled_from("aB0-:,; \t\r\n\x00\x0b\x7fé")) | st.just("x\r\ny: z")


@given(st.dictionaries(_LETTERS | st.just("X"), _LETTERS, max_size=3))
def test_whatever_is_written_h11_writes_the_same(headers: dict[str, str]) -> None:
    given = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    request = httpx.Request("GET", "http://a/b", headers=[(b"Host", b"a"), *given])
    ours = request_head(RawRequest.of(request))
    if ours:
        event = h11.Request(method="GET", target="/b", headers=request.headers.raw)
        assert ours == h11.Connection(h11.CLIENT).send(event)


def asking(method: str, headers: dict[str, str]) -> httpx.Request:
    given = HEADERS | {"Content-Length": "5"} | headers
    return httpx.Request(method, "http://a/", headers=given, stream=httpx.ByteStream(b"hello"))
