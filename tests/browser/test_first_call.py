"""A person answers first: nothing of the prediction is in anything that the browser received before."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, Response, WebSocket, expect

from cases.queries import recent
from cli import demo
from db.engine import close, make_sessions
from feedback.first_calls import call_of
from feedback.review_rules import DEFAULT, Rules, set_rules
from feedback.submission import history
from tests.browser.visit import Visit

MODEL = "diabetes-progress"


@pytest.mark.slow
def test_the_prediction_is_in_nothing_that_the_browser_received_before(
    page: Page, app: demo.Part
) -> None:
    sessions = make_sessions(app.environment["MDS_DATABASE_URL"])
    received: list[bytes] = []

    def frame(payload: str | bytes) -> None:
        received.append(payload.encode() if isinstance(payload, str) else payload)

    def body(response: Response) -> None:
        if response.request.resource_type in ("xhr", "fetch", "document"):
            received.append(response.body())

    def watch(socket: WebSocket) -> None:
        socket.on("framereceived", frame)

    def rules(now: Rules) -> None:
        set_rules(sessions, server="demo", model=MODEL, rules=now, person="rita")

    page.on("websocket", watch)
    page.on("requestfinished", lambda request: body(request.response()))
    rules(replace(DEFAULT, first_share=1.0))
    try:
        visit = Visit(page).open(f"/predict?model=demo/{MODEL}")
        visit.click(visit.button("Another example")).settled()
        # Inputs of its own: who has seen an answer to the same ones, in whatever test, is not asked.
        visit.type_number("Age (years)", "43")
        before = len(recent(sessions, server="demo", model=MODEL))
        visit.click(visit.button("Predict"))
        yours = page.locator(".st-key-your_call")
        expect(yours.get_by_text("Your answer first")).to_be_visible()
        visit.click(visit.button("Commit, then ask the model"))
        expect(page.get_by_text("Give your answer, or say that")).to_be_visible()
        # The question is about what is on the screen: it goes when other values are typed, and comes back with its own.
        visit.type_number("Age (years)", "44")
        expect(page.get_by_text("This question is for the earlier values.")).to_be_visible()
        expect(visit.button("Commit, then ask the model")).to_be_hidden()
        visit.click(visit.button("Restore them"))
        expect(visit.button("Commit, then ask the model")).to_be_visible()
        expect(page.get_by_role("spinbutton", name="Age (years)")).to_have_value("43")
        visit.settled().reload().settled()  # the same values, so nothing is drawn again
        visit.click(visit.button("Predict"))
        yours.get_by_label("Your answer", exact=False).fill("123.5")
        yours.get_by_role("radio", name="Sure", exact=True).or_(
            yours.get_by_role("button", name="Sure", exact=True)
        ).click()
        visit.settled()
        assert len(recent(sessions, server="demo", model=MODEL)) == before
        until_then = b"".join(received)
        visit.click(visit.button("Commit, then ask the model"))
        expect(page.get_by_text(re.compile("before the model answered"))).to_be_visible()
        visit.settled()
        (case, *_) = recent(sessions, server="demo", model=MODEL)
        # Three digits alone may stand anywhere: what a screen reader is told, and the exact number.
        told = f"The answer: {visit.headline().inner_text().split()[0]}".encode()
        assert told in b"".join(received)  # else the next lines would say nothing
        assert b"The answer: " not in until_then
        assert str(case.answer_number).encode() not in until_then
        assert visit.case() == case.id
        page.reload()
        expect(page.get_by_text(re.compile("before the model answered"))).to_be_visible()
        visit.click(visit.button("Keep my answer"))
        expect(page.get_by_text("Recorded: wrong")).to_be_visible()
        call = call_of(sessions, case.id)
        assert call is not None
        assert (call.number, call.confidence) == (123.5, 0.95)
        assert history(sessions, case.id)[0].truth == 123.5
        assert len(recent(sessions, server="demo", model=MODEL)) == before + 1
    finally:
        rules(DEFAULT)
        close(sessions)
