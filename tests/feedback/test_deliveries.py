"""Feedback on its way back: nothing is lost by an outage or a crash, and what comes twice has the same id."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from hmac import new as hmac

import httpx
import pytest

import db.feedback
import db.outbox
from db.cases import CaseView
from db.engine import Sessions, limited, reading
from db.feedback import FeedbackView
from db.ids import new_id
from db.outbox import Target, routed
from db.scope import Models, Scope
from feedback import deliveries
from feedback.deliveries import SERVER, deliver, of_case
from feedback.submission import submit
from feedback.webhooks import Webhook
from mds_client.errors import EndpointFailed, EndpointUnreachable
from tests.recorded import NOON, add_case

EVERY = (Models(),)
HOOK = "webhook/hub"


@pytest.fixture
def outbox(sessions: Sessions) -> Sessions:
    """Sessions that send everything to a webhook, and verdicts on the shelf to its server."""
    server = Target(name=SERVER, models=(Models(server="shelf"),), takes_unsure=False)
    return routed(sessions, [server, Target(name=HOOK, models=EVERY)])


class Receiver:
    """Takes what is sent, and fails as often as the test says."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.ids, self.said = failures, list[str](), list[FeedbackView]()

    def __call__(self, delivery_id: str, case: CaseView, said: FeedbackView) -> bool:
        if self.failures:
            self.failures -= 1
            raise EndpointUnreachable("Nobody answers.")
        self.ids.append(delivery_id)
        self.said.append(said)
        return True


def judge(sessions: Sessions, case: CaseView, judgement: str = "correct", **more: object) -> None:
    submit(sessions, case_id=case.id, person="ann", judgement=judgement, key=new_id(), **more)


def states(sessions: Sessions, case: CaseView) -> list[tuple[str, str]]:
    return sorted((each.target, each.state) for each in of_case(sessions, case.id))


def test_what_is_said_is_in_the_outbox_of_its_own_transaction(
    outbox: Sessions, sessions: Sessions
) -> None:
    case, other = add_case(sessions), add_case(sessions, server="other")
    show = add_case(sessions, purpose="golden")
    judge(limited(outbox, Scope(person="ann", seen=EVERY, reviewed=EVERY)), case)
    judge(outbox, other)
    judge(outbox, show)
    unsure = add_case(sessions)
    judge(outbox, unsure, "unsure")
    assert states(outbox, case) == [(SERVER, "waiting"), (HOOK, "waiting")]
    assert states(outbox, other) == states(outbox, unsure) == [(HOOK, "waiting")]
    assert states(outbox, show) == []  # nobody asked it to know something
    # What is not recorded goes nowhere.
    with suppress(Exception):
        judge(outbox, add_case(sessions), "perhaps")
    with reading(sessions) as session:
        assert len(db.outbox.due(session, NOON + timedelta(days=9999), 99)) == 4


def test_an_hour_of_outage_loses_nothing(outbox: Sessions, sessions: Sessions) -> None:
    cases = [add_case(sessions) for _ in range(5)]
    for case in cases:
        judge(outbox, case)
    down, hook = Receiver(failures=10_000), Receiver()
    # Whoever wrote them died here: who looks later finds them.
    start = of_case(outbox, cases[0].id)[0].created_at
    minutes = 0
    for minutes in range(1, 62):
        now = start + timedelta(minutes=minutes)
        found = deliver(outbox, {SERVER: down, HOOK: hook}, clock=lambda now=now: now)
        assert found.failed <= 3  # a target that is down is not asked about each
    assert len(hook.ids) == 5
    assert {state for case in cases for state in states(outbox, case)} == {
        (SERVER, "waiting"),
        (HOOK, "sent"),
    }
    first = next(each for each in of_case(outbox, cases[0].id) if each.target == SERVER)
    assert first.attempts > 3
    assert first.words == "Nobody answers."
    down.failures = 0
    # Somebody need not wait for the pause to end.
    assert deliveries.send_again(outbox, first.id, clock=lambda: now)
    assert deliver(outbox, {SERVER: down, HOOK: hook}, clock=lambda: now).sent >= 1
    for later in range(3):
        hours = now + timedelta(hours=1 + later)
        deliver(outbox, {SERVER: down, HOOK: hook}, clock=lambda hours=hours: hours)
    assert sorted(each.case_id for each in down.said) == sorted(case.id for case in cases)
    assert len(set(down.ids)) == 5


def test_a_crash_between_sending_and_noting_it_sends_the_same_id_again(
    outbox: Sessions, sessions: Sessions
) -> None:
    case, hook = add_case(sessions), Receiver()
    judge(outbox, case)

    def dies(delivery_id: str, case: CaseView, said: FeedbackView) -> bool:
        hook(delivery_id, case, said)
        raise SystemExit

    later = lambda: NOON + timedelta(days=9999)  # noqa: E731
    with pytest.raises(SystemExit):
        deliver(outbox, {SERVER: dies, HOOK: dies}, clock=later)
    deliver(outbox, {SERVER: hook, HOOK: hook}, clock=later)
    assert len(hook.ids) == 3
    assert len(set(hook.ids)) == 2
    assert deliver(outbox, {SERVER: hook, HOOK: hook}, clock=later).sent == 0
    # A target that the settings do not name any more, and who may not see the case.
    judge(outbox, case, "incorrect")
    deliver(outbox, {SERVER: lambda *_: False}, clock=later)
    assert {state for _, state in states(outbox, case)} == {"sent", "not_taken", "given_up"}
    eve = limited(outbox, Scope(person="eve", seen=EVERY))
    assert of_case(eve, case.id) == []
    assert not deliveries.send_again(eve, of_case(outbox, case.id)[0].id)


@pytest.fixture
def said(sessions: Sessions) -> Iterator[tuple[CaseView, FeedbackView]]:
    case = add_case(sessions, entered={"bill": 77.25})
    judge(sessions, case, "incorrect", truth="Gentoo", comment="=1+1 <script>")
    with reading(sessions) as session:
        yield case, db.feedback.of_case(session, case.id)[0]


def test_a_webhook_is_signed_and_says_neither_who_nor_what_was_entered(
    said: tuple[CaseView, FeedbackView],
) -> None:
    requests: list[httpx.Request] = []
    statuses = iter((204, 302, 500))

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(next(statuses), headers={"location": "http://127.0.0.1:9/stolen"})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    hook = Webhook(
        url="https://hub/in", secret=b"s" * 24, seconds=1, client=client, clock=lambda: NOON
    )
    assert hook("01A", *said)
    for status in (302, 500):
        with pytest.raises(EndpointFailed, match=str(status)):
            hook("01B", *said)
    assert len(requests) == 3  # no redirect was followed
    request = requests[0]
    stamp = request.headers["webhook-timestamp"]
    assert (request.headers["webhook-id"], stamp) == ("01A", str(int(NOON.timestamp())))
    signed = f"01A.{stamp}.".encode() + request.content
    digest = b64decode(request.headers["webhook-signature"].removeprefix("v1,"))
    assert digest == hmac(b"s" * 24, signed, sha256).digest()
    content = json.loads(request.content)
    assert (content["data"]["truth"], content["data"]["judgement"]) == ("Gentoo", "incorrect")
    assert b'"ann"' not in request.content
    assert b"77.25" not in request.content
