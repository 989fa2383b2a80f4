"""What libraries say to a row that does not fit, in their own words, and what is made of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mds_client import AsyncMdsClient, MdsClient, MdsError, ModelNotFound, Server, Signature
from mds_client.protocols.mlflow_scoring import MlflowScoring
from mds_client.schema_learning.probing import MOST_CALLS, is_open, probed
from mds_client.schema_learning.probing.refusal_text import read
from mds_client.schema_learning.probing.rules import RULES
from mds_client.signature import ModelRef
from mds_client.signature.facts import Facts
from mds_client.signature.merge_facts import merged
from mds_client.signature.metadata import signature_of
from mds_client.transport.exchange import Response
from tests.listening import Handler, listening, url_of
from tests.mds_client.conftest import apart
from tests.mds_client.protocols.recorded import exchange

MODEL = ModelRef(server="s", name="m")
NOTHING = signature_of(MODEL, {})
NAMES = [f"mean {word}" for word in ("radius", "texture", "area", "symmetry", "smoothness", "it's")]


def refusal(text: str, status: int = 400) -> Response:
    return Response(status=status, body=json.dumps({"error": text}).encode())


# A width: the words, the library, and how many values had been sent.
WIDTHS = [
    ("X has 1 features, but LogisticRegression is expecting 30 features as input.", "scikit-learn", 1),
    ("builtins.ValueError: X has 1 features, but StandardScaler is expecting 30 features as input", "scikit-learn", 1),
    ("X has 1 features per sample; expecting 30", "scikit-learn", 1),
    ("X has 1 features per sample, expecting 30", "scikit-learn", 1),
    ("Number of features of the model must match the input. Model n_features is 30 and input n_features is 1 ", "scikit-learn", 1),
    ("X.shape[1] = 1 should be equal to 30, the number of features at training time", "scikit-learn", 1),
    ("Incorrect number of features. Got 1 features, expected 30", "scikit-learn", 1),
    ("Expected input with 30 features, got 1 instead", "scikit-learn", 1),
    ("Number of features 1 does not match previous data 30.", "scikit-learn", 1),
    ("Incompatible dimension for X and Y matrices: X.shape[1] == 1 while Y.shape[1] == 30", "scikit-learn", 1),
    ("Input has n_features=1 while the model has been trained with n_features=30", "scikit-learn", 1),
    ("The number of features in data (1) is not the same as it was in training data (30).\nYou can set ``predict_disable_shape_check=true`` to discard this error", "LightGBM", 1),
    ("Feature shape mismatch, expected: 30, got 1", "XGBoost", 1),
    ("[12:01:55] src/learner.cc:1378: Check failed: learner_model_param_.num_feature >= p_fmat->Info().num_col_ (30 vs. 40) : Number of columns does not match number of features in booster.", "XGBoost", 40),
    ("Check failed: mparam_.num_feature >= p_fmat->info().num_col() (30 vs. 40)", "XGBoost", 40),
    ("Shape of input (1, 1) does not match expected shape (-1, 30).", "MLflow", 1),
    ("[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions for input: X for the following indices\n index: 1 Got: 1 Expected: 30\n Please fix either the inputs/outputs or the model.", "ONNX Runtime", 1),
    ("[request id: <id_unknown>] unexpected shape for input 'features' for model 'bc'. Expected [-1,30], got [1,1]. NOTE: Setting a non-zero max_batch_size", "Triton", 1),
    ('Input 0 of layer "dense" is incompatible with the layer: expected axis -1 of input shape to have value 30, but received input with shape (None, 1)', "Keras", 1),
    ("Exception encountered when calling Functional.call().\n\nInvalid input shape for input Tensor. Input 0 of layer functional: expected shape=(None, 30), found shape=(1, 1)", "Keras", 1),
    ("Error when checking input: expected dense_1_input to have shape (30,) but got array with shape (1,)", "Keras", 1),
    ("Matrix size-incompatible: In[0]: [1,1], In[1]: [30,2]\n\t [[{{node dense/MatMul}}]]", "TensorFlow", 1),
    ("Incompatible shapes: [1,2] vs. [30]", "TensorFlow", 2),
    ("mat1 and mat2 shapes cannot be multiplied (1x1 and 30x2)", "PyTorch", 1),
    ("size mismatch, m1: [1 x 1], m2: [30 x 2] at /pytorch/aten/src/TH/generic/THTensorMath.cpp:41", "PyTorch", 1),
    ("Given normalized_shape=[30], expected input with shape [*, 30], but got input of size[1, 1]", "PyTorch", 1),
    ("running_mean should contain 1 elements not 30", "PyTorch", 1),
    ("matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) (size 30 is different from 1)", "NumPy", 1),
    ("shapes (1,1) and (30,) not aligned: 1 (dim 1) != 30 (dim 0)", "NumPy", 1),
    ("operands could not be broadcast together with shapes (1,2) (30,) ", "NumPy", 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "library", "sent"), WIDTHS)
def test_a_width_is_read(text: str, library: str, sent: int) -> None:
    told = read(refusal(text), sent)
    assert told is not None
    assert (told.width, told.rule) == (30, library)


INDEX = "KeyError: \"None of [Index(['age', 'income'], dtype='object')] are in the [columns]\""
TRACEBACK = """Traceback (most recent call last):
  File "/srv/model.py", line 12, in predict
    age = frame["age"]
