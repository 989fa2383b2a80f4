from __future__ import annotations

from datetime import UTC, datetime, timedelta

from streamlit.testing.v1 import AppTest

import services
from tests.pages.test_predict_page import _button, _submit


def test_an_empty_health_page_says_so(app: AppTest) -> None:
    app.switch_page("../pages/health.py").run()
    assert "No requests in this period" in app.info[0].value


def test_cases_and_feedback_are_counted_at_once(predict: AppTest) -> None:
    _submit(predict.run())
    _button(predict, "Yes").click().run()  # type: ignore[attr-defined]
    predict.switch_page("../pages/health.py").run()
    numbers = {metric.label: metric.value for metric in predict.metric}
    assert (numbers["Cases"], numbers["Answered"], numbers["Feedback"]) == ("1", "1", "1")
    row = predict.dataframe[0].value.iloc[0]
    assert (row["Model"], row["Right"]) == ("breast-cancer", 1)
    assert row["Accuracy [95 % interval]"].endswith("drawn cases judged so far")


def test_one_model_has_a_word_first_and_its_chips_stand_in_the_address(
    predict: AppTest, built: services.Services
) -> None:
    _submit(predict.run())
    predict.query_params.clear()
    predict.query_params["model"] = "demo/breast-cancer"
    predict.query_params["week"] = f"{datetime.now(UTC).date() - timedelta(days=6)}"
    predict.switch_page("../pages/health.py").run()
    assert not predict.exception
    html = " ".join(str(each.proto.body) for each in predict.get("html"))
    assert "Not enough evidence" in html
    assert any("Week from" in button.label for button in predict.button)
    assert any(metric.label == "Right answers" for metric in predict.metric)
    predict.query_params["week"] = "not a day"
    predict.query_params["value"] = "no such field=<b>"
    assert not predict.run().exception
