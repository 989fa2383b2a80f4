"""A show in a real browser: it goes on when its server is gone, and its audience votes on phones.

That nothing of it leaves this machine is looked at in every visit (tests/browser/watched.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, ViewportSize, expect

from cases.recording import predict_and_record
from cli import demo
from db.engine import close, make_sessions
from mds_client import MdsClient, Server
from shows import store
from tests.browser.door import Door, door_to
from tests.browser.visit import Visit
from tests.browser.watched import app_of_its_own, ports, watched

PROJECTOR: ViewportSize = {"width": 1280, "height": 720}
_LIVE = "Live from the server"
_CASES, _GONE = 10, 5
_OUTLINES = """() => {
  const found = [];
  for (let each = document.activeElement; each; each = each.parentElement) {
    const style = getComputedStyle(each);
    if (style.outlineStyle !== 'none' || style.boxShadow !== 'none') found.push(each.outerHTML.slice(0, 80));
  }
  return found;
}"""


def test_a_show_of_ten_cases_goes_on_when_its_server_is_gone_half_way(
    browser: Browser, mds_url: str, tmp_path: Path
) -> None:
    with (
        _door_and_app(tmp_path, mds_url) as (door, app),
        watched(browser, _address(app)) as page,
    ):
        _open(page, _show(app, mds_url, _CASES))
        for number in range(1, _CASES + 1):
            if number == _GONE:
                door.shut()
            if number > 1:
                page.keyboard.press("PageDown")
            expect(page.get_by_text(f"Case {number} of {_CASES}", exact=True)).to_be_visible()
            state = page.locator(".st-key-stage_state")
            gone = number >= _GONE
            expect(state).to_contain_text("The server does not answer." if gone else _LIVE)
            expect(page.get_by_role("heading", level=1)).to_have_text(
                "Which species is this penguin?"
            )
            if number > 1:
                _is_said(page, f"Case {number} of {_CASES}: ")
            Visit(page).settled()


def test_two_phones_vote_change_their_mind_ask_the_model_and_follow_the_stage(
    browser: Browser, mds_url: str, tmp_path: Path
) -> None:
    with (
        _door_and_app(tmp_path, mds_url) as (_, app),
        watched(browser, _address(app)) as page,
    ):
        _open(page, _show(app, mds_url, 2))
        page.keyboard.press("a")
        address = f"http://{page.locator('.stage-link').inner_text()}"
        Visit(page).settled()
        assert page.evaluate(_OUTLINES) == []  # the room sees no frame around what has the focus
        phones = [_phone(browser, address) for _ in range(2)]
        for phone, word in zip(phones, ("Right", "Wrong"), strict=True):
            phone.get_by_role("button", name=word, exact=True).click()
            expect(phone.get_by_text(f"You voted: {word.lower()}.")).to_be_visible()
        expect(page.get_by_text("2 votes, live")).to_be_visible()
        phones[1].get_by_role("button", name="Right", exact=True).click()
        expect(page.locator(".stage-votes")).to_contain_text("Right2Wrong0")
        phones[1].get_by_role("link", name="Try the model yourself").click()
        phones[1].get_by_role("button", name="Ask the model").click()
        expect(phones[1].locator(".answer")).to_be_in_viewport()
        expect(phones[1].locator("#said")).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text("Case 2 of 2", exact=True)).to_be_visible()
        expect(phones[0].get_by_text("Case 2 of 2")).to_be_visible()
        _is_reset_for_the_same_audience(page, phones[0])
        _is_closed(page, phones[0])
        for phone in phones:
            phone.context.close()


def _is_reset_for_the_same_audience(page: Page, phone: Page) -> None:
    """Behind the question whether to reset no key of the stage is heard; after it the show begins at its first case."""
    dialog, link = page.get_by_role("dialog"), page.locator(".stage-link")
    code = link.inner_text()
    for keys in (("a", "ArrowLeft", "PageUp", "Escape"), ()):
        page.locator(".st-key-stage_reset").get_by_role("button").click()
        expect(dialog).to_be_visible()
        Visit(page).settled()
        for key in keys:
            page.keyboard.press(key)
        Visit(page).settled()
        expect(page.get_by_text("Case 2 of 2", exact=True)).to_be_visible()
        expect(dialog).to_have_count(0 if keys else 1)
    dialog.get_by_role("button", name="Reset").click()
    expect(page.get_by_text("Case 1 of 2", exact=True)).to_be_visible()
    expect(page.get_by_text("0 votes, live")).to_be_visible()
    assert link.inner_text() == code
    expect(phone.get_by_text("Case 1 of 2")).to_be_visible()


def _is_closed(page: Page, phone: Page) -> None:
    """A phone is told in our words, and comes back by itself."""
    Visit(page).settled()
    page.keyboard.press("a")
    expect(page.locator(".stage-link")).to_have_count(0)
    expect(phone.get_by_role("heading", name="This show has ended.")).to_be_visible()
    page.keyboard.press("a")
    expect(phone.get_by_text("Case 1 of 2")).to_be_visible()


def _is_said(page: Page, place: str) -> None:
    """The case and its answer, with the focus on the slide."""
    answer = page.locator(".st-key-stage_answer").get_by_role("heading").first.inner_text()
    expect(page.get_by_role("status").filter(has_text=place)).to_contain_text(answer)
    expect(page.locator(".st-key-stage_slide:focus, .st-key-stage_slide :focus")).to_have_count(1)


def _open(page: Page, show: str) -> None:
    page.set_viewport_size(PROJECTOR)
    visit = Visit(page).open(f"/present?show={show}")
    expect(page.get_by_text(_LIVE)).to_be_visible()
    visit.settled()


def _phone(browser: Browser, address: str) -> Page:
    phone = browser.new_context(viewport={"width": 390, "height": 780}, has_touch=True).new_page()
    phone.goto(address)
    return phone


@contextmanager
def _door_and_app(folder: Path, mds_url: str) -> Iterator[tuple[Door, demo.Part]]:
    """A model server that can vanish, and an app with an audience on a port of its own."""
    (audience,) = ports(1)
    own = {"MDS_AUDIENCE_HOST": demo.HOST, "MDS_AUDIENCE_PORT": str(audience)}
    with door_to(urlsplit(mds_url).port or 0) as door:
        app = app_of_its_own(folder, door.port, **own)
        with demo.running(app) as process:
            demo.wait_until_ready([app], {app.name: process})
            yield door, app


def _address(app: demo.Part) -> str:
    return app.ready_url.removesuffix("/healthz")


def _show(app: demo.Part, mds_url: str, count: int) -> str:
    """A show of so many cases of a real model."""
    sessions = make_sessions(app.environment["MDS_DATABASE_URL"])
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        model = client.model("penguins", "v2")
        rows = model.signature().example_rows[:count]
        asked = [
            predict_and_record(model, row, sessions=sessions, key=f"stage-{number}").case_id
            for number, row in enumerate(rows)
        ]
    show = store.make(sessions, person="anonymous", name="Birds", case_ids=asked)
    close(sessions)
    return show.id
