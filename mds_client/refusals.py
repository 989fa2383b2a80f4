"""Reads a server's error answer, whatever shape it has, and picks our error.

What was said decides which status is meant, and that decides the error. Shapes: `{"error": text}`,
`{"error": {"message"}}`, `{"detail": text}`, `{"detail": [{"loc", "msg"}]}`, Seldon's
`{"status": {"info", "reason"}}`, MLflow's `{"error_code", "message"}`, TorchServe's
`{"type", "message"}`, a pipeline's `text : {json}`, plain text, HTML, a traceback, nothing at all.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import orjson

from mds_client.errors import (
    EndpointFailed,
    EndpointRefused,
    EndpointTimedOut,
    MdsError,
    ModelNotFound,
    NotAllowed,
    NotReady,
    UnreadableAnswer,
)
from mds_client.exchange import Exchange, Response
from mds_client.signature import Signature
from mds_client.transport.retrying import retry_after

_MOST = 300
_MOST_OF_A_NAME = 200
_MOST_OF_DETAIL = 4000
_MOST_READ = 100_000
_LONGEST_WAIT = 600


@dataclass(frozen=True, kw_only=True)
class _Verdict:
    """What a status means. `quotes` says whether the server's own words belong into the sentence."""

    error: type[MdsError]
    sentence: str
    advice: str
    quotes: bool = True


_NOT_ALLOWED = _Verdict(
    error=NotAllowed,
    sentence="The server did not let us in.",
    advice="Ask whoever runs the server for access to this model.",
    quotes=False,
)
_NOT_FOUND = _Verdict(
    error=ModelNotFound,
    sentence="The server does not know this model or this version of it.",
    advice="Choose a model from the list; it may have been removed or renamed.",
    quotes=False,
)
_NO_ROUTE = _Verdict(
    error=ModelNotFound,
    sentence="The server has no route to a model of this name.",
    advice="The name may be wrong, or the model is not loaded. Choose a model from the list.",
)
_NOT_OFFERED = _Verdict(
    error=EndpointRefused,
    sentence="The server cannot do this for the model.",
    advice="Ask whoever runs the server whether it offers this in another way.",
)
_TOO_SLOW = _Verdict(
    error=EndpointTimedOut,
    sentence="The model did not answer in the time that its server allows.",
    advice="Ask for less at once, or tell whoever runs it if it stays slow.",
    quotes=False,
)
_NOT_READY = _Verdict(
    error=NotReady,
    sentence="The model is busy or not ready.",
    advice="Wait a moment and ask again.",
)
_ELSEWHERE = _Verdict(
    error=EndpointRefused,
    sentence="The server sends us to another address, where we do not follow.",
    advice="Ask whoever runs the server for the address of the model itself.",
    quotes=False,
)
_REFUSED = _Verdict(
    error=EndpointRefused,
    sentence="The model did not accept this.",
    advice="Look at the values again; the model's own words say what it missed.",
)
_FAILED = _Verdict(
    error=EndpointFailed,
    sentence="The model broke while it worked on this.",
    advice="Try again. If it happens again with other values, tell whoever runs the model.",
)
_FAILED_SILENTLY = replace(
    _FAILED,
    advice="Try again. It did not say why: the server's log has the reason under the request's number.",
)
_VERDICTS = {
    401: _NOT_ALLOWED,
    403: _NOT_ALLOWED,
    404: _NOT_FOUND,
    405: _NOT_OFFERED,
    408: _TOO_SLOW,
    412: _NOT_READY,  # TensorFlow Serving: the model is in the wrong state
    413: _Verdict(
        error=EndpointRefused,
        sentence="The server finds this request too large.",
        advice="Send less.",
        quotes=False,
    ),
    424: _NOT_READY,
    429: replace(_NOT_READY, sentence="The server gets too many requests at the moment."),
    501: _NOT_OFFERED,
    503: _NOT_READY,
    504: _TOO_SLOW,
}

# Statuses that servers use for almost anything: there a code or the words say what is meant.
_VAGUE = (400, 404, 500)
_CODES = {
    "BAD_REQUEST": 400,
    "INVALID_PARAMETER_VALUE": 400,
    "MALFORMED_REQUEST": 400,
    "UNAUTHENTICATED": 401,
    "CUSTOMER_UNAUTHORIZED": 401,
    "PERMISSION_DENIED": 403,
    "RESOURCE_DOES_NOT_EXIST": 404,
    "ENDPOINT_NOT_FOUND": 404,
    "REQUEST_LIMIT_EXCEEDED": 429,
    "TEMPORARILY_UNAVAILABLE": 503,
    "MICROSERVICE_BAD_DATA": 400,
    "InvalidKeyException": 403,
    "ModelNotFoundException": 404,
    "ModelVersionNotFoundException": 404,
}
_WORDS = (
    (re.compile(r"(?:model|server|pipeline)\b[^:]*\bnot ready\b", re.IGNORECASE), 503),
    (re.compile(r"Request for unknown model"), 404),
    (re.compile(r"Model .{1,400} (?:not found$|does not exist\.$)"), 404),
    (re.compile(r"404 Not Found:"), 404),
    (re.compile(r"405 Method Not Allowed:"), 405),
    (re.compile(r"mlflow[\w.]*\.MlflowException\b"), 400),
)
_EXPLAINED = re.compile(r"Remote inference call failed with ([45]\d\d)\b")

