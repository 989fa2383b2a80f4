"""Picks our error for a server's refusal.

What was said decides which status is meant, and the status decides the error.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace

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
from mds_client.errors.error_text import (
    codes_in,
    json_in,
    named_in,
    one_line,
    place_in,
    sent_at,
    text_of,
)
from mds_client.signature import Signature
from mds_client.transport.exchange import Exchange, Response
from mds_client.transport.retrying import retry_after

_MOST_OF_DETAIL = 4000
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
    sentence="The server refused access.",
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
_VAGUE = (400, 404, 500, 503)
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
    "InternalServerException": 500,  # TorchServe's 503 for a handler that raised
    "ServiceUnavailableException": 503,
}
_WORDS = (
    (re.compile(r"(?:model|server|pipeline)\b[^:]*\bnot ready\b", re.IGNORECASE), 503),
    (re.compile(r"Request for unknown model"), 404),
    (re.compile(r"Model .{1,400} (?:not found$|does not exist\.$)"), 404),
    (re.compile(r"404 Not Found:"), 404),
    (re.compile(r"405 Method Not Allowed:"), 405),
    (re.compile(r"mlflow[\w.]*\.MlflowException\b"), 400),
)
# In a 503: that a model broke, and is not merely away.
_BROKE = re.compile(
    r"(?i:\b(?:prediction|predict|inference|infer|handler|model) (?:has )?(?:failed|error|raised|crashed)\b)"
    r"|(?i:\b(?:failed|error) (?:during|in|while) (?:the )?(?:prediction|predicting|inference|handler)\b)"
    r"|\b[A-Z]\w*(?:Error|Exception)\b",
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


def error_of(response: Response) -> MdsError:
    """The error that an answer with a status outside 2xx means. `detail` keeps the server's text."""
    body = json_in(response.body)
    text = text_of(body, response.body)
    words = one_line(text)
    verdict = _verdict(_actual_status(body, text, response), words, response)
    quotation = f" It said: “{words}”" if words and verdict.quotes else ""
    error = verdict.error(
        verdict.sentence + quotation,
        advice=_advice(verdict, response),
        detail=_detail(response.body),
    )
    if isinstance(error, EndpointRefused):
        error.field = place_in(body) or named_in(text)
    return error


def refused_at_sign_in(error: MdsError, exchange: Exchange) -> MdsError:
    """NotAllowed where the answer that could not be read is a page to sign in at; else the error itself."""
    if not isinstance(error, UnreadableAnswer) or not _is_sign_in_page(exchange.response_body):
        return error
    return error_of(Response(status=403, body=exchange.response_body))


def at_field(error: MdsError, signature: Signature, sent: bytes) -> MdsError:
    """The error with its `field` as the form calls it; empty where the server means something else.

    A server may name a position in what was sent (`inputs.0.data`) or a part of a field.
    """
    if isinstance(error, EndpointRefused):
        names = {field.name for field in signature.inputs}
        candidates = (error.field, sent_at(error.field, sent), error.field.partition(".")[0])
        error.field = next((name for name in candidates if name in names), "")
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


def _actual_status(body: object, text: str, response: Response) -> int:
    """The status that the answer should have had."""
    status = response.status
    if 300 <= status < 400:
        return 403 if _SIGN_IN.search(response.headers.get("location", "")[:2000]) else status
    if _is_sign_in_page(response.body):
        return 403
    if status not in _VAGUE:
        return status
    coded = next((_CODES[code] for code in codes_in(body) if code in _CODES), None)
    if status == 503 and not coded and _BROKE.search(text[:_MOST_OF_DETAIL]):
        return 500
    return coded or _status_in_words(text) or status


def _is_sign_in_page(body: bytes) -> bool:
    start = body[:20_000].lstrip()
    return start.startswith(b"<") and bool(_SIGN_IN_PAGE.search(start.decode("utf-8", "replace")))


def _status_in_words(text: str) -> int | None:
    explained = _EXPLAINED.match(text)
    if explained:
        return int(explained[1])
    return next((status for words, status in _WORDS if words.match(text)), None)
