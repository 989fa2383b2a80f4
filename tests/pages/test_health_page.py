from __future__ import annotations

from streamlit.testing.v1 import AppTest

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
