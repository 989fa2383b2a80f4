"""Beside "why": what a case is compared with, what is unusual in it, and similar cases."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

import services
from cases import queries
from explanations.background import store
from feedback.submission import submit


def _predict(app: AppTest) -> AppTest:
    (button,) = [b for b in app.button if b.label == "Predict"]
    return button.click().run()


def _words(app: AppTest) -> str:
    return "\n".join(part.value.replace("\\", "") for part in (*app.markdown, *app.caption))


def _labels(app: AppTest) -> list[str]:
    return [box.label for box in app.expander]


def _penguins(predict: AppTest) -> AppTest:
    predict.query_params["model"] = "demo/penguins@v2"
    return predict.run()


def test_an_unusual_value_is_named_before_any_reason(predict: AppTest) -> None:
    _penguins(predict)
    assert "Unusual" not in _words(_predict(predict))
    predict.number_input[0].set_value(120.0)
    words = _words(_predict(predict))
    assert "bill length = 120 mm (higher than in all of them)." in words
    assert "Compared with 25 examples of the model" in _labels(predict)


@pytest.mark.slow
def test_what_a_data_scientist_chose_is_what_cases_are_compared_with(
    predict: AppTest, built: services.Services
) -> None:
    _predict(_penguins(predict))
    for row in range(3):
        predict.number_input[0].set_value(40.0 + row)
        _predict(predict)
    app = predict.switch_page("../pages/signatures.py").run()
    (source,) = [g for g in app.segmented_control if g.label == "Draw typical cases from"]
    source.set_value("cases").run()
    assert "This would use 4 cases, drawn from the newest 4." in _words(app)
    next(b for b in app.button if b.label == "Compare with these").click().run()
    app = app.switch_page("../pages/predict.py").run()
    assert "Compared with 4 cases, drawn from the newest 4" in _labels(app)
    next(b for b in app.button if b.label == "What speaks for and against").click().run()
    (case, *_) = queries.recent(built.sessions)
    (found,) = queries.explanations(built.sessions, case.id)
    assert found.result is not None
    assert found.result["compared_with"] == "4 cases, drawn from the newest 4"


@pytest.mark.slow
def test_an_explanation_against_other_typical_cases_can_be_asked_anew(
    predict: AppTest, built: services.Services
) -> None:
    _predict(_penguins(predict))
    next(b for b in predict.button if b.label == "What speaks for and against").click().run()
    assert "What speaks for and against" not in [b.label for b in predict.button]
    entry = next(
        e for e in built.catalogue.entries() if (e.ref.name, e.ref.version) == ("penguins", "v2")
    )
    assert entry.signature is not None
    fewer = store.of_rows(entry.signature.example_rows[:5], entry.signature, "five.csv")
    store.choose(built.sessions, entry.ref, fewer)
    predict.run()
    next(b for b in predict.button if b.label == "What speaks for and against").click().run()
    assert "Compared with 5 rows of five.csv." in _words(predict)


def test_similar_cases_come_with_what_was_said_of_them(
    predict: AppTest, built: services.Services
) -> None:
    _predict(_penguins(predict))
    (first,) = queries.recent(built.sessions)
    submit(
        built.sessions,
        case_id=first.id,
        person="ada",
        judgement="incorrect",
        truth="Chinstrap" if first.answer_label != "Chinstrap" else "Adelie",
        key="k",
    )
    predict.number_input[0].set_value(41.5)
    _predict(predict)
    (second, _) = queries.recent(built.sessions)
    predict.session_state[f"similar_{second.id}"] = True
    predict.run()
    (table,) = [frame.value for frame in predict.dataframe if "People said" in frame.value]
    (line,) = table.to_dict("records")
    assert line["People said"].startswith("wrong: it is ")
    assert line["Different in"].startswith("Bill length = ")
    assert line["Case"] == f"predict?case={first.id}"
    assert "people called it wrong" in _words(predict)


def test_without_other_cases_the_section_says_so(predict: AppTest) -> None:
    _predict(_penguins(predict))
    case = predict.query_params["case"]
    predict.session_state[f"similar_{case[0] if isinstance(case, list) else case}"] = True
    predict.run()
    assert "This is the first case of this model." in _words(predict)


def test_what_an_explanation_costs_is_said_before_and_other_methods_are_put_away(
    predict: AppTest,
) -> None:
    _predict(_penguins(predict))
    (button,) = [b for b in predict.button if b.label == "What speaks for and against"]
    assert "Up to 3,400 rows, about 10 calls, about" in button.help
    labels = [b.label for b in predict.button]
    assert "Permutation (shap)" in labels
    assert labels.index("A rule that is enough") < labels.index("Exact (shap)")
