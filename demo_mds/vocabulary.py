"""The words in which a model describes its inputs and outputs to whoever asks it.

They stand in the `parameters` of each tensor; docs/model-metadata.md explains them.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

Tensor = dict[str, object]


def number_input(train: pd.Series, examples: Iterable[object], **words: object) -> Tensor:
    """One column of numbers, its typical range taken from the training data."""
    described = {"content_type": "np"} | number_words(train, examples) | words
    return tensor(str(train.name), "FP64", [-1, 1], described)


def number_words(train: pd.Series, examples: Iterable[object]) -> dict[str, object]:
    """The words that the data themselves say about a number."""
    return {
        "kind": "number",
        "min": plain(train.min()),
        "max": plain(train.max()),
        "examples": [plain(value) for value in examples],
    }


def category_input(
    name: str, choices: Sequence[str], examples: Iterable[object], **words: object
) -> Tensor:
    """One column of words out of a list."""
    described = {
        "content_type": "str",
        "kind": "category",
        "choices": list(choices),
        "examples": [plain(value) for value in examples],
    }
    return tensor(name, "BYTES", [-1, 1], described | words)


def text_input(name: str, examples: Sequence[str], **words: object) -> Tensor:
    described = {"content_type": "str", "kind": "text", "examples": list(examples)}
    return tensor(name, "BYTES", [-1, 1], described | words)


def file_input(
    name: str, kind: str, media_types: Sequence[str], examples: Sequence[dict], **words: object
) -> Tensor:
    """An image or a sound, sent as base64."""
    described = {
        "content_type": "base64",
        "kind": kind,
        "media_types": list(media_types),
        "examples": list(examples),
    }
    return tensor(name, "BYTES", [-1, 1], described | words)


def output(name: str, datatype: str, role: str, width: int = 1, **words: object) -> Tensor:
    content_type = "str" if datatype == "BYTES" else "np"
    return tensor(name, datatype, [-1, width], {"content_type": content_type, "role": role} | words)


def probabilities(name: str, labels: Sequence[str], **words: object) -> Tensor:
    return output(name, "FP64", "probabilities", len(labels), labels=list(labels), **words)


def tensor(name: str, datatype: str, shape: list[int], words: dict[str, object]) -> Tensor:
    return {"name": name, "datatype": datatype, "shape": shape, "parameters": words}


def plain(value: object) -> object:
    """The value as JSON has it; what is missing is null."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value
