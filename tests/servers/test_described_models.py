"""A server that says nothing of its model, and a registry that does: together they are a form."""

from __future__ import annotations

from pathlib import Path

from services import build
from settings import RegistrySettings, ServerSettings, Settings
from tests.servers.starting import Running


def test_a_model_of_a_silent_server_has_the_fields_of_the_registry(
    mlflow_scoring: Running, mlflow_registry: Running, tmp_path: Path
) -> None:
    found = build(
        Settings(
            servers=[ServerSettings(name="s", url=mlflow_scoring.url, models=["tumour"])],
            registries=[
                RegistrySettings(
                    name="r",
                    url=mlflow_registry.url,
                    kind="mlflow",
                    entries={"s/tumour": "models:/tumour/1"},
                )
            ],
            database_url=f"sqlite:///{tmp_path / 'w.db'}",
        )
    )
    found.catalogue.refresh()
    (entry,) = found.catalogue.search("tumour")
    assert entry.signature
    assert entry.signature.layout == "unknown"
    assert entry.known
    assert len(entry.known.inputs) == 30
    assert entry.title == "Breast tumour"
    answer = found.model(entry.ref, entry.known).predict(entry.known.example_rows[0])
    assert len(answer.answers) == 1
    found.close()


def test_a_dead_registry_hides_nobody_and_is_said(mds_url: str, tmp_path: Path) -> None:
    found = build(
        Settings(
            servers=[ServerSettings(name="demo", url=mds_url)],
            registries=[RegistrySettings(name="gone", url="http://127.0.0.1:9", kind="bailo")],
            database_url=f"sqlite:///{tmp_path / 'w.db'}",
        )
    )
    found.catalogue.refresh()
    assert len(found.catalogue.entries()) == 12
    assert any("gone" in note for note in found.catalogue.notes())
    found.close()
