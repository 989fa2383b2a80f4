"""A model with one input: loaded when it is first asked, and answering in a thread of its own."""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping, Sequence

from mlserver import MLModel
from mlserver.types import InferenceRequest, InferenceResponse

from runtimes import wire

Answers = Mapping[str, Sequence[object]]


class OneInputRuntime(MLModel):
    """The server's event loop stays free, so that nobody waits for another model's picture."""

    async def load(self) -> bool:
        self._turn = asyncio.Lock()
        self._is_prepared = False
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        wanted, elements = wire.wanted(payload, self.outputs), self.read(payload)
        async with self._turn:
            answers = await asyncio.to_thread(self._prepare_and_answer, elements)
        tensors = [wire.encoded(tensor, answers[tensor.name]) for tensor in wanted]
        return InferenceResponse(model_name=self.name, model_version=self.version, outputs=tensors)

    def read(self, request: InferenceRequest) -> list:
        """The elements of the request: files, where a model does not say otherwise."""
        return wire.files(request)

    @abstractmethod
    def prepare(self) -> None:
        """Import and load what is heavy."""

    @abstractmethod
    def answer(self, elements: list) -> Answers:
        """One value for every element, under the name of each output."""

    def _prepare_and_answer(self, elements: list) -> Answers:
        if not self._is_prepared:
            self.prepare()
            self._is_prepared = True
        return self.answer(elements)
