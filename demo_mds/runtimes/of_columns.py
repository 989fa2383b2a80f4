"""A model of a table's columns that works with an artefact of its own: read when it is first asked, one request at a time, in a thread,
so that the server's event loop stays free."""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import joblib
from mlserver import MLModel
from mlserver.types import InferenceRequest, InferenceResponse
from mlserver.utils import get_model_uri

from runtimes import wire

Columns = dict[str, list[object]]


class ColumnsRuntime(MLModel):
    """Its artefact is a mapping."""

    async def load(self) -> bool:
        self._turn = asyncio.Lock()
        self._artefact = None
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        uri = await get_model_uri(self.settings)
        columns = wire.columns(payload)
        async with self._turn:
            found = await asyncio.to_thread(self._found, uri, columns)
        return self.response(found)

    @abstractmethod
    def found(self, columns: Columns, known: Mapping) -> dict[str, object]:
        """What there is to say of the columns, with what is `known`: the artefact."""

    @abstractmethod
    def response(self, found: dict[str, object]) -> InferenceResponse:
        """The same as it is answered."""

    def _found(self, uri: str, columns: Columns) -> Any:
        if self._artefact is None:
            self._artefact = joblib.load(uri)
        return self.found(columns, self._artefact)