KeyError: 'age'

The above exception was the direct cause of the following exception:
ValueError: A given column is not a column of the dataframe"""
NAMED = [
    ("Model is missing inputs ['age', 'income'].", "MLflow"),
    ("Model is missing inputs ['age', 'income']. Note that there were extra inputs: [0].", "MLflow"),
    ("columns are missing: {'income', 'age'}", "scikit-learn"),
    ("columns are missing: {np.str_('income'), np.str_('age')}", "scikit-learn"),
    ("The feature names should match those that were passed during fit.\nFeature names unseen at fit time:\n- column 1\nFeature names seen at fit time, yet now missing:\n- age\n- income\n", "scikit-learn"),
    ("feature_names mismatch: ['age', 'income'] ['f0']\nexpected age, income in input data\ntraining data did not have the following fields: f0", "XGBoost"),
    ("training data did not have the following fields: f0\nexpected age, income in input data\n", "XGBoost"),
    ("Required inputs (['age', 'income']) are missing from input feed (['input-0']).", "ONNX Runtime"),
    ("expected 2 inputs but got 1 inputs for model 'm'. Got input(s) ['input-0'], but missing required input(s) ['age','income']. Please provide all required input(s).", "Triton"),
    ("\"['age', 'income'] not in index\"", "pandas"),
    (INDEX, "pandas"),
    ("Missing required columns: ['age', 'income']", "the model"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "library"), NAMED)
def test_names_are_read(text: str, library: str) -> None:
    told = read(refusal(text))
    assert told is not None
    assert (told.names, told.rule, told.is_whole) == (("age", "income"), library, True)


@pytest.mark.parametrize(
    ("text", "library"),
    [
        (TRACEBACK, "Python"),
        ("builtins.KeyError: 'age'", "Python"),
        ("Missing Input: age", "ONNX Runtime"),
        ("At position 0 should be feature with name age (found 0).", "CatBoost"),
        ("input 'age' is missing", "the model"),
        ("Feature names seen at fit time, yet now missing:\n- age\n- ...\n", "scikit-learn"),
    ],
)
def test_one_name_may_not_be_all(text: str, library: str) -> None:
    told = read(refusal(text))
    assert told is not None
    assert (told.names, told.rule, told.is_whole) == (("age",), library, False)


def test_mlflow_says_types_too() -> None:
    schema = "['age': long (required), \"it's\": string (optional), 'when': datetime (required), 'tags': Array(string) (required), 'is_old': boolean (required)]"
    told = read(
        refusal(
            f"Failed to enforce schema of data '[[0.]]' with schema '{schema}'. Error: Model is missing inputs ['age']."
        )
    )
    assert told is not None
    kinds = {
        "age": "integer",
        "it's": "text",
        "when": "datetime",
        "tags": "json",
        "is_old": "boolean",
    }
    assert (dict(told.kinds), told.optional, told.is_whole) == (kinds, {"it's"}, True)


def test_more_columns_than_a_page_of_text_are_read_to_their_end() -> None:
    names = [f"a column with a long name {i}" for i in range(900)]
    told = read(refusal(f"Model is missing inputs {names}."))
    assert told is not None
    assert (told.names, told.is_whole) == (tuple(names), True)


@pytest.mark.parametrize("folder", ["mlflow-scoring", "seldon-core"])
def test_recorded_refusals(folder: str) -> None:
    name = {"mlflow-scoring": "inputs_list", "seldon-core": "bad_shape"}[folder]
    seen = exchange(folder, name)["response"]
    told = read(Response(status=seen["status"], body=json.dumps(seen["body"]).encode()), 5)
    assert told is not None
    assert len(told.names) == 30 if folder == "mlflow-scoring" else told.width == 30


def test_pydantic_says_where_fields_are_missing() -> None:
    seen = exchange("ray-serve", "predict_missing")["response"]
    told = read(Response(status=422, body=json.dumps(seen["body"]).encode()))
    assert told is not None
    assert told.names == ("sepal_width", "petal_length", "petal_width")
    around = {"detail": [{"type": "missing", "loc": ["body", "inputs"], "msg": "Field required"}]}
    assert read(Response(status=422, body=json.dumps(around).encode())) is None


@pytest.mark.parametrize(
    "body",
    [
        b"bad input : " + json.dumps({"error": WIDTHS[0][0]}).encode(),
        WIDTHS[0][0].encode(),
        json.dumps({"status": {"info": WIDTHS[0][0], "code": -1}}).encode(),
        json.dumps({"message": "no", "stack_trace": "Traceback (most recent call last):\n" + "  at\n" * 3000 + WIDTHS[0][0]}).encode(),
        f"<html><pre>{WIDTHS[0][0].replace(' ', '&#32;')}</pre>".encode(),
    ],
)  # fmt: skip
def test_whatever_is_around_the_words(body: bytes) -> None:
    told = read(Response(status=500, body=body))
    assert told is not None
    assert told.width == 30


@pytest.mark.parametrize("text", ["", "boom", "Internal Server Error", "X has 1 features", "KeyError: 0",
    "operands could not be broadcast together with shapes (1,2) (2,)", "Expected [-1,0], got [1,1]",
    "X has 1 features, but A is expecting 999999999 features as input"])  # fmt: skip
def test_what_says_nothing_is_nothing(text: str) -> None:
    assert read(refusal(text), 2) is None


@given(st.text() | st.binary(), st.integers(0, 3))
def test_any_answer_is_read_without_an_error(said: str | bytes, sent: int) -> None:
    body = said if isinstance(said, bytes) else json.dumps([{"msg": said, "loc": [said]}]).encode()
    read(Response(status=400, body=body), sent)


@pytest.mark.parametrize("start", sorted({rule.phrase.pattern[:12] for rule in RULES}))
@pytest.mark.slow
def test_hostile_words_take_no_time(start: str) -> None:
    pieces = (
        "with schema '[",
        "['",
        "'a': ",
        "[",
        "(1,",
        "num_feature >= ",
        "- a\n",
        start,
        "\\",
        " ",
    )
    began = time.perf_counter()
    for piece in pieces:
        read(refusal(start + piece * 100_000))
        read(refusal(f"Model is missing inputs ['{piece * 100_000}"))
    assert time.perf_counter() - began < 5


# Whole conversations with a server of one model.

Answer = Callable[[Any], tuple[int, Any]]


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[Any]]]:
    """A server of version 1 of KServe's protocol; gives its URL and what it was asked."""
    asked: list[Any] = []

    class OneModel(Handler):
        def do_GET(self) -> None:
            self.send_json({"name": "m", "ready": True})

        def do_POST(self) -> None:
            asked.append(json.loads(self.received()))
            status, said = answer(asked[-1]["instances"])
            self.send_json(said, status)

    with listening(OneModel) as server:
        yield url_of(server), asked


