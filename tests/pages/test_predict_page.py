from __future__ import annotations

import html
import io
import re
from dataclasses import replace

import pytest
from PIL import Image
from sqlalchemy import text
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextArea

import services
from cases import queries
from cases.recording import predict_and_record
from db.engine import writing
from db.ids import utc_now
from explanations.methods import shapley
from feedback.questions import Question
from feedback.review_rules import DEFAULT, set_rules
from feedback.submission import history, submit
from mds_client.signature import File, ModelRef
from tests import recorded
from tests.pages.conftest import ROOT


def _choose(app: AppTest, model: str) -> AppTest:
    app.query_params["model"] = model
    return app.run()


def _submit(app: AppTest) -> AppTest:
    (button,) = [b for b in app.button if b.label == "Predict"]
    return button.click().run()


def _button(app: AppTest, label: str) -> object:
    return next(b for b in app.button if b.label == label)


def _cases(built: services.Services) -> list[queries.CaseView]:
    return queries.recent(built.sessions)


def test_the_form_opens_filled_and_is_answered(predict: AppTest, built: services.Services) -> None:
    predict.run()
    assert not predict.exception
    assert len(predict.number_input) == 30
    assert all(box.value is not None for box in predict.number_input)
    _submit(predict)
    assert predict.header[0].value in ("benign", "malignant")
    (case,) = _cases(built)
    assert case.outcome == "answered"
    assert case.answer_label == predict.header[0].value
    assert predict.query_params["case"] == case.id


def test_what_is_done_with_the_answer_stands_before_what_explains_it(predict: AppTest) -> None:
    _submit(predict.run())
    found = [each.label for each in predict.button]
    places = [
        found.index(each)
        for each in ("What if …?", "Present", "Yes", "What speaks for and against")
    ]
    assert places == sorted(places), found


def test_seven_fields_are_in_sight_and_the_rest_in_groups(predict: AppTest) -> None:
    predict.run()
    groups = {e.label for e in predict.expander if "(" in e.label}
    assert groups == {"Mean (10)", "Standard error (8)", "Worst (5)"}


def test_nothing_is_rounded_on_the_way_through_the_form(
    predict: AppTest, built: services.Services
) -> None:
    example = built.catalogue.entries()
    entry = next(e for e in example if e.ref.name == "breast-cancer")
    assert entry.signature is not None
    _submit(predict.run())
    assert _cases(built)[0].entered == entry.signature.example_rows[0]


def test_two_presses_of_the_same_form_are_one_case(
    predict: AppTest, built: services.Services
) -> None:
    """A double click reaches us as a second run with the form of the first."""
    predict.run()
    form = predict.session_state["form"]
    _submit(predict)
    predict.session_state["form"] = form
    _submit(predict)
    assert len(_cases(built)) == 1
    _submit(predict)
    assert len(_cases(built)) == 2


def test_a_missing_value_is_named_and_nothing_is_lost(
    predict: AppTest, built: services.Services
) -> None:
    predict.run().button(key="predict_clear").click().run()
    predict.number_input[1].set_value(12.5)
    _submit(predict)
    assert "Worst texture is needed" in predict.warning[0].value
    assert predict.number_input[0].value is None
    assert predict.number_input[1].value == 12.5
    assert [case.outcome for case in _cases(built)] == ["invalid"]


def test_an_unusual_value_is_remarked_and_answered(predict: AppTest) -> None:
    predict.run().number_input[0].set_value(99999.0)
    _submit(predict)
    assert any("outside the usual range" in warning.value for warning in predict.warning)
    assert predict.header


def test_another_example_and_clear(predict: AppTest) -> None:
    first = [box.value for box in predict.run().number_input]
    predict.button(key="predict_another").click().run()
    assert [box.value for box in predict.number_input] != first
    assert "filled with a real example" in predict.info[0].value
    predict.button(key="predict_clear").click().run()
    assert all(box.value is None for box in predict.number_input)
    assert "Fill in the form, then press" in predict.info[0].value


