"""Pages on a phone, in light and dark, at 200 % and on a desk: nothing serious for axe, nothing wider than the screen, headings in order.

`python -m tests.browser.every_page` does the same for every page at four widths, with pictures.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from cli import demo
from db.engine import close, make_sessions
from mds_client import MdsClient, Server
from tests.browser import axe, every_page
from tests.browser.visit import Visit

PHONE = {"width": 420, "height": 860}
AT_200_PERCENT = {"width": 720, "height": 450}
DESK = {"width": 1440, "height": 900}
# What is there at one width alone: a part that scrolls by itself.
_OF_SIZES: dict[str, object] = {
    "runOnly": {"type": "rule", "values": ["scrollable-region-focusable"]}
}
# Other tests show the other pages to axe, at 1,024 px.
SHOWN = ("what-if", "cases", "case", "shows", "stage", "data", "you", "alone")


@pytest.mark.slow
def test_pages_are_right_on_a_phone_at_200_percent_and_on_a_desk(
    page: Page, app: demo.Part, mds_url: str
) -> None:
    sessions = make_sessions(app.environment["MDS_DATABASE_URL"])
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        known = every_page.made(sessions, client)
    close(sessions)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visit, found = Visit(page), []
    for place in every_page.places(known):
        if place.name not in SHOWN:
            continue
        place.do(visit.open(place.path))
        axe.finds_nothing_serious(page, place.name)
        wrong = [*every_page.sticks_out(page), *every_page.headings_left_out(page)]
        page.set_viewport_size(AT_200_PERCENT)  # type: ignore[arg-type]
        visit.settled()
        wrong += [*axe.serious(page, "at 200 %", _OF_SIZES), *every_page.sticks_out(page)]
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        visit.settled()
        wrong += [*axe.serious(page, "on a desk", {}), *every_page.sticks_out(page)]
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        found += [f"{place.name}: {each}" for each in wrong]
    assert not found
