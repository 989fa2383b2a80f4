"""Against a real MLflow server: signatures, examples and words of models that were logged with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mds_client import Field, MdsClient, ModelRef, Server, Signature
from mds_client.registries import RegistryClient, RegistryServer
from mds_client.signature.facts import Facts
from mds_client.signature.merge_facts import merged
from mds_client.signature.metadata import unknown_input
from tables.fitting import read_fitting
from tests.servers.starting import Running


@pytest.fixture
def registry(mlflow_registry: Running) -> Iterator[RegistryClient]:
    with RegistryClient(RegistryServer(name="r", url=mlflow_registry.url, kind="mlflow")) as client:
        yield client


def unknown(name: str, version: str = "") -> Signature:
    ref = ModelRef(server="s", name=name, version=version)
    return Signature(model=ref, inputs=(unknown_input(),), layout="unknown")


def facts_of(registry: RegistryClient, name: str, version: str = "", entry: str = "") -> Facts:
    entries = {name: entry} if entry else {}
    server = replace(registry.registry.server, entries=entries)
    with RegistryClient(server) as client:
        found = client.facts(ModelRef(server="s", name=name, version=version))
    assert found is not None
    return found


def test_a_table_of_numbers_is_a_matrix_with_examples(registry: RegistryClient) -> None:
    found = merged(unknown("tumour", "1"), facts_of(registry, "tumour", "1"))
    assert (found.layout, len(found.inputs), len(found.example_rows)) == ("matrix", 30, 3)
    assert found.example_rows[0]["mean radius"] == 17.99
    assert {field.kind for field in found.inputs} == {"number"}
    assert not found.check(found.example_rows[0])


def test_words_that_were_logged_with_the_model(registry: RegistryClient) -> None:
    found = merged(unknown("tumour", "1"), facts_of(registry, "tumour", "1"))
    assert (found.title, found.question) == ("Breast tumour", "Is the tumour benign or malignant?")
    assert found.description == "Tells **benign** from malignant."
    radius = found["mean radius"]
    assert (radius.label, radius.unit, radius.typical) == ("Radius", "µm", (6.9, 28.2))
    assert set(radius.provenance.values()) == {"registry"}


def test_what_a_person_may_read(registry: RegistryClient) -> None:
    said = dict(facts_of(registry, "tumour", "1").about)
    assert date.fromisoformat(said.pop("registered")) <= datetime.now(UTC).date()
    assert said == {
        "entry": "models:/tumour/1",
        "aliases": "champion",
        "status": "READY",
        "version": "All columns.",
        "parameters": "threshold = 0.5",
        "team": "risk",
    }
    assert facts_of(registry, "tumour", "1").labels == ("malignant", "benign")


@pytest.mark.parametrize(
    ("version", "entry", "columns"),
    [
        ("", "", 4),  # the newest
        ("1", "", 30),
        ("v1", "", 30),
        ("champion", "", 30),
        ("9", "", 0),
        ("2024-01", "", 0),
        ("", "models:/tumour/1", 30),
        ("", "models:/tumour@champion", 30),
        ("1", "models:/tumour/latest", 4),
        ("", "tumour@nobody", 0),
    ],
)
def test_which_version_is_meant(
    registry: RegistryClient, version: str, entry: str, columns: int
) -> None:
    assert len(facts_of(registry, "tumour", version, entry).inputs) == columns


def test_it_is_found_by_its_tag(registry: RegistryClient) -> None:
    assert facts_of(registry, "model").about["entry"] == "models:/tumour/2"
    assert registry.facts(ModelRef(server="s", name="nobody")) is None
    assert registry.facts(ModelRef(server="s", name="o'brien")) is None
    assert registry.facts(ModelRef(server="other", name="model")) is None


def test_columns_of_every_type(registry: RegistryClient) -> None:
    found = merged(unknown("houses"), facts_of(registry, "houses"))
    assert found.layout == "columns"
    assert [(f.name, f.kind, f.datatype, f.required) for f in found.inputs] == [
        ("region", "text", "BYTES", True),
        ("rooms", "integer", "INT64", True),
        ("income", "number", "FP64", False),
        ("garden", "boolean", "BOOL", True),
        ("sold", "datetime", "BYTES", True),
        ("plan", "text", "BYTES", False),
        ("visits", "json", "BYTES", True),
    ]


def test_an_array_is_a_tensor_with_examples(registry: RegistryClient) -> None:
    found = merged(unknown("pixels"), facts_of(registry, "pixels"))
    (field,) = found.inputs
    assert (found.layout, field.kind, field.datatype, field.shape) == (
        "tensors",
        "tensor",
        "FP32",
        (-1, 2, 2),
    )
    assert found.example_rows == [{field.name: [[1.0, 1.0], [1.0, 1.0]]}] * 2


def test_what_the_server_declares_stays(registry: RegistryClient) -> None:
    declared = Signature(
        model=ModelRef(server="s", name="houses"),
        inputs=tuple(
            Field(name=name, kind="number", datatype="FP32") for name in ("rooms", "income", "new")
        ),
        layout="columns",
    )
    found = merged(declared, facts_of(registry, "houses"))
    assert [(f.name, f.kind, f.datatype) for f in found.inputs] == [
        ("rooms", "integer", "FP32"),
        ("income", "number", "FP32"),
        ("new", "number", "FP32"),
    ]


def test_a_server_that_says_nothing_can_be_asked(
    registry: RegistryClient, mlflow_scoring: Running
) -> None:
    """MLflow's scoring server does not describe its model: the registry does."""
    with MdsClient(Server(name="s", url=mlflow_scoring.url, models=("tumour@1",))) as client:
        ref = client.models()[0].ref
        facts = registry.facts(ref)
        assert facts is not None
        signature = merged(client.signature(ref), facts)
        prediction = client.predict(signature, signature.example_rows)
    assert [answer.number for answer in prediction.answers] == [0, 0, 0]


def test_the_cases_that_are_kept_with_a_model(registry: RegistryClient) -> None:
    """A file that a tag names, and an input example: both are read as an uploaded file is."""
    found = registry.reference(ModelRef(server="s", name="houses"))
    assert found is not None
    assert (found.entry, found.name) == ("models:/houses/1", "reference.csv")
    houses = merged(unknown("houses"), facts_of(registry, "houses"))
    assert read_fitting(found.content, found.name, houses).columns[:2] == ("region", "rooms")
    example = registry.reference(ModelRef(server="s", name="tumour", version="1"))
    assert example is not None
    tumour = merged(unknown("tumour", "1"), facts_of(registry, "tumour", "1"))
    table = read_fitting(example.content, example.name, tumour)
    assert (len(table), set(table.columns)) == (3, {field.name for field in tumour.inputs})
    assert registry.reference(ModelRef(server="s", name="pixels", version="9")) is None