def test_unknown_is_a_choice(predict: AppTest, built: services.Services) -> None:
    _choose(predict, "demo/penguins@v2")
    sex = next(pill for pill in predict.get("button_group") if "Sex" in pill.proto.label)
    assert "unknown" in [option.content for option in sex.proto.options]
    sex.set_value("unknown")
    _submit(predict)
    assert _cases(built)[0].entered["sex"] is None
    assert _cases(built)[0].outcome == "answered"


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("demo/diabetes-progress", "number"),
        ("demo/digits", "class"),
        ("demo/ocr", "text"),
        ("demo/language-id", "class"),
        ("demo/sentiment", "class"),
        ("demo/speech", "segments"),
    ],
)
@pytest.mark.slow
def test_every_modality_answers_its_example(
    predict: AppTest, built: services.Services, model: str, kind: str
) -> None:
    _submit(_choose(predict, model))
    assert not predict.exception
    (case,) = _cases(built)
    assert case.outcome == "answered"
    assert case.answer is not None
    assert case.answer["kind"] == kind
    assert any(found.value == "Was this right?" for found in predict.subheader)


def test_a_few_named_numbers_of_an_answer_are_words(predict: AppTest) -> None:
    _submit(_choose(predict, "demo/sentiment"))
    assert not predict.exception
    (line,) = [each.value for each in predict.caption if "Share of the text" in each.value]
    assert re.search(r"Share of the text: negative \d+.%, neutral \d+.%, positive \d+.%$", line)
    assert not predict.json


def _row(app: AppTest) -> TextArea:
    return next(area for area in app.text_area if area.label == "Numbers of one row")


def test_a_model_that_says_nothing_takes_pasted_numbers(
    predict: AppTest, built: services.Services
) -> None:
    _choose(predict, "demo/wine")
    _row(predict).set_value("13.2, 1.78 2.14\t11.2;100 2.65 2.76 .26 1.28 4.38 1.05 3.4 1050")
    _submit(predict)
    assert predict.header[0].value == "Class 0"
    _row(predict).set_value("one two three")
    _submit(predict)
    assert "numbers only" in predict.warning[0].value
    assert _row(predict).value == "one two three"
    _row(predict).set_value("1 2 3")
    _submit(predict)
    assert "13" in predict.error[0].value
    assert [case.outcome for case in _cases(built)] == ["failed", "invalid", "answered"]


@pytest.mark.parametrize(
    ("failure", "words"),
    [("error 500", "broke"), ("not JSON", "not in the form"), ("answer breaks off", "broke"), ("busy 503", "busy")],
)  # fmt: skip
def test_a_model_that_fails_is_said_in_a_sentence(
    predict: AppTest, built: services.Services, failure: str, words: str
) -> None:
    _choose(predict, "demo/flaky")
    (box,) = [s for s in predict.selectbox if "failure" in s.label.casefold()]
    box.set_value(failure)
    _submit(predict)
    assert words in predict.error[0].value
    assert "Traceback" not in html.unescape(str(predict))
    assert _cases(built)[0].outcome != "answered"


def test_hostile_links_name_no_model_and_draw_no_html(predict: AppTest) -> None:
    _choose(predict, "demo/<img src=x onerror=alert(1)>")
    assert "There is no model" in predict.warning[0].value
    assert "<img" not in predict.warning[0].value.replace("\\<img", "")
    assert predict.number_input


def test_a_case_is_reopened_by_its_link(
    predict: AppTest, app: AppTest, built: services.Services
) -> None:
    predict.run().number_input[0].set_value(31.25)
    _submit(predict)
    (case,) = _cases(built)
    other = AppTest.from_file(app._script_path, default_timeout=30)
    other.query_params["case"] = case.id
    other.switch_page("../pages/predict.py").run()
    assert other.header[0].value == case.answer_label
    assert other.number_input[0].value == 31.25
    other.query_params["case"] = "01AAAAAAAAAAAAAAAAAAAAAAAA"
    other.run()
    assert "no case under this link" in other.warning[0].value


def test_a_case_whose_answer_never_came_says_so(predict: AppTest, built: services.Services) -> None:
    """As a process that died while it waited leaves it behind."""
    entry = built.catalogue.find(ModelRef.parse("demo/breast-cancer"))
    assert entry
    assert entry.signature
    case = recorded.add_case(
        built.sessions,
        server="demo",
        model="breast-cancer",
        version_asked=entry.ref.version,
        entered=dict(entry.signature.example_rows[0]) | {"radius_mean": 31.25},
        outcome="asked",
        answer=None,
        created_at=utc_now(),
    )
    predict.query_params["case"] = case.id
    predict.run()
    assert not predict.exception
    assert not predict.header
    assert "Asked, answer unknown" in predict.warning[0].proto.title
    predict.switch_page("../pages/health.py").run()
    assert case.id in next(c.value for c in predict.caption if "no answer recorded" in c.value)
    assert {m.label: m.value for m in predict.metric}["Errors"] == "–"


