"""On the list of cases: what is listed is frozen as a data set, and a version can be taken away."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

import services
from db.ids import utc_now
from feedback import data_sets
from feedback.submission import submit
from tests.recorded import add_case

pytestmark = pytest.mark.usefixtures("named")


@pytest.mark.slow
def test_what_is_listed_is_frozen(app: AppTest, built: services.Services) -> None:
    sessions = built.sessions
    for number in range(2):
        case = add_case(sessions, server="demo", created_at=utc_now())
        key = f"k{number}"
        submit(sessions, case_id=case.id, person="bob", judgement="correct", key=key)
    add_case(sessions, server="demo", created_at=utc_now())
    add_case(sessions, server="demo", created_at=utc_now(), purpose="test")
    app.query_params["whose"] = "everybody's"
    page = app.switch_page("../pages/cases.py")
    assert "Data set" not in {each.proto.popover.label for each in page.run().get("popover")}
    page.selectbox(key="model").set_value("demo/penguins").run()
    assert "Data set" in {each.proto.popover.label for each in page.get("popover")}
    page.session_state["cases_sets"] = True  # the popover is open
    page.run()
    told = "2 of 4 listed cases; 2 stay out: 1 asked by test runs, 1 not judged."
    assert told in " ".join(each.value for each in page.caption)
    page.text_input(key="cases_set_name").set_value("march")
    (press,) = [each for each in page.button if each.label == "Freeze a version"]
    press.click().run()
    assert not page.exception
    assert page.success[0].value == f"march, version 1, is frozen: {told}"
    (found,) = data_sets.sets_of(sessions, "demo", "penguins")
    assert found.person == "test@example.com"
    assert [each.proto.label for each in page.get("download_button")] == ["Download"]
