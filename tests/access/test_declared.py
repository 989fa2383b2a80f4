"""What does not say who may use it stops the start, in a sentence that names it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from api.permissions import check_routes, each, needs, permission_of
from app import ROUTES, _built
from db.errors import UndeclaredTable
from db.limits import OPEN as OPEN_TABLES
from db.limits import check_declared
from db.tables import Base
from jobs.contract import Kind, Outcome
from jobs.kinds import kinds
from people.permissions import LEAST_ROLE, OPEN, Undeclared
from people.viewer import ROLES
from services import _WITH_JOBS
from settings import Settings
from ui import shell

NO_TOOLS = SimpleNamespace(settings=Settings(), sends={})


def test_everything_of_ours_says_who_may_use_it() -> None:
    check_declared()
    check_routes(ROUTES)
    shell.check_pages()
    assert {kind.permission for kind in kinds(NO_TOOLS, _WITH_JOBS).values()} <= set(LEAST_ROLE)
    assert set(LEAST_ROLE.values()) == set(ROLES)


@pytest.mark.parametrize("permission", ["", "king", OPEN])
def test_a_kind_of_job_without_a_permission_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, permission: str
) -> None:
    def kind(_tools: object) -> Kind:
        return Kind(name="new", title="New", run=lambda *_: Outcome(), permission=permission)

    monkeypatch.setattr("jobs.kinds._modules", lambda _packages: [SimpleNamespace(kind=kind)])
    with pytest.raises(Undeclared, match="The kind of job 'new' says"):
        kinds(NO_TOOLS)


def test_a_route_without_a_permission_stops_the_start_wherever_it_is_mounted() -> None:
    @needs("predict")
    def good(_request: object) -> PlainTextResponse:
        return PlainTextResponse("")

    def new(_request: object) -> PlainTextResponse:
        return PlainTextResponse("")

    declared = [Route("/healthz", needs(OPEN)(good)), Route("/cases", needs("predict")(good))]
    check_routes(declared)
    mounted = [*declared, Mount("/api/v1", app=Starlette(routes=[Route("/new", new)]))]
    with pytest.raises(Undeclared, match="The route /api/v1/new says nothing"):
        check_routes(mounted)
    assert [path for path, _ in each(mounted)] == ["/healthz", "/cases", "/api/v1/new"]
    assert permission_of(declared[0]) == "predict"


def test_a_page_without_a_role_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    headers = [
        *shell.page_headers(),
        shell.PageHeader(path=shell.PAGES / "new.py", title="New", icon="", order=99, help=""),
    ]
    monkeypatch.setattr(shell, "page_headers", lambda: headers)
    with pytest.raises(Undeclared, match="The page 'new' says nothing on who may use it"):
        _built()
    assert "The page 'new'" in caplog.text


@pytest.mark.parametrize("table", OPEN_TABLES)
def test_a_table_without_a_condition_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, table: type[Base]
) -> None:
    monkeypatch.delitem(OPEN_TABLES, table)
    with pytest.raises(UndeclaredTable, match=f"The table {table.__name__} declares no condition"):
        check_declared()
