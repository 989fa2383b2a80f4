"""An answer belongs to the inputs on screen: beside others it is faded, and nothing is offered under it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

import services
from cases import queries
from feedback import submission

EARLIER = "is for the earlier values"


def _open(app: AppTest, **link: str) -> AppTest:
    app.query_params.clear()
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def _again(app: AppTest, **link: str) -> AppTest:
    """Another visitor who follows a link."""
    other = AppTest.from_file(app._script_path, default_timeout=30)
    return _open(other.switch_page("../pages/predict.py"), **link)


def _press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def _predict(app: AppTest) -> str:
    """Ask, and give the case of the answer."""
    return str(_press(app, "Predict").query_params["case"])


def _is_earlier(app: AppTest) -> bool:
    return any(EARLIER in text.value for text in app.markdown)


def _is_faded(app: AppTest, case: str) -> None:
    """The answer is there, with its case, and takes nothing."""
    assert not app.exception
    assert app.header
    assert _is_earlier(app)
    assert any(f"(?case={case})" in text.value for text in app.markdown)
    assert app.query_params["case"] == case
    assert not app.subheader
    offered = {button.label for button in app.button}
    assert not offered & {"Yes", "No", "Can't tell", "What speaks for and against"}


def _is_fresh(app: AppTest, case: str) -> None:
    assert not app.exception
    assert not _is_earlier(app)
    assert app.query_params["case"] == case
    assert "Was this right?" in [heading.value for heading in app.subheader]


@pytest.fixture
def penguins(predict: AppTest) -> AppTest:
    return _open(predict, model="demo/penguins@v2")


def test_another_example_fades_the_answer(penguins: AppTest) -> None:
    case = _predict(penguins)
    _is_fresh(penguins, case)
    _press(penguins, "Another example")
    _is_faded(penguins, case)
    assert penguins.query_params["example"] == "2"


@pytest.mark.slow
def test_the_examples_gone_through_to_the_same_one_bring_it_back(penguins: AppTest) -> None:
    case = _predict(penguins)
    for _ in range(200):
        _press(penguins, "Another example")
        if not _is_earlier(penguins):
            break
    _is_fresh(penguins, case)
    assert "example" not in penguins.query_params


def test_clear_fades_it_and_restore_brings_the_values_back(penguins: AppTest) -> None:
    case = _predict(penguins)
    before = [box.value for box in penguins.number_input]
    _press(penguins, "Clear")
    _is_faded(penguins, case)
    assert all(box.value is None for box in penguins.number_input)
    _press(penguins, "Restore them")
    _is_fresh(penguins, case)
    assert [box.value for box in penguins.number_input] == before


def test_my_last_one_brings_it_back(penguins: AppTest) -> None:
    case = _predict(penguins)
    _press(penguins, "Clear")
    _press(penguins, "My last inputs")
    _is_fresh(penguins, case)


def test_another_version_fades_it_and_says_which_one_answered(penguins: AppTest) -> None:
    case = _predict(penguins)
    penguins.segmented_control[0].set_value("v1").run()
    _is_faded(penguins, case)
    assert any("and version v2" in text.value for text in penguins.markdown)
    assert penguins.query_params["model"] == "demo/penguins@v1"
    _press(penguins, "Restore them")
    _is_fresh(penguins, case)
    assert penguins.query_params["model"] == "demo/penguins@v2"


def test_another_model_shows_no_answer_and_names_no_case(penguins: AppTest) -> None:
    case = _predict(penguins)
    _open(penguins, model="demo/digits")
    assert "Press **Predict**" in penguins.info[0].value
    assert "case" not in penguins.query_params
    _open(penguins, model="demo/penguins@v2")
    assert penguins.query_params["case"] == case


def test_asked_again_it_is_a_new_answer(penguins: AppTest) -> None:
    first = _predict(penguins)
    _press(penguins, "Another example")
    second = _predict(penguins)
    assert second != first
    _is_fresh(penguins, second)


def test_a_reload_shows_what_was_on_screen(penguins: AppTest) -> None:
    case = _predict(penguins)
    _is_fresh(_again(penguins, case=case), case)
    _press(penguins, "Another example")
    link = {"model": "demo/penguins@v2", "case": case, "example": "2"}
    assert {name: penguins.query_params[name] for name in link} == link
    other = _again(penguins, **link)
    _is_faded(other, case)
    assert [b.value for b in other.number_input] == [b.value for b in penguins.number_input]
    _is_fresh(_press(other, "Restore them"), case)
    _is_faded(_again(penguins, case=case, model="demo/penguins@v1"), case)


@pytest.mark.parametrize(
    "model",
    ["demo/digits", "demo/ocr", "demo/speech", "demo/wine", "demo/sentiment", "demo/flaky"],
)
@pytest.mark.slow
def test_no_answer_fades_by_itself(predict: AppTest, model: str) -> None:
    _open(predict, model=model)
    case = _predict(predict)
    assert not _is_earlier(predict.run())
    assert not _is_earlier(_again(predict, case=case))


def test_a_failure_of_other_inputs_is_faded_too(predict: AppTest) -> None:
    _open(predict, model="demo/wine")
    next(a for a in predict.text_area if a.label == "Numbers of one row").set_value("1 2 3")
    case = _predict(predict)
    assert "13" in predict.error[0].value
    assert not _is_earlier(predict)
    _press(predict, "Clear")
    assert "This message is for the earlier values" in str([t.value for t in predict.markdown])
    assert predict.query_params["case"] == case


def test_feedback_that_comes_from_a_faded_answer_is_refused(
    penguins: AppTest, built: services.Services
) -> None:
    """The browser ticks the hidden box when something else is typed, and it comes with the click."""
    case = _predict(penguins)
    penguins.checkbox(key=f"answer_differs_{case}").check()
    _press(penguins, "Yes")
    assert "restore them, or ask the model again" in penguins.error[0].value
    assert not submission.history(built.sessions, case)
    penguins.checkbox(key=f"answer_differs_{case}").uncheck()
    _press(penguins, "Yes")
    assert [said.judgement for said in submission.history(built.sessions, case)] == ["correct"]


def test_a_click_on_what_is_gone_judges_nothing(
    penguins: AppTest, built: services.Services
) -> None:
    """Two clicks so fast that they come together: the other example, and Yes."""
    case = _predict(penguins)
    next(button for button in penguins.button if button.label == "Yes").click()
    _press(penguins, "Another example")
    _is_faded(penguins, case)
    assert not submission.history(built.sessions, case)
    assert [found.id for found in queries.recent(built.sessions)] == [case]
