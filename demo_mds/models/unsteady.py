"""Slow and flaky: one small classifier, deployed twice, that takes its time and fails to order."""

from collections.abc import Iterator, Mapping

import pandas as pd
from sklearn.pipeline import Pipeline

from examples import by_turns, held_out, sure_of
from models import breast_cancer
from repository import Model, joblib_file
from runtimes.unsteady import DELAY, EVERY_THIRD, FAILURE, FAILURES, LONGEST_DELAY, NONE
from vocabulary import Tensor, number_input, tensor

FEATURES = [
    "worst radius",
    "worst texture",
    "worst concave points",
    "mean concave points",
    "radius error",
]
DEPLOYED = {
    "flaky": {DELAY: 0.0, FAILURE: EVERY_THIRD},
    "slow": {DELAY: 3.0, FAILURE: NONE},
}


def models() -> Iterator[Model]:
    train, test, y_train, y_test = breast_cancer.split()
    train, test = train[FEATURES], test[FEATURES]
    classifier = breast_cancer.fit(train, y_train)
    rows = test.loc[by_turns(y_test, 20, sure_of(classifier, test, y_test))]
    for name, wishes in DEPLOYED.items():
        truth = [breast_cancer.LABELS[code] for code in y_test]
        yield deployed(name, wishes, classifier, train, rows, held_out(test, truth))


def deployed(
    name: str,
    wishes: Mapping[str, object],
    classifier: Pipeline,
    train: pd.DataFrame,
    rows: pd.DataFrame,
    asked: dict[str, list],
) -> Model:
    return Model(
        name=name,
        implementation="runtimes.unsteady.UnsteadyRuntime",
        content_type="pd",
        inputs=(*features(train, rows), *behaviour(wishes, len(rows))),
        outputs=tuple(outputs(name)),
        artefact=joblib_file(classifier),
        extra=wishes,
        held_out=asked,
    )


def features(train: pd.DataFrame, rows: pd.DataFrame) -> Iterator[Tensor]:
    for order, name in enumerate(FEATURES, 1):
        words = breast_cancer.described(name) | {"group": "Tumour", "order": order, "minimum": 0}
        yield number_input(train[name], rows[name], **words)


def behaviour(wishes: Mapping[str, object], count: int) -> Iterator[Tensor]:
    """The two fields that order a delay or a failure; unknown means as the model is deployed."""
    common = {"group": "Behaviour", "optional": True, "examples": [None] * count}
    yield tensor(DELAY, "FP64", [-1, 1], common | delay_words(wishes[DELAY]))
    yield tensor(FAILURE, "BYTES", [-1, 1], common | failure_words(wishes[FAILURE]))


def delay_words(usual: float) -> dict[str, object]:
    return {
        "content_type": "np",
        "kind": "number",
        "label": "Delay",
        "unit": "s",
        "min": 0,
        "max": 30,
        "minimum": 0,
        "maximum": LONGEST_DELAY,
        "order": 6,
        "description": f"How long the answer takes; {usual:g} s if nothing is said.",
    }


def failure_words(usual: str) -> dict[str, object]:
    return {
        "content_type": "str",
        "kind": "category",
        "label": "Failure",
        "choices": [NONE, EVERY_THIRD, *FAILURES],
        "order": 7,
        "description": f"What goes wrong; {usual} if nothing is said.",
    }


def outputs(name: str) -> Iterator[Tensor]:
    title = {"title": f"Breast cancer, {name}"}
    diagnosis, chances = breast_cancer.outputs()
    yield diagnosis | {"parameters": diagnosis["parameters"] | title}
    yield chances
