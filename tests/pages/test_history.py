"""What a page does with its address: it is followed as the page opens and after Back or Forward, and written otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ui import history


def _press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def _labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def _named(app: AppTest, name: str) -> str:
    return "".join(app.query_params.get(name, ""))


@pytest.fixture
def went_back(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Go back or forth to an address, as the browser tells it."""

    def go(app: AppTest, **address: str) -> AppTest:
        app.query_params.clear()
        app.query_params.update(address)
        with monkeypatch.context() as patch:
            patch.setattr(history, "is_back", lambda: True)
            app.run()
        assert not app.exception
        return app

    return go


def test_back_to_before_the_first_answer_leaves_the_form_as_it_was_asked(
    predict: AppTest, went_back: Callable[..., AppTest]
) -> None:
    predict.query_params["model"] = "demo/penguins@v2"
    predict.run()
    predict.number_input[0].set_value(51.5)
    case = _named(_press(predict, "Predict"), "case")
    went_back(predict, model="demo/penguins@v2")
    assert not _named(predict, "case")
    assert "Press **Predict**" in predict.info[0].value
    assert predict.number_input[0].value == 51.5
    assert not _named(predict.run(), "case")
    went_back(predict, model="demo/penguins@v2", case=case)
    assert "What if …?" in _labels(predict)


def test_the_address_names_what_if_and_back_and_a_link_follow_it(
    predict: AppTest, went_back: Callable[..., AppTest]
) -> None:
    predict.query_params["model"] = "demo/penguins@v2"
    predict.run()
    case = _named(_press(predict, "Predict"), "case")
    _press(predict, "What if …?")
    assert _named(predict, "what_if") == "yes"
    went_back(predict, model="demo/penguins@v2", case=case)
    assert "Back to the form" not in _labels(predict)
    went_back(predict, model="demo/penguins@v2", case=case, what_if="yes")
    assert "Back to the form" in _labels(predict)
    _press(predict, "Back to the form")
    assert not _named(predict, "what_if")
    other = AppTest.from_file(predict._script_path, default_timeout=30)
    other.switch_page("../pages/predict.py").query_params["case"] = case
    other.query_params["what_if"] = "yes"
    assert "Back to the form" in _labels(other.run())
