"""Boxes to choose a model have its title; the address has `server/name`, and leads back to it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

import services
from mds_client.signature import ModelRef
from mds_client.signature.facts import Facts
from signatures import overlay
from tests.pages.conftest import ROOT
from tests.recorded import add_case

PAGES = ("health", "cases", "review")
PENGUINS = "demo/penguins"


def _opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception
    return app


@pytest.fixture(autouse=True)
def _with_a_case(built: services.Services, named: str) -> None:
    add_case(built.sessions, server="demo", model="penguins")


def _of(page: str) -> dict[str, str]:
    """The tab of Review on which a model is chosen."""
    return {"tab": "Golden cases"} if page == "review" else {}


@pytest.mark.parametrize("page", PAGES)
def test_a_model_stands_under_its_title(page: str) -> None:
    app = _opened(page, **_of(page))
    assert "Penguins" in app.selectbox(key="model").options
    assert not any("/" in each for each in app.selectbox(key="model").options)


@pytest.mark.parametrize("page", ["predict", "behaviour", "signatures"])
def test_the_choosing_of_a_form_has_titles_and_names_only_where_two_are_alike(
    built: services.Services, page: str
) -> None:
    digits = ModelRef(server="demo", name="digits")
    alike = Facts(source="edited", title="Penguins")
    overlay.publish(built.sessions, digits, alike, author="rita", key="o", based_on=0)
    app = _opened(page, model=PENGUINS)
    (box,) = [each for each in app.selectbox if each.label == "Model"]
    named = {"Penguins (demo/digits)", "Penguins (demo/penguins)"}
    assert {each for each in box.options if "/" in each} == named
    assert "Breast cancer" in box.options


@pytest.mark.parametrize("page", PAGES)
def test_the_address_follows_the_box_and_the_box_the_address(page: str) -> None:
    app = _opened(page, **_of(page))
    app.selectbox(key="model").set_value(PENGUINS).run()
    assert app.query_params["model"] in (PENGUINS, [PENGUINS])
    again = _opened(page, model=PENGUINS, **_of(page))
    assert again.selectbox(key="model").value == PENGUINS
    again.query_params["model"] = "demo/digits"  # as Back and Forward do
    assert again.run().selectbox(key="model").value == "demo/digits"


def test_a_box_that_is_emptied_leaves_the_address() -> None:
    app = _opened("health", model=PENGUINS)
    app.selectbox(key="model").set_value(None).run()
    assert "model" not in app.query_params


def test_a_model_that_is_gone_can_be_looked_for_among_the_cases(built: services.Services) -> None:
    add_case(built.sessions, server="shelf", model="gone")
    app = _opened("cases", model="shelf/gone", whose="everybody's")
    assert app.selectbox(key="model").value == "shelf/gone"
    assert app.dataframe[0].value["Model"].tolist() == ["gone"]
    assert any(each.label == "Model: gone" for each in app.button)
