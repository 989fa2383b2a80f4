"""The servers, sources and registries of the settings, as the client knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from mds_client.discovery.sources import Source
from mds_client.registries import Registries, RegistryClient, RegistryServer
from mds_client.server import Server
from mds_client.transport.credentials import Credentials, Secret
from mds_client.transport.tls import Tls
from settings import (
    AddressSettings,
    KubernetesSettings,
    ServerSettings,
    Settings,
)


def sources_of(settings: Settings) -> Sequence[Source]:
    """Where servers are found besides the settings. Raises ValueError for what cannot be used."""
    return [_cluster(settings.kubernetes)] if settings.kubernetes else []


def _cluster(configured: KubernetesSettings) -> Source:
    from mds_client.discovery.sources.kubernetes import Kubernetes, KubernetesSource

    facts = configured.model_dump(exclude={"headers_from_env", "namespaces", "kinds"})
    return Kubernetes(
        KubernetesSource(
            **facts,
            namespaces=tuple(configured.namespaces),
            kinds=tuple(configured.kinds),
            headers=configured.headers(),
        )
    )


def registries_of(settings: Settings) -> Registries | None:
    """The registries that describe models. Raises ValueError for what cannot be used."""
    clients = [RegistryClient(_made(RegistryServer, r)) for r in settings.registries]
    return Registries(clients) if clients else None


def server_of(configured: ServerSettings) -> Server:
    """The server with its headers. Raises ValueError for an environment variable that is not set."""
    token = Secret(env=configured.management_token_env, file=configured.management_token_file)
    return replace(_made(Server, configured), management_credentials=Credentials(token=token))


_Made = TypeVar("_Made", bound=Server)


def _made(kind: type[_Made], configured: AddressSettings) -> _Made:
    """Of the settings of the same names, with how to sign in there."""
    names = {field.name for field in fields(kind)} & set(type(configured).model_fields)
    facts = {name: _frozen(getattr(configured, name)) for name in names}
    return kind(
        **facts,
        headers=configured.headers(),
        tls=_tls(configured),
        credentials=_credentials(configured),
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _tls(configured: AddressSettings) -> Tls:
    return Tls(
        ca_file=configured.ca_file,
        cert_file=configured.cert_file,
        key_file=configured.key_file,
        verify=configured.verify,
    )


def _credentials(configured: AddressSettings) -> Credentials:
    return Credentials(
        token=Secret(env=configured.token_env, file=configured.token_file),
        username=configured.username,
        password=Secret(env=configured.password_env, file=configured.password_file),
        api_key_header=configured.api_key_header,
        api_key=Secret(env=configured.api_key_env, file=configured.api_key_file),
        token_url=configured.token_url,
        client_id=configured.client_id,
        client_secret=Secret(env=configured.client_secret_env, file=configured.client_secret_file),
        scope=configured.scope,
        audience=configured.audience,
    )
