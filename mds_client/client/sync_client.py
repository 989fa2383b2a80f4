"""The client of one server. It and its async twin are the only places that send HTTP.

with MdsClient(Server(name="demo", url="http://127.0.0.1:8080")) as client:
    for info in client.models():
        print(info.ref, info.state)
    model = client.model("breast-cancer")
    print(model.predict(model.signature().example_rows[0]).answer.headline)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

import httpx

from mds_client.client.base_client import MOST_ASKED, BaseClient
from mds_client.client.call import Call, new_request_id
from mds_client.client.detecting import detector_request, signature_of_detector, verdict
from mds_client.client.failures import FAULTS, MALFORMED, SIGNING_IN
from mds_client.client.model import Model
from mds_client.client.response_body import bound, decodable, headers_of, parts
from mds_client.client.row_splitter import AT_ONCE, OF_ALL, Chunk, RowSplitter, rows_at_once
from mds_client.errors import (
    MdsError,
)
from mds_client.prediction import Prediction
from mds_client.protocols.detection import Detection, detection
from mds_client.protocols.detectors import Verdict, of_detector_error
from mds_client.protocols.explainers import Explained, explainers, of_explainer
from mds_client.protocols.protocol import Conversation, Protocol, Result
from mds_client.server import ModelInfo, Server
from mds_client.signature import Explainer, ModelRef, Signature
from mds_client.signature.rows import Rows, checked_rows
from mds_client.transport.exchange import Exchange, Request, Response
from mds_client.transport.heads import RawRequest, RawResponse
from mds_client.transport.redaction import Secrets
from mds_client.transport.retrying import Outcome

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mds_client.signature.facts import Facts


class MdsClient(BaseClient):
    """Talks to one server. Safe to share between threads. Close it, or use it in a `with` block.

    `transport` is the seam for tests (httpx.MockTransport or a real one); `clock` counts seconds. What the server
    repeats of its credentials, or of other `secrets`, is replaced before anything else reads it.
    """

    def __init__(
        self,
        server: Server,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        secrets: Secrets | None = None,
    ) -> None:
        super().__init__(server, clock, secrets)
        self._pool: Executor | None = None
        self._transport = transport or self._connections()
        # Our own transport takes requests as they are, where nobody has to sign in.
        self._ask: Callable[[RawRequest], RawResponse] | None = getattr(
            self._transport, "ask", None
        )

    def _connections(self) -> httpx.BaseTransport:
        # httpcore is slow to import
        from mds_client.transport.connections import Http2Transport, Transport

        return (Http2Transport if self.server.http2 else Transport)(**self.options())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all connections, also those that a thread is using: its call fails at once."""
        if self._pool:
            self._pool.shutdown(wait=False)
        self._transport.close()

    def protocol(self) -> Protocol:
        """The protocol of the server, found out at the first call if it is not configured.

        Raises MdsError when nobody answers or nothing is recognised.
        """
        return self._protocol or self.recognised(self.detect())

    def detect(self) -> Detection:
        """What the server speaks, by read-only requests, with the evidence. Raises MdsError."""
        return self._converse(detection(self.server))

    def is_ready(self) -> bool:
        """Whether the server says that all its models can be asked. Never raises."""
        try:
            return self._converse(self.protocol().ready())
        except MdsError:
            return False

    def models(self) -> list[ModelInfo]:
        """The server's models, one entry for each name and version. Raises MdsError."""
        return self.listed(self._converse(self.protocol().models()))

    def model(self, name: str, version: str = "", *, signature: Signature | None = None) -> Model:
        """A handle on one model; asks nothing yet. Without a version the server chooses.

        A signature that is known already saves asking for it at each call.
        """
        ref = ModelRef(server=self.server.name, name=name, version=version)
        return Model(client=self, ref=ref, known=signature)

    def signature(self, ref: ModelRef) -> Signature:
        """What the model takes and answers, as far as the server says. Raises MdsError."""
        return self._converse(self.protocol().signature(self.addressable(ref)))

    def probe(self, ref: ModelRef) -> Facts | None:
        """What a model takes that does not say, read out of its refusals of rows of zeros; else None.

        It costs at most three predictions: only for when a person asks for it or the operator allows it.
        Raises MdsError.
        """
        from mds_client.schema_learning.probing import probed

        return self._converse(probed(self.protocol(), ref, self.signature(ref)))

    def predict(
        self, signature: Signature, values: Rows, *, request_id: str = "", trace_id: str = ""
    ) -> Prediction:
        """Ask for the answer to one or more rows. Raises InvalidValues before anything is sent,
        and the other MdsErrors with `exchange` set."""
        self.addressable(signature.model)
        rows = checked_rows(signature, values)
        protocol = self.protocol()
        request = protocol.predict_request(signature, rows, request_id or new_request_id())
        response, exchange = self._send(request, trace_id, self.hedge_after(signature))
        return self.prediction(protocol, signature, rows, response, exchange)

    def predict_rows(
        self, signature: Signature, values: Rows, *, at_once: int = AT_ONCE, trace_id: str = ""
    ) -> Iterator[Chunk]:
        """The answers to many rows, in their order and in as many requests as the server needs: at most so many
        rows each, fewer where the model says so or refuses more. A row that is refused alone is a chunk with its
        error; the others have their answers.

        Raises InvalidValues before anything is sent, and the MdsError that would meet every row alike.
        """
        rows = checked_rows(signature, values)
        splitter = RowSplitter(rows_at_once(signature.max_rows, at_once))
        splitter.add(len(rows))
        while (part := splitter.next()) is not None:
            outcome = self._outcome_of(signature, rows[part.start : part.stop], trace_id)
            if splitter.is_settled(part, outcome):
                yield Chunk(rows=part, outcome=outcome)

    def _outcome_of(self, signature: Signature, rows: Rows, trace_id: str) -> Prediction | MdsError:
        """What came of one request. Raises what would meet every row alike."""
        try:
            return self.predict(signature, rows, trace_id=trace_id)
        except OF_ALL:
            raise
        except MdsError as error:
            return error

    def explainers(self) -> dict[ModelRef, Explainer]:
        """What explains which of the server's models, read from its listing and their metadata (of at most
        a hundred models). Raises MdsError."""
        protocol, refs = self.protocol(), [info.ref for info in self.models()]
        return explainers(protocol, {ref: self._declared(ref, n) for n, ref in enumerate(refs)})

    def _declared(self, ref: ModelRef, place: int) -> Signature | None:
        try:
            return self.signature(ref) if place < MOST_ASKED else None
        except MdsError:
            return None

    def explain(
        self,
        signature: Signature,
        values: Rows,
        *,
        request_id: str = "",
        trace_id: str = "",
        seconds: float | None = None,
    ) -> Explained:
        """What the explainer that the signature names says of one row, at most so many seconds long.

        Raises InvalidValues before anything is sent, EndpointRefused where there is no explainer, and the
        other MdsErrors, in words about the explainer.
        """
        protocol = self.protocol()
        explainer, request = self.explain_request(protocol, signature, values, request_id)
        try:
            response, exchange = self._send(request, trace_id, seconds=seconds)
        except MdsError as error:
            raise of_explainer(error) from error
        return self.explained(protocol, signature, explainer, response, exchange)

    def ask_detector(
        self, signature: Signature, detector: str, values: Rows, *, seconds: float | None = None
    ) -> Verdict:
        """What a detector, another model of the server, says of one or more rows of the model of the signature, at most so
        many seconds long. Raises InvalidValues before anything is sent, and the other MdsErrors, in words about the
        detector."""
        rows, protocol = checked_rows(signature, values), self.protocol()
        of_detector = signature_of_detector(self, signature, detector)
        request = detector_request(protocol, of_detector, rows)
        try:
            response, exchange = self._send(request, seconds=seconds)
        except MdsError as error:
            raise of_detector_error(error) from error
        return verdict(self, protocol, of_detector, len(rows), response, exchange)

    def feedback(
        self,
        sent: bytes,
        answered: bytes,
        *,
        is_right: bool,
        truth: str | float | None = None,
        request_id: str = "",
    ) -> bool:
        """Tell the server whether an answer was right, and what would have been; whether its protocol takes that.

        `sent` and `answered` are the bodies of the exchange. Raises MdsError.
        """
        protocol = self.protocol()
        request = protocol.feedback_request(
            sent, answered, is_right=is_right, truth=truth, request_id=request_id
        )
        if request is None:
            return False
        response, _ = self._send(request)
        if response.status >= 400:
            raise protocol.problem(response)
        return True

    def _converse(self, conversation: Conversation[Result]) -> Result:
        """Lead a conversation to its end. Raises MdsError."""
        exchange = None
        try:
            request = next(conversation)
            while True:
                response, exchange = self._send(request)
                request = conversation.send(response)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        except MALFORMED as error:
            raise self.misread(error, exchange) from error

    def _send(
        self,
        request: Request,
        trace_id: str = "",
        hedge_after: float | None = None,
        seconds: float | None = None,
    ) -> tuple[Response, Exchange]:
        call, started = self.call(request, trace_id, hedge_after, seconds), self._clock()
        self.admit(call)
        try:
            response = self._until_settled(call, started)
        except FAULTS as error:
            raise self.failure(error, call, self._clock() - started) from error
        return response, call.exchange(response, self._clock() - started)

    def _until_settled(self, call: Call, started: float) -> Response:
        """Repeat what may be repeated. Raises one of FAULTS."""
        attempt = 1
        while True:
            outcome = self._outcome(call, started)
            pause = self.pause_after(call, outcome, attempt, started)
            if pause is None:
                break
            attempt += 1
            time.sleep(pause)
        if isinstance(outcome, Response):
            return outcome
        try:
            raise outcome
        finally:
            del (
                outcome
            )  # an error whose frame holds it would keep sockets until the next collection

    def _outcome(self, call: Call, started: float) -> Outcome:
        try:
            return self._hedged(call, started)
        except FAULTS as error:
            return error

    def _hedged(self, call: Call, started: float) -> Response:
        """Ask a second time when the first answer is slow, for a model that allows it."""
        if call.hedge_after is None:
            return self._again_if_stale(call, started)
        from mds_client.transport.hedging import hedged

        return hedged(
            self._threads(), lambda: self._again_if_stale(call, started), call.hedge_after
        )

    def _threads(self) -> Executor:
        from concurrent.futures import ThreadPoolExecutor

        self._pool = self._pool or ThreadPoolExecutor(max_workers=8)
        return self._pool

    def _again_if_stale(self, call: Call, started: float) -> Response:
        """Repeat a request once if the connection it went to had been closed already."""
        try:
            return self._stream(call, started)
        except (httpx.ReadError, httpx.WriteError) as error:
            from mds_client.transport.connections import was_stale

            if not was_stale(error):
                raise
        return self._stream(call, started)

    def _stream(self, call: Call, started: float) -> Response:
        response = self._read(self._answer(call, self.left(started, call)), started)
        return self.secrets.response(response)

    def _read(self, answer: RawResponse, started: float) -> Response:
        """The whole of an answer, within the limits on its size and time."""
        body = bytearray()
        try:
            headers = headers_of(answer.fields)
            decodable(headers)
            for part in parts(answer, headers):
                body += part
                bound(self.server, len(body), self._clock() - started)
        finally:
            answer.body.close()
        return Response(status=answer.status, body=bytes(body), headers=headers)

    def _answer(self, call: Call, left: float) -> RawResponse:
        auth = self.auth(call)
        if self._ask and auth is None:
            return self._ask(self.raw_request(call, left))
        return _raw(self._signed_in(self.wire(call, left), auth))

    def _signed_in(self, request: httpx.Request, auth: httpx.Auth | None) -> httpx.Response:
        """The answer to the request, after whatever the credentials ask for first."""
        if auth is None:
            return self._transport.handle_request(request)
        flow = auth.auth_flow(request)
        step = next(flow)
        while True:
            answer = self._sign_in(step, request)
            try:
                following = flow.send(answer)
            except StopIteration:
                return answer
            answer.close()
            step = following

    def _sign_in(self, step: httpx.Request, request: httpx.Request) -> httpx.Response:
        """One step of signing in; its last is the request itself."""
        if step is request:
            return self._transport.handle_request(request)
        started = self._clock()
        try:
            response = self._read(_raw(self._transport.handle_request(step)), started)
        except SIGNING_IN as error:
            raise self.signing_in(error) from error
        return httpx.Response(response.status, content=response.body)


def _raw(answer: httpx.Response) -> RawResponse:
    body = cast(httpx.SyncByteStream, answer.stream)
    return RawResponse(answer.status_code, answer.headers.raw, body)
