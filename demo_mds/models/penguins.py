"""Penguins: two versions of one model that take different columns, with values that may be missing."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from palmerpenguins import load_penguins
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from examples import by_turns, held_out, sure_of
from repository import STOCK_SKLEARN, Model, joblib_file
from vocabulary import Tensor, category_input, number_input, output, probabilities, tensor

NUMBERS = {
    "bill_length_mm": {"label": "Bill length", "unit": "mm", "group": "Bill"},
    "bill_depth_mm": {"label": "Bill depth", "unit": "mm", "group": "Bill"},
    "flipper_length_mm": {"label": "Flipper length", "unit": "mm", "group": "Body"},
    "body_mass_g": {"label": "Body mass", "unit": "g", "group": "Body"},
}
CATEGORIES = {
    "island": {"label": "Island", "group": "Where and when"},
    "sex": {"label": "Sex", "group": "Body", "optional": True, "protected": True},
}
YEAR = {
    "content_type": "np",
    "kind": "integer",
    "label": "Year",
    "description": "In which the penguin was measured.",
    "group": "Where and when",
}
FIRST = ("island", "bill_depth_mm", "body_mass_g")
SECOND = (
    "bill_length_mm",
    "bill_depth_mm",
    "flipper_length_mm",
    "body_mass_g",
    "island",
    "sex",
    "year",
)

# How sure the versions are of the penguin that is shown first.
CERTAIN, NEAR = 0.9, (0.8, 0.95)


def models() -> Iterator[Model]:
    train, test = split()
    target = train["species"].to_numpy(dtype=object)
    first = logistic(FIRST).fit(train[list(FIRST)], target)
    second = boosted(SECOND).fit(train[list(SECOND)], target)
    rows = shown(test, sure(first, FIRST, test), sure(second, SECOND, test))
    yield version("v1", FIRST, first, train, test, rows)
    yield version("v2", SECOND, second, train, test, rows)
    yield explainer(second, train, rows)


def explainer(classifier: Pipeline, train: pd.DataFrame, rows: pd.DataFrame) -> Model:
    """What explains v2: it takes what v2 takes, and compares it with two dozen penguins of its training."""
    background = train.loc[by_turns(train["species"], 24), list(SECOND)]
    background = background.astype({"year": float}).reset_index(drop=True)
    artefact = {"classifier": classifier, "background": background}
    words = {"title": "Why this species", "explains": "penguins@v2"}
    return Model(
        name="penguins-explainer",
        implementation="runtimes.explainer.ExplainerRuntime",
        inputs=tuple(column(name, train, rows[name]) for name in SECOND),
        outputs=(output("explanation", "BYTES", "detail", **words),),
        artefact=joblib_file(artefact),
    )


def split() -> tuple[pd.DataFrame, pd.DataFrame]:
    penguins = load_penguins()
    # The wire has no null among texts that scikit-learn would take: missing is the empty string.
    penguins["sex"] = penguins["sex"].fillna("").astype(object)
    return train_test_split(penguins, test_size=0.3, random_state=5, stratify=penguins["species"])


def logistic(columns: tuple[str, ...]) -> Pipeline:
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    prepare = make_column_transformer(
        (numbers, [name for name in columns if name in NUMBERS]),
        (one_hot(), [name for name in columns if name in CATEGORIES]),
    )
    return make_pipeline(prepare, LogisticRegression(max_iter=1000))


def boosted(columns: tuple[str, ...]) -> Pipeline:
    """Gradient boosting, which takes missing numbers as they are."""
    prepare = make_column_transformer(
        ("passthrough", [name for name in columns if name not in CATEGORIES]),
        (one_hot(), [name for name in columns if name in CATEGORIES]),
    )
    trees = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=7, random_state=7)
    return make_pipeline(prepare, trees)


def one_hot() -> OneHotEncoder:
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def version(
    name: str,
    columns: tuple[str, ...],
    classifier: Pipeline,
    train: pd.DataFrame,
    test: pd.DataFrame,
    rows: pd.DataFrame,
) -> Model:
    return Model(
        name="penguins",
        version=name,
        implementation=STOCK_SKLEARN,
        content_type="pd",
        inputs=tuple(column(name, train, rows[name]) for name in columns),
        outputs=tuple(outputs(classifier.classes_)),
        artefact=joblib_file(classifier),
        held_out=held_out(test[list(columns)], test["species"]),
    )


def sure(classifier: Pipeline, columns: tuple[str, ...], test: pd.DataFrame) -> pd.Series:
    """How sure a version is of the species of each penguin."""
    return sure_of(classifier, test[list(columns)], test["species"])


def shown(test: pd.DataFrame, first: pd.Series, second: pd.Series) -> pd.DataFrame:
    """Two dozen held-out penguins, of which some have a value that nobody measured. `first` and `second` are how sure the
    versions are of the right species.

    The very first is one that both get right and that stands near to other species for the second version: trees answer most penguins
    alike whichever value is changed, and with this one each value that somebody tries moves the answer.
    """
    incomplete = test[(test["sex"] == "") | test["bill_length_mm"].isna()]
    complete = test.drop(incomplete.index)
    is_near = (first > CERTAIN) & second.between(*NEAR)
    near = complete[is_near[complete.index]].head(1)
    others = complete.drop(near.index)
    sure = np.minimum(first, second)[others.index]
    unmeasured_first = incomplete.sort_values("bill_length_mm", na_position="first", kind="stable")
    by_species = others.loc[by_turns(others["species"], 21, sure)]
    return pd.concat([near, by_species, unmeasured_first.head(3)])


def column(name: str, train: pd.DataFrame, examples: pd.Series) -> Tensor:
    if name == "year":
        return year(train[name], examples)
    if name in NUMBERS:
        words = {"minimum": 0, "optional": True} | NUMBERS[name]
        return number_input(train[name], examples, **words)
    choices = sorted(set(train[name]) - {""})
    return category_input(name, choices, examples.replace("", None), **CATEGORIES[name])


def year(train: pd.Series, examples: pd.Series) -> Tensor:
    seen = {"min": int(train.min()), "max": int(train.max())}
    words = YEAR | seen | {"examples": [int(value) for value in examples]}
    return tensor("year", "INT64", [-1, 1], words)


def outputs(classes: np.ndarray) -> Iterator[Tensor]:
    labels = [str(name) for name in classes]
    yield output(
        "predict",
        "BYTES",
        "class",
        labels=labels,
        question="Which species is this penguin?",
        title="Penguins",
        label="Species",
        description="One of three species of the Palmer Archipelago, Antarctica.",
    )
    yield probabilities("predict_proba", labels, label="Probability")
