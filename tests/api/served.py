"""The API as it is served: real services on the embedded MDS, a real uvicorn, people in several roles."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette

import services
from api.guard import guard
from api.identity import identity
from api.routes import routes
from db.engine import close
from explanations.worker import InlineExplainers
from jobs.here import Here
from people import tokens
from services import Services
from settings import AccessSettings, ServerSettings, Settings

PENGUINS = {
    "bill_length_mm": 39.1,
    "bill_depth_mm": 18.7,
    "flipper_length_mm": 181.0,
    "body_mass_g": 3750.0,
    "island": "Torgersen",
    "sex": "male",
    "year": 2007,
}
ACCESS = [
    AccessSettings(people=["ann", "bob"], servers=["demo"], models=["penguins", "breast-cancer"]),
    AccessSettings(people=["rita"], role="reviewer", servers=["demo"], models=["penguins"]),
    AccessSettings(people=["olga"], role="operator"),
]


EVERY = tuple(tokens.SCOPES)


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where it is, and what it is made of."""

    url: str
    services: Services
    clients: dict[tuple[str, tuple[str, ...]], httpx.Client] = field(default_factory=dict)

    def client(self, person: str = "", scopes: tuple[str, ...] = EVERY) -> httpx.Client:
        """A client with a token of this person, or without one; the same for the same person."""
        if (person, scopes) not in self.clients:
            self.clients[person, scopes] = httpx.Client(
                base_url=f"{self.url}/api/v1",
                headers=self.headers(person, scopes),
                timeout=60,
                trust_env=False,
            )
        return self.clients[person, scopes]

    def headers(self, person: str, scopes: tuple[str, ...] = EVERY) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(person, scopes)}"} if person else {}

    def token(self, person: str, scopes: tuple[str, ...] = EVERY) -> str:
        made = tokens.make(
            self.services.sessions, person=person, name="test", scopes=scopes, days=1, most_days=1
        )
        return made.secret


def application(found: Services) -> Starlette:
    """What app.py serves, without the pages."""
    page = Path(__file__)
    return Starlette(
        routes=routes(lambda: found),
        middleware=[guard(lambda: (), page, tuple), identity(lambda: found.settings)],
    )


@contextmanager
def built(mds_url: str, folder: Path, **changes: object) -> Iterator[Services]:
    """Services with an access table, where a proxy signs people in; explanations in the thread that asks."""
    wanted = {
        "servers": [ServerSettings(name="demo", url=mds_url)],
        "database_url": f"sqlite:///{folder}/api.db",
        "sign_in": "proxy",
        "proxy_addresses": ["10.0.0.9"],
        "access": ACCESS,
        "api_requests_per_minute": 0,
    }
    found = services.build(Settings(**(wanted | changes)))
    found = replace(
        found,
        explainers=InlineExplainers(found.clients["demo"]),
        here=Here(found.sessions, "1", 15.0, is_inline=True),
    )
    found.catalogue.refresh()
    yield found
    found.close()
    close(found.sessions)


@contextmanager
def serving(found: Services) -> Iterator[Served]:
    """These services on a port of their own."""
    server = uvicorn.Server(
        uvicorn.Config(application(found), port=0, lifespan="off", log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    served = Served(url=f"http://127.0.0.1:{port}", services=found)
    yield served
    for client in served.clients.values():
        client.close()
    server.should_exit = True
    thread.join(10)
