"""Wine: a LightGBM booster that says nothing about itself, as most deployed models do."""

from collections.abc import Iterator

import lightgbm
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

from repository import STOCK_LIGHTGBM, Model

PARAMETERS = {
    "objective": "multiclass",
    "num_class": 3,
    "learning_rate": 0.1,
    "num_leaves": 7,
    "min_data_in_leaf": 5,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def models() -> Iterator[Model]:
    data = load_wine()
    train, _, target, _ = train_test_split(
        data.data, data.target, test_size=0.25, random_state=7, stratify=data.target
    )
    booster = lightgbm.train(PARAMETERS, lightgbm.Dataset(train, target), num_boost_round=60)
    yield Model(
        name="wine",
        implementation=STOCK_LIGHTGBM,
        artefact=("model.bst", lambda path: booster.save_model(str(path))),
    )
