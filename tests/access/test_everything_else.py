"""Every kind of job, every route and every method of the services, tried by every role: found in their registries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

import services
from api.permissions import each, permission_of
from api.routes import routes
from db.engine import close, reading, writing
from db.errors import StorageError
from db.scope import EVERYTHING, scope_of
from jobs import store
from mds_client.signature import ModelRef
from people.errors import NotPermitted
from people.permissions import LEAST_ROLE, OPEN
from people.viewer import ROLES
from services import Services
from settings import AccessSettings, ServerSettings, Settings
from tests.access import filled
from tests.access.test_services import HIDDEN, PERSON, SCOPES, WORDS
from tests.databases import sqlite_below

SECRET = "the-hidden-server"
_hidden: list[str] = []


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services of servers that do not answer, with an access table and a filled database."""
    url = sqlite_below(tmp_path_factory.mktemp("all"))
    found = services.build(
        Settings(
            servers=[
                ServerSettings(name=name, url="http://127.0.0.1:9") for name in ("bank", SECRET)
            ],
            database_url=url,
            access=[AccessSettings(people=[PERSON], servers=["bank"], models=["credit"])],
        )
    )
    _hidden[:] = [filled.fill(found.sessions, HIDDEN, "bob", WORDS["hidden"]).case.id]
    yield found
    found.close()
    close(found.sessions)


@pytest.mark.parametrize("role", ROLES)
def test_every_kind_of_job_is_for_its_role_on_a_model_that_is_seen(
    built: Services, role: str
) -> None:
    narrow = built.seen_by(SCOPES[role])
    assert narrow.kinds.keys() == built.kinds.keys()
    for kind in narrow.kinds.values():
        is_enough = ROLES.index(role) >= ROLES.index(LEAST_ROLE[kind.permission])
        without_model = LEAST_ROLE[kind.permission] == "analyst"
        for subject, is_let in (
            ("model/bank/credit", is_enough),
            ("model/bank/fraud", False),
            (f"model/{SECRET}/credit", False),
            ("case/01JWNNWPR00000000000000000", False),
            ("", without_model),
        ):
            job = store.make(kind, subject=subject, person=PERSON)
            if is_let:
                store.submit(narrow.sessions, kind, job, None)
            else:
                with pytest.raises(NotPermitted):
                    store.submit(narrow.sessions, kind, job, None)
                with pytest.raises(NotPermitted):
                    narrow.here.start(kind, job, None)
            assert (store.find(built.sessions, job.id) is not None) is is_let, (kind.name, subject)


# What each method and property of the services gives to somebody who sees one model of one server; `None` where
# tests/access/test_services.py and test_jobs.py look at what it gives.
NARROWED: dict[str, Callable[[Services], object] | None] = {
    "close": lambda found: found.close(),
    "database_state": lambda found: found.database_state(),
    "figures": lambda found: _seen(found.figures),
    "kinds": lambda found: sorted(found.kinds),
    "model": lambda found: found.model(ModelRef(server="bank", name="fraud")),
    "save_explanation": lambda found: _save(found),
    "seen_by": lambda found: found.seen_by(EVERYTHING),
    "server": lambda found: found.server(SECRET),
    "settings_now": None,
    "start": lambda found: found.start(),
    "worker": lambda found: found.worker(),
}
ARE_REFUSED = {"close", "model", "save_explanation", "seen_by", "server", "start", "worker"}
# What the services are made of: those that are narrowed, and those that show nothing of a model or of anybody.
ARE_NARROWED = {"catalogue", "clients", "here", "scope", "sessions"}
ARE_OPEN = {
    "settings": "addresses of servers: pages take single values of it, and draw none",
    "explainers": "asked with the server of a model that was found through these services",
    "audit": "the chance of an audit",
    "beside": "the worker beside the app",
    "table": "the access table",
}


def test_every_method_of_the_services_is_known() -> None:
    public = {name for name in vars(Services) if not name.startswith("_")}
    own = {field.name for field in fields(Services)}
    assert public - own == set(NARROWED)
    assert own == ARE_NARROWED | set(ARE_OPEN)


@pytest.mark.parametrize("role", ROLES)
def test_every_method_of_narrowed_services_keeps_to_what_is_seen(
    built: Services, role: str
) -> None:
    narrow, refused = built.seen_by(SCOPES[role]), set()
    for name, call in NARROWED.items():
        try:
            shown = repr(call(narrow)) if call else ""
        except (NotPermitted, KeyError, StorageError):
            refused.add(name)
        else:
            assert WORDS["hidden"] not in shown
            assert SECRET not in shown
    assert refused == ARE_REFUSED
    assert list(narrow.clients) == ["bank"]
    assert [state.server.name for state in narrow.catalogue.servers()] == ["bank"]
    assert narrow.model(ModelRef(server="bank", name="credit"))
    with reading(narrow.sessions) as session:
        assert scope_of(session) == narrow.scope == SCOPES[role]


def _seen(sessions: Any) -> object:
    with reading(sessions) as session:
        scope = scope_of(session)
    assert scope.seen == SCOPES["analyst"].seen
    assert not scope.is_all
    return store.newest(sessions)


def _save(found: Services) -> object:
    with writing(found.sessions) as session:
        return found.save_explanation(session, _hidden[0], filled.study_of("new"))


def test_every_route_says_who_may_call_it_and_an_open_one_shows_nothing(built: Services) -> None:
    """Routes that take a person are tried with their tokens in tests/api."""
    made = routes(lambda: built)
    app, paths = Starlette(routes=made), []
    for path, route in each(made):
        assert permission_of(route)
        if permission_of(route) == OPEN and "{" not in path:
            paths.append(path)
    answers = _run(_asked(app, paths))
    assert "/healthz" in answers
    for path, text in answers.items():
        for secret in (SECRET, WORDS["hidden"], HIDDEN.name, "credit"):
            assert secret not in text, path


async def _asked(app: Starlette, paths: list[str]) -> dict[str, str]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        found = {path: await client.get(path) for path in paths}
    return {path: answer.text + str(answer.headers) for path, answer in found.items()}


def _run(work: Any) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
