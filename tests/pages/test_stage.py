"""The stage: a show through ten cases of the real models, whose server goes half-way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

import db.jobs
import services
from cases.queries import GENUINE, CaseView, recent, save_explanation
from cases.recording import predict_and_record
from db.engine import close, writing
from db.ids import utc_now
from explanations.jobs import explanation
from explanations.methods import suited
from explanations.worker import InlineExplainers
from jobs.here import Here
from jobs.store import JobView, make
from mds_client.signature import ModelRef
from settings import ServerSettings, Settings
from shows import audience, runs, store
from tests.browser.door import Door, door_to
from tests.pages.conftest import ROOT
from tests.recorded import NOT_THERE
from ui.stage import asking, reasons
from ui.stage.audience import votes_html
from ui.stage.reasons import ON_STAGE

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
    app.button(key="stage_why_key").click().run()
    assert app.subheader
    for number in range(2, 11):
        if number == 5:
            door.shut()
        app.button(key="stage_next").click().run()
        assert not app.exception, app.exception
        assert f"**Case {number} of 10**" in _words(app)
        assert not app.subheader  # none of another case
        assert app.header[0].value == asked[number - 1].answer_label
        is_live = "Live from the server" in _words(app)
        is_recorded = "Recorded on" in _words(app) and "does not answer" in _words(app)
        assert (is_live, is_recorded) == (number < 5, number >= 5), _words(app)
    assert app.button(key="stage_next").disabled
    app.button(key="stage_previous").click().run()
    assert "**Case 9 of 10**" in _words(app)
    assert "No reasons" not in _words(app)
    app.button(key="stage_why_key").click().run()
    assert "No reasons: the server does not answer." in _words(app)
    app.button(key="stage_previous").click().run()
    assert "No reasons" not in _words(app)  # nobody asked for those of this case
    app.button(key="stage_next").click().run()
    # What was asked on the stage is of its workspace, and counts nowhere.
    run = runs.current(built.sessions, show.id)
    assert run is not None
    stage = runs.stage_of(run)
    assert stage is not None
    assert (stage.case_id, stage.place) == (asked[8].id, 9)
    assert stage.values == asked[8].entered  # what the form of the audience opens with
    assert len(recent(built.sessions, purposes=GENUINE)) == 10
    shown = recent(built.sessions, purposes=("show",))
    assert {case.workspace for case in shown} == {run.workspace}
    assert sum(case.is_answered for case in shown) == 4


def test_a_model_that_is_slow_holds_up_no_other_and_is_not_called_away(
    built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LIVE_SECONDS", 1.5)
    slow = _predicted(built, ModelRef(server="demo", name="slow"), delay_seconds=2.5)
    quick = _predicted(built, PENGUINS)
    show = store.make(built.sessions, person="anonymous", name="Slow", case_ids=[slow.id, quick.id])
    app = _stage(show.id)
    assert "Recorded on" in _words(app)
    assert "The model did not answer within" in _words(app)
    app.button(key="stage_next").click().run()
    assert "Live from the server" in _words(app)
    app.button(key="stage_previous").click().run()
    assert "The model did not answer within" in _words(app)
    assert not app.exception


def _predicted(built: services.Services, ref: ModelRef, **values: object) -> CaseView:
    """What this model answers to an example, but for these values."""
    model = built.model(ref)
    row = {**model.signature().example_rows[0], **values}
    return predict_and_record(model, row, sessions=built.sessions, key=ref.name).case


def _shows(built: services.Services, key: str) -> tuple[AppTest, str, CaseView]:
    """The page of a show with one case, whose reasons nobody has looked for."""
    model = built.model(PENGUINS)
    (row, *_) = model.signature().example_rows
    asked = predict_and_record(model, row, sessions=built.sessions, key=key).case
    show = store.make(built.sessions, person="anonymous", name="One", case_ids=[asked.id])
    app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=60)
    return app.switch_page("../pages/shows.py").run(), show.id, asked


def _captions(app: AppTest) -> str:
    return " ".join(each.value for each in app.caption)


def test_reasons_that_were_not_found_before_a_show_say_why(
    built: services.Services, door: Door
) -> None:
    app, _, _ = _shows(built, "not found")
    assert "no reasons yet" in _captions(app)
    door.shut()
    app.button(key="show_why").click().run()
    assert not app.exception
    assert "no reasons: " in _captions(app)
    assert "no reasons yet" not in _captions(app)
    assert "were not found" in app.warning[0].value
    assert app.button(key="show_why").label == "Find the reasons for 1 case"  # once more


def test_reasons_that_are_found_before_a_show_say_how_far_that_is(
    built: services.Services,
) -> None:
    app, _, asked = _shows(built, "found")
    job = replace(_job(built, asked.id), state="running", fraction=0.5, created_at=asked.created_at)
    with writing(built.sessions) as session:
        db.jobs.add(session, job, b"")
    app.run()
    assert "its reasons are being found" in _captions(app)
    bar = app.get("progress")[0].proto
    assert (bar.text, bar.value) == ("Finding the reasons: 0 of 1 done", 50)
    assert "show_why" not in [each.key for each in app.button]
    save_explanation(built.sessions, case_id=asked.id, method="shap", status="complete", result=WHY)
    with writing(built.sessions) as session:
        assert db.jobs.end(session, job, "done", utc_now())
    app.run()
    assert not app.get("progress")
    assert app.success[0].value == "The reasons for 1 case were found."
    assert "no reasons" not in _captions(app)


def test_reasons_that_nobody_looked_for_before_are_found_on_the_stage(
    built: services.Services,
) -> None:
    asked = _predicted(built, PENGUINS)
    show = store.make(built.sessions, person="anonymous", name="One", case_ids=[asked.id])
    app = _stage(show.id)
    assert not app.subheader
    assert app.button(key="stage_why_key").help == "Find the reasons"
    app.button(key="stage_why_key").click().run()
    assert not app.exception
    assert app.subheader[0].value.startswith("Why? ")
    assert app.button(key="stage_why_key").help == "Show or hide the reasons"
    app.button(key="stage_why_key").click().run()
    assert not app.subheader


def test_a_model_without_an_explainer_says_on_the_stage_that_it_has_none(
    built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reasons, "suited", lambda _: [])
    asked = _predicted(built, PENGUINS)
    app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=60)
    app.query_params["case"] = asked.id
    app.switch_page("../pages/present.py").run()
    app.button(key="stage_why_key").click().run()
    assert "No reasons: there is no way to find them for this model." in _words(app)


def _job(built: services.Services, case_id: str) -> JobView:
    methods = suited(built.model(PENGUINS).signature())
    method = next(each.NAME for each in methods if each.KIND in ON_STAGE)
    return make(
        built.kinds[explanation.NAME],
        person="anonymous",
        subject=explanation.subject_of(case_id),
        one_at_a_time=explanation.once_of(case_id, method),
    )


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


@pytest.mark.parametrize("opened_on", ["predict", "case", "elsewhere"])
def test_a_stage_is_left_to_where_it_was_opened(built: services.Services, opened_on: str) -> None:
    model = built.model(PENGUINS)
    (row, *_) = model.signature().example_rows
    asked = predict_and_record(model, row, sessions=built.sessions, key=opened_on).case
    app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=60)
    if opened_on == "elsewhere":  # an address that somebody wrote
        app.query_params.update({"case": asked.id, "from": "https://evil.example"})
    else:
        names = {"case": {"id": asked.id}, "predict": {"model": str(PENGUINS), "case": asked.id}}
        app.query_params.update(names[opened_on])
        app.switch_page(f"../pages/{opened_on}.py").run()
        app.button(key=f"{opened_on}_present").click().run()
    app.switch_page("../pages/present.py").run()  # a test stays on the page that it named
    assert app.title[0].value == asked.question
    app.button(key="stage_leave").click().run()
    assert not app.exception
    if opened_on == "predict":
        assert app.query_params == {"model": str(PENGUINS), "case": asked.id}
        assert app.button(key="predict_present")
    else:
        assert app.query_params == {"id": asked.id}
        assert app.button(key="case_present")


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
