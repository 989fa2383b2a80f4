"""Golden cases on the pages: made in one click, run, and read by who asked; and what became of a statement on its way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

import services
from db.engine import writing
from db.ids import new_id, utc_now
from db.outbox import Target, routed
from db.scope import Models
from feedback import golden
from feedback.deliveries import deliver, of_case
from feedback.golden_runs import perform
from feedback.submission import submit
from feedback.taking_back import take_back
from mds_client.errors import EndpointUnreachable
from mds_client.signature import ModelRef
from tests.recorded import add_case

pytestmark = pytest.mark.usefixtures("named")


def _words(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.success, *app.warning, *app.info, *app.subheader]
    return " ".join(each.value for each in shown)


@pytest.mark.slow
def test_a_case_is_golden_in_one_click_and_every_page_says_what_a_version_made_of_it(
    app: AppTest, built: services.Services
) -> None:
    sessions = built.sessions
    case = add_case(sessions, server="demo", created_at=utc_now())
    shown = app.switch_page("../pages/case.py")
    shown.query_params["id"] = case.id
    assert "case_golden" not in {
        each.key for each in shown.run().button
    }  # nobody has said what is right
    said = {"person": "bob", "judgement": "incorrect", "truth": "Gentoo", "key": "k"}
    submit(sessions, case_id=case.id, **said)
    shown.run()
    shown.button(key="case_golden").click().run()
    assert not shown.exception
    assert "Golden case (default): Gentoo is right. No version was run" in _words(shown)

    def ask(ref: ModelRef, _case: object, *, key: str, person: str) -> object:
        right = {"answer": {"kind": "class", "label": "Gentoo"}, "answer_label": "Gentoo"}
        return add_case(sessions, version=ref.version, idempotency_key=key, **right)

    found = perform(
        sessions,
        model=ModelRef(server="demo", name="penguins", version="v9"),
        ask=ask,  # type: ignore[arg-type]
        run_id=new_id(),
        person="",
    )
    with writing(sessions) as session:
        found.save(session)
    assert "Fixed in version v9." in _words(shown.run())
    desk = app.switch_page("../pages/review.py")
    desk.query_params["tab"] = "Golden cases"
    desk.query_params["model"] = "demo/penguins"
    desk.run()
    assert not desk.exception
    words = _words(desk)
    assert "Version v9: fixed 1, broke 0, unchanged 0" in words
    assert "Passed: 1 of 1 right (100 %), 90 % are needed." in words
    (golden_set,) = golden.sets_of(sessions, "demo", "penguins")
    mark = f"golden_mark_{golden_set.golden_set.id}"
    desk.number_input(key=mark).set_value(92.5)
    desk.button(key=f"{mark}_set").click().run()
    assert "A version passes from 92.5 % right on." in _words(desk)
    take_back(sessions, case_id=case.id, person="bob", key="back")
    words = _words(desk.run())
    assert "The truth of 1 case is in doubt." in words
    assert "was taken back." in words
    shown = app.switch_page("../pages/case.py")
    shown.query_params["id"] = case.id
    assert "The judgement that said what is right was taken back." in _words(shown.run())
    assert not shown.exception


@pytest.mark.slow
def test_the_page_of_a_case_says_what_became_of_a_statement_and_sends_it_again(
    app: AppTest, built: services.Services
) -> None:
    outbox = routed(built.sessions, [Target(name="webhook/hub", models=(Models(),))])
    case = add_case(built.sessions, server="demo", created_at=utc_now())
    submit(outbox, case_id=case.id, person="test@example.com", judgement="correct", key="k")

    def away(*_: object) -> bool:
        raise EndpointUnreachable("The webhook does not answer.")

    deliver(outbox, {"webhook/hub": away})
    shown = app.switch_page("../pages/case.py")
    shown.query_params["id"] = case.id
    shown.run()
    assert not shown.exception
    words = _words(shown)
    assert (
        "Waits to be sent to the webhook hub. 1 attempt so far. The webhook does not answer."
        in words
    )
    (waits,) = of_case(outbox, case.id)
    shown.button(key=f"send_again_{waits.id}").click().run()
    assert not shown.exception
    (again,) = of_case(outbox, case.id)
    assert again.next_at < waits.next_at
    assert replace(again, next_at=waits.next_at) == waits