_SIGN_IN = re.compile(
    r"log-?in|sign-?in|oauth|openid|saml|\bsso\b|/auth\b|authorize|accounts\.google|okta",
    re.IGNORECASE,
)
_SIGN_IN_PAGE = re.compile(
    r"type=[\"']?password"
    r"|<form[^>]{0,300}(?:log-?in|sign-?in|saml|\bsso\b)"
    r"|<title>[^<]{0,200}(?:log ?in|sign ?in)\b",
    re.IGNORECASE,
)

_TRACEBACK = "Traceback (most recent call last)"
_EXCEPTION = re.compile(
    r"^(?:(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning)|(?:[a-z_]\w*\.)+[A-Z]\w*)\s*:\s*",
    re.ASCII,
)
_NOISE = re.compile(r"^\[request id: [^\]]{0,100}\] ")
_SAYS_NOTHING = ("Internal Server Error", "null")
_FIELDS = (
    re.compile(r"missing (?:required )?inputs?(?:\(s\))?:? \[?['\"]([^'\"]{1,200})['\"]", re.I),
    re.compile(r"\binput(?: feature)? ['\"]([^'\"]{1,200})['\"]", re.I),
    re.compile(r"\bdatatype for input (\S{1,200})$"),
    re.compile(r"\bcolumn ['\"]?([^'\".]{1,200}?)['\"]?(?: to type\b|\. )"),
)


def error_of(response: Response) -> MdsError:
    """The error that an answer with a status outside 2xx means. `detail` keeps the server's text."""
    body = _body(response)
    text = _text(body, response)
    words = _one_line(text)
    verdict = _verdict(_meant(body, text, response), words, response)
    said = f" It said: “{words}”" if words and verdict.quotes else ""
    error = verdict.error(
        verdict.sentence + said, advice=_advice(verdict, response), detail=_detail(response.body)
    )
    if isinstance(error, EndpointRefused):
        error.field = _place(body) or _named(text)
    return error


def let_in(error: MdsError, exchange: Exchange) -> MdsError:
    """The error itself, unless the answer that could not be read is a page to sign in at."""
    if not isinstance(error, UnreadableAnswer) or not _is_sign_in_page(exchange.response_body):
        return error
    return error_of(Response(status=403, body=exchange.response_body))


def at_field(error: MdsError, signature: Signature, sent: bytes) -> MdsError:
    """The error with its `field` as the form calls it; empty where the server means something else.

    A server may name a position in what was sent (`inputs.0.data`) or a part of a field.
    """
    if isinstance(error, EndpointRefused):
        names = {found.name for found in signature.inputs}
        meant = (error.field, _sent_at(error.field, sent), error.field.partition(".")[0])
        error.field = next((name for name in meant if name in names), "")
    return error


def _verdict(status: int, words: str, response: Response) -> _Verdict:
    if status == 404 and not response.body.strip() and _is_envoy(response):
        return _NO_ROUTE
    if status in _VERDICTS:
        return _VERDICTS[status]
    if status < 400:
        return _ELSEWHERE
    if status < 500:
        return _REFUSED
    return _FAILED if words else _FAILED_SILENTLY


def _is_envoy(response: Response) -> bool:
    return "envoy" in response.headers.get("server", "").lower()


def _advice(verdict: _Verdict, response: Response) -> str:
    """A server that is busy may say until when."""
    if verdict.error is not NotReady:
        return verdict.advice
    seconds = retry_after(response.headers.get("retry-after", ""), time.time()) or 0.0
    if not 1 <= seconds <= _LONGEST_WAIT:
        return verdict.advice
    return f"Wait {seconds:.0f} seconds and ask again."


def _detail(body: bytes) -> str:
    return body[:_MOST_OF_DETAIL].decode("utf-8", "replace")


def _meant(body: object, text: str, response: Response) -> int:
    """The status that the answer should have had."""
    status = response.status
    if 300 <= status < 400:
        return 403 if _SIGN_IN.search(response.headers.get("location", "")[:2000]) else status
    if _is_sign_in_page(response.body):
        return 403
    if status not in _VAGUE:
        return status
    coded = next((_CODES[code] for code in _codes(body) if code in _CODES), None)
    return coded or _meant_by(text) or status


