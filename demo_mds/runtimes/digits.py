"""Reads one handwritten digit from each picture."""

import joblib
import numpy as np
from mlserver.utils import to_absolute_path

from runtimes.one_input import Answers, OneInputRuntime
from runtimes.pictures import pictures
from runtimes.strokes import grid


class DigitsRuntime(OneInputRuntime):
    """One network for all; the picture is brought into the form that the network knows."""

    def prepare(self) -> None:
        self._classifier = joblib.load(
            to_absolute_path(self.settings, self.settings.parameters.uri)
        )

    def answer(self, elements: list[bytes]) -> Answers:
        grids = np.array([grid(picture) for picture in pictures(elements)])
        chances = self._classifier.predict_proba(grids)
        return {"digit": chances.argmax(axis=1), "probabilities": chances}
