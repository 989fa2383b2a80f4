"""Digits: one handwritten digit in a picture of any size, learned from scikit-learn's 8×8 digits."""

import random
from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import drawing
from examples import by_turns, sure_of
from repository import Model, joblib_file
from runtimes.pictures import MEDIA_TYPES
from runtimes.strokes import grid
from vocabulary import Tensor, file_input, output, probabilities

LABELS = tuple(str(digit) for digit in range(10))
CLEAR = 0.999  # of a digit that anybody can read


def models() -> Iterator[Model]:
    data = load_digits()
    train, test, y_train, y_test = train_test_split(
        data.data, data.target, test_size=0.2, random_state=7, stratify=data.target
    )
    network = fit(train, y_train)
    drawn = [grid(drawing.digit(cells)) for cells in test]
    truth = pd.Series(y_test)
    sure = sure_of(network, np.array(drawn), truth)
    places = by_turns(truth, 2 * len(LABELS), sure, CLEAR)
    first = (
        sure[places[: len(LABELS)]].sort_values(ascending=False).index
    )  # the clearest digit of all opens
    yield Model(
        name="digits",
        implementation="runtimes.digits.DigitsRuntime",
        inputs=(picture(test[first.append(places[len(LABELS) :])]),),
        outputs=tuple(outputs()),
        artefact=joblib_file(network),
    )


def fit(train: np.ndarray, target: np.ndarray) -> object:
    """Each digit is learned as it is and as two other hands would have written it."""
    chance = random.Random(7)
    drawn = [drawing.digit(cells) for cells in train]
    others = [drawing.stroked(one, chance) for _ in range(2) for one in drawn]
    grids = np.array([grid(one) for one in [*drawn, *others]])
    network = MLPClassifier((64,), alpha=1.0, max_iter=60, early_stopping=True, random_state=7)
    return make_pipeline(StandardScaler(), network).fit(grids, np.tile(target, 3))


def picture(shown: np.ndarray) -> Tensor:
    examples = [example(cells, row) for row, cells in enumerate(shown)]
    return file_input(
        "image",
        "image",
        MEDIA_TYPES,
        examples,
        label="Picture of a digit",
        description="One digit, dark on light or light on dark; its size does not matter.",
    )


def example(cells: np.ndarray, row: int) -> dict[str, str]:
    drawn = drawing.digit(cells, light_on_dark=row % 4 == 3)
    return drawing.as_example(drawn, f"digit {row + 1}")


def outputs() -> Iterator[Tensor]:
    yield output(
        "digit",
        "INT64",
        "class",
        labels=list(LABELS),
        question="Which digit is in the picture?",
        title="Handwritten digits",
        label="Digit",
    )
    yield probabilities("probabilities", LABELS, label="Probability")
