"""The page of whoever operates everything: what is kept how long, and what there is about a person or a key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

import services
from cases import queries, retention
from db.ids import utc_now
from settings import AccessSettings, RetentionSettings
from tests.recorded import add_case

pytestmark = pytest.mark.usefixtures("named")


@pytest.fixture
def data_page(app: AppTest) -> AppTest:
    return app.switch_page("../pages/data.py")


def _tables(app: AppTest) -> str:
    return " ".join(str(table.value) for table in app.table)


def test_rules_say_what_they_would_delete_and_what_is_held_is_listed(
    built: services.Services, data_page: AppTest
) -> None:
    built.settings.retention[:] = [RetentionSettings(models=["penguins"], case_days=30)]
    old = utc_now() - timedelta(days=40)
    held, _ = (add_case(built.sessions, created_at=old) for _ in range(2))
    retention.hold(built.sessions, held.id, person="olga", reason="a complaint", now=utc_now())
    shown = data_page.run()
    assert not shown.exception
    assert "30 days" in _tables(shown)
    assert "a complaint" in str(shown.dataframe[0].value)
    shown = shown.button(key="data_preview").click().run()
    due = shown.table[1].value
    assert (due["Cases"].iloc[0], due["Old, but kept"].iloc[0]) == ("1", "1")


def test_a_person_is_erased_once_their_name_is_typed_again(
    built: services.Services, data_page: AppTest
) -> None:
    case = add_case(built.sessions, person="ann")
    shown = data_page.run()
    shown.text_input(key="data_value").set_value("ann")
    shown = shown.button(key="data_look").click().run()
    assert not shown.exception
    assert "1 row" in _tables(shown)
    assert shown.button(key="data_sure").disabled
    shown = shown.text_input(key="data_word").set_value("ann").run()
    shown = shown.button(key="data_sure").click().run()
    assert "Erased: 1 case" in shown.success[0].value
    assert queries.case(built.sessions, case.id) is None


def test_a_value_of_a_field_is_found_with_its_cases(
    built: services.Services, data_page: AppTest
) -> None:
    add_case(built.sessions, entered={"customer": 20871, "age": 3})
    add_case(built.sessions, entered={"customer": 3, "age": 20871})
    shown = data_page.run()
    shown = shown.segmented_control(key="data_kind").set_value("A value of a field").run()
    shown.text_input(key="data_field").set_value("customer")
    shown.text_input(key="data_value").set_value("20871")
    shown = shown.button(key="data_look").click().run()
    assert not shown.exception
    assert "1 row" in _tables(shown)


def test_who_operates_some_models_alone_is_told_so(
    built: services.Services, data_page: AppTest
) -> None:
    built.settings.access[:] = [AccessSettings(models=["pen*"], role="operator")]
    shown = data_page.run()
    assert not shown.text_input
    assert "operators of all models" in shown.info[0].value
