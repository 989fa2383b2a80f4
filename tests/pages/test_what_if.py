"""What if, on the Predict page: values are changed where the form stood, tried, kept, and the smallest change is found."""

from __future__ import annotations

import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import services
from cases import queries
from cases.scenarios import origin, scenarios
from mds_client import Model
from mds_client.prediction import Prediction
from mds_client.signature import Field
from tests.pages.interrupted import interrupt
from tests.recorded import case_of
from ui import session
from ui.explanations import jobs
from ui.what_if import following
from ui.what_if.comparison import other_version
from ui.what_if.sliders import bounds, step

FORM = "Predict"


def _asked(app: AppTest, model: str) -> AppTest:
    app.query_params["model"] = model
    app.run()
    return _button(app, FORM).click().run()


def _tried(app: AppTest, model: str) -> AppTest:
    """Ask, and put the values in the form's place."""
    _button(_asked(app, model), "What if …?").click().run()
    assert not app.exception
    return app


def _case(app: AppTest) -> str:
    case = app.query_params["case"]
    return case if isinstance(case, str) else case[0]


def _search(app: AppTest) -> AppTest:
    """Open the search for the smallest change, as a click on its heading does."""
    app.session_state[f"smallest_{_case(app)}_open"] = True
    return app.run()


def _button(app: AppTest, label: str, place: int = 0):  # type: ignore[no-untyped-def]
    return [each for each in app.button if each.label == label][place]


def _labels(app: AppTest) -> set[str]:
    return {each.label for each in app.button}


def _texts(app: AppTest) -> str:
    texts = [each.value for each in (*app.markdown, *app.caption)]
    texts += [each.proto.body for each in app.get("html")]
    return "\n".join(texts).replace("\\", "")


def test_the_fields_stand_in_the_place_of_the_form_and_it_comes_back(predict: AppTest) -> None:
    _asked(predict, "demo/breast-cancer")
    boxes = [(each.label, each.value) for each in predict.number_input]
    _button(predict, "What if …?").click().run()
    assert [(each.label, each.value) for each in predict.number_input] == boxes
    assert FORM not in _labels(predict)
    assert f"Pinned case {_case(predict)[-6:]}" in _texts(predict)
    _button(predict, "Back to the form").click().run()
    assert [(each.label, each.value) for each in predict.number_input] == boxes
    assert {FORM, "What if …?"} <= _labels(predict)
    assert "for the earlier values" not in _texts(predict)


def test_an_explained_case_says_which_value_to_change_first(predict: AppTest) -> None:
    _asked(predict, "demo/penguins@v2")
    _button(predict, "What if …?").click().run()
    assert "change it first" not in _texts(predict)
    _button(predict, "Back to the form").click().run()
    _button(predict, "What speaks for and against").click().run()
    _button(predict, "What if …?").click().run()
    (words,) = [each.value for each in predict.markdown if "change it first" in each.value]
    assert words.endswith("moved this answer most: change it first.")


def test_values_are_tried_in_place_and_recorded_only_when_they_are_kept(
    predict: AppTest, built: services.Services
) -> None:
    _tried(predict, "demo/penguins@v2")
    case_id, cases = _case(predict), len(queries.recent(built.sessions))
    before = predict.header[0].value
    (slider,) = [each for each in predict.slider if each.label == "Bill length (mm)"]
    slider.set_value(slider.min).run()
    assert not predict.exception
    assert "Changed: Bill length" in _texts(predict)
    assert len(queries.recent(built.sessions)) == cases
    assert not scenarios(built.sessions, case_id)
    predict.text_input(key=f"what_if_name_{case_id}_1").set_value("Short bill")
    _button(predict, "Keep as a scenario").click().run()
    (scenario,) = scenarios(built.sessions, case_id)
    assert scenario.name == "Short bill"
    assert scenario.case.entered["bill_length_mm"] == slider.min
    assert scenario.case.audit_probability == 0
    assert origin(built.sessions, scenario.case.id) == ("Short bill", case_id)
    assert [metric.label for metric in predict.metric] == ["This case", "Short bill"]
    table = predict.table[-1].value
    assert list(table.columns) == ["Scenario", "Answer", "Difference", "Changed"]
    link = f"[Short bill](predict?case={scenario.case.id})"
    assert list(table["Scenario"]) == ["This case", link]
    assert "Bill length" in table["Changed"].iloc[1]
    assert not predict.dataframe
    _button(predict, "Back to this case's values").click().run()
    assert "The values of this case." in _texts(predict)
    assert predict.header[0].value == before
    assert [metric.label for metric in predict.metric] == ["This case", "Short bill"]


def test_a_slider_and_the_box_above_it_hold_the_same(predict: AppTest) -> None:
    _tried(predict, "demo/penguins@v2")
    (slider,) = [each for each in predict.slider if each.label == "Bill length (mm)"]
    (box,) = [each for each in predict.number_input if each.label == slider.label]
    assert slider.value == box.value
    slider.set_value(slider.max).run()
    assert predict.number_input(key=box.key).value == slider.max
    predict.number_input(key=box.key).set_value(41.0).run()
    assert predict.slider(key=slider.key).value == 41.0
    predict.number_input(key=box.key).set_value(None).run()
    assert not predict.exception
    assert not [each for each in predict.slider if each.label == "Bill length (mm)"]


