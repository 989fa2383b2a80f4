"""The composition root: from settings to what pages and routes may use.

Built once a process at start-up; a test installs its own.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import db.engine
from cases.audit_sample import AuditPolicy
from db.engine import Sessions, make_sessions
from db.migrate import migrate
from explanations.worker import Explainers
from mds_client.client.sync_client import MdsClient, Model
from mds_client.discovery import Catalogue
from mds_client.signature import ModelRef, Signature
from servers import registries_of, server_of, sources_of
from settings import Settings

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
        """A handle on a model of a server of the settings or of a source. Raises KeyError for any other."""
        return self.catalogue.client(ref.server).model(ref.name, ref.version, signature=signature)

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
    clients = {s.name: MdsClient(server_of(s)) for s in settings.servers}
    return Services(
        settings=settings,
        clients=clients,
        catalogue=Catalogue(
            clients, sources=sources_of(settings), registries=registries_of(settings)
        ),
        sessions=make_sessions(url),
        explainers=Explainers(),
        audit=AuditPolicy(probability=settings.audit_probability),
    )
