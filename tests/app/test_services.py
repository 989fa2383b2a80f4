"""The services as they are built from settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from services import build
from settings import KubernetesSettings, Settings
from tests.mds_client.cluster import KSERVE, cluster, resource


def test_models_of_a_cluster_are_listed_and_can_be_asked(
    mds_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    found = build(
        Settings(
            servers=[],
            database_url=f"sqlite:///{tmp_path / 'w.db'}",
            kubernetes=KubernetesSettings(kserve_url=mds_url),
        )
    )
    with cluster(tmp_path / "config") as api:
        api.pages[KSERVE] = [{"items": [resource("birds")]}]
        found.catalogue.refresh()
        entry = next(e for e in found.catalogue.entries() if e.ref.name == "penguins")
        assert entry.signature
        answer = found.model(entry.ref).predict(entry.signature.example_rows[0])
        assert answer.answer.label in ("Adelie", "Chinstrap", "Gentoo")
        api.pages[KSERVE] = [{"items": []}]
        found.catalogue.refresh()
        assert not found.catalogue.entries()
    found.close()
