"""A classifier that takes its time and fails, as much as the request or its settings say."""

import asyncio
import math

import joblib
import pandas as pd
from mlserver import MLModel
from mlserver.errors import InferenceError, MLServerError
from mlserver.types import InferenceRequest, InferenceResponse
from mlserver.utils import get_model_uri

from runtimes import wire
from runtimes.mishap import BrokenOff, Mishap, not_json

DELAY, FAILURE = "delay_seconds", "failure"
LONGEST_DELAY = 600

NONE, EVERY_THIRD = "none", "every third request"
FAILURES = {
    "error 500": lambda: RuntimeError("The model failed on purpose."),
    "busy 503": lambda: MLServerError("The model is busy on purpose; try again later.", 503),
    "not JSON": lambda: Mishap(not_json()),
    "answer breaks off": lambda: Mishap(BrokenOff()),
}


class UnsteadyRuntime(MLModel):
    """Delay and failure come from optional inputs, else request parameters, else its settings."""

    async def load(self) -> bool:
        self._classifier = joblib.load(await get_model_uri(self.settings))
        self._wishes = self.settings.parameters.extra
        self._requests = 0
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        wanted, columns = wire.wanted(payload, self.outputs), wire.columns(payload)
        frame = self._frame(columns)
        await asyncio.sleep(self._delay(payload, columns))
        self._fail(self._failure(payload, columns))
        chances = self._classifier.predict_proba(frame)
        answers = {"predict": chances.argmax(axis=1), "predict_proba": chances}
        tensors = [wire.encoded(tensor, answers[tensor.name]) for tensor in wanted]
        return InferenceResponse(model_name=self.name, model_version=self.version, outputs=tensors)

    def _frame(self, columns: dict[str, list[object]]) -> pd.DataFrame:
        features = list(self._classifier.feature_names_in_)
        wire.check_present(columns, features)
        return pd.DataFrame({name: wire.numbers(name, columns[name]) for name in features})

    def _delay(self, request: InferenceRequest, columns: dict[str, list[object]]) -> float:
        given = wire.numbers(DELAY, columns.get(DELAY, ()))
        longest = max((seconds for seconds in given if not math.isnan(seconds)), default=None)
        seconds = longest if longest is not None else self._wish(request, DELAY)
        return min(max(seconds, 0), LONGEST_DELAY)

    def _failure(self, request: InferenceRequest, columns: dict[str, list[object]]) -> str:
        given = [wire.text(element) for element in columns.get(FAILURE, ()) if element]
        return given[0] if given else self._wish(request, FAILURE)

    def _wish(self, request: InferenceRequest, name: str) -> object:
        wished = getattr(request.parameters, name, None)
        return self._wishes[name] if wished is None else wished

    def _fail(self, failure: str) -> None:
        if failure == EVERY_THIRD:
            self._requests += 1
            failure = NONE if self._requests % 3 else "error 500"
        if failure == NONE:
            return
        if failure not in FAILURES:
            known = ", ".join([NONE, EVERY_THIRD, *FAILURES])
            raise InferenceError(f"There is no failure {failure!r}; there are {known}.")
        raise FAILURES[failure]()
