"""A box is moved and a segment drawn, in place, in a real browser: what is right is kept in pixels and seconds."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import db.case_files
from cases.files import to_keep
from cases.inputs import plain_inputs
from cli import demo
from db.cases import CaseView
from db.engine import Sessions, close, make_sessions, writing
from db.ids import utc_now
from feedback.submission import current
from mds_client.signature import File
from tests.browser import axe
from tests.browser.visit import SLOW, Visit
from tests.mds_client.answered import png
from tests.recorded import add_cases, case_of

STREET = File(name="street.png", media_type="image/png", data=png(320, 200))
FOUND = [{"label": "car", "score": 0.9, "corners": [40, 60, 140, 150], "outline": []}]


def _add(sessions: Sessions, model: str, file: File, answer: dict[str, object]) -> CaseView:
    """An answered case of a file that was kept."""
    values = {"file": file}
    entered = plain_inputs(values)
    facts = {"entered": entered, "answer": answer, "answer_label": None, "is_audited": True}
    case = case_of(server="demo", model=model, created_at=utc_now(), audit_draw=0.0, **facts)
    with writing(sessions) as session:
        db.case_files.keep(session, to_keep(values, entered, 10**6), utc_now())
    return add_cases(sessions, case)[0]


def _drag(page: Page, on: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place to another, in shares of what it is on."""
    box = on.bounding_box()
    assert box is not None
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=4)
    page.mouse.up()


def _truth(sessions: Sessions, case_id: str) -> list[dict[str, Any]]:
    said = current(sessions, case_id, "anonymous")
    assert said is not None
    found: list[dict[str, Any]] = json.loads(str(said.truth))
    return found


@pytest.mark.slow
def test_a_box_is_moved_and_a_segment_drawn(page: Page, app: demo.Part) -> None:
    sessions = make_sessions(app.environment["MDS_DATABASE_URL"])
    street = _add(sessions, "streets", STREET, {"kind": "boxes", "boxes": FOUND})
    visit = Visit(page)
    _a_box_at_the_desk(visit)
    (box,) = _truth(sessions, street.id)
    assert box["label"] == "tax xi"
    # A tenth of the picture to the right and down, then its right edge a tenth further.
    assert box["corners"] == pytest.approx([72, 80, 204, 170], abs=2)
    case_id, start, end = _a_segment_beside_the_answer(visit)
    first, *_, drawn = _truth(sessions, case_id)
    assert first["start"] > start
    assert first["end"] - first["start"] > end - start
    assert drawn["end"] - drawn["start"] > 0
    assert drawn["label"] == "noise"
    close(sessions)


def _a_box_at_the_desk(visit: Visit) -> None:
    page = visit.open("/review?model=demo/streets").page
    # The queue looks for new cases once a minute: this one may come that much after the page.
    expect(page.locator(".st-key-review_case")).to_be_visible(timeout=SLOW)
    page.keyboard.press("n")
    stage = page.get_by_role("application", name="The picture with its boxes")
    expect(stage.get_by_role("button", name="Box 1 car: 40, 60 to 140, 150")).to_be_visible()
    visit.settled()
    stage.scroll_into_view_if_needed()
    _drag(page, stage, (0.25, 0.5), (0.35, 0.6))
    _drag(page, stage, (172 / 320, 0.55), (204 / 320, 0.55))
    visit.click(visit.button("Add a box"))
    expect(stage.get_by_role("button", name="Box 2")).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.get_by_text("box 2 is deleted, 1 left.")).to_be_visible()
    # X and K are keys of the desk, but not for who types a label.
    label = page.get_by_label("Label of box 1")
    label.press("Control+a")
    page.keyboard.type("tax xi")
    axe.finds_nothing_serious(page, "boxes that are drawn")
    page.keyboard.press("Control+Enter")
    expect(page.locator("output", has_text="1 box: tax xi (7")).to_be_visible()


def _a_segment_beside_the_answer(visit: Visit) -> tuple[str, float, float]:
    """The case, and where the model heard the first segment."""
    page = visit.open("/predict?model=demo/speech").predict().page
    visit.click(visit.button("No"))
    stage = page.get_by_role("application", name="The sound with its segments")
    first = stage.get_by_role("button", name=re.compile("Segment 1: "))
    expect(first).to_be_visible()
    visit.settled()
    start, end = map(float, re.findall(r"\d+\.\d+", first.get_attribute("aria-label") or ""))
    first.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    expect(first).to_be_focused()
    count = stage.get_by_role("button").count()
    stage.scroll_into_view_if_needed()
    _drag(page, stage, (0.46, 0.5), (0.6, 0.5))  # where nobody speaks
    drawn = stage.get_by_role("button", name=f"Segment {count + 1}: ")
    expect(drawn).to_be_focused()
    page.get_by_label(f"Label of segment {count + 1}").fill("noise")
    visit.click(visit.button("Send"))
    expect(page.get_by_text(f"The right answer: {count + 1} segments: ")).to_be_visible()
    return visit.case(), start, end
