"""Every kind of job, every route and every method of the services, tried by every role: found in their registries."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

import services
from api.permissions import each, permission_of
from api.routes import routes
from db.engine import close, reading, writing
from db.errors import StorageError
from db.scope import EVERYTHING, scope_of
from doors import Doors
from jobs import store
from mds_client.errors import ModelNotFound
from mds_client.signature import ModelRef, Signature
from people import tokens
from people.errors import NotPermitted
from people.permissions import LEAST_ROLE, OPEN
from people.viewer import ROLES
from services import Services
from settings import AccessSettings, ServerSettings, Settings
from tables.errors import UnreadableFile
from tests.access import filled
from tests.access.filled import rows_about
from tests.access.test_services import HIDDEN, PERSON, SCOPES, WORDS
from tests.databases import sqlite_below

SECRET = "the-hidden-server"
_hidden: list[filled.Made] = []
_rows_before: set[str] = set()


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
    _hidden[:] = [filled.fill(found.sessions, HIDDEN, "bob", WORDS["hidden"])]
    _rows_before.update(rows_about(found.sessions, _hidden[0].word, *_hidden[0].ids))
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


FRAUD = ModelRef(server="bank", name="fraud")
# What each method and property of the services gives to somebody who sees one model of one server; `None` where
# tests/access/test_services.py and test_jobs.py look at what it gives.
NARROWED: dict[str, Callable[[Services], object] | None] = {
    "answer_unit": lambda found: found.answer_unit("bank", "fraud"),
    "answer_unit_in_jobs": lambda found: found.answer_unit_in_jobs("bank", "fraud"),
    "batches_root": lambda found: found.batches_root,
    "business_keys": lambda found: found.business_keys(),
    "protected_fields": lambda found: found.protected_fields("bank", "fraud"),
    "cases_of_keys": lambda found: found.cases_of_keys(FRAUD, ["x"]),
    "close": lambda found: found.close(),
    "database_state": lambda found: found.database_state(),
    "drift_detectors": lambda found: found.drift_detectors(),
    "ask_drift_detector": lambda found: found.ask_drift_detector(("bank", "fraud"), "d", []),
    "deployed": lambda found: found.deployed(FRAUD),
    "field_titles": lambda found: found.field_titles("bank", "fraud"),
    "field_titles_in_jobs": lambda found: found.field_titles_in_jobs("bank", "fraud"),
    "field_words": lambda found: found.field_words("bank", "fraud"),
    "figures": lambda found: _seen(found.figures),
    "files_in": lambda found: found.files_in("/", "*"),
    "give_way": lambda found: found.give_way(SECRET),
    "golden_asker": lambda found: found.golden_asker(FRAUD),
    "hash_key": lambda found: found.hash_key,
    "key_search": lambda found: found.key_search("x").fields,
    "kinds": lambda found: sorted(found.kinds),
    "model": lambda found: found.model(FRAUD),
    "model_title": lambda found: found.model_title("bank", "fraud"),
    "model_title_in_jobs": lambda found: found.model_title_in_jobs("bank", "fraud"),
    "operator_sessions": lambda found: _seen(found.operator_sessions()),
    "reading": lambda found: found.reading("bank", "fraud"),
    "recorder": lambda found: found.recorder(
        FRAUD, Signature(model=FRAUD, inputs=()), "key", PERSON, "all", 1.0
    ),
    "run_golden": lambda found: found.run_golden(SECRET),
    "save_explanation": lambda found: _save(found),
    "seen_by": lambda found: found.seen_by(EVERYTHING),
    "sends": lambda found: dict(found.sends),
    "server": lambda found: found.server(SECRET),
    "settings_now": None,
    "signature": None,  # signatures.known, which takes sessions
    "start": lambda found: found.start(),
    "stored": None,  # what the settings say of the fields of a signature that is at hand
    "test_asker": lambda found: found.test_asker(FRAUD),
    "test_figures": None,  # what counts rows that are at hand
    "userinfo": None,  # nobody's, without a provider
    "worker": lambda found: found.worker(),
    "write_rows": None,  # rows of a file, as the operator allows it to everybody
}
ARE_REFUSED = {
    "ask_drift_detector",
    "close",
    "deployed",
    "files_in",  # where no place is allowed
    "golden_asker",
    "model",
    "operator_sessions",
    "recorder",
    "save_explanation",
    "seen_by",
    "server",
    "start",
    "test_asker",
    "worker",
}
# What the services are made of: those that are narrowed, and those that show nothing of a model or of anybody.
ARE_NARROWED = {"catalogue", "clients", "here", "scope", "sessions"}
ARE_OPEN = {
    "settings": "addresses of servers: pages take single values of it, and draw none",
    "explainers": "asked with the server of a model that was found through these services",
    "audience": "the port of guests, which is open while a show has them; its slide is of who presents",
    "audit": "the chance of an audit",
    "beside": "the worker beside the app",
    "outliers": "whether inputs that are at hand are unlike earlier ones, in words that name a field and a count",
    "readings": "asked with the server of a model that was found through these services; counts and times that name nobody",
    "table": "the access table",
}


def test_every_method_of_the_services_is_known() -> None:
    public = {name for name in (*vars(Doors), *vars(Services)) if not name.startswith("_")}
    own = {field.name for field in fields(Services)}
    assert public - own == set(NARROWED)
    assert own == ARE_NARROWED | set(ARE_OPEN)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_every_method_of_narrowed_services_keeps_to_what_is_seen(
    built: Services, role: str
) -> None:
    narrow, refused = built.seen_by(SCOPES[role]), set()
    for name, call in NARROWED.items():
        try:
            shown = repr(call(narrow)) if call else ""
        except (NotPermitted, KeyError, StorageError, ModelNotFound, UnreadableFile):
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
        return found.save_explanation(session, _hidden[0].case.id, filled.study_of("new"))


def test_an_open_route_shows_nothing_that_is_hidden(built: Services) -> None:
    asked = [("GET", path) for path, route in _routes(built) if permission_of(route) == OPEN]
    assert ("GET", "/healthz") in asked
    for path, answer in _answers(built, asked, {}):
        for secret in (SECRET, WORDS["hidden"]):
            assert secret not in answer.text + str(answer.headers), path


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_every_other_route_asks_for_a_token_and_shows_it_no_more_than_its_person_sees(
    built: Services, role: str
) -> None:
    found = [(path, route) for path, route in _routes(built) if permission_of(route) != OPEN]
    assert found
    asked = [(method, path) for path, route in found for method in route.methods or ()]
    needed = {(m, path): permission_of(route) for path, route in found for m in route.methods or ()}
    assert {answer.status_code for _, answer in _answers(_of_proxy(built), asked, {})} == {401}
    by_role = _with_role(built, role)
    for path, answer in _answers(by_role, asked, _token(built, list(tokens.SCOPES))):
        assert answer.status_code not in (401, 403, 500), (path, answer.text)
        for secret in (SECRET, WORDS["hidden"]):
            assert secret not in answer.text + str(answer.headers), path
    for scope in tokens.SCOPES:
        for path, answer in _answers(by_role, asked, _token(built, [scope])):
            needs = needed[answer.request.method, path]
            # What has no body that fits is refused for that before it is asked what the token is for.
            assert answer.status_code != 403 or needs != scope, (path, scope)
            assert answer.status_code in (403, 422) or needs == scope, (path, scope)
    hidden = _hidden[0]
    assert rows_about(built.sessions, hidden.word, *hidden.ids) == _rows_before


def _routes(built: Services) -> list[tuple[str, Route]]:
    return list(each(routes(lambda: built)))


def _of_proxy(built: Services) -> Services:
    changes = {"sign_in": "proxy", "proxy_addresses": ["10.0.0.1"]}
    return replace(built, settings=built.settings.model_copy(update=changes))


def _with_role(built: Services, role: str) -> Services:
    row = AccessSettings(people=[PERSON], servers=["bank"], models=["credit"], role=role)
    return replace(built, settings=built.settings.model_copy(update={"access": [row]}))


def _token(built: Services, scopes: list[str]) -> dict[str, str]:
    made = tokens.make(
        built.sessions, person=PERSON, name="walk", scopes=scopes, days=1.0, most_days=9.0
    )
    return {"Authorization": f"Bearer {made.secret}"}


def _answers(
    found: Services, asked: list[tuple[str, str]], headers: dict[str, str]
) -> list[tuple[str, httpx.Response]]:
    """What each route answers about everything that is hidden."""
    app = Starlette(routes=routes(lambda: found))

    async def ask() -> list[tuple[str, httpx.Response]]:
        # From another machine: this one itself may read the metrics, as docs/metrics.md says.
        elsewhere = ("10.0.0.7", 50_000)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=elsewhere)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [
                (path, await client.request(method, _filled(path), headers=headers, json=None))
                for method, path in asked
            ]

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, ask()).result()


def _filled(path: str) -> str:
    """A path with what is hidden in place of its parameters."""
    made = _hidden[0]
    values = {
        "server": made.ref.server,
        "model": made.ref.name,
        "name": made.ref.name,
        "case_id": made.case.id,
        "job_id": made.job.id,
    }
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: values.get(found[1], made.case.id), path)
