"""What the sync and the async client share: everything about a call but the sending itself."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import httpx

from mds_client.client.call import Call, new_request_id
from mds_client.client.failures import (
    MALFORMED,
    connection_failure,
    malformed,
    refuse_repeated_names,
)
from mds_client.codecs.json_answers import worded
from mds_client.errors import (
    EndpointRefused,
    InvalidValues,
    MdsError,
    Problem,
)
from mds_client.errors.error_mapping import at_field, refused_at_sign_in
from mds_client.extras import require
from mds_client.prediction import Answer, Output, Prediction
from mds_client.prediction.answers import answers
from mds_client.prediction.output_roles import with_roles
from mds_client.prediction.reported_failure import unfinished
from mds_client.prediction.row_failures import Failures, row_failures
from mds_client.protocols import AUTO, protocol_for
from mds_client.protocols.detection import Detection, unrecognised
from mds_client.protocols.explainers import Explained, bounded, of_explainer
from mds_client.protocols.protocol import Protocol
from mds_client.server import ModelInfo, Server
from mds_client.signature import Explainer, ModelRef, Signature, Values
from mds_client.signature.rows import Rows, checked_rows, values_sent
from mds_client.transport.breaker import Breaker
from mds_client.transport.credentials import auth_of, unreachable
from mds_client.transport.deadline import Limit
from mds_client.transport.exchange import Exchange, Request, Response
from mds_client.transport.heads import Address, RawRequest
from mds_client.transport.redaction import Secrets
from mds_client.transport.retrying import Outcome, is_safe, pause
from mds_client.transport.tls import verification
from mds_client.transport.trace import trace

log = logging.getLogger(__name__)
# Servers compress at the cost of their own time: 2 ms for 80 kB on Triton.
_ALWAYS = {"User-Agent": "mds-workbench", "Accept": "*/*", "Accept-Encoding": "identity"}
_COMPRESS_FROM = 1024
_NO_ADDRESS = "A model called “.” or “..” cannot be asked: its name is a step within an address."
_RENAME = "Ask whoever runs the server to give it another name."
MOST_ASKED = 100
"""Of how many models the metadata are read to find their explainers."""


@lru_cache(maxsize=1024)
def _address(url: str) -> tuple[Address, str]:
    """The parts of a URL, and what the header Host says of it."""
    parsed = httpx.URL(url)
    return Address.of(parsed), parsed.netloc.decode()


class BaseClient:
    """What the sync and the async client share: everything but sending."""

    def __init__(self, server: Server, clock: Callable[[], float], secrets: Secrets | None) -> None:
        self.server = server
        self._clock = clock
        self.secrets = secrets or Secrets()
        for name, value in server.headers.items():
            self.secrets.add_header(name, value)
        self._auth = auth_of(server.credentials, self.secrets)
        self._management_auth = auth_of(server.management_credentials, self.secrets)
        self._standing = _default_headers(server.headers)
        self._breaker = Breaker(server.breaker_failures, server.breaker_seconds, clock)
        self.detected: Detection | None = None
        if server.http2:
            require("h2", "HTTP/2")
        self._protocol = None if server.protocol == AUTO else protocol_for(server)

    def options(self) -> dict[str, Any]:
        """How connections are made.

        The transport is used without httpx's client around it: cookies, redirects and proxies of the
        environment are nothing that the operator configured, and they cost a third of a quick call.
        """
        server = self.server
        return {
            "verify": verification(server.tls, server.name),
            "limits": httpx.Limits(
                max_connections=server.max_connections,
                max_keepalive_connections=server.keep_alive_connections,
                keepalive_expiry=server.keep_alive_seconds,
            ),
        }

    def wire(self, call: Call, left: float, trace: Any = None) -> httpx.Request:
        """The request as httpx has it, to be sent within the seconds left."""
        raw_request = self.raw_request(call, left)
        return httpx.Request(
            raw_request.method,
            call.url,
            headers=raw_request.fields,
            stream=httpx.ByteStream(raw_request.body),
            extensions={"timeout": raw_request.timeouts} | ({"trace": trace} if trace else {}),
        )

    def raw_request(self, call: Call, left: float) -> RawRequest:
        """The request as it is sent within the seconds left, with the headers that no record holds."""
        address, host = _address(call.url)
        headers, body = {"Host": host, **self._standing, **call.headers}, call.request.body
        if self.server.compress and len(body) > _COMPRESS_FROM:
            headers["Content-Encoding"], body = "gzip", gzip.compress(body, 1)
        if body or call.request.method != "GET":
            headers["Content-Length"] = str(len(body))
        fields = tuple(headers.items())
        return RawRequest(call.request.method, address, fields, body, self._timeouts(left))

    def _timeouts(self, left: float) -> dict[str, float]:
        """Each phase has its own limit, and none goes beyond the end of the call."""
        server = self.server
        read = Limit.within(server.read_timeout or left, left)
        is_other = server.write_timeout != server.read_timeout
        return {
            "connect": min(server.connect_timeout, left),
            "read": read,
            "write": Limit.within(server.write_timeout or left, left) if is_other else read,
            "pool": min(server.pool_timeout or left, left),
        }

    def limit(self, call: Call) -> float:
        """The longest that a call may take, in seconds."""
        return min(self.server.timeout, call.seconds or self.server.timeout)

    def left(self, started: float, call: Call) -> float:
        """The seconds that remain for a call. Raises TimeoutError when none do."""
        seconds = self.limit(call) - (self._clock() - started)
        if seconds <= 0:
            raise TimeoutError("no time left")
        return seconds

    def admit(self, call: Call) -> None:
        """Raises EndpointUnreachable while the circuit breaker is open.

        Read-only requests, such as those of the catalogue, go through: an answer to one closes it.
        """
        if self._breaker.is_open and not is_safe(call.request):
            try:
                self._breaker.admit(self.server.title or self.server.name)
            except MdsError as error:
                error.exchange = call.exchange(None, 0.0)
                raise

    def pause_after(
        self, call: Call, outcome: Outcome, attempt: int, started: float
    ) -> float | None:
        """How long to wait before sending it again, if that is safe and there is time; else None."""
        call.tries.count = attempt
        self._note(call, outcome)
        if attempt > self.server.retries:
            return None
        seconds = self._clock() - started
        wait = pause(call.request, outcome, attempt, seconds)
        return wait if wait is not None and seconds + wait < self.limit(call) else None

    def _note(self, call: Call, outcome: Outcome) -> None:
        """Count the outcome for the circuit breaker. Left out: a 503 to a question about readiness, our own
        failure to sign in, and everything about explainers and detectors."""
        is_beside = call.request.to_explainer or call.request.to_detector
        if isinstance(outcome, MdsError) or is_beside:
            return
        if not (isinstance(outcome, Response) and outcome.status == 503 and is_safe(call.request)):
            self._breaker.note(outcome, is_prediction=not is_safe(call.request))

    def auth(self, call: Call) -> httpx.Auth | None:
        """How we sign in for this call; None where nobody has to."""
        management_auth = self._management_auth if call.request.to_management else None
        return management_auth or self._auth

    def signing_in(self, error: Exception) -> MdsError:
        """The error for an exception while a token was fetched."""
        return unreachable(error)

    def _base(self, request: Request) -> str:
        base = self.server.management_url if request.to_management else ""
        base = self.server.explainer_url if request.to_explainer else base
        return (base or self.server.url).rstrip("/")

    def hedge_after(self, signature: Signature) -> float | None:
        """The seconds after which a prediction is asked for a second time, for a model that allows it."""
        is_allowed = signature.model.name in self.server.idempotent_models
        return self.server.hedge_after if is_allowed else None

    def call(
        self,
        request: Request,
        trace_id: str,
        hedge_after: float | None = None,
        seconds: float | None = None,
    ) -> Call:
        """The call with its headers and ids. `trace_id` is a trace id or a caller's whole traceparent."""
        request_id = request.request_id or new_request_id()
        trace_id, ids = trace(trace_id)
        return Call(
            url=self._base(request) + request.path,
            request=request,
            request_id=request_id,
            trace_id=trace_id,
            headers={**request.headers, "X-Request-Id": request_id, **ids},
            hedge_after=hedge_after,
            seconds=seconds,
        )

    def translate(self, error: Exception, limit: float | None = None) -> MdsError:
        """Our error for one of httpx's. Its text, without secrets, is kept for the log alone."""
        detail = self.secrets.text(f"{type(error).__name__}: {error}")
        where = self.server.title or self.server.name
        return connection_failure(error, where, limit or self.server.timeout, detail)

    def failure(self, error: Exception, call: Call, seconds: float) -> MdsError:
        ours = error if isinstance(error, MdsError) else self.translate(error, self.limit(call))
        ours.exchange = call.exchange(None, seconds)
        log.warning("%s %s: %s [%s]", call.request.method, call.url, ours.detail, call.request_id)
        return ours

    def accepted(
        self, protocol: Protocol, signature: Signature, response: Response, exchange: Exchange
    ) -> None:
        """Raise what a status outside 2xx means."""
        if not 200 <= response.status < 300:
            error = at_field(protocol.problem(response), signature, exchange.request_body)
            raise self.logged(error, exchange)

    def logged(self, error: MdsError, exchange: Exchange) -> MdsError:
        """The error with what crossed the wire, written to the log."""
        if error.exchange is None:
            error = refused_at_sign_in(error, exchange)
            error.exchange = exchange
            reason = (error.detail or error.sentence)[:500]
            log.warning(
                "%s %s: %s [%s]", exchange.method, exchange.url, reason, exchange.request_id
            )
        return error

    def misread(self, error: Exception, exchange: Exchange | None) -> MdsError:
        """The error for an exception while an answer was read, including what the protocol did not foresee."""
        ours = error if isinstance(error, MdsError) else malformed(error)
        return self.logged(ours, exchange) if exchange else ours

    def addressable(self, ref: ModelRef) -> ModelRef:
        """The reference itself. Raises EndpointRefused where a URL cannot hold its name."""
        if not ref.is_addressable:
            raise EndpointRefused(_NO_ADDRESS, advice=_RENAME, detail=f"the model {ref}")
        return ref

    def listed(self, models: Sequence[ModelInfo]) -> list[ModelInfo]:
        """The models; those whose name no URL can hold are marked as unavailable."""
        return [
            info
            if info.ref.is_addressable
            else replace(info, state="UNAVAILABLE", reason=f"{_NO_ADDRESS} {_RENAME}")
            for info in models
        ]

    @property
    def known_protocol(self) -> Protocol | None:
        """The protocol of the server, if it is known already."""
        return self._protocol

    def recognised(self, detection: Detection) -> Protocol:
        """Keep the verdict with its evidence. Raises UnreadableAnswer for an unknown protocol, and
        NotAllowed where access is refused."""
        self.detected = detection
        if not detection.protocol:
            raise unrecognised(detection, self.server)
        log.info("%s speaks %s: %s", self.server.name, detection.protocol, detection.evidence)
        self._protocol = protocol_for(self.server, detection.protocol)
        return self._protocol

    def prediction(
        self,
        protocol: Protocol,
        signature: Signature,
        rows: Sequence[Values],
        response: Response,
        exchange: Exchange,
    ) -> Prediction:
        """What the answer to these rows means. Raises UnreadableAnswer, and what the model says of one row alone."""
        self.accepted(protocol, signature, response, exchange)
        try:
            sent = values_sent(rows[0]) if rows else {}
            model, outputs, failures = _read(protocol, signature, response, len(rows), sent)
        except MALFORMED as error:
            raise self.misread(error, exchange) from error
        return Prediction(
            model=model,
            outputs=outputs,
            answers=answers(signature, outputs, len(rows)),
            exchange=exchange,
            signature_fingerprint=signature.fingerprint,
            failures=failures,
        )

    def reread(
        self,
        protocol: Protocol,
        signature: Signature,
        response: Response,
        sent: Values = MappingProxyType({}),
    ) -> tuple[Answer, tuple[Output, ...]]:
        """What an answer to one row that came earlier means with this signature, and its outputs. Nothing is sent;
        `sent` are the values that were, where they are known.

        Raises MdsError.
        """
        try:
            _, outputs, _ = _read(
                protocol, signature, protocol.accepted(response), 1, values_sent(sent)
            )
            return answers(signature, outputs, 1)[0], outputs
        except MALFORMED as error:
            raise self.misread(error, None) from error

    def explain_request(
        self, protocol: Protocol, signature: Signature, values: Rows, request_id: str
    ) -> tuple[Explainer, Request]:
        """The model's explainer, and what asks it about one row. Raises InvalidValues, and EndpointRefused where
        there is no explainer."""
        rows = checked_rows(signature, values)
        if len(rows) != 1:
            raise InvalidValues(
                [Problem(field="", sentence="An explainer takes one row at a time.")]
            )
        request = protocol.explain_request(signature, rows, request_id or new_request_id())
        if request is None or signature.explainer is None:
            raise EndpointRefused(f"There is no explainer beside {signature.model}.")
        return signature.explainer, request

    def explained(
        self,
        protocol: Protocol,
        signature: Signature,
        explainer: Explainer,
        response: Response,
        exchange: Exchange,
    ) -> Explained:
        """What an explainer said. Raises MdsError in words about it."""
        try:
            self.accepted(protocol, signature, response, exchange)
            explanation = protocol.read_explanation(signature, bounded(response))
        except MALFORMED as error:
            raise of_explainer(self.misread(error, exchange)) from error
        return Explained(explainer=explainer, content=explanation, exchange=exchange)


def _read(
    protocol: Protocol,
    signature: Signature,
    response: Response,
    rows: int,
    sent: Mapping[str, object] = MappingProxyType({}),
) -> tuple[ModelRef, tuple[Output, ...], Failures]:
    """The model that answered, its outputs with their roles, and which rows failed. Raises what MALFORMED names."""
    if response.status == HTTPStatus.ACCEPTED:
        raise unfinished("")
    refuse_repeated_names(response)
    model, outputs = protocol.read_prediction(signature, response, rows)
    outputs = with_roles(signature, worded(signature, outputs), sent)
    failures = row_failures(signature, outputs, answers(signature, outputs, rows))
    if rows == 1 and failures:
        raise failures[0]
    return model, outputs, failures


def _default_headers(configured: Mapping[str, str]) -> dict[str, str]:
    """The headers of every request: a given one replaces ours of the same name, however it is spelt."""
    names = {name.lower() for name in configured}
    ours = {name: value for name, value in _ALWAYS.items() if name.lower() not in names}
    spelt = {"host": "Host", "content-length": "Content-Length"}
    return ours | {spelt.get(name.lower(), name): value for name, value in configured.items()}
