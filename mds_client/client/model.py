"""A handle on one deployed model, for both clients: it keeps the model's signature, and says when that has changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mds_client.client.failures import mismatch
from mds_client.client.row_splitter import AT_ONCE, Chunk
from mds_client.errors import EndpointFailed, EndpointRefused, MdsError
from mds_client.prediction import Prediction
from mds_client.protocols.explainers import Explained, explainer_of
from mds_client.signature import ModelRef, Signature
from mds_client.signature.rows import Rows

if TYPE_CHECKING:
    from mds_client.client.async_client import AsyncMdsClient
    from mds_client.client.sync_client import MdsClient


@dataclass(frozen=True, kw_only=True)
class Model:
    """A handle on one deployed model."""

    client: MdsClient
    ref: ModelRef
    known: Signature | None = None

    def signature(self) -> Signature:
        """What the model takes and answers; asked anew at each call unless known. Raises MdsError."""
        return self.known or self.client.signature(self.ref)

    def predict(self, values: Rows, *, request_id: str = "", trace_id: str = "") -> Prediction:
        """The answer to one row (a mapping), several (a list) or a DataFrame. Raises MdsError."""
        signature = self.signature()
        try:
            return self.client.predict(signature, values, request_id=request_id, trace_id=trace_id)
        except (EndpointRefused, EndpointFailed) as error:
            raise self._reason(error) from error

    def predict_rows(
        self, values: Rows, *, at_once: int = AT_ONCE, trace_id: str = ""
    ) -> Iterator[Chunk]:
        """As MdsClient.predict_rows."""
        return self.client.predict_rows(
            self.signature(), values, at_once=at_once, trace_id=trace_id
        )

    def explain(self, values: Rows, *, request_id: str = "", trace_id: str = "") -> Explained:
        """What the explainer deployed beside the model says of one row. Raises MdsError."""
        signature = self.signature()
        if signature.explainer is None:
            explainer = explainer_of(self.client.explainers(), self.ref)
            signature = replace(signature, explainer=explainer)
        return self.client.explain(signature, values, request_id=request_id, trace_id=trace_id)

    def _reason(self, error: MdsError) -> MdsError:
        """A refusal is a mismatch when the model no longer takes what it was known to take."""
        if self.known is None or not self._has_changed(self.known):
            return error
        return mismatch(error)

    def _has_changed(self, known: Signature) -> bool:
        try:
            now = self.client.signature(self.ref)
            return now.fingerprint != known.declared_fingerprint
        except MdsError:
            return False


@dataclass(frozen=True, kw_only=True)
class AsyncModel:
    """The same as Model, awaited."""

    client: AsyncMdsClient
    ref: ModelRef
    known: Signature | None = None

    async def signature(self) -> Signature:
        """As Model.signature."""
        return self.known or await self.client.signature(self.ref)

    async def predict(
        self, values: Rows, *, request_id: str = "", trace_id: str = ""
    ) -> Prediction:
        """As Model.predict."""
        signature = await self.signature()
        try:
            return await self.client.predict(
                signature, values, request_id=request_id, trace_id=trace_id
            )
        except (EndpointRefused, EndpointFailed) as error:
            raise await self._reason(error) from error

    async def predict_rows(
        self, values: Rows, *, at_once: int = AT_ONCE, trace_id: str = ""
    ) -> AsyncIterator[Chunk]:
        """As MdsClient.predict_rows."""
        chunks = self.client.predict_rows(
            await self.signature(), values, at_once=at_once, trace_id=trace_id
        )
        async for chunk in chunks:
            yield chunk

    async def explain(self, values: Rows, *, request_id: str = "", trace_id: str = "") -> Explained:
        """As Model.explain."""
        signature = await self.signature()
        if signature.explainer is None:
            explainer = explainer_of(await self.client.explainers(), self.ref)
            signature = replace(signature, explainer=explainer)
        return await self.client.explain(
            signature, values, request_id=request_id, trace_id=trace_id
        )

    async def _reason(self, error: MdsError) -> MdsError:
        """A refusal is a mismatch when the model no longer takes what it was known to take."""
        if self.known is None or not await self._has_changed(self.known):
            return error
        return mismatch(error)

    async def _has_changed(self, known: Signature) -> bool:
        try:
            now = await self.client.signature(self.ref)
            return now.fingerprint != known.declared_fingerprint
        except MdsError:
            return False
