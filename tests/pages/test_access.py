"""A model that somebody may not see is nowhere: neither on a page nor behind a link, a case or a name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

import db.audit_log
import db.batches
import db.job_view
import db.jobs
import services
from db.engine import reading, writing
from db.ids import new_id
from db.scope import Models, Scope
from mds_client.signature import ModelRef
from settings import AccessSettings
from tests.people.test_oidc import settings_of
from tests.recorded import NOON, add_case

PENGUINS = ModelRef(server="demo", name="penguins")
HIDDEN = ModelRef(server="demo", name="breast-cancer")


@pytest.fixture
def narrow(built: services.Services) -> services.Services:
    """The app with an access table that shows everybody the penguins alone."""
    table = [AccessSettings(servers=["demo"], models=["penguins"])]
    found = replace(built, settings=built.settings.model_copy(update={"access": table}))
    services.install(found)
    return found


def test_services_show_one_model_and_the_cases_of_one_person(narrow: services.Services) -> None:
    scope = Scope(person="ann", seen=(Models(server="demo", name="penguins"),))
    hers = narrow.seen_by(scope)
    assert hers is narrow.seen_by(replace(scope))
    assert {entry.ref.name for entry in hers.catalogue.entries()} == {"penguins"}
    assert hers.catalogue.find(HIDDEN) is None
    assert not [e for e in hers.catalogue.search("") if e.ref.name != "penguins"]
    assert hers.catalogue.search("cancer") == []
    assert hers.model(PENGUINS).ref.name == "penguins"
    with pytest.raises(KeyError):
        hers.model(HIDDEN)
    none = narrow.seen_by(Scope(person="eve"))
    assert (none.catalogue.entries(), none.catalogue.servers(), none.clients) == ([], [], {})
    with pytest.raises(KeyError):
        none.catalogue.client("demo")


def test_a_hidden_model_is_on_no_page(narrow: services.Services, app: AppTest) -> None:
    case = add_case(narrow.sessions, person="bob", server="demo", model="penguins")
    shown = app.run()
    assert not shown.exception
    assert [title.value for title in shown.subheader] == ["Penguins"]
    linked = app.switch_page("../pages/predict.py")
    linked.query_params["model"] = "demo/breast-cancer"
    linked.query_params["case"] = case.id
    linked.run()
    assert not linked.exception
    warned = " ".join(warning.value for warning in linked.warning)
    assert "There is no case under this link" in warned
    assert "There is no model demo/breast-cancer" in warned
    wait_until(lambda: _refused(narrow, "model", "demo/breast-cancer"))


def test_who_may_see_nothing_is_told_so(narrow: services.Services, app: AppTest) -> None:
    table = [AccessSettings(people=["somebody-else"])]
    settings = narrow.settings.model_copy(update={"access": table})
    services.install(replace(narrow, settings=settings))
    shown = app.run()
    assert "no model is shared with you" in shown.warning[0].value
    assert not shown.subheader


def test_a_proxy_that_names_nobody_shows_nothing(narrow: services.Services, app: AppTest) -> None:
    settings = narrow.settings.model_copy(update={"sign_in": "proxy"})
    services.install(replace(narrow, settings=settings))
    shown = app.run()
    assert "It is not known who you are" in shown.error[0].value
    assert not shown.subheader


def test_before_a_sign_in_there_is_the_way_to_it_and_nothing_else(
    narrow: services.Services, app: AppTest
) -> None:
    signing_in = settings_of("http://localhost:9")
    changes = {"sign_in": "oidc", "oidc": signing_in.oidc}
    services.install(replace(narrow, settings=narrow.settings.model_copy(update=changes)))
    app.query_params["model"] = "demo/penguins"
    shown = app.switch_page("../pages/predict.py").run()
    assert not shown.exception
    assert [button.label for button in shown.button] == ["Sign in"]
    assert "Sign in to see what is shared with you" in shown.markdown[0].value
    assert not shown.subheader


def test_a_role_that_is_taken_away_closes_the_page_that_is_open(
    narrow: services.Services, app: AppTest
) -> None:
    def become(role: str) -> None:
        table = [AccessSettings(servers=["demo"], models=["penguins"], role=role)]
        settings = narrow.settings.model_copy(update={"access": table})
        services.install(replace(narrow, settings=settings))

    become("reviewer")
    app.query_params["model"] = "demo/penguins"
    opened = app.switch_page("../pages/signatures.py").run()
    assert not opened.exception
    assert opened.title[0].value == "What does the model take?"
    become("analyst")
    closed = opened.run()
    assert not closed.exception
    assert (
        "The page Signature is for each reviewer, and you are analyst now" in closed.error[0].value
    )
    assert not closed.title
    assert _refused(narrow, "page", "signatures") == ["anonymous"]
    become("reviewer")
    assert closed.run().title[0].value == "What does the model take?"


@pytest.mark.parametrize(("role", "may_stop"), [("reviewer", False), ("operator", True)])
def test_the_file_of_somebody_else_shows_how_far_it_is(
    narrow: services.Services, app: AppTest, role: str, may_stop: bool
) -> None:
    table = [AccessSettings(servers=["demo"], models=["penguins"], role=role)]
    settings = narrow.settings.model_copy(update={"access": table})
    services.install(replace(narrow, settings=settings))
    app.switch_page("../pages/predict.py")
    app.query_params["model"] = "demo/penguins"
    app.query_params["run"] = _running_file(narrow)
    shown = app.run()
    assert not shown.exception
    assert "half of it" in shown.get("progress")[0].proto.text
    assert ("Pause" in {button.label for button in shown.button}) is may_stop


def _refused(found: services.Services, kind: str, name: str) -> list[str]:
    """Who was refused something, as the trail has it."""
    with reading(found.sessions) as session:
        return [entry.person for entry in db.audit_log.about(session, kind, name, "refused")]


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _running_file(found: services.Services) -> str:
    """A file of bob's that is being asked."""
    job_id = new_id()
    job = db.job_view.JobView(
        id=job_id,
        kind="batch",
        person="bob",
        subject="model/demo/penguins",
        idempotency_key=job_id,
        queue="unattended",
        state="running",
        fraction=0.5,
        words="half of it",
        created_at=NOON,
    )
    batch = db.batches.BatchView(
        id=job_id,
        server="demo",
        model="penguins",
        version="",
        person="bob",
        created_at=NOON,
        file_name="birds.csv",
        question="q",
        key="k",
        rows=2,
    )
    with writing(found.sessions) as session:
        db.jobs.add(session, job, b"")
        db.batches.add(session, batch)
    return job_id
