"""Breast cancer (Wisconsin, diagnostic): thirty numbers about cell nuclei, one input a column."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.covariance import LedoitWolf
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from examples import by_turns, held_out, sure_of
from repository import STOCK_SKLEARN, Model, joblib_file
from runtimes.detectors import distances
from vocabulary import Tensor, number_input, output, probabilities

LABELS = ("malignant", "benign")
# What is deployed beside the model to watch it.
OUTLIERS, DRIFT = "breast-cancer-outliers", "breast-cancer-drift"
# A row further out than so many of the training is unlike it; drift is found by chance in so many of the looks.
USUAL, LEVEL = 0.99, 0.01
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
    taken = tuple(inputs(train, rows, importance(classifier, train)))
    yield Model(
        name="breast-cancer",
        implementation=STOCK_SKLEARN,
        content_type="pd",
        inputs=taken,
        outputs=tuple(outputs(detectors=[OUTLIERS], drift_detectors=[DRIFT])),
        artefact=joblib_file(classifier),
        held_out=held_out(test, (LABELS[code] for code in y_test)),
    )
    yield outlier_detector(train, taken)
    yield drift_detector(train, taken)


def outlier_detector(train: pd.DataFrame, taken: tuple[Tensor, ...]) -> Model:
    """What says of each row whether it is unlike the training: it takes what the model takes."""
    rows = train.to_numpy()
    mean, precision = rows.mean(axis=0), shrunk_precision(train)
    usual = np.quantile(distances(rows, mean, precision), USUAL)
    return Model(
        name=OUTLIERS,
        implementation="runtimes.detectors.OutlierRuntime",
        inputs=taken,
        outputs=(
            output("is_outlier", "INT64", "detail", title="Unlike the training"),
            output("instance_score", "FP64", "detail"),
        ),
        artefact=joblib_file(
            {
                "columns": list(train.columns),
                "mean": mean,
                "precision": precision,
                "threshold": usual,
            }
        ),
    )


def shrunk_precision(train: pd.DataFrame) -> np.ndarray:
    """The inverse of how the columns vary together, shrunk (Ledoit and Wolf, 2004) where each has the same spread."""
    spread = train.std().to_numpy()
    return LedoitWolf().fit(train.to_numpy() / spread).precision_ / np.outer(spread, spread)


def drift_detector(train: pd.DataFrame, taken: tuple[Tensor, ...]) -> Model:
    """What says of many rows whether they are spread as the training is, likewise."""
    return Model(
        name=DRIFT,
        implementation="runtimes.detectors.DriftRuntime",
        inputs=taken,
        outputs=(
            output("is_drift", "INT64", "detail", title="Spread otherwise than the training"),
            output("p_val", "FP64", "detail", len(train.columns)),
        ),
        artefact=joblib_file(
            {"columns": list(train.columns), "reference": train.to_numpy(), "level": LEVEL}
        ),
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


def outputs(**words: object) -> Iterator[Tensor]:
    yield output(
        "predict",
        "INT64",
        "class",
        labels=list(LABELS),
        question=QUESTION,
        title="Breast cancer",
        label="Diagnosis",
        description="From thirty measurements of cell nuclei in a fine needle aspirate.",
        **words,
    )
    yield probabilities("predict_proba", LABELS, label="Probability")