@pytest.mark.slow
def test_a_shapley_explanation_is_kept_with_its_case(
    predict: AppTest, built: services.Services
) -> None:
    _submit(predict.run())
    _button(predict, "What speaks for and against").click().run()  # type: ignore[attr-defined]
    (case,) = _cases(built)
    (kept,) = queries.explanations(built.sessions, case.id)
    assert 0 < kept.rows <= shapley.ROWS
    assert any(kept.sentence[:30] in text.value.replace("\\", "") for text in predict.markdown)


@pytest.mark.slow
def test_feedback_is_given_changed_and_kept(predict: AppTest, built: services.Services) -> None:
    from feedback.submission import history as said

    _submit(predict.run())
    (case,) = _cases(built)
    _button(predict, "Yes").click().run()  # type: ignore[attr-defined]
    assert "Recorded: right" in predict.success[0].value
    _button(predict, "Change").click().run()  # type: ignore[attr-defined]
    _button(predict, "No").click().run()  # type: ignore[attr-defined]
    predict.text_area(key=f"feedback_{case.id}_comment").set_value("The biopsy says otherwise")
    _button(predict, "Send").click().run()  # type: ignore[attr-defined]
    assert "Recorded: wrong" in predict.success[0].value
    assert [view.judgement for view in said(built.sessions, case.id)] == ["incorrect", "correct"]


@pytest.mark.slow
def test_a_change_keeps_what_is_not_touched_and_loses_nothing_that_is_too_long(
    predict: AppTest, built: services.Services
) -> None:
    """What the API took opens whole: a long comment, a reason of one's own, an exact share. *Send* without a change records
    nothing, so that *Undo* takes back what was said; with another comment the rest goes as it was."""
    _submit(predict.run())
    (case,) = _cases(built)
    other = "malignant" if case.answer_label == "benign" else "benign"
    given = {"truth": other, "reason": "A smudged slide", "comment": "long " * 1_900 + "word"}
    first = submit(
        built.sessions, case_id=case.id, person="", judgement="incorrect", key="api",
        confidence=0.835, **given,
    )  # fmt: skip
    box = f"feedback_{case.id}_comment"
    _button(predict.run(), "Change").click().run()
    assert predict.text_area(key=box).value == given["comment"]
    _button(predict, "Cancel").click().run()
    assert history(built.sessions, case.id) == [first]
    _button(predict, "Change").click().run()
    _button(predict, "Send").click().run()
    assert not predict.exception
    assert history(built.sessions, case.id) == [first]
    _button(predict, "Change").click().run()
    predict.text_area(key=box).set_value("Another word")
    _button(predict, "Send").click().run()
    again = history(built.sessions, case.id)[0]
    assert (again.replaces, again.comment) == (first.id, "Another word")
    content = ("judgement", "truth", "reason", "confidence")
    assert [getattr(again, each) for each in content] == [getattr(first, each) for each in content]
    _button(predict, "Change").click().run()
    predict.segmented_control(key=f"feedback_{case.id}_sure").set_value("Sure")
    predict.text_area(key=box).set_value("x" * 10_001)
    _button(predict, "Send").click().run()
    assert "at most 10,000 characters, and this one 10,001" in predict.error[0].value
    assert len(predict.text_area(key=box).value) == 10_001
    assert history(built.sessions, case.id)[0] == again
    predict.text_area(key=box).set_value("x" * 10_000)
    _button(predict, "Send").click().run()
    assert history(built.sessions, case.id)[0].confidence == 0.95


@pytest.mark.parametrize("most", [1_000_000, 0])
def test_the_picture_of_a_case_comes_back_with_its_link_where_it_was_kept(
    predict: AppTest, built: services.Services, most: int
) -> None:
    entry = built.catalogue.find(ModelRef.parse("demo/digits"))
    assert entry
    assert entry.signature
    (field,) = entry.signature.inputs
    mine = io.BytesIO()
    Image.new("L", (32, 32), 90).save(mine, "PNG")
    photo = File(name="my own.png", media_type="image/png", data=mine.getvalue())
    case = predict_and_record(
        built.model(entry.ref, entry.signature),
        {field.name: photo},
        sessions=built.sessions,
        key="k",
        keep_bytes=most,
    ).case
    predict.query_params.clear()
    predict.query_params["case"] = case.id
    predict.run()
    assert not predict.exception
    assert predict.header[0].value == case.answer_label
    is_shown = any("my own.png" in text.value for text in predict.markdown)
    is_explained = any("Why this answer?" in head.value for head in predict.subheader)
    is_said = any("Not kept with this case" in info.value for info in predict.info)
    assert (is_shown, is_explained, is_said) == (
        (True, True, False) if most else (False, False, True)
    )


