"""Diabetes progression: a regression asked with one matrix of ten columns."""

from collections.abc import Iterator

import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler

from examples import held_out, near_first
from repository import STOCK_SKLEARN, Model, joblib_file
from vocabulary import Tensor, number_words, output, tensor

COLUMNS = {
    "age": {"label": "Age", "unit": "years", "kind": "integer", "group": "Person"},
    "sex": {
        "label": "Sex",
        "kind": "category",
        "choices": [1, 2],
        "group": "Person",
        "description": "Coded 1 and 2; the source does not say which is which.",
    },
    "bmi": {"label": "Body mass index", "unit": "kg/m²", "group": "Person"},
    "bp": {"label": "Blood pressure", "unit": "mmHg", "group": "Person", "description": "Average."},
    "s1": {"label": "Total cholesterol", "unit": "mg/dl", "group": "Blood serum"},
    "s2": {"label": "LDL cholesterol", "unit": "mg/dl", "group": "Blood serum"},
    "s3": {"label": "HDL cholesterol", "unit": "mg/dl", "group": "Blood serum"},
    "s4": {"label": "Total / HDL cholesterol", "group": "Blood serum"},
    "s5": {
        "label": "Triglycerides (logarithm)",
        "group": "Blood serum",
        "description": "Natural logarithm of the triglycerides in mg/dl, as far as is known.",
    },
    "s6": {"label": "Blood sugar", "unit": "mg/dl", "group": "Blood serum"},
}
BY_IMPORTANCE = ("bmi", "s5", "bp", "s1", "s3", "sex", "age", "s2", "s4", "s6")
NEAR = 10  # points: so near to the truth is the answer to the first example


def models() -> Iterator[Model]:
    data = load_diabetes(as_frame=True, scaled=False)
    train, test, y_train, y_test = train_test_split(
        data.data, data.target, test_size=0.25, random_state=7
    )
    # Fitted on a bare matrix: a request has no column names to offer.
    regressor = make_pipeline(
        StandardScaler(),
        SplineTransformer(n_knots=4, degree=2, extrapolation="linear"),
        RidgeCV(alphas=(1, 3, 10, 30, 100)),
    )
    regressor.fit(train.to_numpy(), y_train)
    shown = near_first(y_test - regressor.predict(test.to_numpy()), 24, NEAR)
    yield Model(
        name="diabetes-progress",
        implementation=STOCK_SKLEARN,
        inputs=(matrix(train, test.loc[shown]),),
        outputs=(progression(y_train),),
        artefact=joblib_file(regressor),
        held_out=held_out(test, y_test),
    )


def matrix(train: pd.DataFrame, rows: pd.DataFrame) -> Tensor:
    columns = [column(train[name], rows[name]) for name in train.columns]
    words = {"content_type": "np", "label": "Patient at baseline", "columns": columns}
    return tensor("patient", "FP64", [-1, len(columns)], words)


def column(train: pd.Series, examples: pd.Series) -> dict[str, object]:
    order = BY_IMPORTANCE.index(train.name) + 1
    words = {"name": train.name, "order": order, "minimum": 0} | number_words(train, examples)
    described = words | COLUMNS[train.name]
    return without_range(described) if described["kind"] == "category" else described


def without_range(words: dict[str, object]) -> dict[str, object]:
    return {word: value for word, value in words.items() if word not in ("min", "max", "minimum")}


def progression(target: pd.Series) -> Tensor:
    return output(
        "predict",
        "FP64",
        "number",
        question="How far will the diabetes have progressed after one year?",
        title="Diabetes progression",
        label="Progression",
        unit="points",
        min=round(float(target.quantile(0.05))),
        max=round(float(target.quantile(0.95))),
        minimum=0,
        description="A quantitative measure of the disease one year after baseline, from "
        f"{target.min():.0f} (mild) to {target.max():.0f} (severe) in the training data.",
    )
