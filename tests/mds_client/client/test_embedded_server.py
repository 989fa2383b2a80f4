"""The client against a real MLServer with models of every modality."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mds_client import (
    AsyncMdsClient,
    EndpointFailed,
    EndpointRefused,
    File,
    InvalidValues,
    MdsClient,
    ModelNotFound,
    ModelRef,
    Server,
    SignatureMismatch,
)
from tests.mds_client.conftest import apart

EXPECTED = {
    ("breast-cancer", ""): "class",
    ("diabetes-progress", ""): "number",
    ("penguins", "v1"): "class",
    ("penguins", "v2"): "class",
    ("digits", ""): "class",
    ("ocr", ""): "text",
    ("language-id", ""): "class",
    ("sentiment", ""): "class",
    ("speech", ""): "segments",
}


def test_models_are_listed_with_state_and_versions(client: MdsClient) -> None:
    listed = {(info.ref.name, info.ref.version): info.state for info in client.models()}
    unsteady = {("slow", ""), ("flaky", ""), ("wine", "")}
    # The catalogue takes what explains and what watches for what they are; a server lists them like models.
    beside = ("penguins-explainer", "breast-cancer-outliers", "breast-cancer-drift")
    assert set(listed) == set(EXPECTED) | unsteady | {(name, "") for name in beside}
    assert set(listed.values()) == {"READY"}
    assert client.is_ready()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "version"), EXPECTED)
def test_every_example_is_answered_in_the_models_own_words(
    client: MdsClient, name: str, version: str
) -> None:
    model = client.model(name, version)
    signature = model.signature()
    assert signature.question.endswith("?")
    for row in signature.example_rows[:5]:
        prediction = model.predict(row)
        assert prediction.answer.kind == EXPECTED[name, version]
        assert prediction.answer.headline
        assert prediction.model.version == version
        assert prediction.exchange.status == 200
        assert prediction.exchange.seconds > 0


def test_probabilities_are_ordered_and_go_with_the_label(client: MdsClient) -> None:
    model = client.model("breast-cancer")
    answer = model.predict(model.signature().example_rows[0]).answer
    assert set(answer.probabilities) == {"malignant", "benign"}
    assert list(answer.probabilities.values()) == sorted(
        answer.probabilities.values(), reverse=True
    )
    assert answer.probability == pytest.approx(max(answer.probabilities.values()))
    assert sum(answer.probabilities.values()) == pytest.approx(1)


def test_a_frame_is_answered_row_by_row_as_its_rows_are(client: MdsClient) -> None:
    model = client.model("penguins", "v2")
    rows = model.signature().example_rows
    together = model.predict(pd.DataFrame(rows))
    one_by_one = [model.predict(row).answer.label for row in rows[:6]]
    assert len(together.answers) == len(rows)
    assert [answer.label for answer in together.answers[:6]] == one_by_one


def test_missing_values_of_a_frame_travel_as_missing(client: MdsClient) -> None:
    model = client.model("penguins", "v2")
    row = dict(model.signature().example_rows[0])
    optional = [field.name for field in model.signature().inputs if not field.required]
    assert optional
    without = {**row, **dict.fromkeys(optional, None)}
    frame = pd.DataFrame([without]).astype(
        {f.name: float for f in model.signature().inputs if f.kind == "number"}
    )
    assert model.predict(frame).answer.probabilities == model.predict(without).answer.probabilities


def test_numpy_scalars_are_numbers(client: MdsClient) -> None:
    model = client.model("breast-cancer")
    row = model.signature().example_rows[0]
    numpy_row = {name: np.float32(value) for name, value in row.items()}
    assert model.predict(numpy_row).answer.label == model.predict(row).answer.label


def test_a_model_without_metadata_takes_a_row_of_numbers(client: MdsClient) -> None:
    model = client.model("wine")
    (field,) = model.signature().inputs
    assert (model.signature().layout, field.kind) == ("unknown", "tensor")
    row = [13.2, 1.78, 2.14, 11.2, 100, 2.65, 2.76, 0.26, 1.28, 4.38, 1.05, 3.4, 1050]
    assert model.predict({field.name: row}).answer.label == "Class 0"
    assert model.predict({field.name: [row]}).answer.label == "Class 0"
    assert len(model.predict([{field.name: row}, {field.name: row}]).answers) == 2
    with pytest.raises(InvalidValues, match="one row, not 2"):
        model.predict({field.name: [row, row]})
    with pytest.raises(EndpointFailed, match="13"):
        model.predict({field.name: [1.0, 2.0]})


def test_what_was_sent_and_what_came_back_is_kept(client: MdsClient) -> None:
    model = client.model("sentiment")
    prediction = model.predict(
        {"text": "schön & <b>gut</b>"}, request_id="case-1", trace_id="ab" * 16
    )
    exchange = prediction.exchange
    assert "schön & <b>gut</b>".encode() in exchange.request_body
    assert b'"id":"case-1"' in exchange.response_body.replace(b" ", b"")
    assert exchange.request_headers["traceparent"].startswith("00-" + "ab" * 16)
    assert (exchange.request_id, exchange.trace_id) == ("case-1", "ab" * 16)


def test_an_unknown_model_or_version_is_said(client: MdsClient) -> None:
    with pytest.raises(ModelNotFound):
        client.model("nope").signature()
    with pytest.raises(ModelNotFound):
        client.model("penguins", "v9").signature()
    hostile = client.model("<script>alert(1)</script>/../../x")
    with pytest.raises(ModelNotFound):
        hostile.signature()


def test_nothing_is_sent_when_a_value_is_wrong(client: MdsClient) -> None:
    model = client.model("penguins", "v1")
    row = {**model.signature().example_rows[0], "island": "Atlantis", "colour": "red"}
    with pytest.raises(InvalidValues, match="Atlantis") as caught:
        model.predict(row)
    assert {problem.field for problem in caught.value.problems} == {"island", "colour"}
    assert caught.value.exchange is None
    with pytest.raises(InvalidValues, match="no row"):
        model.predict([])


def test_a_file_that_is_not_what_it_says_is_not_sent(client: MdsClient) -> None:
    fake = File(name="seven.png", media_type="image/png", data=b"%PDF-1.7 not a picture")
    with pytest.raises(InvalidValues, match="is not a picture"):
        client.model("digits").predict({"image": fake})


def test_sync_and_async_answer_alike(client: MdsClient, mds_url: str) -> None:
    async def ask() -> tuple[bool, int, str]:
        async with AsyncMdsClient(Server(name="demo", url=mds_url)) as other:
            signature = await other.signature(ModelRef(server="demo", name="diabetes-progress"))
            prediction = await other.predict(signature, signature.example_rows[0])
            return await other.is_ready(), len(await other.models()), prediction.answer.headline

    model = client.model("diabetes-progress")
    headline = model.predict(model.signature().example_rows[0]).answer.headline
    assert apart(ask()) == (True, len(client.models()), headline)


def test_sync_and_async_ask_the_same_explainer(client: MdsClient, mds_url: str) -> None:
    ref, other_ref = (
        ModelRef(server="demo", name="penguins", version=version) for version in ("v2", "v1")
    )

    async def ask() -> tuple[object, object]:
        async with AsyncMdsClient(Server(name="demo", url=mds_url)) as other:
            found = await other.explainers()
            signature = replace(await other.signature(ref), explainer=found[ref])
            told = await other.explain(signature, signature.example_rows[0])
            plain = await other.signature(other_ref)
            with pytest.raises(EndpointRefused, match="no explainer"):
                await other.explain(plain, plain.example_rows[0])
            with pytest.raises(InvalidValues, match="one row"):
                await other.explain(signature, signature.example_rows[:2])
            return found, told.content

    model = client.model("penguins", "v2")
    told = model.explain(model.signature().example_rows[0])
    assert apart(ask()) == (client.explainers(), told.content)


def test_a_model_that_changed_its_inputs_is_said(client: MdsClient) -> None:
    """The form was drawn from version 1, but version 2 is asked with it."""
    old = client.model("penguins", "v1").signature()
    now = client.model("penguins", "v2")
    known = replace(old, model=now.ref)
    model = client.model("penguins", "v2", signature=known)
    with pytest.raises(SignatureMismatch, match="something else now") as caught:
        model.predict(old.example_rows[0])
    assert caught.value.exchange is not None