def settings_of(url: str) -> Server:
    return Server(name="s", url=url, protocol="kserve-v1")


def probe(answer: Answer) -> tuple[Facts | None, list[Any]]:
    with serving(answer) as (url, asked), MdsClient(settings_of(url)) as client:
        facts = client.probe(MODEL)
    assert len(asked) <= MOST_CALLS
    return facts, asked


def takes(width: int) -> Answer:
    """A model of so many numbers."""

    def answer(rows: Any) -> tuple[int, Any]:
        if len(rows[0]) == width:
            return 200, {"predictions": [1]}
        return 500, {
            "error": f"X has {len(rows[0])} features, but A is expecting {width} features as input."
        }

    return answer


@pytest.mark.parametrize("width", [1, 2, 3, 30])
def test_a_width_is_tried(width: int) -> None:
    facts, asked = probe(takes(width))
    assert facts is not None
    assert facts.inputs == tuple(f"column {i + 1}" for i in range(width))
    assert "Confirmed" in facts.about
    assert len(asked) == 2
    form = merged(NOTHING, facts)
    assert (len(form.inputs), form.layout) == (width, "matrix")


def test_a_very_wide_row_stays_one_tensor() -> None:
    facts, _ = probe(takes(2_000))
    assert facts is not None
    form = merged(NOTHING, facts)
    assert [(f.kind, f.shape) for f in form.inputs] == [("tensor", (-1, 2_000))]


