"""What the settings say of a server or a registry is what the client is made with."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from mds_client.registries import RegistryServer
from mds_client.server import Server
from mds_client.transport.credentials import Credentials, Secret
from mds_client.transport.tls import Tls
from servers import registries_of, server_of
from settings import AddressSettings, RegistrySettings, ServerSettings, Settings

ADDRESS: dict[str, Any] = {"name": "a", "url": "http://127.0.0.1:9", "title": "The one"}


def _signing_in() -> set[str]:
    """The settings that say who we are: each is a part of how to get in, or a place of a secret in it."""
    secrets = {f.name for f in fields(Credentials) if isinstance(f.default, Secret)}
    plain = {f.name for f in (*fields(Credentials), *fields(Tls))} - secrets
    return plain | {f"{s}_{place}" for s in secrets for place in ("env", "file")}


@pytest.mark.parametrize(
    ("kind", "settings"), [(Server, ServerSettings), (RegistryServer, RegistrySettings)]
)
def test_every_setting_of_an_address_arrives(
    kind: type[Server], settings: type[AddressSettings]
) -> None:
    """What has the same name is handed on; a setting of another name would be read by nobody."""
    read = {f.name for f in fields(kind)} | _signing_in() | {"headers_from_env"}
    if kind is Server:
        read |= {"management_token_env", "management_token_file"}  # they arrive below
        read |= {"feedback"}  # read by whoever sends feedback on, see configured.targets_of
    assert set(settings.model_fields) <= read


def test_a_server_is_made_of_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "hush")
    made = server_of(
        ServerSettings(
            **ADDRESS,
            models=["m"],
            idempotent_models=["m"],
            retries=7,
            hedge_after=0.5,
            headers_from_env={"X-Team": "OURS"},
            token_env="OURS",
            management_token_file="manager",
            ca_file="ca.pem",
            verify=False,
        )
    )
    assert made == Server(
        **ADDRESS,
        models=("m",),
        idempotent_models=("m",),
        retries=7,
        hedge_after=0.5,
        headers={"X-Team": "hush"},
        credentials=Credentials(token=Secret(env="OURS"), api_key_header="X-API-Key"),
        management_credentials=Credentials(token=Secret(file="manager")),
        tls=Tls(ca_file="ca.pem", verify=False),
    )


def test_a_registry_is_made_of_its_settings() -> None:
    configured = RegistrySettings(**ADDRESS, kind="mlflow", servers=["s"], entries={"s/m": "e"})
    registries = registries_of(Settings(servers=[], registries=[configured]))
    assert registries
    (client,) = registries._clients
    assert client.server == RegistryServer(
        **ADDRESS,
        kind="mlflow",
        servers=("s",),
        entries={"s/m": "e"},
        credentials=Credentials(api_key_header="X-API-Key"),
    )


def test_a_variable_that_is_not_set_is_said() -> None:
    with pytest.raises(ValueError, match="NOBODY_SET_THIS"):
        server_of(ServerSettings(**ADDRESS, headers_from_env={"X": "NOBODY_SET_THIS"}))
