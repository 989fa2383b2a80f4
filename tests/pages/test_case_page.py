"""The page of one case: it opens whether or not its model is still there, and only for those who may see it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import db.case_files
import services
from cases.files import to_keep
from cases.inputs import plain_inputs
from db.engine import writing
from feedback.submission import submit
from mds_client.signature import File
from settings import AccessSettings
from tests.recorded import FAILED, NOON, add_case


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
    words = _words(shown)
    assert "**Judged unsure** by bob" in words
    assert "shelf/penguins, version v1" in words.replace("\\", "")
    entered = shown.table[0].value.to_string().replace("\\", "")
    assert "39.1" in entered
    assert "unknown" in entered


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
    (back,) = [link for link in shown.get("page_link") if link.proto.label == "Cases"]
    assert back.proto.query_string == "state=failed&words=a%26b"


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


def test_a_case_of_another_person_is_no_case(built: services.Services, case_page: AppTest) -> None:
    case = add_case(built.sessions, person="bob", server="demo")
    table = [AccessSettings(servers=["demo"], models=["penguins"])]
    settings = built.settings.model_copy(update={"access": table})
    services.install(replace(built, settings=settings))
    case_page.query_params["id"] = case.id
    shown = case_page.run()
    assert "not shared with you" in shown.warning[0].value
    assert not shown.header
