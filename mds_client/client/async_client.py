"""The async client of one server: what MdsClient does, without a thread for each call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx

from mds_client.client.base_client import MOST_ASKED, BaseClient
from mds_client.client.call import Call, ConnectionTrace, new_request_id
from mds_client.client.detecting import detector_request, signature_of_detector, verdict
from mds_client.client.failures import FAULTS, MALFORMED, SIGNING_IN
from mds_client.client.model import AsyncModel
from mds_client.client.response_body import bound, decodable, headers_of
from mds_client.client.row_splitter import AT_ONCE, OF_ALL, Chunk, RowSplitter, rows_at_once
from mds_client.errors import MdsError
from mds_client.prediction import Prediction
from mds_client.protocols.detection import Detection, detection
from mds_client.protocols.detectors import Verdict, of_detector_error
from mds_client.protocols.explainers import Explained, explainers, of_explainer
from mds_client.protocols.protocol import Conversation, Protocol, Result
from mds_client.server import ModelInfo, Server
from mds_client.signature import Explainer, ModelRef, Signature
from mds_client.signature.rows import Rows, checked_rows
from mds_client.transport.exchange import Exchange, Request, Response
from mds_client.transport.redaction import Secrets
from mds_client.transport.retrying import Outcome

if TYPE_CHECKING:
    from mds_client.signature.facts import Facts


class AsyncMdsClient(BaseClient):
    """The same as MdsClient, awaited."""

    def __init__(
        self,
        server: Server,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        secrets: Secrets | None = None,
    ) -> None:
        super().__init__(server, clock, secrets)
        self._transport = transport or httpx.AsyncHTTPTransport(
            http2=server.http2, trust_env=False, **self.options()
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._transport.aclose()

    async def protocol(self) -> Protocol:
        """The protocol of the server, found out at the first call if it is not configured.

        Raises MdsError when nobody answers or nothing is recognised.
        """
        return self._protocol or self.recognised(await self.detect())

    async def detect(self) -> Detection:
        """What the server speaks, by read-only requests, with the evidence. Raises MdsError."""
        return await self._converse(detection(self.server))

    async def is_ready(self) -> bool:
        """Whether the server says that all its models can be asked. Never raises."""
        try:
            return await self._converse((await self.protocol()).ready())
        except MdsError:
            return False

    async def models(self) -> list[ModelInfo]:
        """The server's models, one entry for each name and version. Raises MdsError."""
        return self.listed(await self._converse((await self.protocol()).models()))

    def model(
        self, name: str, version: str = "", *, signature: Signature | None = None
    ) -> AsyncModel:
        """As MdsClient.model."""
        ref = ModelRef(server=self.server.name, name=name, version=version)
        return AsyncModel(client=self, ref=ref, known=signature)

    async def signature(self, ref: ModelRef) -> Signature:
        """What the model takes and answers, as far as the server says. Raises MdsError."""
        return await self._converse((await self.protocol()).signature(self.addressable(ref)))

    async def probe(self, ref: ModelRef) -> Facts | None:
        """As MdsClient.probe."""
        from mds_client.schema_learning.probing import probed

        protocol = await self.protocol()
        return await self._converse(probed(protocol, ref, await self.signature(ref)))

    async def predict(
        self, signature: Signature, values: Rows, *, request_id: str = "", trace_id: str = ""
    ) -> Prediction:
        """As MdsClient.predict."""
        self.addressable(signature.model)
        rows = checked_rows(signature, values)
        protocol = await self.protocol()
        request = protocol.predict_request(signature, rows, request_id or new_request_id())
        response, exchange = await self._send(request, trace_id, self.hedge_after(signature))
        return self.prediction(protocol, signature, rows, response, exchange)

    async def predict_rows(
        self, signature: Signature, values: Rows, *, at_once: int = AT_ONCE, trace_id: str = ""
    ) -> AsyncIterator[Chunk]:
        """As MdsClient.predict_rows."""
        rows = checked_rows(signature, values)
        splitter = RowSplitter(rows_at_once(signature.max_rows, at_once))
        splitter.add(len(rows))
        while (part := splitter.next()) is not None:
            outcome = await self._outcome_of(signature, rows[part.start : part.stop], trace_id)
            if splitter.is_settled(part, outcome):
                yield Chunk(rows=part, outcome=outcome)

    async def _outcome_of(
        self, signature: Signature, rows: Rows, trace_id: str
    ) -> Prediction | MdsError:
        """What came of one request. Raises what would meet every row alike."""
        try:
            return await self.predict(signature, rows, trace_id=trace_id)
        except OF_ALL:
            raise
        except MdsError as error:
            return error

    async def explainers(self) -> dict[ModelRef, Explainer]:
        """As MdsClient.explainers."""
        protocol, refs = await self.protocol(), [info.ref for info in await self.models()]
        declared = {ref: await self._declared(ref, place) for place, ref in enumerate(refs)}
        return explainers(protocol, declared)

    async def _declared(self, ref: ModelRef, place: int) -> Signature | None:
        try:
            return await self.signature(ref) if place < MOST_ASKED else None
        except MdsError:
            return None

    async def feedback(
        self,
        sent: bytes,
        answered: bytes,
        *,
        is_right: bool,
        truth: str | float | None = None,
        request_id: str = "",
    ) -> bool:
        """As the sync client's."""
        protocol = await self.protocol()
        request = protocol.feedback_request(
            sent, answered, is_right=is_right, truth=truth, request_id=request_id
        )
        if request is None:
            return False
        response, _ = await self._send(request)
        if response.status >= 400:
            raise protocol.problem(response)
        return True

    async def explain(
        self,
        signature: Signature,
        values: Rows,
        *,
        request_id: str = "",
        trace_id: str = "",
        seconds: float | None = None,
    ) -> Explained:
        """As MdsClient.explain."""
        protocol = await self.protocol()
        explainer, request = self.explain_request(protocol, signature, values, request_id)
        try:
            response, exchange = await self._send(request, trace_id, seconds=seconds)
        except MdsError as error:
            raise of_explainer(error) from error
        return self.explained(protocol, signature, explainer, response, exchange)

    async def ask_detector(
        self, signature: Signature, detector: str, values: Rows, *, seconds: float | None = None
    ) -> Verdict:
        """As MdsClient.ask_detector."""
        rows, protocol = checked_rows(signature, values), await self.protocol()
        of_detector = signature_of_detector(self, signature, detector)
        request = detector_request(protocol, of_detector, rows)
        try:
            response, exchange = await self._send(request, seconds=seconds)
        except MdsError as error:
            raise of_detector_error(error) from error
        return verdict(self, protocol, of_detector, len(rows), response, exchange)

    async def _converse(self, conversation: Conversation[Result]) -> Result:
        """Lead a conversation to its end. Raises MdsError."""
        exchange = None
        try:
            request = next(conversation)
            while True:
                response, exchange = await self._send(request)
                request = conversation.send(response)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        except MALFORMED as error:
            raise self.misread(error, exchange) from error

    async def _send(
        self,
        request: Request,
        trace_id: str = "",
        hedge_after: float | None = None,
        seconds: float | None = None,
    ) -> tuple[Response, Exchange]:
        call, started = self.call(request, trace_id, hedge_after, seconds), self._clock()
        self.admit(call)
        try:
            response = await self._until_settled(call, started)
        except FAULTS as error:
            raise self.failure(error, call, self._clock() - started) from error
        return response, call.exchange(response, self._clock() - started)

    async def _until_settled(self, call: Call, started: float) -> Response:
        """Repeat what may be repeated. Raises one of FAULTS."""
        attempt = 1
        while True:
            outcome = await self._outcome(call, started)
            pause = self.pause_after(call, outcome, attempt, started)
            if pause is None:
                break
            attempt += 1
            await asyncio.sleep(pause)
        if isinstance(outcome, Response):
            return outcome
        try:
            raise outcome
        finally:
            del (
                outcome
            )  # an error whose frame holds it would keep sockets until the next collection

    async def _outcome(self, call: Call, started: float) -> Outcome:
        try:
            return await self._hedged(call, started)
        except FAULTS as error:
            return error

    async def _hedged(self, call: Call, started: float) -> Response:
        """Ask a second time when the first answer is slow, for a model that allows it."""
        if call.hedge_after is None:
            return await self._again_if_stale(call, started)
        from mds_client.transport.hedging import hedged_async

        return await hedged_async(lambda: self._again_if_stale(call, started), call.hedge_after)

    async def _again_if_stale(self, call: Call, started: float) -> Response:
        """Repeat a request once if the connection it went to had been closed already."""
        trace = ConnectionTrace()
        try:
            return await self._stream(call, started, trace)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            if not trace.stale_connection:
                raise
            return await self._stream(call, started, ConnectionTrace())

    async def _stream(self, call: Call, started: float, trace: ConnectionTrace) -> Response:
        left = self.left(started, call)
        async with asyncio.timeout(left):
            answer = await self._signed_in(
                self.wire(call, left, trace.async_event), self.auth(call)
            )
            return self.secrets.response(await self._read(answer, started))

    async def _read(self, answer: httpx.Response, started: float) -> Response:
        """The whole of an answer, within the limits on its size and time."""
        body = bytearray()
        try:
            headers = headers_of(answer.headers.raw)
            decodable(headers)
            async for part in answer.aiter_bytes():
                body += part
                bound(self.server, len(body), self._clock() - started)
        finally:
            await answer.aclose()
        return Response(status=answer.status_code, body=bytes(body), headers=headers)

    async def _signed_in(self, request: httpx.Request, auth: httpx.Auth | None) -> httpx.Response:
        """The answer to the request, after whatever the credentials ask for first."""
        if auth is None:
            return await self._transport.handle_async_request(request)
        flow = auth.auth_flow(request)
        step = next(flow)
        while True:
            answer = await self._sign_in(step, request)
            try:
                following = flow.send(answer)
            except StopIteration:
                return answer
            await answer.aclose()
            step = following

    async def _sign_in(self, step: httpx.Request, request: httpx.Request) -> httpx.Response:
        """One step of signing in; its last is the request itself."""
        if step is request:
            return await self._transport.handle_async_request(request)
        started = self._clock()
        try:
            response = await self._read(await self._transport.handle_async_request(step), started)
        except SIGNING_IN as error:
            raise self.signing_in(error) from error
        return httpx.Response(response.status, content=response.body)