def _is_sign_in_page(body: bytes) -> bool:
    start = body[:20_000].lstrip()
    return start.startswith(b"<") and bool(_SIGN_IN_PAGE.search(start.decode("utf-8", "replace")))


def _codes(body: object) -> Iterator[str]:
    """MLflow's class of an error is more exact than its code; TorchServe has a type, Seldon a reason."""
    if not isinstance(body, Mapping):
        return
    status = body.get("status")
    reason = status.get("reason") if isinstance(status, Mapping) else None
    for code in (body.get("error_class"), body.get("error_code"), body.get("type"), reason):
        if isinstance(code, str):
            yield code


def _meant_by(text: str) -> int | None:
    explained = _EXPLAINED.match(text)
    if explained:
        return int(explained[1])
    said = _NOISE.sub("", text)
    return next((status for words, status in _WORDS if words.match(said)), None)


def _body(response: Response) -> object:
    """The answer's JSON, or that which a pipeline puts after its own words; else None."""
    found = _json(response.body)
    if found is None:
        found = _json(response.body[:_MOST_READ].partition(b" : ")[2])
    return found


def _json(content: bytes) -> object:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return _lenient(content)


def _lenient(content: bytes) -> object:
    """NaN is no JSON, but Python writes it."""
    try:
        return json.loads(content[:_MOST_READ].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _text(body: object, response: Response) -> str:
    """What the server said, in as many lines as it took."""
    if isinstance(body, Mapping):
        text = _from_json(body)
    elif isinstance(body, str):
        text = body
    else:
        text = response.body[:_MOST_READ].decode("utf-8", "replace").strip()
        text = "" if text.startswith(("<", "{", "[")) else text
    return "" if text in _SAYS_NOTHING else _raised(text)


def _from_json(body: Mapping[str, object]) -> str:
    keys = ("error", "detail", "message", "Message", "status")
    said = next((body[key] for key in keys if body.get(key)), "")
    if isinstance(said, list):
        return "; ".join(part for part in map(_validation, said[:3]) if part)
    if isinstance(said, Mapping):
        said = next(
            (said[k] for k in ("message", "msg", "info", "reason", "name") if said.get(k)), ""
        )
    return said[:_MOST_READ] if isinstance(said, str) else ""


def _validation(item: object) -> str:
    """One thing that pydantic found, with its place."""
    if not isinstance(item, Mapping):
        return item if isinstance(item, str) else ""
    said = item.get("msg")
    return f"{'.'.join(_path(item))}: {said if isinstance(said, str) else ''}".strip(": ")


def _path(item: Mapping[str, object]) -> list[str]:
    """The place inside the body."""
    loc = item.get("loc")
    parts = loc[:16] if isinstance(loc, list) else []
    inside = parts[1:] if parts[:1] == ["body"] else parts
    return [str(part)[:_MOST_OF_A_NAME] for part in inside if isinstance(part, str | int)]


def _raised(text: str) -> str:
    """Of a traceback what it ends in. C++ puts its own traceback behind, under "At:"."""
    text = text.partition("\n\nAt:\n")[0].strip()
    if _TRACEBACK not in text:
        return text
    lines = text.splitlines()
    return ([line for line in lines if _EXCEPTION.match(line)] or lines)[-1].strip()


def _one_line(text: str) -> str:
    """Bounded and printable. MLflow repeats the data first: of a long text the end is what matters."""
    line = _EXCEPTION.sub("", _NOISE.sub("", _printable(text)))
    line = line.replace("Remote inference call failed", "The call of the explained model failed")
    if len(line) > _MOST:
        line = line.rpartition(" Error: ")[2]
    return line[:_MOST] + ("…" if len(line) > _MOST else "")


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _place(body: object) -> str:
    """Where the first thing is that pydantic found."""
    detail = body.get("detail") if isinstance(body, Mapping) else None
    first = detail[0] if isinstance(detail, list) and detail else None
    path = _path(first) if isinstance(first, Mapping) else []
    return _printable(".".join(path))[:_MOST_OF_A_NAME]


def _named(text: str) -> str:
    """The input that a server's words name."""
    line = _printable(text[-_MOST_OF_DETAIL:])
    found = next((match for pattern in _FIELDS if (match := pattern.search(line))), None)
    return found[1] if found else ""


def _sent_at(place: str, sent: bytes) -> str:
    """The name of the input that was sent at a place such as `inputs.0.data`."""
    position = re.search(r"\binputs\.(\d{1,4})\b", place)
    body = _json(sent) if position else None
    inputs = body.get("inputs") if isinstance(body, Mapping) else None
    if not position or not isinstance(inputs, list) or int(position[1]) >= len(inputs):
        return ""
    tensor = inputs[int(position[1])]
    return str(tensor.get("name")) if isinstance(tensor, Mapping) else ""
