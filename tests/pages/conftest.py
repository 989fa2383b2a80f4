"""A running app on the real embedded MDS and a fresh database, driven without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import services
from db.engine import close
from explanations.worker import InlineExplainers
from health.server_metrics.readings import Readings
from jobs.here import Here
from people.sign_in import NAME_COOKIE
from settings import ServerSettings, Settings
from tests.servers.starting import Running
from ui import technical

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def built(mds: Running, sqlite_url: str) -> Iterator[services.Services]:
    """The services of the app: all real, explanations and jobs in this thread."""
    settings = Settings(
        servers=[ServerSettings(name="demo", title="Demo", url=mds.url, metrics_url=mds.metrics)],
        database_url=sqlite_url,
        audit_probability=0,  # no test depends on a case being drawn
    )
    found = services.build(settings)
    found = replace(
        found,
        explainers=InlineExplainers(found.clients["demo"]),
        here=Here(found.sessions, "1", 15.0, is_inline=True),
        readings=Readings(patience=60.0),
    )
    found.catalogue.refresh()
    services.install(found)
    st.cache_data.clear()
    yield found
    found.close()
    close(found.sessions)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name that was picked in this browser."""
    name = "test@example.com"
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: {NAME_COOKIE: name}))
    return name


@pytest.fixture
def app(built: services.Services) -> AppTest:
    """The app as it opens, for somebody who looks under Technical."""
    found = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)
    found.session_state[technical.KEY] = True
    return found


@pytest.fixture
def predict(app: AppTest) -> AppTest:
    """The app on its Predict page; tests choose the model by `query_params`."""
    app.query_params["model"] = "demo/breast-cancer"
    return app.switch_page("../pages/predict.py")
