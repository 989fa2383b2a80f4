"""Asking a registry that answers as told, over real HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mds_client import ModelRef
from mds_client.registries import RegistryClient, RegistryServer
from mds_client.signature.facts import Facts
from tests.mds_client.protocols.recorded import Reply, Route, replaying


def server(url: str, kind: str, **options: Any) -> RegistryServer:
    plain = {"name": "r", "timeout": 5.0, "retries": 0}
    return RegistryServer(url=url, kind=kind, **{**plain, **options})


def facts(
    kind: str, replies: Mapping[Route, Reply], model: str = "s/m", **options: Any
) -> Facts | None:
    """What the registry is read to say of the model."""
    with replaying(replies) as url, RegistryClient(server(url, kind, **options)) as client:
        return client.facts(ModelRef.parse(model))
