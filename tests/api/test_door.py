"""What is let in: known, for the right purpose, within bounds, and never with a token in its address."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

import db.api_requests
import db.audit_log
from api.permissions import check_routes, each, permission_of
from api.routes import routes
from api.v1.asked import AskedNow, in_thread
from api.v1.rates import Rates
from api.v1.repeats import ABANDONED
from db.engine import reading, writing
from db.ids import utc_now
from people import tokens
from services import Services
from tests.api.served import PENGUINS, Served, application

ASK = {"model": "demo/penguins", "rows": [PENGUINS]}
JSON = {"Content-Type": "application/json"}


def _problem(answer: httpx.Response, status: int, words: str) -> httpx.Response:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    return answer


def _ask(
    found: Services, method: str, path: str, *, peer: str = "127.0.0.1", **more: Any
) -> httpx.Response:
    """A request to these services, without a server; in a thread of its own, which has a loop of its own."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=application(found), client=(peer, 1))
        base = "http://127.0.0.1:8501/api/v1"
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **more)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, ask()).result()


def _with(served: Served, **changes: object) -> Services:
    found = served.services
    return replace(found, settings=found.settings.model_copy(update=changes))


def test_who_is_not_known_is_told_how_to_be(served: Served) -> None:
    for headers in ({}, {"Authorization": "Basic YTpi"}, {"X-Forwarded-Email": "olga"}):
        answer = served.client().get("/models", headers=headers)
        _problem(answer, 401, "not known who you are")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "Bearer mds_" in answer.json()["advice"]
    answer = served.client().get("/models", headers={"Authorization": "Bearer mds_" + "x" * 43})
    _problem(answer, 401, "not known here")
    with reading(served.services.sessions) as session:
        noted = db.audit_log.about(session, "route", "GET /models", "refused")
    assert [entry.person for entry in noted].count("anonymous") == 1


def test_a_token_that_is_taken_back_is_refused_at_once(served: Served) -> None:
    headers = served.headers("bob")
    assert served.client().get("/models", headers=headers).status_code == 200
    found = tokens.authenticate(served.services.sessions, headers["Authorization"][7:])
    assert found.used_at
    tokens.revoke(served.services.sessions, found.id, person="olga")
    _problem(served.client().get("/models", headers=headers), 401, "was revoked")


def test_a_token_is_good_for_its_scopes_alone(served: Served) -> None:
    reads, asks = served.client("ann", ("read",)), served.client("ann", ("predict",))
    _problem(reads.post("/predictions", json=ASK), 403, "is for read, and this needs predict")
    assert asks.post("/predictions", json=ASK).status_code == 201
    _problem(asks.get("/models"), 403, "is for predict, and this needs read")
    with reading(served.services.sessions) as session:
        noted = db.audit_log.about(session, "route", "POST /predictions", "refused")
    assert "ann" in {entry.person for entry in noted}


def test_what_was_not_allowed_can_be_asked_again_under_its_key(served: Served) -> None:
    key = {"Idempotency-Key": "not-allowed-at-first"}
    _problem(
        served.client("ann", ("read",)).post("/predictions", json=ASK, headers=key), 403, "read"
    )
    assert served.client("ann").post("/predictions", json=ASK, headers=key).status_code == 201


def test_a_token_in_an_address_is_refused_with_what_to_do(served: Served) -> None:
    secret = served.token("ann")
    for path in (f"/models?token={secret}", f"/models?q={secret}", f"/models/demo/{secret}", "/models?access_token=x", f"/models?q=%6dds_{secret[4:]}"):  # fmt: skip
        answer = _problem(served.client("ann").get(path), 400, "does not belong into an address")
        assert "Revoke it" in answer.json()["advice"]
        assert secret not in answer.text


