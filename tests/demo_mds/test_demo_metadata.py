"""Every model of the embedded MDS describes itself in the words of docs/model-metadata.md."""

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from tests.demo_mds.asking import DESCRIBED, Asker, fields, how_many_examples

VOCABULARY = Path(__file__).resolve().parents[2] / "docs" / "model-metadata.md"


@pytest.fixture(params=DESCRIBED)
def metadata(request: pytest.FixtureRequest, mds: Asker) -> dict:
    return mds.metadata(request.param)


def test_all_models_are_ready(mds: Asker) -> None:
    index = mds.http.post("/v2/repository/index", json={}).json()
    found = {(row["name"], row.get("version")) for row in index}
    expected = {tuple(path.split("/versions/")) for path in DESCRIBED}
    named = {(path[0], path[1] if len(path) > 1 else None) for path in expected}
    beside = ("penguins-explainer", "breast-cancer-outliers", "breast-cancer-drift")
    assert found == named | {("wine", None), *((name, None) for name in beside)}
    assert {row["state"] for row in index} == {"READY"}


def test_wine_says_nothing_about_itself(mds: Asker) -> None:
    metadata = mds.metadata("wine")
    assert metadata["inputs"] == metadata["outputs"] == []


def test_only_words_of_the_vocabulary_are_used(metadata: dict) -> None:
    known = {"name", *re.findall(r"`(\w+)`", VOCABULARY.read_text(encoding="utf-8"))}
    used = set().union(*fields(metadata), *(out["parameters"] for out in metadata["outputs"]))
    assert used <= known


@pytest.mark.slow
def test_every_field_has_a_label_a_kind_and_examples(metadata: dict) -> None:
    for field in fields(metadata):
        assert field["label"]
        assert len(field["examples"]) == how_many_examples(metadata)


def test_labels_of_fields_differ(metadata: dict) -> None:
    labels = [field["label"] for field in fields(metadata)]
    assert len(set(labels)) == len(labels)


def test_unknown_values_are_only_where_a_field_is_optional(metadata: dict) -> None:
    for field in fields(metadata):
        assert field.get("optional") or None not in field["examples"]


def test_categories_list_their_choices(metadata: dict) -> None:
    for field in fields(metadata):
        if field.get("kind") == "category":
            assert {value for value in field["examples"] if value is not None} <= {
                *field["choices"]
            }


def test_numbers_have_a_typical_range(metadata: dict) -> None:
    for field in fields(metadata):
        if field["kind"] in ("number", "integer"):
            assert field["min"] < field["max"]


def test_the_first_output_states_the_question(metadata: dict) -> None:
    words = metadata["outputs"][0]["parameters"]
    assert words["question"].endswith("?")
    assert words["title"]


def test_outputs_have_roles_and_classes_have_labels(metadata: dict) -> None:
    for output in metadata["outputs"]:
        words = output["parameters"]
        assert words["role"]
        if words["role"] == "probabilities":
            assert len(words["labels"]) == output["shape"][-1]


def test_the_form_of_breast_cancer_begins_with_what_counts_most(mds: Asker) -> None:
    orders = sorted(field["order"] for field in fields(mds.metadata("breast-cancer")))
    assert orders == list(range(1, 31))


def test_pictures_among_the_examples_are_pictures(mds: Asker) -> None:
    for path in ("digits", "ocr"):
        for example in fields(mds.metadata(path))[0]["examples"]:
            picture = Image.open(io.BytesIO(base64.b64decode(example["data"])))
            picture.load()
            assert example["media_type"] == "image/png"
            assert example["name"].endswith(".png")