def test_what_the_owner_asks_stands_beside_every_answer(
    predict: AppTest, built: services.Services
) -> None:
    """The answers go with the click that says whether it was right, open again with *Change*, and are shown as they are."""
    asked = (
        Question(words="Is the *lump* clear?"),
        Question(words="How many?", kind="number", least=0, most=9),
        Question(words="Why?", kind="text"),
    )
    set_rules(
        built.sessions,
        server="demo",
        model="breast-cancer",
        rules=replace(DEFAULT, questions=asked),
        person="rita",
    )
    _submit(predict.run())
    (case,) = _cases(built)
    key = f"feedback_{case.id}_question_"
    predict.pills(key=f"{key}0").set_value("fail")
    predict.number_input(key=f"{key}1").set_value(3.0)
    predict.text_input(key=f"{key}2").set_value("<script>*x*</script>")
    _button(predict, "Yes").click()
    predict.run()
    assert not predict.exception
    answers = {"Is the *lump* clear?": "fail", "How many?": 3.0, "Why?": "<script>*x*</script>"}
    (said,) = history(built.sessions, case.id)
    assert (said.judgement, said.answers) == ("correct", answers)
    assert r"\<script>\*x\*\</script>" in predict.success[0].value
    predict.button(key=f"feedback_{case.id}_change").click().run()
    assert predict.text_input(key=f"{key}2").value == "<script>*x*</script>"
    assert predict.pills(key=f"{key}0").value == "fail"


@pytest.mark.slow
def test_what_was_answered_first_outlives_the_app_and_goes_with_the_next_answer(
    predict: AppTest, built: services.Services
) -> None:
    """The app ended between the commit and the model's answer, which the case is made to look like."""
    rules = replace(DEFAULT, first_share=1.0)
    set_rules(built.sessions, server="demo", model="breast-cancer", rules=rules, person="rita")
    _submit(predict.run())
    (answer,) = [each for each in predict.pills if each.label == "Your answer"]
    answer.set_value("malignant")
    predict.segmented_control(key=answer.key.replace("_answer", "_sure")).set_value("Sure")
    _button(predict, "Commit, then ask the model").click().run()
    (case,) = _cases(built)
    with writing(built.sessions) as session:
        session.execute(
            text("UPDATE cases SET outcome = 'asked', answer = NULL, answer_label = NULL")
        )
    again = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)
    again.switch_page("../pages/predict.py").query_params["case"] = case.id
    again.run()
    assert not again.exception
    assert any(
        "You answered **malignant** before the model did, and that is kept" in i.value
        for i in again.info
    )
    _submit(again)
    assert not [each for each in again.pills if each.label == "Your answer"]
    assert any("You said **malignant** (sure) before" in each.value for each in again.markdown)
    second, first = _cases(built)
    assert (first.id, first.is_unknown, second.parent_id) == (case.id, True, case.id)
    _submit(again)  # the call is of one answer; from now on it is a case like any other
    assert (_cases(built)[0].parent_id, len(_cases(built))) == (None, 3)


@pytest.mark.parametrize("model", ["breast-cancer-outliers", "penguins-explainer"])
def test_a_link_to_a_model_that_is_not_listed_opens_it(app: AppTest, model: str) -> None:
    app.query_params["model"] = f"demo/{model}"
    shown = app.switch_page("../pages/predict.py").run()
    assert not shown.exception
    assert not shown.error
    assert shown.selectbox[0].value == ("demo", model)


def test_what_is_usual_of_a_number_is_declared_and_marked_from_the_first_case_on(
    predict: AppTest,
) -> None:
    _submit(_choose(predict, "demo/diabetes-progress"))
    assert not predict.exception
    html = " ".join(str(each.proto.body) for each in predict.get("html"))
    assert 'class="mds-scale"' in html
    assert "Usually" in html
