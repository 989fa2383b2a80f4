"""A server that repeats a credential tells nobody: through real HTTP, in every writing that servers have."""

from __future__ import annotations

import base64
import gzip
import html
import json
import logging
import re
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from urllib.parse import quote, quote_plus, unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mds_client import AsyncMdsClient, MdsClient, MdsError, Prediction, Server
from mds_client.transport.credentials import Credentials, Secret
from mds_client.transport.exchange import Response
from mds_client.transport.redaction import Hiding, Secrets
from tests.mds_client import faults
from tests.mds_client.conftest import apart
from tests.mds_client.transport.test_faults import GOOD, SIGNATURE

ROW = {"x": 1.0}
SECRET = 'p<ß>&"/s3cr3t+tokén='
PLAIN = "sk-live-4f9a1c77"
Write = Callable[[str], str]
WRITINGS: dict[str, Write] = {
    "as it is": str,
    "in JSON": json.dumps,
    "in JSON as it is": lambda s: json.dumps(s, ensure_ascii=False),
    "in JSON of Go": lambda s: json.dumps(s, ensure_ascii=False)
    .replace("&", r"\u0026")
    .replace("<", r"\u003c")
    .replace(">", r"\u003e"),
    "in JSON of PHP": lambda s: json.dumps(s).replace("/", r"\/"),
    "JSON in JSON": lambda s: json.dumps(json.dumps({"token": s})),
    "in a URL": lambda s: f"/v2?key={quote(s, safe='')}",
    "in a path": quote,
    "in a form": quote_plus,
    "in small letters in a URL": lambda s: re.sub("%..", lambda found: found[0].lower(), quote(s, safe="")),
    "in HTML": html.escape,
    "in base64": lambda s: base64.b64encode(s.encode()).decode(),
    "in base64 for URLs": lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
    "in Python": repr,
    "in Python's bytes": lambda s: "".join(f"\\x{byte:02x}" for byte in s.encode()),
    "in octal": lambda s: "".join(f"\\{ord(c):03o}" if c in "+/=&" else c for c in s),
    "in HTML of Go": lambda s: html.escape(s, quote=False).replace('"', "&#34;").replace("+", "&#43;"),
    "in HTML by numbers": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "in HTML by hexadecimal numbers": lambda s: "".join(c if c.isalnum() else f"&#x{ord(c):X};" for c in s),
    "in HTML by names": lambda s: html.escape(s).replace("/", "&sol;").replace("+", "&plus;").replace("=", "&equals;"),
    "HTML in HTML": lambda s: html.escape(html.escape(s)),
    "as encodeURIComponent has it": lambda s: quote(s, safe="!'()*"),
    "as encodeURI has it": lambda s: quote(s, safe=";,/?:@&=+$#!'()*"),
    "in a URL in a URL": lambda s: quote(quote(s, safe=""), safe=""),
    "in a URL with every sign": lambda s: "".join(f"%{byte:02X}" for byte in s.encode()),
    "in hexadecimal": lambda s: s.encode().hex(),
    "in large hexadecimal": lambda s: s.encode().hex().upper(),
    "in base64 in a URL": lambda s: quote(base64.b64encode(s.encode()).decode(), safe=""),
    "in base64 in lines": lambda s: "\r\n".join(re.findall(".{1,7}", base64.b64encode(s.encode()).decode())),
    "in base64 in lines in JSON": lambda s: json.dumps("\n".join(re.findall(".{1,7}", base64.b64encode(s.encode()).decode()))),
}  # fmt: skip


def _decoded(text: str) -> str:
    """Everything that a curious reader would try, one after the other."""
    found = [text]
    for part in text.replace('"', " ").replace("'", " ").split():
        for decode in (base64.b64decode, base64.urlsafe_b64decode):
            try:
                found.append(decode(part + "==").decode("utf-8", "ignore"))
            except ValueError:
                continue
    joined = re.sub(r"\s|\\[rn]", "", text)
    found += [html.unescape(html.unescape(text)), unquote(unquote(text)), joined]
    return "\n".join([*found, text.encode().decode("unicode_escape")])


