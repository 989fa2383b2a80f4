"""What pages may use. Built once a process at start-up; a test installs its own."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import db.engine
from cases.audit import AuditPolicy
from db.engine import Sessions, make_sessions
from db.migrate import migrate
from explanations.worker import Explainers
from mds_client.client import MdsClient, Model
from mds_client.discovery import Catalogue
from mds_client.server import Server
from mds_client.signature import ModelRef, Signature
from mds_client.transport.credentials import Credentials, Secret
from mds_client.transport.tls import Tls
from settings import ServerSettings, Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Services:
    """The doors to the network, the database and the worker processes."""

    settings: Settings
    clients: dict[str, MdsClient]
    catalogue: Catalogue
    sessions: Sessions
    explainers: Explainers
    audit: AuditPolicy

    def model(self, ref: ModelRef, signature: Signature | None = None) -> Model:
        """A handle on a model of a configured server. Raises KeyError for any other server."""
        return self.clients[ref.server].model(ref.name, ref.version, signature=signature)

    def start(self) -> None:
        """Begin to watch the servers and to warm up the explanation worker, in the background."""
        self.catalogue.watch(self.settings.refresh_seconds)
        self.explainers.warm()

    def close(self) -> None:
        """Stop everything that `start` began."""
        self.catalogue.close()
        self.explainers.close()
        for client in self.clients.values():
            client.close()

    def database_answers(self) -> bool:
        return db.engine.answers(self.sessions)


_installed: list[Services] = []
_lock = threading.Lock()


def install(services: Services) -> None:
    """Make these the services of this process."""
    _installed[:] = [services]


def services() -> Services:
    """The services of this process."""
    with _lock:
        if not _installed:
            raise RuntimeError("no services: the app was not started through app.py")
        return _installed[0]


def build(settings: Settings) -> Services:
    """The real services. Migrates the database; starts nothing."""
    url = settings.database_url.get_secret_value()
    migrate(url)
    clients = {s.name: MdsClient(_server(s)) for s in settings.servers}
    return Services(
        settings=settings,
        clients=clients,
        catalogue=Catalogue(clients),
        sessions=make_sessions(url),
        explainers=Explainers(),
        audit=AuditPolicy(probability=settings.audit_probability),
    )


def _server(configured: ServerSettings) -> Server:
    return Server(
        name=configured.name,
        url=configured.url,
        protocol=configured.protocol,
        title=configured.title,
        timeout=configured.timeout,
        connect_timeout=configured.connect_timeout,
        headers=configured.headers(),
        models=tuple(configured.models),
        management_url=configured.management_url,
        read_timeout=configured.read_timeout,
        write_timeout=configured.write_timeout,
        pool_timeout=configured.pool_timeout,
        max_answer_bytes=configured.max_answer_bytes,
        max_connections=configured.max_connections,
        keep_alive_connections=configured.keep_alive_connections,
        keep_alive_seconds=configured.keep_alive_seconds,
        http2=configured.http2,
        compress=configured.compress,
        retries=configured.retries,
        breaker_failures=configured.breaker_failures,
        breaker_seconds=configured.breaker_seconds,
        hedge_after=configured.hedge_after,
        idempotent_models=tuple(configured.idempotent_models),
        tls=_tls(configured),
        credentials=_credentials(configured),
    )


def _tls(configured: ServerSettings) -> Tls:
    return Tls(
        ca_file=configured.ca_file,
        cert_file=configured.cert_file,
        key_file=configured.key_file,
        verify=configured.verify,
    )


def _credentials(configured: ServerSettings) -> Credentials:
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
