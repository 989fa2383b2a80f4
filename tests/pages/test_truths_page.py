"""Truths on the review page: a table by ids of cases, or what Label Studio exports."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

import services
from db.ids import utc_now
from feedback.submission import history
from tests.recorded import NOT_THERE, add_case

pytestmark = pytest.mark.usefixtures("named")


def _press(page: AppTest) -> None:
    (press,) = [each for each in page.button if each.label.startswith("Record ")]
    press.click().run()
    assert not page.exception


@pytest.mark.slow
def test_truths_are_recorded_and_what_matches_nothing_is_listed(
    app: AppTest, built: services.Services
) -> None:
    first, second = (add_case(built.sessions, server="demo", created_at=utc_now()) for _ in "ab")
    lines = [
        "Case ID;truth",
        f"{first.id};Gentoo",
        f"{second.id};Adelie",
        f"{second.id};Gentoo",
        f"{NOT_THERE};Adelie",
    ]
    page = app.switch_page("../pages/review.py")
    page.query_params["tab"] = "Truths"
    page.run()
    content = "\n".join(lines).encode()
    page.file_uploader(key="truths_upload").set_value(("truths.csv", content, "text/csv")).run()
    assert not page.exception
    _press(page)
    assert page.warning[0].value == "1 recorded, 0 known already, 3 not recorded."
    told = page.dataframe[0].value
    assert list(told["Where"]) == ["row 3", "row 4", "row 5"]
    assert told["Why"][0].startswith("Row 4 says 'Gentoo' of the same case: neither is recorded.")
    assert [s.truth for s in history(built.sessions, first.id)] == ["Gentoo"]
    result = {"from_name": "answer", "type": "choices", "value": {"choices": ["Gentoo"]}}
    task = {"id": 1, "data": {"mds_case": second.id}, "annotations": [{"result": [result]}]}
    export = json.dumps([task]).encode()
    page.file_uploader(key="truths_upload").set_value(("a.json", export, "application/json")).run()
    _press(page)
    assert page.success[0].value == "1 recorded, 0 known already, 0 not recorded."
    assert [s.truth for s in history(built.sessions, second.id)] == ["Gentoo"]
