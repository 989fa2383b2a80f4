"""The services as they are built from settings."""

from __future__ import annotations

import pickle
from functools import partial
from pathlib import Path

import pytest

from explanations.worker import connect
from mds_client.server import Server
from mds_client.signature import ModelRef
from services import _client, build
from settings import KubernetesSettings, Settings
from settings.rules import AuditSettings
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


def test_no_server_can_repeat_the_password_of_the_database() -> None:
    """Not to the app, to a server that a source finds, nor to a process that explains."""
    server = Server(name="s", url="http://127.0.0.1:9")
    reaching = pickle.loads(pickle.dumps(partial(connect, hidden="the-password-of-pg")))
    with reaching(server) as there, _client(server, "the-password-of-pg") as here:
        for client in (here, there):
            assert client.secrets.text("postgres://u:the-password-of-pg@h") == (
                "postgres://u:(hidden)@h"
            )


def test_the_settings_say_how_often_which_cases_are_drawn(tmp_path: Path) -> None:
    north = AuditSettings(models=["loan*"], field="region", values=["north"], probability=0.5)
    url = f"sqlite:///{tmp_path / 'w.db'}"
    found = build(Settings(servers=[], database_url=url, audit=[north]))
    loans = found.audit.of(ModelRef(server="s", name="loans"))
    assert [loans.chance({"region": each}) for each in ("north", "south")] == [0.5, 0.1]
    assert found.audit.of(ModelRef(server="s", name="birds")).chance({"region": "north"}) == 0.1
    found.close()