def test_the_proxy_says_who_asks_and_nobody_else(served: Served) -> None:
    found, olga = served.services, {"X-Forwarded-Email": "olga"}
    assert _ask(found, "GET", "/models", peer="10.0.0.9", headers=olga).status_code == 200
    _problem(_ask(found, "GET", "/models", peer="10.0.0.8", headers=olga), 401, "not known")
    of_proxy = {"Authorization": "Bearer eyJhbGciOi.of.theirs"}
    known = _ask(found, "GET", "/models", peer="10.0.0.9", headers=olga | of_proxy)
    assert known.status_code == 200
    anns = _ask(found, "GET", "/cases", peer="10.0.0.9", headers=olga | served.headers("eve"))
    _problem(anns, 403, "known as eve")
    foreign = olga | {"Sec-Fetch-Site": "cross-site"}
    _problem(_ask(found, "GET", "/models", peer="10.0.0.9", headers=foreign), 403, "Another site")


def test_without_sign_in_this_machine_asks_without_a_token_and_no_other_page_does(
    served: Served,
) -> None:
    alone = _with(served, sign_in="none", access=[])
    assert _ask(alone, "POST", "/predictions", json=ASK).json()["cases"][0]["person"] == "anonymous"
    assert _ask(alone, "GET", "/cases").status_code == 200
    bad = {"Authorization": "Bearer mds_" + "x" * 43}
    _problem(_ask(alone, "GET", "/cases", headers=bad), 401, "not known here")
    _problem(_ask(alone, "GET", "/cases", headers={"Sec-Fetch-Site": "cross-site"}), 403, "Another")
    assert (
        _ask(
            alone, "POST", "/predictions", json=ASK, headers={"Origin": "http://evil.example"}
        ).status_code
        == 403
    )
    assert _ask(alone, "GET", "/cases", headers={"Host": "evil.example"}).status_code == 400
    form = {"content": "a=b", "headers": {"Content-Type": "text/plain"}}
    _problem(_ask(alone, "POST", "/predictions", **form), 415, "must be JSON")
    assert (
        "access-control-allow-origin"
        not in _ask(alone, "GET", "/cases", headers={"Origin": "http://evil.example"}).headers
    )


def test_streamlits_own_cookie_is_not_believed(served: Served) -> None:
    other = _with(served, sign_in="oidc")
    _problem(
        _ask(other, "GET", "/models", headers={"Cookie": "_streamlit_user=olga"}), 401, "not known"
    )
    assert _ask(other, "GET", "/models", headers=served.headers("ann")).status_code == 200


@pytest.mark.parametrize(
    ("body", "words"),
    [("{", "not JSON"), ('{"model": NaN}', "not JSON"), ('{"model": "\\ud800"}', "not JSON"), ("[" * 100_000, "not JSON")],
)  # fmt: skip
def test_what_is_no_json_is_no_fault_of_ours(served: Served, body: str, words: str) -> None:
    _problem(served.client("ann").post("/predictions", content=body, headers=JSON), 400, words)


def test_a_body_has_an_end(served: Served) -> None:
    small = _with(served, api_body_bytes=200)
    headers = served.headers("ann") | JSON
    _problem(
        _ask(small, "POST", "/predictions", content=b"x" * 201, headers=headers), 413, "200 bytes"
    )

    async def parts() -> Any:
        for _ in range(300):
            yield b"x"

    _problem(
        _ask(small, "POST", "/predictions", content=parts(), headers=headers), 413, "200 bytes"
    )


def test_each_token_may_send_so_many_a_minute() -> None:
    now = [0.0]
    rates = Rates(clock=lambda: now[0])
    assert [rates.wait("a", 60) for _ in range(60)] == [0] * 60
    assert rates.wait("a", 60) == 1
    assert rates.wait("b", 60) == 0
    now[0] = 1.0
    assert [rates.wait("a", 60), rates.wait("a", 60)] == [0, 1]
    assert rates.wait("a", 0) == 0
    now[0] = 61.0
    for number in range(1_001):
        rates.wait(f"other {number}", 60)
    now[0] = 200.0
    rates.wait("last", 60)
    assert len(rates._buckets) == 1


def test_too_many_requests_are_told_when_to_come_again(served: Served) -> None:
    found, headers = _with(served, api_requests_per_minute=1), served.headers("ann")
    app = application(found)

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/api/v1") as c:
            return [await c.get("/models", headers=headers) for _ in range(2)]

    with ThreadPoolExecutor(1) as pool:
        first, second = pool.submit(asyncio.run, ask()).result()
    assert first.status_code == 200
    assert 0 < int(_problem(second, 429, "1 requests a minute").headers["retry-after"]) <= 60


