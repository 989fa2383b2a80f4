"""The page of one case: it opens whether or not its model is still there, and only for those who may see it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import db.audit_log
import db.case_files
import services
from cases import retention
from cases.exports import note_export
from cases.files import to_keep
from cases.inputs import plain_inputs
from cases.recording import predict_and_record
from cases.repeats import repeats
from cases.report.page import page
from cases.scenarios import ask_scenario
from cases.seen import seen_by
from cases.shares import share
from cases.usual_answers import LEAST
from db.engine import reading, writing
from db.health_calibrations import CalibrationView, replace_all
from feedback.comments import comment
from feedback.submission import submit
from mds_client.signature import Field, File, ModelRef
from settings import AccessSettings
from tests.recorded import FAILED, NOON, NUMBER, add_case, add_cases, case_of
from ui.cases.copies import csv_row
from ui.cases.report import report

pytestmark = pytest.mark.usefixtures("named")


@pytest.fixture
def case_page(app: AppTest) -> AppTest:
    return app.switch_page("../pages/case.py")


def _words(app: AppTest) -> str:
    return " ".join(each.value for each in [*app.markdown, *app.caption, *app.info, *app.warning])


def test_a_case_of_a_model_that_is_gone_is_all_there(
    built: services.Services, case_page: AppTest
) -> None:
    case = add_case(built.sessions, entered={"bill": 39.1, "sex": None})
    submit(built.sessions, case_id=case.id, person="bob", judgement="unsure", key="k")
    case_page.query_params["id"] = case.id
    shown = case_page.run()
    assert not shown.exception
    assert shown.title[0].value == f"Case {case.id[-6:]}"
    assert shown.header[0].value == "Adelie"
    assert "not deployed any more" in shown.info[0].value
    # Everything can be said of it and it can be shown, and nothing asks it.
    said = {"Send the comment", "Send the answer", "Present"}
    assert {button.label for button in shown.button} == said
    words = _words(shown)
    assert "**Judged unsure** by bob" in words
    assert "shelf/penguins, version v1" in words.replace("\\", "")
    entered = shown.table[0].value.to_string().replace("\\", "")
    assert "39.1" in entered
    assert "unknown" in entered


def test_what_else_is_possible_says_of_how_many_checked_cases(
    built: services.Services, case_page: AppTest
) -> None:
    shares = {"Adelie": 0.55, "Gentoo": 0.41, "Chinstrap": 0.04}
    case = add_case(
        built.sessions, answer={"kind": "class", "label": "Adelie", "probabilities": shares}
    )
    kept = CalibrationView(
        server="shelf", model="penguins", version="v1", kind="class", scores=[0.6] * 20, weights=[10.0] * 20, reply=1.0,
        held=None, held_low=None, held_high=None, held_n=0, demonstration=20,
    )  # fmt: skip
    case_page.query_params["id"] = case.id
    for made_up, words in ((20, "All are"), (1, "1 of them is"), (0, "")):
        with writing(built.sessions) as session:
            replace_all(session, "shelf", "penguins", [replace(kept, demonstration=made_up)])
        said = _words(case_page.run())
        assert "it is one of: **Adelie**, **Gentoo**." in said
        assert "From 20 cases of version v1 that were drawn at random and checked." in said
        assert "They are too few to say how often that held." in said
        assert (f"{words} of the demonstration." in said) is bool(words)
        assert ("demonstration" in said) is bool(words)


def test_a_case_of_the_demonstration_is_marked_and_so_is_its_report(
    built: services.Services, case_page: AppTest
) -> None:
    for purpose, is_marked in (("demo", True), ("asked", False)):
        case = add_case(built.sessions, purpose=purpose)
        case_page.query_params["id"] = case.id
        shown = case_page.run()
        assert not shown.exception
        assert any("Demonstration" in each.value for each in shown.markdown) == is_marked
        told = page(report(built, case, {}))
        assert ("Demonstration." in told) == is_marked


def test_what_was_tried_otherwise_stands_beside_it(
    built: services.Services, case_page: AppTest
) -> None:
    model = built.model(ModelRef(server="demo", name="penguins", version="v2"))
    values = model.signature().example_rows[0]
    first = predict_and_record(model, values, sessions=built.sessions, key="1").case
    heavier = {**values, "body_mass_g": 6_000.0}
    ask_scenario(model, heavier, of=first.id, sessions=built.sessions, key="2", name="Heavier")
    case_page.query_params["id"] = first.id
    shown = case_page.run()
    assert not shown.exception
    assert "1 scenario" in {each.label for each in shown.expander}
    assert list(shown.dataframe[0].value["Scenario"]) == ["This case", "Heavier"]


def test_a_picture_is_shown_again(built: services.Services, case_page: AppTest) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "png")
    file = File(name="red.png", media_type="image/png", data=picture.getvalue())
    entered = plain_inputs({"photo": file})
    with writing(built.sessions) as session:
        db.case_files.keep(session, to_keep({"photo": file}, entered, 10_000), NOON)
    case_page.query_params["id"] = add_case(built.sessions, entered=entered).id
    shown = case_page.run()
    assert not shown.exception
    assert len(shown.get("image")) == 1
    assert "red.png" in _words(shown)


def test_a_case_of_another_version_has_titles_and_the_way_back_its_choices(
    built: services.Services, case_page: AppTest
) -> None:
    """The titles are those of now; a unit or a choice may have been another then."""
    case = add_case(built.sessions, server="demo", entered={"body_mass_g": 4500.0})
    case_page.query_params["id"] = case.id
    case_page.query_params["back"] = "state=failed&evil=1&words=a%26b"
    shown = case_page.run()
    assert not shown.exception
    assert shown.table[0].value.to_dict() == {"value": {"Body mass": "4500"}}
    assert "Penguins (demo/penguins), version v1" in _words(shown).replace("\\", "")
    (back,) = [link for link in shown.get("page_link") if link.proto.label == "Cases"]
    assert back.proto.query_string == "state=failed&words=a%26b"


def test_the_current_version_is_asked_again_and_compared(
    built: services.Services, case_page: AppTest
) -> None:
    ref = ModelRef(server="demo", name="penguins", version="v2")
    model = built.model(ref)
    values = model.signature().example_rows[0]
    first = predict_and_record(model, values, sessions=built.sessions, key="1", person="bob").case
    case_page.query_params["id"] = first.id
    shown = case_page.run()
    assert {"Ask again", "Use as a draft"} <= {button.label for button in shown.button}
    shown = shown.button(key="case_again").click().run()
    assert not shown.exception
    (again,) = repeats(built.sessions, first.id)
    assert (again.version, again.person, again.purpose) == ("v2", "test@example.com", "replay")
    assert shown.query_params["id"] == again.id
    words = _words(shown)
    assert "Compared with the case before" in words
    assert "Version v2 answered both." in words
    assert f"All {len(values)} inputs are the same." in words
    compared = shown.table[0].value
    assert compared["Difference"].iloc[0] == "same"
    shown.query_params["id"] = first.id
    shown = shown.run()
    assert "**Asked again**" in _words(shown)
    assert list(seen_by(built.sessions, first)) == ["test@example.com"]


def test_what_the_current_version_cannot_take_is_said_and_nothing_is_asked(
    built: services.Services, case_page: AppTest
) -> None:
    case = add_case(built.sessions, server="demo", entered={"bill_length_mm": "long"})
    case_page.query_params["id"] = case.id
    shown = case_page.run().button(key="case_again").click().run()
    assert not shown.exception
    assert "cannot be asked with what was entered then" in shown.warning[0].value
    assert "Bill length" in shown.warning[0].value
    assert repeats(built.sessions, case.id) == []
    shown = shown.button(key="case_draft").click().run()
    assert not shown.exception
    assert shown.query_params["model"] == "demo/penguins@v2"
    assert "case" not in shown.query_params


def test_a_case_as_a_row_of_a_table(built: services.Services) -> None:
    entered = {
        "mass": 4500.0,
        "note": "=1+1",
        "sex": None,
        "photo": {"file": "a.png", "media_type": "image/png", "size": 1, "sha256": "0"},
        "pixels": [0, 1],
        "token": "secret",
    }
    fields = {"token": Field(name="token", kind="text", sensitive=True)}
    assert csv_row(entered, fields).splitlines() == [
        "mass,note,sex,photo,pixels,token",
        '4500,\'=1+1,,a.png,"[0, 1]",•••••',
    ]


def test_the_report_of_a_case_has_all_of_it_and_is_trailed(built: services.Services) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (2_000, 8), "red").save(picture, "png")
    file = File(name="<b>red.png", media_type="image/png", data=picture.getvalue())
    entered = plain_inputs({"photo": file, "mass": 4500.0, "token": "secret"})
    with writing(built.sessions) as session:
        db.case_files.keep(session, to_keep({"photo": file}, entered, 10_000), NOON)
    answer = {"kind": "class", "label": "Adelie", "probabilities": {"Adelie": 0.9, "Gentoo": 0.1}}
    case = add_case(built.sessions, entered=entered, answer=answer)
    for judgement, remark in (("unsure", "First <i>thought</i>"), ("correct", "Ring 1234")):
        submit(
            built.sessions,
            case_id=case.id,
            person="bob",
            judgement=judgement,
            comment=remark,
            key=remark,
        )
    asked = {"case_id": case.id, "person": "bob", "words": "Wait for <b>me</b>", "key": "c"}
    first = comment(built.sessions, **asked)
    fixed = {"answers_id": first.id, "answer": "fixed", "fixed_in": "v3"}
    words = "The scale was wrong."
    comment(built.sessions, **(asked | {"person": "rita", "words": words, "key": "d"}), **fixed)
    known = {"token": Field(name="token", kind="text", sensitive=True)}
    told = report(built, case, known)
    assert told.answer == "Adelie"
    assert told.sure == "Very likely: the model gives it 90\N{NO-BREAK SPACE}%."
    assert [(each.title, each.words) for each in told.entered] == [
        ("photo", f"<b>red.png, {len(file.data):,} bytes"),
        ("mass", "4500"),
        ("Token", "•••••"),
    ]
    assert Image.open(io.BytesIO(told.entered[0].picture)).width == 640
    assert [said.words for said in told.said] == [
        "“First <i>thought</i>”; replaced since; given voluntarily",
        "“Ring 1234”; given voluntarily",
        "Wait for <b>me</b>",
        "The scale was wrong.",
    ]
    assert [said.head.rsplit(", ", 2)[0] for said in told.said][2:] == [
        "Commented, by bob",
        "Answered: fixed in v3, to bob, by rita",
    ]
    written = page(told)
    assert "&lt;b&gt;red.png" in written
    assert "Wait for &lt;b&gt;me&lt;/b&gt;" in written
    assert case.id in written
    assert "secret" not in written
    note_export(built.sessions, case, "rita")
    with reading(built.sessions) as session:
        (entry,) = db.audit_log.about(session, "case", case.id, "export")
    assert entry.person == "rita"


def test_a_case_is_held_with_a_reason_and_released(
    built: services.Services, case_page: AppTest
) -> None:
    case = add_case(built.sessions)
    case_page.query_params["id"] = case.id
    case_page.session_state["case_hold"] = True  # the popover is open
    shown = case_page.run()
    assert shown.button(key="case_hold_sure").disabled
    shown.text_input(key="case_hold_why").set_value(" a *complaint* ").run()
    shown.button(key="case_hold_sure").click().run()
    assert not shown.exception
    held = retention.hold_of(built.sessions, case.id)
    assert held
    assert (held.person, held.reason) == ("test@example.com", "a *complaint*")
    assert "a \\*complaint\\*" in _words(shown)
    shown.button(key="case_release").click().run()
    assert retention.hold_of(built.sessions, case.id) is None
    assert shown.button(key="case_hold_sure").disabled


def test_a_case_that_failed_says_why(built: services.Services, case_page: AppTest) -> None:
    case = add_case(built.sessions, **FAILED, error_sentence="It broke.", error_advice="Try again.")
    case_page.query_params["id"] = case.id
    shown = case_page.run()
    assert not shown.exception
    assert "It broke." in shown.error[0].value


@pytest.mark.parametrize("link", ["01JWNNWPR00000000000000000", "nonsense", ""])
def test_no_case_is_a_sentence(case_page: AppTest, link: str) -> None:
    case_page.query_params["id"] = link
    shown = case_page.run()
    assert not shown.exception
    assert "There is no case under this link" in shown.warning[0].value


def test_a_link_opens_the_case_of_somebody_else_and_leaves_the_address(
    built: services.Services, case_page: AppTest
) -> None:
    case = add_case(built.sessions, person="bob", server="demo")
    _, token = share(built.sessions, case_id=case.id, by="bob", to="test@example.com")
    _, of_another = share(built.sessions, case_id=case.id, by="bob", to="carol")
    table = [AccessSettings(servers=["demo"], models=["penguins"])]
    settings = built.settings.model_copy(update={"access": table})
    services.install(replace(built, settings=settings))
    case_page.query_params["share"] = of_another
    shown = case_page.run()
    assert "somebody else" in shown.warning[0].value
    assert "share" not in shown.query_params
    shown.query_params["share"] = token
    shown = shown.run()
    assert not shown.exception
    assert shown.title[0].value == f"Case {case.id[-6:]}"
    assert dict(shown.query_params) == {"id": case.id}
    assert {each.proto.popover.label for each in shown.get("popover")} == {
        "Add to a show",
        "Copy as",
    }


def test_a_case_of_another_person_is_no_case(built: services.Services, case_page: AppTest) -> None:
    case = add_case(built.sessions, person="bob", server="demo")
    table = [AccessSettings(servers=["demo"], models=["penguins"])]
    settings = built.settings.model_copy(update={"access": table})
    services.install(replace(built, settings=settings))
    case_page.query_params["id"] = case.id
    shown = case_page.run()
    assert "not shared with you" in shown.warning[0].value
    assert not shown.header


def test_a_kept_sensitive_value_is_dots_until_somebody_shows_it(
    built: services.Services, case_page: AppTest
) -> None:
    case = add_case(
        built.sessions,
        entered={"token": {"withheld": "keep"}, "pin": {"withheld": "omit"}},
        sensitive={"token": "open sesame"},
    )
    case_page.query_params["id"] = case.id

    def told() -> str:
        return " ".join(str(table.value) for table in shown.table)

    shown = case_page.run()
    assert "•••••" in told()
    assert "not stored" in told()
    assert "open sesame" not in f"{told()}{_words(shown)}{[each.value for each in shown.code]}"
    shown = shown.button(key="case_show").click().run()
    assert "open sesame" in told()
    with reading(built.sessions) as session:
        looks = db.audit_log.about(session, "case", case.id, "look")
    assert len(looks) == 1
    shown = shown.button(key="case_hide").click().run()
    assert "open sesame" not in told()


@pytest.mark.parametrize(("page_of", "named_by"), [("case", "id"), ("present", "case")])
def test_a_number_stands_beside_what_is_usual(
    built: services.Services, app: AppTest, page_of: str, named_by: str
) -> None:
    answered = [
        case_of(**NUMBER | {"answer_number": float(n)}, server="s", model="m") for n in range(LEAST)
    ]
    add_cases(built.sessions, *answered)
    opened = app.switch_page(f"../pages/{page_of}.py")
    opened.query_params[named_by] = answered[0].id
    shown = opened.run()
    assert not shown.exception
    drawn = " ".join(each.proto.body for each in shown.get("html"))
    assert "Usually 1.95 to 37" in drawn
    assert f"nine of ten of the last {LEAST} answers" in drawn
