"""What watches a model of a table, in the message form of MLServer's alibi-detect runtime: rows unlike the training, and drift.

That runtime itself cannot be deployed here, as little as its sister that explains (runtimes/explainer.py): the detectors are
NumPy's and SciPy's, and answer as it does, each key as an output with one more dimension in front.
"""

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse

from runtimes import wire
from runtimes.of_columns import Columns, ColumnsRuntime


class DetectorRuntime(ColumnsRuntime):
    """Its artefact has the names of the `columns`, and what the rows of a request are held against."""

    def found(self, columns: Columns, known: Mapping) -> dict[str, object]:
        names = known["columns"]
        wire.check_present(columns, names)
        rows = np.column_stack([wire.numbers(name, columns[name]) for name in names])
        return self.detect(rows, known)

    def response(self, found: dict[str, object]) -> InferenceResponse:
        outputs = [
            NumpyCodec.encode_output(name, np.atleast_1d(value)[np.newaxis])
            for name, value in found.items()
        ]
        return InferenceResponse(model_name=self.name, model_version=self.version, outputs=outputs)

    @abstractmethod
    def detect(self, rows: np.ndarray, known: Mapping) -> dict[str, object]:
        """What is found of the rows, under the name of each output."""


class OutlierRuntime(DetectorRuntime):
    """How far each row is from the middle of the training, in the metric of how its columns vary together (Mahalanobis, 1936), and
    whether that is further than `threshold`."""

    def detect(self, rows: np.ndarray, known: Mapping) -> dict[str, object]:
        scores = distances(rows, known["mean"], known["precision"])
        return {"is_outlier": (scores > known["threshold"]).astype(int), "instance_score": scores}


class DriftRuntime(DetectorRuntime):
    """Whether the rows of a request are spread as the `reference` is: the test of Kolmogorov and Smirnov a column, after Bonferroni."""

    def detect(self, rows: np.ndarray, known: Mapping) -> dict[str, object]:
        from scipy.stats import ks_2samp

        reference = known["reference"]
        found = [ks_2samp(reference[:, n], rows[:, n]) for n in range(reference.shape[1])]
        p, threshold = np.array([each.pvalue for each in found]), known["level"] / len(found)
        return {
            "is_drift": int(p.min() < threshold),
            "distance": np.array([each.statistic for each in found]),
            "p_val": p,
            "threshold": threshold,
        }


def distances(rows: np.ndarray, mean: np.ndarray, precision: np.ndarray) -> np.ndarray:
    """The Mahalanobis distance of each row from the mean."""
    away = rows - mean
    return np.sqrt(np.einsum("ij,jk,ik->i", away, precision, away))
