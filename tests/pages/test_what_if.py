"""What if, on the Predict page: a copy is changed and asked, and the smallest change is found."""

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
from tests.recorded import case_of
from ui import session
from ui.what_if import following
from ui.what_if.comparison import other_version
from ui.what_if.trying import bounds


def _asked(app: AppTest, model: str) -> AppTest:
    app.query_params["model"] = model
    app.run()
    (button,) = [each for each in app.button if each.label == "Predict"]
    return button.click().run()


def _case(app: AppTest) -> str:
    case = app.query_params["case"]
    return case if isinstance(case, str) else case[0]


def _open(app: AppTest, part: str) -> AppTest:
    """Open a part, as a click on its heading does."""
    case = _case(app)
    name = {"copy": f"what_if_{case}_open", "smallest": f"smallest_{case}_open"}[part]
    app.session_state[name] = True
    return app.run()


def _button(app: AppTest, label: str, place: int = 0):  # type: ignore[no-untyped-def]
    return [each for each in app.button if each.label == label][place]


def _number(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    """The box of the copy: it is drawn after the one of the question."""
    return [each for each in app.number_input if each.label == label][-1]


def _texts(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption)).replace("\\", "")


def test_nothing_is_drawn_twice_before_somebody_asks_for_it(predict: AppTest) -> None:
    _asked(predict, "demo/breast-cancer")
    assert any(each.value == "What if?" for each in predict.subheader)
    assert len(predict.number_input) == 30


def test_a_changed_copy_is_a_case_beside_the_first(
    predict: AppTest, built: services.Services
) -> None:
    _open(_asked(predict, "demo/breast-cancer"), "copy")
    assert len(predict.number_input) == 60
    first = predict.number_input[0]
    _number(predict, first.label).set_value(12.5)
    _button(predict, "Ask what if").click().run()
    assert not predict.exception
    case_id = _case(predict)
    (scenario,) = scenarios(built.sessions, case_id)
    assert scenario.name == "Scenario 1"
    assert scenario.case.audit_probability == 0
    assert origin(built.sessions, scenario.case.id) == ("Scenario 1", case_id)
    assert [metric.label for metric in predict.metric] == ["This case", "Scenario 1"]
    assert re.search(r"\*\*12\.5", _texts(predict))
    assert predict.number_input[0].value == first.value
    table = predict.dataframe[-1].value
    assert list(table["Scenario"]) == ["This case", "Scenario 1"]
    assert table["Case"][1] == f"/predict?case={scenario.case.id}"


def test_an_unchanged_copy_is_not_asked(predict: AppTest, built: services.Services) -> None:
    _open(_asked(predict, "demo/penguins@v2"), "copy")
    _button(predict, "Ask what if").click().run()
    assert "Nothing is changed yet" in predict.info[0].value
    assert len(queries.recent(built.sessions)) == 1


def test_two_presses_of_the_same_copy_are_one_scenario(
    predict: AppTest, built: services.Services
) -> None:
    _open(_asked(predict, "demo/diabetes-progress"), "copy")
    box = _number(predict, predict.number_input[0].label)
    box.set_value(box.value + 3)
    copy = predict.session_state[session.WHAT_IF]
    _button(predict, "Ask what if").click().run()
    predict.session_state[session.WHAT_IF] = copy
    _button(predict, "Ask what if").click().run()
    case_id = _case(predict)
    assert len(scenarios(built.sessions, case_id)) == 1
    _button(predict, "Ask what if").click().run()
    assert len(scenarios(built.sessions, case_id)) == 2


def test_a_value_that_cannot_be_sent_is_named_and_kept(
    predict: AppTest, built: services.Services
) -> None:
    _open(_asked(predict, "demo/breast-cancer"), "copy")
    _number(predict, predict.number_input[0].label).set_value(None)
    _button(predict, "Ask what if").click().run()
    assert "is needed" in predict.warning[0].value
    assert predict.number_input[0].value is not None


def test_the_smallest_change_flips_and_opens_as_a_scenario(
    predict: AppTest, built: services.Services
) -> None:
    _open(_asked(predict, "demo/penguins@v2"), "smallest")
    before = predict.header[0].value
    _button(predict, "Find the smallest change").click().run()
    assert not predict.exception
    case_id = _case(predict)
    (kept,) = queries.explanations(built.sessions, case_id)
    assert kept.method == "counterfactual"
    assert kept.rows <= 300
    assert "This is model behaviour, not advice." in _texts(predict)
    assert f"Wanted: another answer than {before}" in _texts(predict)
    _button(predict, "Open as scenario").click().run()
    _button(predict, "Ask what if").click().run()
    assert not predict.exception
    (scenario,) = scenarios(built.sessions, case_id)
    assert scenario.case.answer_label != before
    assert "Another answer." in _texts(predict)


def test_what_a_person_allows_reaches_the_search(
    predict: AppTest, built: services.Services
) -> None:
    _open(_asked(predict, "demo/penguins@v2"), "smallest")
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
def test_texts_pictures_and_sounds_can_be_changed_by_hand(predict: AppTest, model: str) -> None:
    _open(_asked(predict, model), "copy")
    assert not predict.exception
    assert not [each for each in predict.button if each.label == "Find the smallest change"]


@pytest.mark.slow
def test_a_scenario_knows_where_it_comes_from(predict: AppTest, built: services.Services) -> None:
    _open(_asked(predict, "demo/diabetes-progress"), "copy")
    box = _number(predict, predict.number_input[0].label)
    box.set_value(box.value + 3)
    _button(predict, "Ask what if").click().run()
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


def test_values_are_tried_in_place_and_recorded_only_when_they_are_kept(
    predict: AppTest, built: services.Services
) -> None:
    _asked(predict, "demo/penguins@v2")
    case_id, cases = _case(predict), len(queries.recent(built.sessions))
    predict.session_state[f"what_if_{case_id}_try"] = True
    predict.run()
    before = predict.header[0].value
    (slider,) = [each for each in predict.slider if each.label == "Bill length (mm)"]
    slider.set_value(slider.min).run()
    assert not predict.exception
    assert f"This case: {before}" in _texts(predict)
    assert len(queries.recent(built.sessions)) == cases
    assert not scenarios(built.sessions, case_id)
    _button(predict, "Keep as a scenario").click().run()
    (scenario,) = scenarios(built.sessions, case_id)
    assert scenario.case.entered["bill_length_mm"] == slider.min
    _button(predict, "Back to this case's values").click().run()
    assert "The values of this case." in _texts(predict)


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
    _asked(predict, "demo/penguins@v2")
    case_id = _case(predict)
    predict.session_state[f"what_if_{case_id}_try"] = True
    predict.run()
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
    pills = predict.button_group(key=f"what_if_{case_id}_try_island")
    pills.set_value(next(o for o in ("Biscoe", "Dream") if o != pills.value)).run()
    assert asked[before + 3 :] == [1, 3]
    assert _curves(predict)[0].startswith("Bars, Island: ")
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