def test_what_is_not_there_is_a_problem_too(served: Served) -> None:
    ann = served.client("ann")
    _problem(ann.get("/nothing"), 404, "There is nothing at")
    wrong = _problem(ann.delete("/models"), 405, "DELETE is not for")
    assert wrong.headers["allow"] == "GET"
    _problem(ann.get("/models/"), 404, "nothing at")
    _problem(ann.options("/models"), 405, "OPTIONS")


def test_what_is_misspelt_is_told(served: Served) -> None:
    ann = served.client("ann")
    answer = _problem(ann.get("/models", params={"word": "x"}), 422, "no parameter 'word'")
    assert answer.json()["advice"] == "There are: cursor, limit, q."
    _problem(ann.post("/predictions", json=ASK | {"row": {}}), 422, "body.row: There is no such")
    found = ann.get("/cases", params={"state": "x", "limit": 900, "business_key": "no token"})
    _problem(found, 422, "query.state: It must be one of answered, failed, unknown.")
    _problem(found, 422, "query.limit: It must be 200 at most.")
    _problem(ann.get("/cases/x"), 422, "It must be an id of 26 letters and digits.")
    assert ann.get("/cases", params={"business_key": "20871"}).json()["items"] == []


def test_a_database_that_fails_and_a_fault_of_ours_are_sentences(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, headers = served.services, served.headers("ann")
    key = {"Idempotency-Key": "broken"}

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret detail")

    with monkeypatch.context() as patched:
        patched.setattr(Services, "signature", broken)
        answer = _ask(found, "POST", "/predictions", json=ASK, headers=headers | key)
        assert "secret" not in _problem(answer, 500, "went wrong on our side").text
    assert _ask(found, "POST", "/predictions", json=ASK, headers=headers | key).status_code == 201
    with writing(found.sessions) as session:
        session.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON cases BEGIN SELECT missing(); END")
        )
    try:
        failed = _ask(found, "POST", "/predictions", json=ASK, headers=headers)
        assert _problem(failed, 503, "did not respond").headers["retry-after"]
    finally:
        with writing(found.sessions) as session:
            session.execute(text("DROP TRIGGER full"))


def test_what_was_cut_off_can_be_asked_again_later(served: Served) -> None:
    """The process that began it died: until it counts as dead the key is taken."""
    found, ann = served.services, served.client("ann")
    key = {"Idempotency-Key": "cut-off"}
    first = ann.post("/predictions", json=ASK, headers=key)
    request = _request_of(found, "ann", "cut-off")
    with writing(found.sessions) as session:
        db.api_requests.remove(session, request.id)
        db.api_requests.add(session, replace(request, status=None, body=b"", created_at=utc_now()))
    _problem(ann.post("/predictions", json=ASK, headers=key), 409, "under way")
    with writing(found.sessions) as session:
        db.api_requests.remove(session, request.id)
        old = utc_now() - ABANDONED - timedelta(seconds=1)
        db.api_requests.add(session, replace(request, status=None, body=b"", created_at=old))
    again = ann.post("/predictions", json=ASK, headers=key)
    assert (
        again.json() == first.json()
    )  # the case was recorded under the same key: no model is asked twice


def _request_of(found: Services, person: str, key: str) -> db.api_requests.RequestView:
    with reading(found.sessions) as session:
        request = db.api_requests.by_id(
            session, hashlib.sha256(f"{person}\0{key}".encode()).hexdigest()
        )
    assert request
    return request


def test_every_route_says_what_it_needs(served: Served) -> None:
    there_are = routes(lambda: served.services)
    check_routes(there_are)
    found = {path: permission_of(route) for path, route in each(there_are)}
    assert found["/api/v1/predictions"] == "predict"
    assert found["/api/v1/openapi.json"] == "open"

    def forgotten(asked: AskedNow) -> None: ...

    with pytest.raises(ValueError, match="no token can be for"):
        in_thread(forgotten, "")
    with pytest.raises(TypeError, match="asked"):
        in_thread(lambda: None, "read")
