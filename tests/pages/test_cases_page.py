"""The page of everything that was asked: its lines, its choices in the address, and the way to older ones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

import services
from cases.search import MOST_IN_LIST, PAGE_SIZE
from cases.views import keep
from tests.recorded import FAILED, NOON, NOT_THERE, add_case, add_cases, case_of

pytestmark = pytest.mark.usefixtures("named")


@pytest.fixture
def cases_page(app: AppTest) -> AppTest:
    app.query_params["whose"] = "everybody's"
    return app.switch_page("../pages/cases.py")


def test_without_cases_it_says_so(cases_page: AppTest) -> None:
    shown = cases_page.run()
    assert not shown.exception
    assert "Nothing was asked yet" in shown.info[0].value


def test_a_line_says_what_was_asked_and_answered(
    built: services.Services, cases_page: AppTest
) -> None:
    case = add_case(built.sessions)
    add_case(built.sessions, **FAILED, error_sentence="It broke.", created_at=NOON - timedelta(1))
    shown = cases_page.run()
    assert not shown.exception
    first, second = shown.dataframe[0].value.to_dict("records")
    assert (first["State"], first["Answer"], first["Inputs"]) == ("answered", "Adelie", "bill 39.1")
    assert (first["Model"], first["Version"], first["Person"]) == ("penguins", "v1", "ada")
    assert first["Case"].startswith(f"case?id={case.id}&back=")
    assert (second["State"], second["Answer"]) == ("failed", "failed: It broke.")


def test_what_the_demonstration_asked_is_marked(
    built: services.Services, cases_page: AppTest
) -> None:
    add_case(built.sessions)
    shown = cases_page.run()
    assert not any("demonstration" in each.value for each in shown.markdown)
    add_case(built.sessions, purpose="demo", created_at=NOON - timedelta(1))
    shown = cases_page.run()
    why = shown.dataframe[0].value["Why asked"]
    assert why.tolist() == ["a question", "Demonstration"]
    assert any("1 of 2 cases is" in each.value for each in shown.markdown)
    html = " ".join(str(each.proto.body) for each in shown.get("html"))
    assert html.count("Demonstration · ") == 1  # in the lines of a narrow screen


def test_titles_and_whole_numbers_stand_in_the_inputs(
    built: services.Services, cases_page: AppTest
) -> None:
    entered = {"body_mass_g": 4500.0, "flipper_length_mm": 205.0}
    add_case(built.sessions, server="demo", entered=entered)
    shown = cases_page.run()
    (inputs,) = shown.dataframe[0].value["Inputs"]
    assert inputs.replace("\N{NO-BREAK SPACE}", " ") == "Body mass 4,500 g, Flipper leng…"
    html = " ".join(str(each.proto.body) for each in shown.get("html"))
    assert "Flipper length 205" in html  # in the lines of a narrow screen
    assert shown.dataframe[0].value["Model"].tolist() == ["Penguins"]
    assert shown.dataframe[0].value.columns[1:3].tolist() == ["Answer", "Judgement"]


def test_a_number_is_told_as_the_answer_told_it(
    built: services.Services, cases_page: AppTest
) -> None:
    number = {"answer_label": None, "answer_number": 80.97}
    add_case(built.sessions, server="demo", model="diabetes-progress", **number)
    shown = cases_page.run()
    assert shown.dataframe[0].value["Answer"].tolist() == ["81 points"]


def test_what_the_address_asks_for_and_is_not_known_is_said_and_can_be_taken_away(
    built: services.Services, cases_page: AppTest
) -> None:
    """Of a box, whose value Streamlit drops, and of choices without one, which cannot be read."""
    add_case(built.sessions)
    asked = {"judgement": "bogus", "days": "last week", "state": "answered"}
    for name, value in asked.items():
        cases_page.query_params[name] = value
    shown = cases_page.run()
    assert not shown.exception
    for _ in range(2):
        said = [each.value for each in shown.warning]
        assert [("Judgement: bogus" in each, "Days: last week" in each) for each in said] == [
            (True, False),
            (False, True),
        ]
        assert "State: answered" in {each.label for each in shown.button}
        shown = shown.run()
    shown.button(key="unknown_without_days").click().run()
    shown.button(key="unknown_without_judgement").click().run()
    assert not shown.warning
    assert "days" not in shown.query_params
    assert not shown.exception


def test_a_view_opens_by_its_link_and_what_is_no_choice_is_left_out(
    built: services.Services, cases_page: AppTest
) -> None:
    add_case(built.sessions)
    failed = add_case(built.sessions, **FAILED, error_sentence="It broke.")
    choices = {"state": "failed", "time": "since ever", "words": "broke", "whose": "everybody's"}
    kept = keep(built.sessions, person="bob", name="Broken", choices=choices, is_shared=True)
    cases_page.query_params["view"] = kept.id
    cases_page.query_params["judgement"] = "correct"
    shown = cases_page.run()
    assert not shown.exception
    (link,) = shown.dataframe[0].value["Case"]
    assert failed.id in link
    assert dict(shown.query_params) == {
        "state": "failed",
        "words": "broke",
        "whose": "everybody's",
    }
    second = keep(
        built.sessions, person="bob", name="All", choices={"whose": "everybody's"}, is_shared=True
    )
    shown.query_params["view"] = second.id
    shown = shown.run()
    assert dict(shown.query_params) == {"whose": "everybody's"}
    assert len(shown.dataframe[0].value) == 2
    shown.query_params["view"] = NOT_THERE
    shown = shown.run()
    assert "There is no view under this link" in shown.warning[0].value
    assert len(shown.dataframe[0].value) == 2


def test_what_is_chosen_is_a_chip_that_takes_it_away(
    built: services.Services, cases_page: AppTest
) -> None:
    add_case(built.sessions)
    add_case(built.sessions, **FAILED, error_sentence="It <b>broke</b>.")
    cases_page.query_params["state"] = "failed"
    cases_page.query_params["words"] = "broke"
    shown = cases_page.run()
    chips = {button.label: button for button in shown.button}
    assert {"State: failed", "Words: broke", "Remove all filters"} <= set(chips)
    (link,) = shown.dataframe[0].value["Case"]
    assert "back=words%3Dbroke%26state%3Dfailed%26whose%3Deverybody" in link
    (narrow,) = [html for html in shown.get("html") if "<a " in html.proto.body]
    assert "failed: It &lt;b&gt;broke&lt;/b&gt;." in narrow.proto.body
    assert link.replace("&", "&amp;") in narrow.proto.body
    shown = chips["Words: broke"].click().run()
    assert dict(shown.query_params) == {"state": "failed", "whose": "everybody's"}
    shown = next(b for b in shown.button if b.label == "State: failed").click().run()
    assert len(shown.dataframe[0].value) == 2
    assert not shown.exception


def test_my_cases_come_first(built: services.Services, app: AppTest) -> None:
    add_case(built.sessions, person="test@example.com")
    add_case(built.sessions, person="bob")
    shown = app.switch_page("../pages/cases.py").run()
    assert list(shown.dataframe[0].value["Person"]) == ["test@example.com"]


def test_the_address_chooses_and_a_choice_begins_anew(
    built: services.Services, cases_page: AppTest
) -> None:
    moments = [NOON + timedelta(seconds=number) for number in range(PAGE_SIZE + 2)]
    add_cases(built.sessions, *(case_of(created_at=moment) for moment in moments))
    add_case(built.sessions, **FAILED)
    shown = cases_page.run()
    assert len(shown.dataframe[0].value) == PAGE_SIZE
    (older,) = [button for button in shown.button if button.label == "Older"]
    shown = older.click().run()
    assert len(shown.dataframe[0].value) == 3
    assert "before" in shown.query_params
    pills = {each.label: each for each in shown.button_group}
    shown = pills["State"].set_value("failed").run()
    assert "before" not in shown.query_params
    assert list(shown.dataframe[0].value["State"]) == ["failed"]
    assert not shown.exception


def test_chips_say_in_words_what_a_figure_of_health_narrows_to(cases_page: AppTest) -> None:
    cases_page.query_params["model"] = "demo/diabetes-progress"
    cases_page.query_params["number"] = "..89.76802849339893"
    cases_page.query_params["within"] = "bmi=22.5..30.0"
    cases_page.query_params["days"] = "2026-11-17..2026-11-27"
    shown = cases_page.run()
    assert not shown.exception
    chips = [button.label for button in shown.button]
    assert "Answered: up to 89.768 points" in chips
    assert "Only: Body mass index 22.5 to 30 kg/m²" in chips
    assert "Days: 2026-11-17 to 2026-11-27" in chips
    cases_page.query_params["number"] = ".."
    assert any("“Answered: ..”" in each.value for each in cases_page.run().warning)


def test_texts_and_recordings_have_their_answer_in_short(
    built: services.Services, cases_page: AppTest
) -> None:
    unsaid = {"answer_label": None, "answer_number": None}
    receipt = {"kind": "text", "text": "CORNER CAFE\n12 March 2026, 14:05\nTOTAL 7.40"}
    speech = {"kind": "segments", "segments": [[0.5, 2.0], [3.0, 4.0]]}
    drawn = {"kind": "image", "picture": "A" * MOST_IN_LIST}
    for days, answer in enumerate((receipt, speech, drawn)):
        add_case(
            built.sessions, **unsaid, answer=answer, created_at=NOON - timedelta(days), model="m"
        )
    shown = cases_page.run()
    assert not shown.exception
    answers = shown.dataframe[0].value["Answer"].tolist()
    assert answers == [
        "CORNER CAFE 12 March 2026, 14:0…",
        "2.5 s of speech in 2 segments",
        "answered",
    ]
