"""Explains a classifier of a table, in the message form of MLServer's alibi-explain runtime with KernelShap.

That runtime itself cannot be deployed here: its newest release that resolves with alibi 0.9.4, the last one
under Apache-2.0, is 1.4.0 and wants NumPy 1.23 and TensorFlow 2.12. What Kernel SHAP estimates from samples
of coalitions is computed exactly here, from all of them: with seven columns there are 128.
"""

import json
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from mlserver.codecs import StringCodec
from mlserver.types import InferenceResponse, Parameters

from runtimes import wire
from runtimes.of_columns import Columns, ColumnsRuntime

HEADERS = {"x-seldon-alibi-type": "explanation", "x-seldon-alibi-method": "shap_wrappers"}
PARAMS = {
    "link": "identity",
    "group_names": None,
    "grouped": False,
    "groups": None,
    "weights": None,
    "summarise_background": False,
    "summarise_result": False,
    "transpose": False,
    "kwargs": {},
}


class ExplainerRuntime(ColumnsRuntime):
    """Its artefact has the `classifier` and the `background`: typical rows, a frame with its columns.

    As in alibi-explain only the first row of a request is explained.
    """

    def found(self, columns: Columns, known: Mapping) -> dict[str, object]:
        background = known["background"]
        row = _row(columns, background)
        values, starts, reached = shapley(known["classifier"].predict_proba, row, background)
        return explanation(row, values, starts, reached)

    def response(self, found: dict[str, object]) -> InferenceResponse:
        text = StringCodec.encode_output("explanation", [json.dumps(found)])
        return InferenceResponse(
            model_name=self.name,
            model_version=self.version,
            outputs=[text],
            parameters=Parameters(headers=HEADERS),
        )


def _row(columns: dict[str, list[object]], background: pd.DataFrame) -> pd.DataFrame:
    wire.check_present(columns, background.columns)
    return pd.DataFrame(
        {name: _first(name, columns[name], background[name]) for name in background.columns}
    )


def _first(name: str, elements: list[object], known: pd.Series) -> pd.Series:
    """The first element as the classifier was trained on it."""
    if pd.api.types.is_numeric_dtype(known):
        return pd.Series(wire.numbers(name, elements[:1]), dtype=float)
    return pd.Series([wire.text(elements[0] or "")], dtype=known.dtype)


def shapley(
    chances, row: pd.DataFrame, background: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exact Shapley values (columns, classes), the mean answer to the background, and that to the row.

    The worth of a coalition of columns is the mean answer to the background with these columns set as in
    the row (Lundberg and Lee, 2017).
    """
    count = row.shape[1]
    worth = _worths(chances, row, background)
    values = np.zeros((count, worth.shape[1]))
    for column in range(count):
        for coalition in range(2**count):
            if not coalition >> column & 1:
                share = _share(coalition.bit_count(), count)
                values[column] += share * (worth[coalition | 1 << column] - worth[coalition])
    return values, worth[0], worth[-1]


def _worths(chances, row: pd.DataFrame, background: pd.DataFrame) -> np.ndarray:
    """The worth of each coalition, a bit a column: (coalitions, classes)."""
    coalitions = np.arange(2 ** row.shape[1])
    mixed = {}
    for place, name in enumerate(row.columns):
        from_row = np.repeat(coalitions >> place & 1, len(background)).astype(bool)
        rest = np.tile(background[name].to_numpy(), len(coalitions))
        column = np.where(from_row, row[name].iloc[0], rest)
        mixed[name] = pd.Series(column, dtype=background[name].dtype)
    answers = chances(pd.DataFrame(mixed))
    return answers.reshape(len(coalitions), len(background), -1).mean(axis=1)


def _share(size: int, count: int) -> float:
    """How much of a column's amount the coalitions of this size without it carry, each."""
    return math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)


def explanation(
    row: pd.DataFrame, values: np.ndarray, starts: np.ndarray, reached: np.ndarray
) -> dict[str, object]:
    """What alibi's KernelShap answers for one row. `version` says that it is not alibi."""
    names = list(row.columns)
    return {
        "meta": {
            "name": "KernelShap",
            "type": ["blackbox"],
            "task": "classification",
            "explanations": ["local"],
            "params": PARAMS,
            "version": "demo_mds",
        },
        "data": {
            "shap_values": [[column.tolist()] for column in values.T],
            "expected_value": starts.tolist(),
            "categorical_names": {},
            "feature_names": names,
            "raw": {
                "raw_prediction": [reached.tolist()],
                "prediction": [int(reached.argmax())],
                "instances": [[_plain(row[name].iloc[0]) for name in names]],
                "importances": importances(names, values),
            },
        },
    }


def importances(names: list[str], values: np.ndarray) -> dict[str, object]:
    """The sizes of the amounts, the largest first, for each class and for all of them together."""
    sizes = {str(place): np.abs(column) for place, column in enumerate(values.T)}
    sizes["aggregated"] = np.abs(values).sum(axis=1)
    return {key: _ranked(names, found) for key, found in sizes.items()}


def _ranked(names: list[str], sizes: np.ndarray) -> dict[str, list]:
    order = np.argsort(-sizes, kind="stable")
    return {"ranked_effect": sizes[order].tolist(), "names": [names[place] for place in order]}


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