def test_a_model_that_takes_rows_of_any_length_tells_nothing() -> None:
    assert probe(lambda _: (200, {"predictions": [1]}))[0] is None


def test_one_number_is_all_when_two_are_too_many() -> None:
    facts, _ = probe(lambda rows: (200, {"predictions": [1]}) if len(rows[0]) == 1 else (500, {}))
    assert facts is not None
    assert facts.inputs == ("column 1",)


def test_names_are_tried_as_columns_where_a_matrix_is_refused() -> None:
    def answer(rows: Any) -> tuple[int, Any]:
        if isinstance(rows[0], dict) and rows[0].keys() == {"age", "income"}:
            return 200, {"predictions": [1]}
        return 500, {"error": "\"['age', 'income'] not in index\""}

    facts, asked = probe(answer)
    assert facts is not None
    assert facts.inputs == ("age", "income")
    assert facts.about["Confirmed"] == "A row of 2 named values was answered as separate columns."
    assert asked[-1] == {"instances": [{"age": 0.0, "income": 0.0}]}


COLUMNS = ["age", "income", "tenure", "visits", "calls", "spend"]
ROWS = np.random.default_rng(1).random((40, len(COLUMNS)))
TRUTHS = (ROWS[:, 0] > 0.5).astype(int)
FRAME = pd.DataFrame(ROWS, columns=COLUMNS)
BY_NAME = ColumnTransformer([("scaled", StandardScaler(), ["income", "age"])])


def asks(model: Any) -> Answer:
    """A server around a model of scikit-learn that gives it what it is sent, and its errors in its words."""

    def answer(rows: Any) -> tuple[int, Any]:
        given = pd.DataFrame(rows) if isinstance(rows[0], dict) else np.array(rows)
        try:
            return 200, {"predictions": model.predict(given).tolist()}
        except Exception as error:
            return 500, {"error": f"{type(error).__name__}: {error}"}

    return answer


@pytest.mark.parametrize(
    "model",
    [LogisticRegression(), RandomForestClassifier(3), KNeighborsClassifier(), SVC(), GaussianNB(),
     HistGradientBoostingClassifier(max_iter=2), KMeans(2, n_init=1)],
    ids=lambda model: type(model).__name__,
)  # fmt: skip
def test_models_of_scikit_learn(model: Any) -> None:
    facts, asked = probe(asks(model.fit(ROWS, TRUTHS)))
    assert facts is not None
    assert facts.inputs == tuple(f"column {i + 1}" for i in range(6))
    assert facts.about["Confirmed"] == "A row of 6 zeros was answered."
    assert len(asked) == 2


