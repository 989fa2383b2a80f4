"""A server that lets nobody in, and one that speaks nothing we know: told apart through real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from mds_client import AsyncMdsClient, MdsClient, MdsError, NotAllowed, Server, UnreadableAnswer
from mds_client.discovery import Catalogue
from tests.mds_client import faults
from tests.mds_client.conftest import apart

SIGN_IN = "<html><form><input type='password'></form></html>"
LOGIN = "https://id.example/oauth2/sign_in"
NOTHING = faults.answers(404, "{}")
PAGE = faults.answers(200, "<html>Welcome</html>", "text/html")


def _closed(path: str, elsewhere: faults.Behaviour) -> faults.Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        (faults.answers(401, "") if handler.path == path else elsewhere)(handler)

    return behave


LOCKED = {
    "401": faults.answers(401, '{"detail": "Not authenticated"}'),
    "403": faults.answers(403, "RBAC: access denied", "text/plain"),
    "a page to sign in at": faults.answers(200, SIGN_IN, "text/html"),
    "sent to sign in": faults.answers(302, "", Location=LOGIN),
    "one route, and it is closed": _closed("/v2", NOTHING),
}
STRANGE = {
    "nothing there": NOTHING,
    "a web page": PAGE,
    "a closed route beside a page": _closed("/ping", PAGE),
    "broken": faults.answers(500, ""),
}


def _sync(server: Server) -> None:
    with MdsClient(server) as client:
        client.models()


def _async(server: Server) -> None:
    async def ask() -> None:
        async with AsyncMdsClient(server) as client:
            await client.models()

    apart(ask())


both = pytest.mark.parametrize("ask", [_sync, _async])


@pytest.mark.slow
@both
@pytest.mark.parametrize("name", LOCKED)
def test_a_server_that_lets_nobody_in_is_not_allowed(
    name: str, ask: Callable[[Server], None]
) -> None:
    with faults.misbehaving(LOCKED[name]) as url, pytest.raises(MdsError) as caught:
        ask(Server(name="s", title="Vault", url=url, retries=0))
    assert type(caught.value) is NotAllowed
    assert caught.value.sentence == "The server “Vault” refused access."
    assert "set credentials" in caught.value.advice
    assert "GET /v2 → " in caught.value.detail


@pytest.mark.slow
@both
@pytest.mark.parametrize("name", STRANGE)
def test_a_server_that_answers_otherwise_is_not_recognised(
    name: str, ask: Callable[[Server], None]
) -> None:
    with faults.misbehaving(STRANGE[name]) as url, pytest.raises(MdsError) as caught:
        ask(Server(name="s", url=url, retries=0))
    assert type(caught.value) is UnreadableAnswer
    assert "no protocol that we know" in caught.value.sentence


def test_the_catalogue_says_what_to_do() -> None:
    with faults.misbehaving(LOCKED["401"]) as url, MdsClient(Server(name="s", url=url)) as client:
        catalogue = Catalogue({"s": client})
        catalogue.refresh()
        (state,) = catalogue.servers()
    assert not state.is_reachable
    assert "refused access" in state.sentence
    assert "set credentials" in state.advice
    assert state.detected
    assert state.detected.is_locked
