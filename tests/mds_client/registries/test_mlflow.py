"""MLflow's registry against recorded answers, and against files that people got wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mds_client import ModelRef, Signature
from mds_client.registries import ReferenceFile, RegistryClient
from mds_client.registries.mlflow.mlmodel import columns_in, example_rows, read_yaml
from mds_client.signature.facts import MAX_INPUTS, Facts
from mds_client.signature.merge_facts import merged
from mds_client.signature.metadata import unknown_input
from tests.mds_client.protocols.recorded import Reply, Route, exchange, replaying
from tests.mds_client.registries import asked

FOLDER = "mlflow-registry"
NAME = "bc-classifier"
ARTIFACTS = (
    "/api/2.0/mlflow-artifacts/artifacts/1/models/m-d073012a3ff346d196097ada5310fdf7/artifacts"
)


def api(route: str, **query: str) -> Route:
    return "GET", f"/api/2.0/mlflow/{route}?{urlencode(query)}"


def file(path: str, version: str = "2", name: str = NAME) -> Route:
    return (
        "GET",
        f"/model-versions/get-artifact?{urlencode({'name': name, 'version': version, 'path': path})}",
    )


def tagged(served: str) -> Route:
    words = f"tags.`mds.model` = '{served}'"
    return api("registered-models/search", filter=words, max_results="2")


def recorded(name: str) -> Reply:
    seen = exchange(FOLDER, name)["response"]
    return Reply(seen["body"], seen["status"])


RECORDED = {
    tagged(f"s/{NAME}"): Reply({}),
    tagged(NAME): Reply({}),
    api("registered-models/get", name=NAME): recorded("rm_get"),
    api("model-versions/get", name=NAME, version="2"): recorded("mv_get"),
    api("registered-models/alias", name=NAME, alias="champion"): recorded("alias"),
    api("model-versions/get-download-uri", name=NAME, version="2"): recorded("mv_uri"),
    ("GET", f"{ARTIFACTS}/MLmodel"): recorded("MLmodel"),
    ("GET", f"{ARTIFACTS}/input_example.json"): recorded("input_example"),
}


def facts(replies: Mapping[Route, Reply], model: str = f"s/{NAME}", **options: Any) -> Facts:
    found = asked.facts("mlflow", replies, model, **options)
    assert found is not None
    return found


def mlmodel(**content: Any) -> Reply:
    """A file with this in it; a signature is JSON in texts, as MLflow writes it."""
    if "inputs" in content:
        content["signature"] = {"inputs": json.dumps(content.pop("inputs"))}
    return Reply(yaml.safe_dump(content))


def with_file(content: Reply, **more: Reply) -> dict[Route, Reply]:
    examples = {file(path): reply for path, reply in more.items()}
    return {**RECORDED, file("MLmodel"): content, **examples}


def test_a_recorded_model() -> None:
    """Without the route of the web pages the files come through the artifact proxy."""
    found = facts(RECORDED)
    assert found.description == "Breast cancer classifier"
    assert (len(found.inputs), found.inputs[0]) == (30, "mean radius")
    assert found.fields["mean radius"].examples == (17.99, 20.57)
    assert found.about["version"] == "strong regularisation"
    assert (found.about["team"], found.about["validated"]) == ("risk", "no")
    assert (found.source, found.name) == ("registry", "r")


def test_an_unknown_model_is_not_described() -> None:
    replies = {
        tagged("s/nope"): Reply({}),
        tagged("nope"): Reply({}),
        api("registered-models/get", name="nope"): recorded("rm_get_unknown"),
    }
    assert asked.facts("mlflow", replies, "s/nope") is None


def test_the_settings_name_it_by_a_uri() -> None:
    found = facts(RECORDED, "s/tumour", entries={"tumour": f"models:/{NAME}@champion"})
    assert found.about["entry"] == f"models:/{NAME}/1"
    assert found.inputs == ()  # no file of that version was recorded


@pytest.mark.parametrize("served", [f"s/{NAME}", NAME])
def test_two_that_claim_to_be_the_same_are_neither(served: str) -> None:
    both = Reply({"registered_models": [{"name": "a"}, {"name": "b"}]})
    assert facts({**RECORDED, tagged(served): both}).about["entry"] == f"models:/{NAME}/2"


def test_a_store_that_cannot_search_by_tags() -> None:
    refusal = Reply({"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}, 400)
    replies = {**RECORDED, tagged(f"s/{NAME}"): refusal, tagged(NAME): refusal}
    assert len(facts(replies).inputs) == 30


def test_an_unknown_version_has_words_but_no_inputs() -> None:
    """The versions of a server need not be those of the registry: nothing is guessed."""
    found = facts(RECORDED, f"s/{NAME}@2024-05")
    assert (found.description, found.inputs) == ("Breast cancer classifier", ())
    assert found.about["entry"] == f"models:/{NAME}"


def test_files_in_a_store_that_we_cannot_read() -> None:
    bucket = Reply({"artifact_uri": "s3://models/bc"})
    uri = api("model-versions/get-download-uri", name=NAME, version="2")
    assert facts({**RECORDED, uri: bucket}).inputs == ()


def test_what_the_run_of_an_old_release_noted() -> None:
    noted = [{"artifact_path": "other", "signature": {"inputs": "[]"}},
             {"artifact_path": "model", "signature": {"inputs": '[{"name": "age", "type": "long"}]'}}]  # fmt: skip
    tags = [{"key": "mlflow.log-model.history", "value": json.dumps(noted)}]
    version = {
        "name": NAME,
        "version": "2",
        "run_id": "8c",
        "source": "s3://bucket/8c/artifacts/model",
    }
    replies = {
        **RECORDED,
        api("model-versions/get", name=NAME, version="2"): Reply({"model_version": version}),
        api("model-versions/get-download-uri", name=NAME, version="2"): Reply({}, 404),
        api("runs/get", run_id="8c"): Reply({"run": {"data": {"tags": tags}}}),
    }
    assert facts(replies, f"s/{NAME}@2").inputs == ("age",)


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "signature: 3", "signature: {inputs: 3}", "signature: {inputs: '['}", "a: [", "\x00",
        "[" * 100_000, "- " * 100_000, "a: &a [1]\nb: [*a, *a]\nsignature: {inputs: '[]'}",
        "!!python/object/apply:os.system ['true']", "a: 2024-99-99", "x" * 600_000,
        "signature: {inputs: '[{\"type\": \"double\"}]', outputs: {}}\nmetadata: {mds: {inputs: [1]}}\n<<: 3",
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_should_be(content: str) -> None:
    found = facts(with_file(Reply(content)))
    assert found.description == "Breast cancer classifier"
    assert found.inputs == ()


@pytest.mark.parametrize(
    "inputs",
    [
        [{"name": "a", "type": "double"}, {"name": "b", "type": "quaternion"}],
        [{"name": "a", "type": "double"}, {"name": "a", "type": "double"}],
        [{"name": "a\x00", "type": "double"}],
        [{"name": "x" * 501, "type": "double"}],
        [{"name": {"a": 1}, "type": "double"}],
        [{"name": f"column {i}", "type": "double"} for i in range(MAX_INPUTS + 1)],
        [{"name": f"column {i}", "type": "double"} for i in range(10_000)],
        [3, None],
        {"name": "a"},
    ],
)
def test_a_part_of_the_columns_is_none(inputs: object) -> None:
    assert facts(with_file(mlmodel(inputs=inputs))).inputs == ()


def test_as_many_columns_as_a_form_can_have() -> None:
    inputs = [{"name": f"column {i}", "type": "double"} for i in range(MAX_INPUTS)]
    assert len(facts(with_file(mlmodel(inputs=inputs))).inputs) == MAX_INPUTS


def test_more_columns_than_a_form_can_have_are_said() -> None:
    inputs = [{"name": f"c{i}", "type": "double"} for i in range(2_000)]
    said = facts(with_file(mlmodel(inputs=inputs))).about["inputs"]
    assert said == "2,000 columns, more than a form can have"


def test_columns_without_names_and_old_words() -> None:
    found = facts(
        with_file(mlmodel(inputs=[{"type": "double"}, {"type": "long", "optional": True}]))
    )
    assert found.inputs == ("column 1", "column 2")
    assert [found.fields[name].required for name in found.inputs] == [True, False]


TABLE = [{"name": "age", "type": "long"}, {"name": "sex", "type": "string"}]
ROWS = [{"age": 41, "sex": "f"}, {"age": 63, "sex": "m"}]


@pytest.mark.parametrize(
    "example",
    [
        {"columns": ["age", "sex"], "data": [[41, "f"], [63, "m"]]},
        {"columns": ["sex", "age"], "index": [0, 1], "data": [["f", 41], ["m", 63]]},
        {"data": [[41, "f"], [63, "m"]]},
        ROWS,
        {"inputs": {"age": [41, 63], "sex": ["f", "m"]}},
        {"inputs": [[41, "f"], [63, "m"]]},
        [[41, "f"], [63, "m"]],
    ],
)
def test_examples_in_every_form(example: object) -> None:
    info = {"artifact_path": "input_example.json"}
    content = mlmodel(inputs=TABLE, saved_input_example_info=info)
    found = facts(with_file(content, **{"input_example.json": Reply(example)}))
    ref = ModelRef(server="s", name="m")
    signature = Signature(model=ref, inputs=(unknown_input(),), layout="unknown")
    assert merged(signature, found).example_rows == ROWS


@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("../../etc/passwd", ROWS),
        ("/etc/passwd", ROWS),
        ("example.json", "garbage"),
        ("example.json", {"columns": 3, "data": 4}),
        ("example.json", {"inputs": {}}),
        ("example.json", {"inputs": {"age": 3}}),
        ("example.json", [[41], [63]]),
        ("gone.json", None),
    ],
)
def test_examples_that_cannot_be_used(path: str, example: object) -> None:
    content = mlmodel(inputs=TABLE, saved_input_example_info={"artifact_path": path})
    replies = with_file(content, **({path: Reply(example)} if example is not None else {}))
    found = facts(replies)
    assert found.inputs == ("age", "sex")
    assert not any(field.examples for field in found.fields.values())


def test_an_example_that_is_too_large_costs_only_itself() -> None:
    content = mlmodel(inputs=TABLE, saved_input_example_info={"artifact_path": "example.json"})
    replies = with_file(content, **{"example.json": Reply(" " * 300_000)})
    assert facts(replies, max_answer_bytes=200_000).inputs == ("age", "sex")


def test_hostile_words_are_cut_and_cleaned() -> None:
    registered = dict(recorded("rm_get").body["registered_model"])
    registered["description"] = "<script>\x00\u202eevil\n" + "x" * 1_000_000
    registered["tags"] = [
        {"key": f"tag {i}", "value": "\x1b[31m" + "v" * 10_000} for i in range(500)
    ]
    replies = {
        **RECORDED,
        api("registered-models/get", name=NAME): Reply({"registered_model": registered}),
    }
    found = facts(replies)
    assert found.description.startswith("<script>evil\nxxx")
    assert len(found.description) <= 2_000
    assert len(found.about) <= 30
    assert max(map(len, found.about.values())) <= 500
    assert not set("".join(found.about.values())) & {"\x1b", "\x00"}


def test_words_of_the_form_come_from_the_file_and_its_tags() -> None:
    words = {
        "title": "T",
        "labels": ["no", "yes"],
        "inputs": {"age": {"unit": "years", "label": "Age"}},
    }
    tags = [{"key": "mds.title", "value": "Better"}, {"key": "mds.labels", "value": '["a", "b"]'}]
    registered = {**recorded("rm_get").body["registered_model"], "tags": tags}
    replies = with_file(mlmodel(inputs=TABLE, metadata={"mds": words}))
    replies[api("registered-models/get", name=NAME)] = Reply({"registered_model": registered})
    found = facts(replies)
    assert (found.title, found.labels) == ("Better", ("a", "b"))
    assert (found.fields["age"].unit, found.fields["age"].datatype) == ("years", "INT64")
    assert "mds.title" not in found.about


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["name", "type", "tensor-spec", "dtype", "shape", "inputs", "data", "columns"]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON, JSON)
def test_whatever_a_file_holds_it_can_be_read(inputs: object, example: object) -> None:
    columns = columns_in({"signature": {"inputs": inputs}})
    assert all(
        isinstance(row, dict) for row in example_rows(example, [name for name, _ in columns])
    )


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_whatever_bytes_are_no_disaster(content: bytes) -> None:
    assert isinstance(read_yaml(content), Mapping)


# The cases that are kept with a model to compare others with.


def reference(replies: Mapping[Route, Reply]) -> ReferenceFile | None:
    with replaying(replies) as url, RegistryClient(asked.server(url, "mlflow")) as client:
        return client.reference(ModelRef.parse(f"s/{NAME}@2"))


def tagged_version(path: str) -> Reply:
    seen = json.loads(json.dumps(exchange(FOLDER, "mv_get")["response"]["body"]))
    body = json.loads(seen) if isinstance(seen, str) else seen
    body["model_version"]["tags"] = [{"key": "mds.reference", "value": path}]
    return Reply(body)


def test_without_a_tag_the_input_example_is_the_reference() -> None:
    found = reference(RECORDED)
    assert found is not None
    assert (found.registry, found.entry) == ("r", f"models:/{NAME}/2")
    assert found.name == "input_example.json"
    assert b"mean radius" in found.content


def test_a_tag_of_the_version_names_the_file_that_is_the_reference() -> None:
    version = api("model-versions/get", name=NAME, version="2")
    content = "bill,mass\n1,2\n"
    replies = {
        **RECORDED,
        version: tagged_version("data/reference.csv"),
        file("data/reference.csv"): Reply(content),
    }
    found = reference(replies)
    assert found is not None
    assert (found.name, found.content) == ("reference.csv", content.encode())


@pytest.mark.parametrize("path", ["../../secrets.csv", "/etc/passwd", "not/there.csv"])
def test_a_tag_that_names_no_file_of_the_model_is_no_reference(path: str) -> None:
    version = api("model-versions/get", name=NAME, version="2")
    assert reference({**RECORDED, version: tagged_version(path)}) is None
