"""Choosing on Health what inputs are compared with: days, a file, and what a registry keeps with the model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import urlencode

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import db.health_references
import services
from db.engine import reading
from health.kept_standings import keep, kept
from health.standing import standings
from mds_client.registries import Registries, RegistryClient
from tests.mds_client.protocols.recorded import Reply, Route, replaying
from tests.mds_client.registries import asked
from tests.recorded import add_cases, case_of

OF = ("demo", "penguins")


def _example(built: services.Services) -> Mapping[str, object]:
    (entry,) = [e for e in built.catalogue.entries() if str(e.ref) == "demo/penguins@v2"]
    return built.signature(entry).example_rows[0]


def _like(example: Mapping[str, object], bills: float, count: int) -> list[dict[str, object]]:
    (bill,) = [name for name in example if "bill" in name and "length" in name]
    return [{**example, bill: bills + n % 7} for n in range(count)]


def _csv(built: services.Services) -> bytes:
    """A file of 60 cases as the newest are."""
    rows = _like(_example(built), 40.0, 60)
    return pd.DataFrame(rows).to_csv(index=False).encode()


@pytest.fixture
def health(app: AppTest, built: services.Services) -> AppTest:
    """A model whose first 90 cases had short bills, and the last 60 have long ones; the chooser is open."""
    now = datetime.now(UTC)
    for days, value, count in ((60, 10.0, 90), (40, 40.0, 60), (2, 40.0, 60)):
        made = _like(_example(built), value, count)
        add_cases(
            built.sessions,
            *(
                case_of(
                    server="demo",
                    model="penguins",
                    version="v2",
                    entered=each,
                    created_at=now - timedelta(days=days),
                )
                for each in made
            ),
        )
    keep(built.sessions, standings(built.sessions).values())
    assert kept(built.sessions)[OF].word == "Watch"
    app.query_params["model"] = "demo/penguins"
    app.switch_page("../pages/health.py").run()
    app.session_state["health_reference"] = True
    return app.run()


def _text(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error]
    return "\n".join(str(part.value).replace("\\", "") for part in parts)


def _choose(app: AppTest) -> AppTest:
    app.button(key="health_reference_choose").click().run()
    assert not app.exception
    return app


def test_days_are_chosen_and_the_word_follows_at_once(
    health: AppTest, built: services.Services
) -> None:
    health.segmented_control(key="health_reference_source").set_value("window").run()
    assert not health.exception
    today = datetime.now(UTC).date()
    health.date_input(key="health_reference_since").set_value(today - timedelta(days=30))
    health.date_input(key="health_reference_until").set_value(today - timedelta(days=20)).run()
    assert "No case was answered on" in _text(_choose(health))
    assert "No case was answered on" in _text(health.run())  # the page draws itself anew
    health.date_input(key="health_reference_until").set_value(today).run()
    assert "No case was answered on" not in _text(health)
    assert "are what is compared: a window ends on" in _text(_choose(health))
    health.date_input(key="health_reference_until").set_value(today - timedelta(days=20)).run()
    health.date_input(key="health_reference_since").set_value(today - timedelta(days=45)).run()
    said = _text(_choose(health))
    assert "From now on the newest inputs are compared with the cases of" in said
    assert "against the cases of" in said
    assert kept(built.sessions)[OF].word != "Watch"
    health.segmented_control(key="health_reference_source").set_value("first").run()
    assert "compared with its first cases" in _text(_choose(health))
    health.segmented_control(key="health_reference_source").set_value("first").run()
    assert "They are compared with these now." in _text(health)
    assert kept(built.sessions)[OF].word == "Watch"


def test_a_file_is_mapped_to_the_fields_as_on_predict(
    health: AppTest, built: services.Services
) -> None:
    health.segmented_control(key="health_reference_source").set_value("file").run()
    health.file_uploader[0].set_value(("wrong.csv", b"a,b\n1,2\n", "text/csv")).run()
    assert "Inputs cannot be compared with this file" in _text(health)
    assert not [b for b in health.button if b.key == "health_reference_choose"]
    part = pd.read_csv(BytesIO(_csv(built)))[["island", "sex"]]
    health.file_uploader[0].set_value(("part.csv", part.to_csv().encode(), "text/csv")).run()
    assert "Without a column, so not compared: Bill length" in _text(health)
    assert "60 rows can be compared" in _text(health)
    odd = pd.read_csv(BytesIO(_csv(built)))[["island", "sex"]].assign(sex="q")
    health.file_uploader[0].set_value(("odd.csv", odd.to_csv().encode(), "text/csv")).run()
    assert "Not compared, as none of its values can be read: Sex" in _text(health)
    assert "60 rows can be compared" in _text(health)
    few = pd.read_csv(BytesIO(_csv(built)))[:5]
    health.file_uploader[0].set_value(
        ("few.csv", few.to_csv(index=False).encode(), "text/csv")
    ).run()
    assert "5 rows are too few to compare: at least 20 are needed." in _text(health)
    assert not [b for b in health.button if b.key == "health_reference_choose"]
    health.file_uploader[0].set_value(("may.csv", _csv(built), "text/csv")).run()
    assert "60 rows can be compared" in _text(health)
    said = _text(_choose(health))
    assert "compared with 60 rows of the file may.csv" in said
    with reading(built.sessions) as session:
        chosen = db.health_references.newest(session, *OF)
        assert chosen is not None
        assert len(db.health_references.rows(session, chosen.id)) == 60
    assert kept(built.sessions)[OF].word != "Watch"


def _mlflow(content: bytes) -> dict[Route, Reply]:
    """A registry with one version of the model, and a file that its tag names."""

    def api(route: str, **query: str) -> Route:
        return "GET", f"/api/2.0/mlflow/{route}?{urlencode(query)}"

    version = {
        "name": "penguins",
        "version": "2",
        "tags": [{"key": "mds.reference", "value": "r.csv"}],
    }
    known = {"name": "penguins", "version": "2", "path": "r.csv"}
    nothing = {
        api("registered-models/search", filter=f"tags.`mds.model` = '{name}'", max_results="2"): Reply({})
        for name in ("demo/penguins", "penguins")
    }  # fmt: skip
    return {
        **nothing,
        api("registered-models/get", name="penguins"): Reply(
            {"registered_model": {"name": "penguins"}}
        ),
        api("model-versions/get", name="penguins", version="2"): Reply({"model_version": version}),
        ("GET", f"/model-versions/get-artifact?{urlencode(known)}"): Reply(content.decode()),
    }


def test_what_a_registry_keeps_with_the_model_is_read_as_a_file(
    health: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with replaying(_mlflow(_csv(built))) as url:
        there = Registries([RegistryClient(asked.server(url, "mlflow"))])
        monkeypatch.setattr(built.catalogue, "_registries", there)
        health.run()
        health.segmented_control(key="health_reference_source").set_value("registry").run()
        assert not health.exception
        assert "r.csv of models:/penguins/2 in r:" in _text(health)
        said = _text(_choose(health))
    assert "compared with 60 rows of the model registry models:/penguins/2" in said
    assert kept(built.sessions)[OF].word != "Watch"


def test_an_analyst_is_offered_nothing(
    app: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_cases(built.sessions, case_of(server="demo", model="penguins"))
    monkeypatch.setattr(type(built.scope), "reviews", lambda *_: False)
    app.query_params["model"] = "demo/penguins"
    app.switch_page("../pages/health.py").run()
    assert not app.exception
    assert "Compare inputs with something else" not in [each.label for each in app.expander]
