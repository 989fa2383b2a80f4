"""How a model behaves, from choosing rows to a study under its link, against the real embedded server."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.state import QueryParamsProxy
from streamlit.testing.v1 import AppTest

import db.behaviour_studies
import services
from cases.batch import RowsRequest, predict_rows
from cases.queries import case, save_explanation
from cases.recording import answer_of
from db.engine import writing
from explanations.background.sampling import augmented
from explanations.behaviour import studies
from explanations.behaviour.cohorts import of_examples
from explanations.behaviour.sample import FEWEST
from explanations.errors import ExplanationTooDear
from explanations.explaining import ExplanationRequest, explain
from explanations.methods import methods
from explanations.target import Target
from feedback.submission import submit
from mds_client.signature import ModelRef, Signature
from tests.pages.interrupted import interrupt, something_else_is_done
from tests.recorded import add_case
from ui.behaviour import running
from ui.pressed import Presses

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "model=demo%2Fpenguins%40v2"
PENGUINS = ModelRef(server="demo", name="penguins", version="v2")
HOSTILE = "<img src=x onerror=alert(1)> **bold** [x](javascript:y) :red[z] $a$"


@pytest.fixture
def effects(app: AppTest) -> AppTest:
    """The app on its Behaviour page."""
    app.query_params["model"] = str(PENGUINS)
    return app.switch_page("../pages/behaviour.py")


def _signature(built: services.Services) -> Signature:
    return built.model(PENGUINS).signature()


def _asked(built: services.Services, count: int = 40) -> list[str]:
    signature = _signature(built)
    rows = [
        r for r in augmented(signature, signature.example_rows, count, 1) if not signature.check(r)
    ]
    asked = RowsRequest(model=built.model(PENGUINS), sessions=built.sessions, key="seed")
    return [case.id for part in predict_rows(asked, rows) for case in part]


def _words(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(element.value for kind in kinds for element in kind)


def _start(app: AppTest, method: str | None = None) -> AppTest:
    if method:
        app.radio(key="behaviour_method").set_value(method).run()
    app.button(key="behaviour_start").click().run()
    assert not app.exception
    return app


@pytest.mark.slow
def test_the_examples_of_a_model_can_be_studied_at_once(effects: AppTest) -> None:
    effects.run()
    assert not effects.exception
    assert "25 examples of the model." in _words(effects)
    assert "Asks the model about up to" in _words(effects)
    _start(effects)
    assert "It depends most on" in _words(effects)
    assert "right answers are not known" in _words(effects)
    assert effects.query_params["study"]
    assert len(effects.get("plotly_chart")) == 1


def test_cases_with_feedback_are_measured_against_the_right_answers(
    effects: AppTest, built: services.Services
) -> None:
    for place, case_id in enumerate(_asked(built)):
        if place % 2:
            submit(built.sessions, case_id=case_id, person="", judgement="correct", key=case_id)
    effects.run()
    said = _words(effects)
    assert "For 20 of them the right answer is known" in said
    _start(effects)
    assert "is not how good it is" in _words(effects)
    assert "The model is right in 100" in _words(effects)
    (line,) = studies.newest(built.sessions, PENGUINS)
    assert line.cohort["known"] == 20


@pytest.mark.slow
@pytest.mark.parametrize(
    "method", ["How the answer changes with each field", "Local effects of each field"]
)
def test_curves_are_of_the_label_that_was_chosen(effects: AppTest, method: str) -> None:
    effects.run()
    effects.radio(key="behaviour_method").set_value(method).run()
    effects.selectbox(key=f"behaviour_label_{PENGUINS}").set_value("Gentoo").run()
    effects.multiselect[0].set_value(["flipper_length_mm", "island"]).run()
    _start(effects)
    assert "The probability of Gentoo changes most with" in _words(effects)
    assert len(effects.get("plotly_chart")) <= 2
    table = next(f.value for f in effects.dataframe if "Place" in f.value.columns)
    assert set(table["Field"]) == {"Flipper length", "Island"}


def test_a_number_needs_no_choice_of_label(effects: AppTest) -> None:
    effects.query_params["model"] = "demo/diabetes-progress"
    _start(effects.run(), "Local effects of each field")
    assert "changes most with" in _words(effects)
    assert not [s for s in effects.selectbox if s.label == "How likely is"]


@pytest.mark.slow
def test_a_study_is_opened_by_its_link_and_says_when_the_model_has_changed(
    effects: AppTest, built: services.Services
) -> None:
    _start(effects.run())
    (line,) = studies.newest(built.sessions, PENGUINS)
    old = replace(
        studies.study(built.sessions, line.id), id="01JABCDEFGHJKMNPQRSTVWXYZ0", version="v1"
    )  # type: ignore[type-var]
    with writing(built.sessions) as session:
        db.behaviour_studies.add(session, old)
    fresh = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30).switch_page(
        "../pages/behaviour.py"
    )
    fresh.query_params["study"] = old.id
    fresh.run()
    assert not fresh.exception
    assert "It depends most on" in _words(fresh)
    assert "This is about version v1. Version v2 is deployed now" in _words(fresh)
    effects.run()
    assert "is deployed now" not in _words(effects)


def test_a_dead_link_is_said(effects: AppTest) -> None:
    effects.query_params["study"] = "01HZZZZZZZZZZZZZZZZZZZZZZZ"
    effects.run()
    assert "There is no study with this link any more" in _words(effects)
    assert not effects.exception


def test_a_study_of_a_model_that_is_gone_stands_alone(
    effects: AppTest, built: services.Services
) -> None:
    _start(effects.run())
    (line,) = studies.newest(built.sessions, PENGUINS)
    view = studies.study(built.sessions, line.id)
    found = studies.explanation_of(view) if view else None
    assert found
    gone = studies.keep(
        built.sessions, ModelRef(server="demo", name="gone"), of_examples(_signature(built)), found
    )
    effects.query_params["study"] = gone.id
    effects.run()
    assert "The model of this study is not deployed any more" in _words(effects)
    assert "It depends most on" in _words(effects)
    assert not effects.button


def test_a_file_with_right_answers_is_studied(effects: AppTest, built: services.Services) -> None:
    rows = ["bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,island,sex,year,species"]
    rows += [
        f"{39 + i % 3},18.{i % 9},18{i % 10},37{i % 10}0,Torgersen,male,2007,adelie"
        for i in range(30)
    ]
    rows += ["39,18,181,3700,Torgersen,male,2007,parrot", "much,18,181,3700,Dream,male,2007,Adelie"]
    effects.run()
    effects.segmented_control(key=f"behaviour_rows_{PENGUINS}").set_value("A file").run()
    effects.file_uploader[0].set_value(("b.csv", "\n".join(rows).encode(), "text/csv")).run()
    assert not effects.exception
    truth = next(s for s in effects.selectbox if s.label == "Column with the right answers")
    truth.set_value("species").run()
    assert "1 right answer could not be read" in _words(effects)
    assert "31 rows of b.csv. 1 more does not fit" in _words(effects)
    _start(effects)
    assert "The model is right in 100" in _words(effects)
    assert "of 30 rows" in _words(effects)


def test_too_few_cases_are_said_and_nothing_can_be_started(
    effects: AppTest, built: services.Services
) -> None:
    _asked(built, 26)
    effects.run()
    effects.segmented_control(key=f"behaviour_said_{PENGUINS}").set_value("With feedback").run()
    assert "0 cases with feedback." in _words(effects)
    assert "at least 10 rows" in _words(effects)
    assert not [b for b in effects.button if b.key == "behaviour_start"]


def test_cases_that_do_not_suit_the_model_are_not_what_to_begin_with(
    effects: AppTest, built: services.Services
) -> None:
    for _ in range(FEWEST):
        add_case(built.sessions, server="demo", model="penguins", entered={"beak": 1.0})
    effects.run()
    (rows,) = [group for group in effects.segmented_control if group.label == "Which rows"]
    assert rows.value == "Examples"
    assert [button for button in effects.button if button.label == "Start"]


def test_models_of_pictures_are_not_studied(effects: AppTest) -> None:
    effects.query_params["model"] = "demo/digits"
    effects.run()
    assert "This is for models that take numbers" in _words(effects)
    assert not effects.radio


def test_what_goes_wrong_is_said_and_the_page_stays(
    effects: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_order: ExplanationRequest) -> None:
        raise ExplanationTooDear("Too many explanations are waiting already.")

    effects.run()
    monkeypatch.setattr(built.explainers, "start", full)
    _start(effects)
    assert "Too many explanations are waiting already." in _words(effects)
    assert effects.button(key="behaviour_start")


def test_a_press_is_heeded_when_something_else_is_done_before_the_study_has_begun(
    effects: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    effects.run()
    times = interrupt(monkeypatch, running, "start", ADDRESS)
    _start(effects)
    assert "It depends most on" in _words(effects)
    effects.run()
    assert len(times) == 2  # one press, one study


def test_a_study_is_opened_when_something_else_is_done_while_it_ends(
    effects: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = []
    write = QueryParamsProxy.__setitem__

    def interrupted(address: QueryParamsProxy, name: str, value: Any) -> None:
        times.append(name)
        if times == ["study"]:
            something_else_is_done(ADDRESS)
        write(address, name, value)

    effects.run()
    monkeypatch.setattr(QueryParamsProxy, "__setitem__", interrupted)
    _start(effects)
    assert "It depends most on" in _words(effects)
    assert effects.query_params["study"]


def test_what_is_said_anew_does_not_move_the_button(effects: AppTest) -> None:
    said = [getattr(each, "label", "") or getattr(each, "value", "") for each in effects.run().main]
    (cost,) = [words for words in said if str(words).startswith("Asks the model about")]
    assert said.index("Start") < said.index(cost)


def test_a_press_is_forgotten_where_nothing_can_be_started(effects: AppTest) -> None:
    effects.run()
    effects.session_state["pressed_study"] = pressed = Presses()
    pressed.note(str(PENGUINS))
    effects.segmented_control(key=f"behaviour_rows_{PENGUINS}").set_value("A file").run()
    assert str(PENGUINS) not in pressed


@pytest.mark.slow
def test_past_explanations_are_drawn_without_asking(
    effects: AppTest, built: services.Services
) -> None:
    effects.run().radio(key="behaviour_method").set_value(
        "What past explanations say together"
    ).run()
    assert "has been explained yet" in _words(effects)
    signature, cases = _signature(built), _asked(built, 30)
    for case_id in cases[:3]:
        view = case(built.sessions, case_id)
        assert view
        request = ExplanationRequest(
            method="shapley",
            server=built.clients["demo"].server,
            signature=signature,
            values=view.entered,
            answer=answer_of(view),
            case=case_id,
        )
        found = explain(request, methods()["shapley"], built.clients["demo"])
        save_explanation(
            built.sessions,
            case_id=case_id,
            method="shapley",
            status="complete",
            result=json.loads(found.to_json()),
        )
    effects.run()
    assert not effects.exception
    assert "explained case" in _words(effects)
    assert "not a fair sample of all" in _words(effects)
    assert len(effects.get("plotly_chart")) == 1


def test_hostile_words_in_a_kept_study_are_words(
    effects: AppTest, built: services.Services
) -> None:
    _start(effects.run())
    (line,) = studies.newest(built.sessions, PENGUINS)
    view = studies.study(built.sessions, line.id)
    found = studies.explanation_of(view) if view else None
    assert found
    fields = tuple(replace(each, title=HOSTILE) for each in found.attributions)
    bad = replace(
        *(found,),
        title=HOSTILE,
        sentence=HOSTILE,
        note=HOSTILE,
        attributions=fields,
        target=Target(kind="probability", answer=HOSTILE),
    )
    cohort = replace(of_examples(_signature(built)), words=HOSTILE)
    kept = studies.keep(built.sessions, replace(PENGUINS), cohort, bad, person=HOSTILE)
    effects.query_params["study"] = kept.id
    effects.run()
    assert not effects.exception
    said = [m.value for m in (*effects.markdown, *effects.caption) if "img" in m.value]
    assert len(said) >= 4
    assert all("\\<img" in words for words in said)
    assert all("**bold**" not in words for words in said)