@pytest.mark.parametrize("secret", [SECRET, PLAIN])
@pytest.mark.parametrize("writing", WRITINGS)
def test_every_writing_is_replaced(writing: str, secret: str) -> None:
    written = WRITINGS[writing](secret)
    said = Secrets([secret]).text(f"upstream said: {written} (end)")
    assert "(hidden)" in said
    assert said.startswith("upstream said: ")
    assert said.endswith(" (end)")
    assert secret not in _decoded(said)
    assert "s3cr3t" not in said
    assert "4f9a1c" not in said


@pytest.mark.parametrize("before", ["", "X-Key: ", "a", "user:", "Bearer "])
def test_within_longer_base64_it_is_replaced_wherever_it_begins(before: str) -> None:
    whole = base64.b64encode(f"{before}{PLAIN}; more of the request".encode()).decode()
    said = Secrets([PLAIN]).text(whole)
    assert "(hidden)" in said
    assert PLAIN not in _decoded(said)


@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_within_longer_base64_in_lines_it_is_replaced_too(before: str) -> None:
    whole = base64.encodebytes(f"{before * 13}{PLAIN * 9}; more of the request".encode()).decode()
    said = Secrets([PLAIN * 9]).text(json.dumps(whole))
    assert "(hidden)" in said
    shown = re.sub(r"\\n", "", said.replace('"', "")).split("(hidden)")
    assert not any("live" in _decoded(part[shift:]) for part in shown for shift in range(4))


