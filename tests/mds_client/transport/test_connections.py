"""Real sockets to servers that answer in turn whatever they are told: what a connection is used for, and how long."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpcore
import httpx
import pytest
import trustme

from mds_client import EndpointTimedOut, EndpointUnreachable, MdsClient, MdsError, Server
from mds_client.transport.connections import Transport, translated
from mds_client.transport.deadline import Limit
from mds_client.transport.heads import RawRequest
from mds_client.transport.plain import Connection
from mds_client.transport.streams import Backend, Stream
from tests.mds_client.transport.test_faults import GOOD, SIGNATURE

SECONDS = dict.fromkeys(("connect", "read", "write", "pool"), 20.0)


def plain(body: bytes, *fields: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*parts: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in (*parts, b""))


class Scripted:
    """Answers each request with the next bytes of its script; one of several parts comes in as many packets.

    Keeps the requests, and on which connection each came.
    """

    def __init__(
        self, *script: bytes | Sequence[bytes], context: ssl.SSLContext | None = None
    ) -> None:
        self._script, self._context = list(script), context
        self.requests: list[tuple[int, bytes]] = []
        self._accepted = 0

    @contextmanager
    def running(self) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=self._serve, args=(listener,), daemon=True)
            thread.start()
            scheme = "https" if self._context else "http"
            yield f"{scheme}://localhost:{listener.getsockname()[1]}/x"
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self._accepted += 1
                number = self._accepted
                threading.Thread(target=self._talk, args=(connection, number), daemon=True).start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context:
            connection = self._context.wrap_socket(connection, server_side=True)
        with connection, suppress(OSError):
            while request := _request(connection):
                self.requests.append((number, request))
                answer = self._script[len(self.requests) - 1]
                for part in [answer] if isinstance(answer, bytes) else answer:
                    connection.sendall(part)
                    time.sleep(0.02)  # so that each comes in a packet of its own


def _request(connection: socket.socket) -> bytes:
    """A whole request; empty at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += (received := connection.recv(65536))
        if not received:
            return b""
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    ]
    parts = [data]
    left = int(lengths[0] if lengths else 0) - len(body)
    while left > 0:
        parts.append(connection.recv(left))
        left -= len(parts[-1])
    return b"".join(parts)


def ask(transport: httpx.BaseTransport, url: str, content: bytes = b"?", **headers: str) -> bytes:
    request = httpx.Request(
        "POST", url, content=content, headers=headers, extensions={"timeout": SECONDS}
    )
    answer = transport.handle_request(request)
    try:
        return answer.read()
    finally:
        answer.close()


@pytest.mark.parametrize(
    "script",
    [
        [plain(b"one"), plain(b"two"), plain(b"three")],
        [plain(b"one"), plain(b"two", b"Connection: keep-alive"), plain(b"three")],
        [chunked(b"o", b"ne"), plain(b"two"), chunked(b"three")],
        [plain(b"one"), chunked(b"two"), plain(b"three")],
        [plain(b"one"), b"HTTP/1.1 100 Continue\r\n\r\n" + plain(b"two"), plain(b"three")],
        [plain(b"one"), [plain(b"two")[:9], plain(b"two")[9:20], plain(b"two")[20:]], plain(b"three")],
        [plain(b"one"), [plain(b"two")[:-3], b"t", b"wo"], plain(b"three")],
        [plain(b"one"), [chunked(b"two")[:50], chunked(b"two")[50:]], plain(b"three")],
        [plain(b"one"), plain(b"two", b"X: \x01"), plain(b"three")],
    ],
)  # fmt: skip
def test_one_connection_serves_answers_of_every_form(script: list[bytes]) -> None:
    server, transport = Scripted(*script), Transport()
    with server.running() as url:
        said = [ask(transport, url) for _ in script]
        assert (transport._pool._busy, len(transport._pool._idle)) == (0, 1)
        transport.close()
    assert said == [b"one", b"two", b"three"]
    assert [number for number, _ in server.requests] == [1, 1, 1]


@pytest.mark.parametrize(
    "first",
    [
        plain(b"one") + plain(b"never asked for"),
        [plain(b"one"), plain(b"never asked for")],
        [plain(b"one")[:-1], b"e" + plain(b"never asked for")],
        chunked(b"one") + plain(b"never asked for"),
        plain(b"one", b"Connection: close"),
        b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\none",
    ],
)
def test_what_was_not_asked_for_is_nobodys_answer(first: bytes) -> None:
    server, transport = Scripted(first, plain(b"two")), Transport()
    with server.running() as url:
        assert ask(transport, url) == b"one"
        if isinstance(first, list):
            time.sleep(0.1)  # what is on its way has arrived
        assert ask(transport, url) == b"two"
        transport.close()
    assert [number for number, _ in server.requests] == [1, 2]


def test_an_answer_that_was_not_read_to_its_end_costs_the_connection() -> None:
    server, transport = Scripted(plain(bytes(300_000)), plain(b"two")), Transport()
    with server.running() as url:
        request = httpx.Request("GET", url, extensions={"timeout": SECONDS})
        transport.handle_request(request).close()
        assert ask(transport, url) == b"two"
        transport.close()
    assert [number for number, _ in server.requests] == [1, 2]