def test_a_model_that_looks_for_names_is_given_columns() -> None:
    """It wants so many numbers, then a table, and only then says which columns."""
    facts, asked = probe(asks(make_pipeline(BY_NAME, LogisticRegression()).fit(FRAME, TRUTHS)))
    assert facts is not None
    assert facts.inputs == ("age", "income")
    assert "Not confirmed" in facts.about
    assert len(asked) == 3


def test_names_that_come_one_by_one_are_not_all() -> None:
    names = iter("abcdef")
    facts, asked = probe(lambda _: (500, {"error": f"KeyError: '{next(names)}'"}))
    assert facts is not None
    assert facts.inputs == ()
    assert set(facts.fields) == {"a", "b", "c"}
    assert "Not confirmed" in facts.about
    assert len(asked) == 3


def test_what_is_refused_again_is_not_confirmed() -> None:
    facts, asked = probe(
        lambda _: (500, {"error": "X has 1 features, but A is expecting 4 features"})
    )
    assert facts is not None
    assert len(facts.inputs) == 4
    assert "Not confirmed" in facts.about
    assert len(asked) == 3


def test_a_later_refusal_corrects_an_earlier_one() -> None:
    """A scaler first: what is behind it wants names."""

    def answer(rows: Any) -> tuple[int, Any]:
        if isinstance(rows[0], dict):
            return (200, {"predictions": [1]}) if "age" in rows[0] else (500, {})
        if len(rows[0]) == 1:
            return 500, {"error": "X has 1 features, but A is expecting 2 features as input."}
        return 500, {"error": "columns are missing: {'age', 'text'}"}

    facts, _ = probe(answer)
    assert facts is not None
    assert facts.inputs == ("age", "text")
    assert facts.fields["text"].kind == "text"
    assert "Confirmed" in facts.about


@pytest.mark.parametrize(
    ("status", "error"), [(404, ModelNotFound), (403, MdsError), (503, MdsError)]
)
def test_who_may_not_ask_is_told(status: int, error: type[MdsError]) -> None:
    with pytest.raises(error):
        probe(lambda _: (status, {"error": "no"}))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("X has 1 features, but A is expecting 2 features as input.", {"inputs": [[0.0, 0.0]]}),
        (
            "with schema '['age': long (required), 'is_old': boolean (required)]'",
            {"dataframe_split": {"columns": ["age", "is_old"], "data": [[0, False]]}},
        ),
    ],
)
def test_mlflow_is_sent_a_table_only_where_columns_have_names(words: str, expected: object) -> None:
    protocol = MlflowScoring(Server(name="s", url="http://127.0.0.1"))
    asking = probed(protocol, MODEL, NOTHING)
    first = next(asking)
    second = asking.send(refusal(words))
    assert [json.loads(sent.body) for sent in (first, second)] == [{"inputs": [[0.0]]}, expected]
    with pytest.raises(StopIteration) as done:
        asking.send(Response(status=200, body=b'{"predictions": [1]}'))
    assert "Confirmed" in done.value.value.about


def test_the_async_client_probes_too() -> None:
    async def asked(url: str) -> Facts | None:
        async with AsyncMdsClient(settings_of(url)) as client:
            return await client.probe(MODEL)

    with serving(takes(4)) as (url, _):
        facts = apart(asked(url))
    assert facts is not None
    assert len(facts.inputs) == 4


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((-1, -1), True), ((-1, 30), False), ((-1,), False), ((-1, 3, -1), False)],
)
def test_only_an_open_row_is_asked_for(shape: tuple[int, ...], expected: bool) -> None:
    tensor = {"name": "x", "datatype": "FP32", "shape": list(shape)}
    signature: Signature = signature_of(MODEL, {"inputs": [tensor]})
    assert is_open(signature) is expected
    assert is_open(NOTHING)
