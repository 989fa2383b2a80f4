"""The stage: a show through ten cases of the real models, whose server goes half-way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

import services
from cases.queries import GENUINE, recent, save_explanation
from cases.recording import predict_and_record
from db.engine import close
from explanations.worker import InlineExplainers
from jobs.here import Here
from mds_client.signature import ModelRef
from settings import ServerSettings, Settings
from shows import audience, runs, store
from tests.browser.door import Door, door_to
from tests.pages.conftest import ROOT
from tests.recorded import NOT_THERE
from ui.stage.audience import votes_html

# Not the newest: the stage asks the version that was asked.
PENGUINS = ModelRef(server="demo", name="penguins", version="v1")
WHY = {
    "method": "shap",
    "title": "Why",
    "kind": "attribution",
    "target": {"kind": "probability", "answer": "Adelie"},
    "prediction": 0.9,
    "base": 0.4,
    "attributions": [
        {"field": "a", "title": "Bill", "value_text": "<b>39</b> mm", "amount": 0.6},
        {"field": "b", "title": "Mass", "value_text": "4 kg", "amount": -0.1},
    ],
    "sentence": "Because.",
    "alt": "Bars",
}


@pytest.fixture
def door(mds_url: str) -> Iterator[Door]:
    with door_to(urlsplit(mds_url).port or 0) as found:
        yield found


@pytest.fixture
def built(door: Door, sqlite_url: str) -> Iterator[services.Services]:
    """The services of the app, whose real server can be taken away."""
    url = f"http://127.0.0.1:{door.port}"
    settings = Settings(servers=[ServerSettings(name="demo", url=url)], database_url=sqlite_url)
    found = services.build(settings)
    found = replace(
        found,
        explainers=InlineExplainers(found.clients["demo"]),
        here=Here(found.sessions, "1", 15.0, is_inline=True),
    )
    found.catalogue.refresh()
    services.install(found)
    yield found
    found.close()
    close(found.sessions)


def _stage(show_id: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)
    app.query_params["show"] = show_id
    return app.switch_page("../pages/present.py").run()


def _words(app: AppTest) -> str:
    return " ".join(each.value for each in app.markdown)


def _html(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


@pytest.mark.slow
def test_a_show_of_ten_cases_goes_on_when_its_server_is_gone_half_way(
    built: services.Services, door: Door
) -> None:
    model = built.model(PENGUINS)
    rows = model.signature().example_rows
    asked = [
        predict_and_record(model, rows[n % len(rows)], sessions=built.sessions, key=str(n)).case
        for n in range(10)
    ]
    save_explanation(
        built.sessions, case_id=asked[0].id, method="shap", status="complete", result=WHY
    )
    show = store.make(
        built.sessions, person="anonymous", name="Ten", case_ids=[case.id for case in asked]
    )
    app = _stage(show.id)
    assert not app.exception
    assert app.title[0].value == asked[0].question
    assert app.header[0].value == asked[0].answer_label
    assert "Live from the server" in _words(app)
    assert app.subheader[0].value == "Why? 50 percentage points above a typical case"
    assert "Bill <b>&lt;b&gt;39&lt;/b&gt; mm</b>" in _html(app)
    app.button(key="stage_why_key").click().run()
    assert not app.subheader
    for number in range(2, 11):
        if number == 5:
            door.shut()
        app.button(key="stage_next").click().run()
        assert not app.exception, app.exception
        assert f"**Case {number} of 10**" in _words(app)
        assert app.header[0].value == asked[number - 1].answer_label
        is_live = "Live from the server" in _words(app)
        is_recorded = "Recorded on" in _words(app) and "does not answer" in _words(app)
        assert (is_live, is_recorded) == (number < 5, number >= 5), _words(app)
    assert app.button(key="stage_next").disabled
    app.button(key="stage_previous").click().run()
    assert "**Case 9 of 10**" in _words(app)
    # What was asked on the stage is of its workspace, and counts nowhere.
    run = runs.current(built.sessions, show.id)
    assert run is not None
    stage = runs.stage_of(run)
    assert stage is not None
    assert (stage.case_id, stage.place) == (asked[8].id, 9)
    assert len(recent(built.sessions, purposes=GENUINE)) == 10
    shown = recent(built.sessions, purposes=("show",))
    assert {case.workspace for case in shown} == {run.workspace}
    assert sum(case.is_answered for case in shown) == 4


def test_a_stage_without_its_case_and_without_its_show_says_so(built: services.Services) -> None:
    show = store.make(built.sessions, person="anonymous", name="Gone", case_ids=[NOT_THERE])
    app = _stage(show.id)
    assert app.title[0].value == "This case was deleted"
    assert app.button(key="stage_why_key").disabled
    nothing = _stage(NOT_THERE)
    assert "There is no show under this link" in nothing.error[0].value
    assert not nothing.exception


def test_a_stage_without_anything_says_how_to_come_to_a_case(built: services.Services) -> None:
    app = _stage("")
    assert not app.exception
    assert app.title[0].value == "There is no case to present"
    assert "press **Present**" in _words(app)
    assert [each.proto.label for each in app.get("page_link")] == ["Cases", "Shows"]
    assert not [each for each in app.button if each.label == "Why"]


def test_no_word_of_another_page_covers_the_stage(built: services.Services) -> None:
    """A toast outlives the page that began it: the stage's style hides all of them."""
    app = _stage("")
    styles = [each.proto.body for each in app.get("html") if "<style" in each.proto.body]
    assert any('[data-testid="stToastContainer"] { display: none; }' in each for each in styles)


def test_the_bars_of_votes_are_shares_of_all_votes() -> None:
    def widths(right: int, wrong: int) -> list[str]:
        return re.findall(r"width:([\d.]+)%", votes_html(audience.Votes(right=right, wrong=wrong)))

    assert widths(1, 1) == ["50.0", "50.0"]
    assert widths(3, 1) == ["75.0", "25.0"]
    assert widths(0, 0) == ["0.0", "0.0"]