@pytest.mark.slow
@pytest.mark.parametrize("secret", [PLAIN, SECRET, "k" * 3000, "\\" * 12 + "k"])
@pytest.mark.parametrize(
    "piece", ["\\", "%25", "&amp;", "\\n", "sk-live-4f9a1c7\\", "[0.25, ", "c2st\n"]
)
def test_a_large_answer_takes_little_time(piece: str, secret: str) -> None:
    body = (piece * (1_000_000 // len(piece))).encode()
    secrets = Secrets([secret])
    assert secrets.response(Response(status=200, body=b"\\%&")).body == b"\\%&"
    started = time.thread_time()
    assert secrets.response(Response(status=200, body=body)).body == body
    assert time.thread_time() - started < 3


def test_a_long_token_with_escapes_goes_as_a_whole() -> None:
    token = "eyJ" + "aB3_-x" * 200 + "end"
    for writing in ("".join(f"&#{ord(c)};" for c in token), token.replace("_", "%5F")):
        assert Secrets([token]).text(f'"{writing}"') == '"(hidden)"'
    lines = base64.encodebytes(token.encode()).decode()
    assert Secrets([token]).text(f'"{lines.strip()}"') == '"(hidden)"'


KEY = "-----BEGIN KEY-----\n" + "".join(
    f'line {n} of "it" <a&b> \\{n}\\\\ end;\n' for n in range(30)
)


@pytest.mark.parametrize(
    "write",
    [
        json.dumps, lambda s: json.dumps(json.dumps(s)), html.escape, quote, repr,
        lambda s: quote(base64.b64encode(s.encode()).decode()), lambda s: "".join(f"&#{ord(c)};" for c in s),
        lambda s: json.dumps(base64.encodebytes(s.encode()).decode()),
    ],
    ids=range(8),
)  # fmt: skip
def test_a_long_secret_of_any_signs_does_not_leak_its_end(write: Callable[[str], str]) -> None:
    said = Secrets([KEY]).text(f"key: {write(KEY)} and more")
    assert "29" not in said
    assert said.endswith(" and more")
    assert "(hidden)" in said


def test_of_a_long_secret_that_is_cut_off_all_that_is_there_goes() -> None:
    for length in range(700, 720):
        said = Secrets([KEY]).text(html.escape(KEY)[:length])
        assert len(said) < len("(hidden)") + len("&quot;")  # no more than a part of an escape


def test_the_beginning_of_a_long_secret_over_and_over_takes_no_time() -> None:
    secret = "a&" * 2_000
    body = (secret[:300] + "\\ ") * 1_000
    started = time.thread_time()
    Secrets([secret]).text(body)
    assert time.thread_time() - started < 3


@given(st.text(min_size=8, max_size=40).filter(lambda s: not s.isdigit()), st.text())
def test_no_secret_is_left_whatever_stands_around_it(secret: str, around: str) -> None:
    if secret in around or any(0xD800 <= ord(c) < 0xE000 for c in secret + around):
        return
    said = Secrets([secret]).text(f"{around}|{secret}|{json.dumps(secret)}")
    assert f"|{secret}|" not in said
    assert secret not in said.removeprefix(around) or secret in '(hidden)|"'


@given(st.binary(), st.text(min_size=1, max_size=20))
def test_what_holds_no_secret_is_given_on_untouched(body: bytes, secret: str) -> None:
    response = Response(status=200, body=body.replace(b"(", b""), headers={"server": "mds"})
    found = Secrets(["another-secret"]).response(response)
    assert found is response


def test_short_ones_leave_answers_alone_and_are_whole_words_elsewhere() -> None:
    """`admin` is a password and a label."""
    secrets = Secrets(["admin", "abc"])
    answer = Response(status=200, body=b'{"label": "admin", "abc": 1}')
    assert secrets.response(answer) is answer
    failure = Response(status=500, body=b"admin of administrators in abc", headers={"x": "admin"})
    found = secrets.response(failure)
    assert found.body == b"(hidden) of administrators in abc"
    assert found.headers == {"x": "(hidden)"}


def test_digits_alone_are_a_number_in_an_answer() -> None:
    answer = Response(status=200, body=b'{"outputs": [12345678, 0.123456789]}')
    assert Secrets(["12345678"]).response(answer) is answer
    assert Secrets(["12345678"]).text("key 12345678 is wrong") == "key (hidden) is wrong"


@pytest.mark.parametrize("backslashes", ["\\", "\\\\\\"])
@pytest.mark.parametrize("signs", ["+/=", "Zk7secretTok-9981x+/q=", "k"])
def test_any_sign_may_be_an_escape_of_json(signs: str, backslashes: str) -> None:
    secret = "Zk7secretTok-9981x+/q="
    written = "".join(f"{backslashes}u{ord(c):04X}" if c in signs else c for c in secret)
    found = Secrets([secret]).response(Response(status=200, body=f'{{"a": "{written}"}}'.encode()))
    assert found.body == b'{"a": "(hidden)"}'


def test_a_binary_answer_keeps_its_length() -> None:
    body = b'{"outputs":[]}' + PLAIN.encode() + b"\0\1"
    headers = {"inference-header-content-length": "14"}
    found = Secrets([PLAIN]).response(Response(status=200, body=body, headers=headers))
    assert len(found.body) == len(body)
    assert PLAIN.encode() not in found.body


# Through the clients


def _sync(server: Server) -> Prediction:
    with MdsClient(server) as client:
        return client.predict(SIGNATURE, ROW)


def _async(server: Server) -> Prediction:
    async def ask() -> Prediction:
        async with AsyncMdsClient(server) as client:
            return await client.predict(SIGNATURE, ROW)

    return apart(ask())


both = pytest.mark.parametrize("predict", [_sync, _async])


def _repeats(status: int, *, is_packed: bool = False) -> faults.Behaviour:
    """Answers with everything that it was sent."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        own = ("authorization", "x-key", "x-custom", "cookie")
        received = {n: v for n, v in handler.headers.items() if n.lower() in own}
        said = json.dumps({"error": f"no upstream for {received}"})
        if status == 200:
            said = GOOD[:-1] + ', "parameters": ' + json.dumps(received) + "}"
        body = gzip.compress(said.encode()) if is_packed else said.encode()
        extra = {"Content_Encoding": "gzip"} if is_packed else {}
        sent = {f"X_{n}".replace("-", "_"): v for n, v in received.items() if "\n" not in v}
        faults.answers(status, body, **extra, **sent)(handler)

    return behave


def _servers(monkeypatch: pytest.MonkeyPatch, url: str) -> dict[str, Server]:
    monkeypatch.setenv("OUR_SECRET", PLAIN)
    secret = Secret(env="OUR_SECRET")
    ways = {
        "bearer": {"credentials": Credentials(token=secret)},
        "basic": {"credentials": Credentials(username="ada", password=secret)},
        "key": {"credentials": Credentials(api_key_header="X-Key", api_key=secret)},
        "header": {"headers": {"X-Custom": PLAIN}},
        "bearer header": {"headers": {"Authorization": f"Bearer {PLAIN}"}},
        "cookie": {"headers": {"Cookie": f"a=b; session={PLAIN}"}},
    }
    facts = {"name": "s", "url": url, "protocol": "open-inference", "retries": 0}
    return {way: Server(**facts, **given) for way, given in ways.items()}  # type: ignore[arg-type]


def _everything(error: MdsError) -> str:
    exchange = error.exchange
    assert exchange is not None
    said = [error.sentence, error.advice, error.detail, str(error), repr(exchange)]
    return "\n".join([*said, exchange.response_body.decode()])


def _holds_none(text: str) -> None:
    basic = base64.b64encode(f"ada:{PLAIN}".encode()).decode()
    assert PLAIN not in text
    assert basic not in text


@both
@pytest.mark.parametrize("way", ["bearer", "basic", "key", "header", "bearer header", "cookie"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_refusal_that_repeats_the_request_holds_no_credential(
    predict: Callable[[Server], Prediction],
    way: str,
    is_packed: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with faults.misbehaving(_repeats(400, is_packed=is_packed)) as url:
        with pytest.raises(MdsError) as raised:
            predict(_servers(monkeypatch, url)[way])
    assert "(hidden)" in raised.value.detail
    assert "(hidden)" in raised.value.sentence
    _holds_none(_everything(raised.value))
    assert "no upstream" in caplog.text
    _holds_none(caplog.text)


@both
def test_an_answer_that_repeats_the_request_holds_no_credential(
    predict: Callable[[Server], Prediction], monkeypatch: pytest.MonkeyPatch
) -> None:
    with faults.misbehaving(_repeats(200)) as url:
        for server in _servers(monkeypatch, url).values():
            found = predict(server)
            assert b"(hidden)" in found.exchange.response_body
            assert "(hidden)" in str(found.exchange.response_headers)
            _holds_none(repr(found) + found.exchange.response_body.decode())


def test_a_fetched_token_and_what_fetched_it_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_SECRET", PLAIN)
    credentials = Credentials(
        token_url="http://id/token", client_id="us", client_secret=Secret(env="OUR_SECRET")
    )
    fetched: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            fetched.append(f"token-number-{len(fetched)}")
            return httpx.Response(200, json={"access_token": fetched[-1], "expires_in": 1e-9})
        said = f"{request.headers['Authorization']} of {PLAIN} and {fetched}"
        return httpx.Response(500, json={"error": said})

    server = Server(name="s", url="http://h", protocol="open-inference", credentials=credentials)
    with MdsClient(server, transport=httpx.MockTransport(answer)) as client:
        for _ in range(3):
            with pytest.raises(MdsError) as raised:
                client.predict(SIGNATURE, ROW)
            said = _everything(raised.value)
            assert "(hidden)" in said
            assert "token-number" not in said
            assert PLAIN not in said
    assert len(fetched) == 3


def test_a_header_that_cannot_be_sent_is_not_told() -> None:
    """The library quotes what it refuses to send."""
    with faults.misbehaving(faults.answers(200, GOOD)) as url:
        server = Server(
            name="s", url=url, protocol="open-inference", headers={"X-Key": PLAIN + "\nX: 1"}
        )
        with pytest.raises(MdsError) as raised:
            _sync(server)
    assert PLAIN not in _everything(raised.value)


def test_nothing_in_the_log_holds_a_secret_of_any_client() -> None:
    secrets = Secrets([PLAIN])
    try:
        raise RuntimeError(f"cannot connect with {PLAIN}")
    except RuntimeError as error:
        record = logging.makeLogRecord(
            {"msg": "failed %s", "args": (PLAIN,), "exc_info": (type(error), error, None)}
        )
    said = Hiding("%(message)s").format(record)
    assert "failed (hidden)" in said
    assert "RuntimeError" in said
    assert PLAIN not in said
    del secrets
