"""Breast cancer (Wisconsin, diagnostic): thirty numbers about cell nuclei, one input a column."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from examples import by_turns, held_out, sure_of
from repository import STOCK_SKLEARN, Model, joblib_file
from vocabulary import Tensor, number_input, output, probabilities

LABELS = ("malignant", "benign")
QUESTION = "Is the tumour malignant or benign?"

MEASURED = {
    "radius": "distance from the centre of a nucleus to its outline",
    "texture": "variation of the grey values in a nucleus",
    "perimeter": "length of the outline of a nucleus",
    "area": "area of a nucleus",
    "smoothness": "local variation of the radius",
    "compactness": "perimeter² / area − 1",
    "concavity": "depth of the dents in the outline",
    "concave points": "share of the outline that is dented",
    "symmetry": "difference between the two halves of a nucleus",
    "fractal dimension": "ruggedness of the outline",
}
# The word in a column's name: heading, label, and what was computed over the nuclei of an image.
WAYS = {
    "mean": ("Mean", "mean {}", "mean"),
    "error": ("Standard error", "{} (standard error)", "standard error"),
    "worst": ("Worst", "worst {}", "mean of the three largest values"),
}


def models() -> Iterator[Model]:
    train, test, y_train, y_test = split()
    classifier = fit(train, y_train)
    rows = test.loc[by_turns(y_test, 24, sure_of(classifier, test, y_test))]
    yield Model(
        name="breast-cancer",
        implementation=STOCK_SKLEARN,
        content_type="pd",
        inputs=tuple(inputs(train, rows, importance(classifier, train))),
        outputs=tuple(outputs()),
        artefact=joblib_file(classifier),
        held_out=held_out(test, (LABELS[code] for code in y_test)),
    )


def split() -> tuple[pd.DataFrame, pd.DataFrame, pd.Series, pd.Series]:
    data = load_breast_cancer(as_frame=True)
    return train_test_split(
        data.data, data.target, test_size=0.3, random_state=7, stratify=data.target
    )


def fit(train: pd.DataFrame, target: pd.Series) -> Pipeline:
    # The columns are named, so that a request may bring them in any order.
    scale = make_column_transformer((StandardScaler(), list(train.columns)))
    return make_pipeline(scale, LogisticRegression(C=0.5, max_iter=1000)).fit(train, target)


def importance(classifier: Pipeline, train: pd.DataFrame) -> list[str]:
    """The columns, the one with the largest weight first."""
    weights = np.abs(classifier[-1].coef_[0])
    return list(train.columns[np.argsort(-weights, kind="stable")])


def inputs(train: pd.DataFrame, rows: pd.DataFrame, ranked: list[str]) -> Iterator[Tensor]:
    for name in train.columns:
        words = {"order": ranked.index(name) + 1, "minimum": 0} | described(name)
        yield number_input(train[name], rows[name], **words)


def described(name: str) -> dict[str, str]:
    """Label, group and help for a column called "mean radius", "radius error" or "worst radius"."""
    way = next(word for word in WAYS if word in name.split())
    group, label, what = WAYS[way]
    measure = name.replace(way, "").strip()
    return {
        "label": label.format(measure).capitalize(),
        "group": group,
        "description": f"{what.capitalize()} of the {MEASURED[measure]}.",
    }


def outputs() -> Iterator[Tensor]:
    yield output(
        "predict",
        "INT64",
        "class",
        labels=list(LABELS),
        question=QUESTION,
        title="Breast cancer",
        label="Diagnosis",
        description="From thirty measurements of cell nuclei in a fine needle aspirate.",
    )
    yield probabilities("predict_proba", LABELS, label="Probability")
