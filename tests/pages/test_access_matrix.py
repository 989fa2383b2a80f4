"""Every page, opened by every role with links to what they may not see: found in `pages/`, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import services
from db.person import ANONYMOUS
from mds_client.signature import ModelRef
from people.viewer import ROLES
from settings import AccessSettings
from tests.access import filled
from tests.pages.conftest import ROOT
from ui.shell import page_headers

SEEN = ModelRef(server="demo", name="penguins")
HIDDEN = ModelRef(server="demo", name="breast-cancer")
WORD = "canary-hidden"


def _links(made: filled.Made) -> dict[str, str]:
    """Everything that a link can name, in every parameter that some page reads."""
    return {
        "model": str(HIDDEN),
        "case": made.case.id,
        "id": made.case.id,
        "run": made.batch.id,
        "batch": made.batch.id,
        "study": made.study_id,
        "words": "canary",
        "person": "bob",
    }


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_what_is_hidden_and_each_is_for_its_role(
    built: services.Services, role: str
) -> None:
    made = filled.fill(built.sessions, HIDDEN, "bob", WORD)
    filled.fill(built.sessions, SEEN, ANONYMOUS, "mine")
    table = [AccessSettings(servers=["demo"], models=["penguins"], role=role)]
    settings = built.settings.model_copy(update={"access": table})
    services.install(replace(built, settings=settings))
    opened = 0
    for header in page_headers():
        for links in (_links(made), {}):
            app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)
            app.switch_page(f"../pages/{header.path.name}")
            for name, value in links.items():
                app.query_params[name] = value
            shown = app.run()
            assert not shown.exception, (header.title, shown.exception)
            is_let = ROLES.index(role) >= ROLES.index(header.role)
            refusals = [e.value for e in shown.error if "is for each" in e.value]
            assert bool(refusals) is not is_let, header.title
            text = "\n".join(_texts(shown))
            assert WORD not in text, header.title
            assert "Breast" not in text, header.title
            opened += is_let
    assert opened >= 2 * sum(header.role == "analyst" for header in page_headers())


def _texts(shown: AppTest) -> Iterator[str]:
    waiting: list[Any] = [shown._tree]
    while waiting:
        node = waiting.pop()
        waiting += list(getattr(node, "children", {}).values())
        yield str(getattr(node, "proto", ""))
