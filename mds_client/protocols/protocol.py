"""What every protocol is: pure conversations between what we mean and what crosses the wire.

A protocol never sends. What needs one request is a request and a reader; what may need several is a
conversation: a generator that yields requests and is given the responses. The same generator is led by
the sync and by the async client.
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeVar

import orjson

from mds_client.errors import MdsError, UnreadableAnswer
from mds_client.errors.error_mapping import error_of
from mds_client.prediction import Output
from mds_client.prediction.reported_failure import failure_in_words, reported_failure
from mds_client.protocols.plain_bodies import media_type, plain_body
from mds_client.server import ModelInfo, NotOffered, Server
from mds_client.signature import ModelRef, Signature, Values
from mds_client.transport.exchange import Request, Response

Result = TypeVar("Result")
Conversation = Generator[Request, Response, Result]
OfferKind = Literal[
    "explain", "feedback", "load", "versions", "statistics", "metrics", "stream", "binary"
]
_LONG_NUMBER = b" " + b"0" * 19
# Each digit as a zero, each other sign but a point as a space: a tenth of the time that a pattern takes.
_FORMS = bytes(
    ord("0" if chr(i).isdecimal() and i < 128 else "." if chr(i) == "." else " ")
    for i in range(256)
)
_MOST_SEARCHED = 1_000_000
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Something else that a server can do for a model, and by which route."""

    kind: OfferKind
    route: str


class Protocol:
    """One protocol, for one server. A subclass in `protocols/` is found by itself.

    `ORDER` says when a base URL is tried for it, lowest first: what is more particular goes before what
    is more general. `NEEDS_MODELS` says that the server lists nothing: names come from the settings.
    `TAKES_MATRIX` says that one tensor of rows of numbers may be asked for column by column. `IS_COSTLY` says that
    no request is sent only to see whether it works.
    """

    NAME: ClassVar[str]
    TITLE: ClassVar[str]
    ORDER: ClassVar[int] = 100
    NEEDS_MODELS: ClassVar[bool] = False
    TAKES_MATRIX: ClassVar[bool] = False
    IS_COSTLY: ClassVar[bool] = False

    def __init__(self, server: Server) -> None:
        self.server = server
        self.not_offered: tuple[NotOffered, ...] = ()  # what the last listing left out

    def detect(self) -> Conversation[str]:
        """Whether the server speaks this, by read-only requests: the evidence in one sentence, else ""."""
        yield from ()
        return ""

    def ready(self) -> Conversation[bool]:
        """Whether the server says that it can be asked."""
        raise NotImplementedError

    def models(self) -> Conversation[list[ModelInfo]]:
        """Its models, one entry for each name and version. Raises MdsError."""
        raise NotImplementedError

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        """What the model takes and answers, as far as the server says. Raises MdsError."""
        raise NotImplementedError

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        """The request for rows that have been checked against the signature."""
        raise NotImplementedError

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        """The model with the version that answered, and its outputs. Raises UnreadableAnswer."""
        raise NotImplementedError

    def explain_route(self, model: ModelRef, explainer: ModelRef) -> str:
        """Where an explainer of a model is asked; the model itself may be its explainer. "" for nowhere."""
        return ""

    def explain_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request | None:
        """The request to the explainer that the signature has; None where the protocol has no such route."""
        return None

    def read_explanation(self, signature: Signature, response: Response) -> object:
        """What the explainer said, as JSON. Raises MdsError."""
        return self.json_of(response)

    def feedback_request(
        self,
        sent: bytes,
        answered: bytes,
        *,
        is_right: bool,
        request_id: str,
        truth: str | float | None = None,
    ) -> Request | None:
        """The request that forwards one judgement of a case; None where there is no such route.

        `sent` and `answered` are the bodies of the case's exchange, `truth` is the right answer where it is known.
        """
        return None

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        """What else the server may do for this model."""
        return ()

    def own_client(self, signature: Signature, request: Request) -> str:
        """The same call as a Python program with the protocol's own client library.

        It is given the base URL in the environment variable MDS_URL. Empty where there is no such library.
        """
        return ""

    def problem(self, response: Response) -> MdsError:
        """The error that an answer with a status of 400 or more means."""
        return error_of(response)

    def accepted(self, response: Response) -> Response:
        """The response, if its status is a success. Raises the error that it means."""
        if not 200 <= response.status < 300:
            raise self.problem(response)
        return response

    def json_of(self, response: Response) -> object:
        """The JSON of a success. Raises MdsError.

        orjson refuses NaN and Infinity, which TF Serving and Python's own json write; those answers are
        read again by the lenient reader of the standard library, where both become None.
        """
        return json_of(self.accepted(response))

    def answer_of(self, response: Response) -> object:
        """The answer of a model as JSON; text, CSV and pictures are put into JSON.

        Raises UnreadableAnswer, and the error that a body reports although its status is a success.
        """
        self.accepted(response)
        try:
            body = json_of(response)
        except UnreadableAnswer:
            body = plain_body(response)
            if body is None:
                raise
        refuse_failure(body)
        return body

    def configured_models(self) -> list[ModelInfo]:
        """The models that the operator named for a server that lists none."""
        refs = [ModelRef.parse(f"{self.server.name}/{name}") for name in self.server.models]
        return [ModelInfo(ref=ref) for ref in refs]


