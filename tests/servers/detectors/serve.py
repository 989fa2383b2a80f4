"""An MLServer with a classifier and what watches it, in the form of MLServer's alibi-detect runtime.

That runtime's newest release which resolves with alibi-detect 0.11.4, the last one under Apache-2.0, wants NumPy 1.23: so the
detectors are scikit-learn's and SciPy's, and answer as that runtime does: each key as an output with one more dimension in front.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput
from scipy.stats import ks_2samp
from sklearn.datasets import load_iris
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LogisticRegression

COLUMNS = ("sepal_length", "sepal_width", "petal_length", "petal_width")


def rows_of(request: InferenceRequest) -> np.ndarray:
    """The columns of a request by their names, as rows."""
    by_name = {tensor.name: np.ravel(NumpyCodec.decode_input(tensor)) for tensor in request.inputs}
    return np.column_stack([by_name[name] for name in COLUMNS])


class Irises(MLModel):
    """The species of an iris, as its number."""

    async def load(self) -> bool:
        self._model = LogisticRegression(max_iter=1_000).fit(*load_iris(return_X_y=True))
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        found = self._model.predict(rows_of(payload)).reshape(-1, 1)
        return InferenceResponse(
            model_name=self.name, outputs=[NumpyCodec.encode_output("predict", found)]
        )


class Outliers(MLModel):
    """Whether each row is unlike irises, by an isolation forest."""

    KEY = "is_outlier"

    async def load(self) -> bool:
        self._forest = IsolationForest(random_state=0).fit(load_iris().data)
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        rows = rows_of(payload)
        scores = -self._forest.score_samples(rows)
        nothing = ResponseOutput(name="feature_score", shape=[1, 1], datatype="BYTES", data=[None])
        outputs = {self.KEY: (self._forest.predict(rows) < 0).astype(int), "instance_score": scores}
        return InferenceResponse(model_name=self.name, outputs=[*encoded(outputs), nothing])


class Adversarial(Outliers):
    """The same, told as a detector of rows that are made to deceive."""

    KEY = "is_adversarial"


class Drift(MLModel):
    """Whether rows are spread as irises are: the test of Kolmogorov and Smirnov a column, after Bonferroni."""

    async def load(self) -> bool:
        self._reference = load_iris().data
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        rows = rows_of(payload)
        found = [ks_2samp(self._reference[:, n], rows[:, n]) for n in range(len(COLUMNS))]
        p, threshold = np.array([each.pvalue for each in found]), 0.05 / len(COLUMNS)
        outputs = {
            "is_drift": int(p.min() < threshold),
            "distance": np.array([each.statistic for each in found], dtype=np.float32),
            "p_val": p,
            "threshold": threshold,
        }
        return InferenceResponse(model_name=self.name, outputs=encoded(outputs))


class Collecting(MLModel):
    """A detector that waits for more requests."""

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        return InferenceResponse(model_name=self.name, outputs=[])


def encoded(values: dict[str, object]) -> list[ResponseOutput]:
    """Each with one more dimension in front; a number alone as [1, 1]."""
    return [
        NumpyCodec.encode_output(name, np.atleast_1d(value)[np.newaxis])
        for name, value in values.items()
    ]


MODELS = {
    "irises": Irises,
    "irises-told": Irises,
    "irises-outliers": Outliers,
    "irises-adversarial": Adversarial,
    "irises-drift": Drift,
    "irises-collecting": Collecting,
}


# What a model says in its metadata of what watches it; not all of it can be asked.
NAMED = ["irises-outliers", "../irises-outliers", "irises-told"]
TOLD = {"irises-told": {"parameters": {"detectors": NAMED, "drift_detectors": ["irises-drift"]}}}


def main() -> None:
    http, grpc, metrics, folder = *map(int, sys.argv[1:4]), Path(sys.argv[4])
    ports = {"http_port": http, "grpc_port": grpc, "metrics_port": metrics}
    settings = {"host": "127.0.0.1", "parallel_workers": 0, **ports}
    (folder / "settings.json").write_text(json.dumps(settings))
    for name, runtime in MODELS.items():
        (folder / name).mkdir()
        declared = {"name": name, "implementation": f"serve.{runtime.__name__}"}
        if runtime is Irises:
            tensor = {"datatype": "FP64", "shape": [-1, 1]}
            declared["inputs"] = [{"name": column, **tensor} for column in COLUMNS]
            output = {"name": "predict", "datatype": "INT64", "shape": [-1, 1]}
            declared["outputs"] = [output | TOLD.get(name, {})]
        (folder / name / "model-settings.json").write_text(json.dumps(declared))
    own = {"PYTHONPATH": str(Path(__file__).parent), "OTEL_SDK_DISABLED": "true"}
    command = str(Path(sys.executable).parent / "mlserver")
    os.execve(command, [command, "start", str(folder)], {**os.environ, **own})


if __name__ == "__main__":
    main()