@pytest.mark.parametrize("size", [0, 1, 65_536, 300_000, 3_000_001])
@pytest.mark.parametrize("is_secure", [False, True])
def test_bodies_of_every_size_arrive_both_ways(size: int, is_secure: bool, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    ours = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    sent = bytes(range(256)) * (size // 256) + bytes(size % 256)
    server = Scripted(plain(sent[::-1]), plain(b"two"), context=context if is_secure else None)
    transport = Transport(verify=ours)
    with server.running() as url:
        assert ask(transport, url, sent) == sent[::-1]
        assert ask(transport, url) == b"two"
        transport.close()
    request = server.requests[0][1]
    assert request.partition(b"\r\n\r\n")[2] == sent
    assert request.startswith(b"POST /x HTTP/1.1\r\nHost: localhost:")
    assert [number for number, _ in server.requests] == [1, 1]


def test_a_header_cannot_become_two_nor_take_a_place_for_good() -> None:
    server, transport = Scripted(plain(b"one")), Transport(limits=httpx.Limits(max_connections=1))
    with server.running() as url:
        with pytest.raises(httpx.LocalProtocolError):
            ask(transport, url, a="b\r\nc: d")
        assert ask(transport, url) == b"one"
        transport.close()
    assert len(server.requests) == 1


@pytest.mark.slow
def test_a_server_that_takes_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = Server(name="s", url=url, protocol="open-inference", timeout=0.6, retries=0)
        with MdsClient(server) as client:
            started = time.monotonic()
            with pytest.raises(EndpointTimedOut):
                client.predict(SIGNATURE, [{"x": 0.1234567}] * 600_000)
            assert time.monotonic() - started < 60


def test_a_server_that_takes_little_at_a_time_gets_everything_once() -> None:
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

    class Inner(httpcore.NetworkStream):
        def get_extra_info(self, info: str) -> object:
            return ours

    head, body = bytes(range(256)) * 200, bytes(reversed(range(256))) * 2000

    def send() -> None:
        with ours:
            Stream(Inner(), Backend()).send(head, body, 20.0)

    with theirs, ThreadPoolExecutor(1) as thread:
        sending = thread.submit(send)
        taken = b"".join(iter(lambda: theirs.recv(700), b""))
        sending.result()
    assert taken == head + body


def test_an_answer_is_read_though_the_request_was_not_taken() -> None:
    """As from a server that refuses a large request at its head and hangs up."""

    class Refusing:
        def send(self, *_: object) -> None:
            raise httpcore.WriteError("broken pipe")

        def read(self, *_: object) -> bytes:
            return b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"

    connection = Connection((b"http", b"here", 80), Refusing())  # type: ignore[arg-type]
    answer = connection.ask(RawRequest.of(httpx.Request("POST", "http://here/", content=b"much")))
    assert (answer.status, b"".join(answer.body)) == (413, b"no")
    assert not connection.is_idle


def test_only_one_call_at_a_time_where_that_is_the_limit() -> None:
    release = threading.Event()

    class Slow(Scripted):
        def _talk(self, connection: socket.socket, number: int) -> None:
            release.wait(30)
            super()._talk(connection, number)

    scripted = Slow(plain(GOOD.encode()), plain(GOOD.encode()))
    with scripted.running() as url:
        server = Server(
            name="s", url=url, protocol="open-inference", max_connections=1, pool_timeout=0.1, retries=0
        )  # fmt: skip
        with MdsClient(server) as client:
            holder = threading.Thread(target=client.predict, args=(SIGNATURE, {"x": 1.0}))
            holder.start()
            while not client._transport._pool._busy:  # type: ignore[attr-defined]
                time.sleep(0.01)
            with pytest.raises(MdsError) as caught:
                client.predict(SIGNATURE, {"x": 1.0})
            release.set()
            holder.join()
            assert client.predict(SIGNATURE, {"x": 1.0}).answer.number == 2.5
    assert isinstance(caught.value, EndpointTimedOut)
    assert "PoolTimeout" in caught.value.detail
    assert len(scripted.requests) == 2


def test_a_closed_client_connects_no_more() -> None:
    server = Scripted(plain(GOOD.encode()))
    with server.running() as url:
        client = MdsClient(Server(name="s", url=url, protocol="open-inference", retries=0))
        client.close()
        with pytest.raises(EndpointUnreachable):
            client.predict(SIGNATURE, {"x": 1.0})
    assert not server.requests


def test_the_end_of_the_call_counts_while_it_is_sent() -> None:
    server = Scripted(plain(b"one"))
    with server.running() as url:
        request = httpx.Request("POST", url, content=bytes(10))
        request.extensions["timeout"] = SECONDS | {"write": Limit.within(20.0, -1.0)}
        transport = Transport()
        with pytest.raises(httpx.WriteTimeout):
            transport.handle_request(request)
        transport.close()


def test_every_error_of_httpcore_is_one_of_httpx() -> None:
    kinds = [getattr(httpcore, name) for name in httpcore.__all__]
    errors = [k for k in kinds if isinstance(k, type) and issubclass(k, Exception)]
    assert len(errors) > 10
    for kind in set(errors) - {httpcore.ConnectionNotAvailable}:
        assert type(translated(kind("x"))).__name__ == kind.__name__