def test_an_unchanged_copy_is_not_kept(predict: AppTest, built: services.Services) -> None:
    _tried(predict, "demo/penguins@v2")
    _button(predict, "Keep as a scenario").click().run()
    assert "Nothing is changed yet" in predict.info[0].value
    assert len(queries.recent(built.sessions)) == 1


def test_what_is_refused_is_said_once_and_not_kept(
    predict: AppTest, built: services.Services
) -> None:
    _tried(predict, "demo/penguins@v2")
    (box,) = [each for each in predict.number_input if each.label == "Bill length (mm)"]
    opened = box.value
    keep = _button(predict, "Keep as a scenario")
    assert not keep.disabled
    # Typed, and pressed before the page knew of it.
    box.set_value(-500.0)
    keep.click().run()
    assert not predict.exception
    assert ["must be at least 0" in each.value for each in predict.warning] == [True]
    assert _button(predict, "Keep as a scenario").disabled
    assert "Correct the values first" in _texts(predict)
    assert not scenarios(built.sessions, _case(predict))
    assert len(queries.recent(built.sessions)) == 1
    predict.number_input(key=box.key).set_value(opened).run()
    assert not _button(predict, "Keep as a scenario").disabled


def test_two_presses_are_one_scenario_and_a_later_one_is_another(
    predict: AppTest, built: services.Services
) -> None:
    _tried(predict, "demo/diabetes-progress")
    value = predict.number_input[0].value
    predict.number_input[0].set_value(value + 3).run()
    copy = predict.session_state[session.WHAT_IF]
    _button(predict, "Keep as a scenario").click().run()
    predict.session_state[session.WHAT_IF] = copy
    _button(predict, "Keep as a scenario").click().run()
    case_id = _case(predict)
    assert len(scenarios(built.sessions, case_id)) == 1
    _button(predict, "Back to this case's values").click().run()
    predict.number_input[0].set_value(value - 3).run()
    _button(predict, "Keep as a scenario").click().run()
    assert len(scenarios(built.sessions, case_id)) == 2


def test_a_value_that_cannot_be_sent_is_named_and_the_others_stay(predict: AppTest) -> None:
    _tried(predict, "demo/breast-cancer")
    first, second = predict.number_input[:2]
    first.set_value(None).run()
    assert "is needed" in predict.warning[0].value
    assert predict.number_input(key=second.key).value == second.value


def test_another_model_or_example_ends_it(predict: AppTest) -> None:
    _tried(predict, "demo/penguins@v2")
    predict.query_params["model"] = "demo/penguins@v1"
    predict.run()
    assert FORM in _labels(predict)
    predict.query_params["model"] = "demo/penguins@v2"
    predict.run()
    assert FORM in _labels(predict)