def json_of(response: Response) -> object:
    """The JSON of a response; NaN and Infinity are None. Raises UnreadableAnswer.

    orjson turns a whole number of more than 64 bits into a float: a body that may hold one is read by the
    standard library, which keeps every digit.
    """
    try:
        document = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return _lenient(response)
    return _lenient(response) if _has_long_number(response.body) else document


def _has_long_number(body: bytes) -> bool:
    """Whether there may be a whole number of 19 digits or more: so many that follow neither a point nor another."""
    return len(body) <= _MOST_SEARCHED and _LONG_NUMBER in b" " + body.translate(_FORMS)


def _lenient(response: Response) -> object:
    import json

    try:
        text = _decoded(response)
        return json.loads(
            text, parse_constant=lambda _: None, parse_float=_finite, parse_int=_bounded
        )
    except (ValueError, OverflowError, RecursionError) as error:
        raise unreadable("JSON", response) from error


def _decoded(response: Response) -> str:
    """The text of a body: UTF-8 with or without its mark, whatever is declared; else in the charset that is declared.

    Raises ValueError.
    """
    try:
        return response.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = re.search(
            r"charset=\"?(iso-8859-\d{1,2}|windows-125\d|us-ascii|utf-16(?:[bl]e)?|latin-?1)",
            response.headers.get("content-type", ""),
            re.I,
        )
        if declared is None:
            raise
        return response.body.decode(declared[1])


def _finite(digits: str) -> float:
    """Raises ValueError for a number that is larger than any float."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number


def _bounded(digits: str) -> int:
    """Raises ValueError or OverflowError for a whole number that is larger than any float."""
    number = int(digits)
    float(number)
    return number


def unreadable(expected: str, response: Response) -> UnreadableAnswer:
    """The error for a success that is not in the form that was agreed."""
    kind = media_type(response)
    is_other = kind and "json" not in kind and re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", kind)
    what = f"The server answered with {kind}, and" if is_other else "The server answered, but"
    return UnreadableAnswer(
        f"{what} not in the form that was agreed.",
        advice="Tell whoever runs the server; your entries are kept.",
        detail=f"expected {expected}, got {response.body[:500].decode('utf-8', 'replace')!r}",
    )


def refuse_failure(*answers: object) -> None:
    """Raises the error that one of these bodies reports although its status was a success."""
    for answer in answers:
        failure = failure_in_words(answer) if isinstance(answer, str) else reported_failure(answer)
        if failure:
            raise failure


def body_of(content: Mapping[str, object]) -> bytes:
    """JSON as UTF-8; NumPy arrays are lists, NaN is null."""
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def flat(data: object) -> list[object]:
    """The leaves of nested lists, row-major. Raises TypeError for anything else."""
    if not isinstance(data, list):
        raise TypeError("data is not a list")
    if list not in set(map(type, data)):
        return data
    return [leaf for item in data for leaf in (flat(item) if isinstance(item, list) else [item])]


def shape_of(data: object) -> tuple[int, ...]:
    """The sizes of nested lists. Raises ValueError when they are ragged."""
    if not isinstance(data, list):
        return ()
    inner = {shape_of(item) for item in data}
    if len(inner) > 1:
        raise ValueError("ragged lists")
    return (len(data), *next(iter(inner), ()))