def test_the_smallest_change_flips_and_is_filled_in(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    _search(_asked(predict, "demo/penguins@v2"))
    assert "What would change it?" in [each.value for each in predict.subheader]
    before = predict.header[0].value
    interrupt(monkeypatch, jobs, "request_of")  # something else is done while it begins
    _button(predict, "Find the smallest change").click().run()
    assert not predict.exception
    case_id = _case(predict)
    (kept,) = queries.explanations(built.sessions, case_id)
    assert kept.method == "counterfactual"
    assert kept.rows <= 300
    assert "This is model behaviour, not advice." in _texts(predict)
    assert f"Wanted: any answer other than {before}" in _texts(predict)
    _button(predict, "Try these values").click().run()
    assert "The suggestion is filled in." in _texts(predict)
    assert predict.header[0].value != before
    _button(predict, "Keep as a scenario").click().run()
    assert not predict.exception
    (scenario,) = scenarios(built.sessions, case_id)
    assert scenario.case.answer_label != before
    assert "Another answer." in _texts(predict)


def test_what_a_person_allows_reaches_the_search(
    predict: AppTest, built: services.Services
) -> None:
    _search(_asked(predict, "demo/penguins@v2"))
    case_id = _case(predict)
    predict.multiselect(key=f"smallest_{case_id}_locked").set_value(["island", "bill_length_mm"])
    predict.session_state[f"smallest_{case_id}_limits"] = {
        "edited_rows": {1: {"At least": 17.0, "At most": 18.0}, 2: {"May change": "only up"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    _button(predict, "Find the smallest change").click().run()
    said = _texts(predict)
    assert "Island: stays as it is" in said
    assert "Bill length: stays as it is" in said
    assert re.search(r"Bill depth: 17\smm to 18\smm", said)
    assert "Flipper length: only up" in said


def test_another_version_is_said() -> None:
    first, later = case_of(version="v1"), case_of(version="v2")
    assert other_version(first, later).startswith("Version v2 answered, not v1")
    assert other_version(first, first) == ""


@pytest.mark.slow
@pytest.mark.parametrize("model", ["demo/digits", "demo/language-id", "demo/speech"])
def test_texts_pictures_and_sounds_can_be_changed_in_place(predict: AppTest, model: str) -> None:
    _asked(predict, model)
    assert not [each for each in predict.subheader if each.value == "What would change it?"]
    _button(predict, "What if …?").click().run()
    assert not predict.exception
    assert "The values of this case." in _texts(predict)


@pytest.mark.slow
def test_a_scenario_knows_where_it_comes_from(predict: AppTest, built: services.Services) -> None:
    _tried(predict, "demo/diabetes-progress")
    box = predict.number_input[0]
    box.set_value(box.value + 3).run()
    _button(predict, "Keep as a scenario").click().run()
    case_id = _case(predict)
    (scenario,) = scenarios(built.sessions, case_id)
    other = AppTest.from_file(predict._script_path, default_timeout=30)
    other.query_params["case"] = scenario.case.id
    other.switch_page("../pages/predict.py").run()
    links = [each.proto.label for each in other.get("page_link")]
    assert "This case is Scenario 1 of another case" in links


def test_two_forms_on_a_page_keep_what_they_hold() -> None:
    def page() -> None:
        import streamlit as st

        from ui.fields import _widget_state

        _widget_state.forget_others("predict_m_1")
        _widget_state.keep("file of predict_m_1_picture", "asked")
        _widget_state.forget_others("what_if|c_0")
        _widget_state.keep("file of what_if|c_0_picture", "changed")
        _widget_state.forget_others("predict_m_1")
        st.text(sorted(st.session_state["form_kept"].values()))
        _widget_state.forget_others("what_if|c_1")
        st.text(sorted(st.session_state["form_kept"].values()))

    shown = [each.value for each in AppTest.from_function(page).run().text]
    assert shown == ["['asked', 'changed']", "['asked']"]


def test_a_curve_follows_what_is_moved_and_is_asked_once_for_each_field(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    plain_predict = Model.predict

    def counted(self: Model, values: Any, **given: Any) -> Prediction:
        asked.append(len(values) if isinstance(values, list) else 1)
        return plain_predict(self, values, **given)

    monkeypatch.setattr(Model, "predict", counted)
    monkeypatch.setattr(following, "MOST_SECONDS", 60.0)  # the machine may be busy
    _tried(predict, "demo/penguins@v2")
    before = len(asked)
    assert not _curves(predict)  # nothing was moved yet
    (slider,) = [each for each in predict.slider if each.label == "Bill length (mm)"]
    for value in (slider.min, slider.max):
        slider = slider.set_value(value).run().slider(key=slider.key)
        assert not predict.exception
    assert asked[before:] == [1, 21, 1]  # the curve of a field holds while only that field moves
    (said,) = _curves(predict)
    assert said.startswith("Curve, Bill length: ")
    assert "This case: " in said
    (pills,) = [each for each in predict.button_group if (each.key or "").endswith("_island")]
    pills.set_value(next(o for o in ("Biscoe", "Dream") if o != pills.value)).run()
    assert asked[before + 3 :] == [1, 3]
    assert _curves(predict)[0].startswith("Bars, Island: ")
    (said,) = [each.value for each in predict.caption if "with each choice of Island" in each.value]
    assert "this case is" in said
    assert "ring" not in said
    predict.text_input(key=f"what_if_name_{_case(predict)}_1").set_value("A name").run()
    assert asked[before + 3 :] == [1, 3]  # the same values are not asked about twice
    _button(predict, "Back to this case's values").click().run()
    assert not _curves(predict)


def _curves(app: AppTest) -> list[str]:
    """What is said of the curve beside the sliders."""
    return [
        e.proto.alt for e in app.get("plotly_chart") if e.proto.alt and "Tried: " in e.proto.alt
    ]


@pytest.mark.parametrize(
    ("typical", "limits", "value", "reach"),
    [
        ((32.0, 60.0), (None, None), 40.0, (32.0, 60.0)),
        ((32.0, 60.0), (0.0, 100.0), 70.0, (32.0, 70.0)),
        (None, (0.0, 1.0), 0.5, (0.0, 1.0)),
        (None, (0.0, None), 0.5, None),
    ],
)
def test_a_slider_reaches_over_the_usual_range_and_what_there_is(
    typical: tuple[float, float] | None,
    limits: tuple[float | None, float | None],
    value: float,
    reach: tuple[float, float] | None,
) -> None:
    field = Field(name="a", kind="number", typical=typical, minimum=limits[0], maximum=limits[1])
    assert bounds(field, value) == reach


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0, 100, 1), (32, 60, 0.2), (2700, 6300, 20), (0, 0.05, 0.0005)]
)
def test_a_slider_steps_by_round_numbers(low: float, high: float, expected: float) -> None:
    assert step(low, high) == pytest.approx(expected)
