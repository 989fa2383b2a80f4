"""The whole app in a real Chromium: real server, real models, real database, real clicks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cli import demo
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.counts import Counts, counting
from tests.browser.watched import PATIENCE, app_of_its_own, watched


@pytest.fixture(scope="session")
def app(mds_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[demo.Part]:
    """The app, with a database of its own."""
    folder: Path = tmp_path_factory.mktemp("app")
    part = app_of_its_own(folder, urlsplit(mds_url).port or 0)
    with demo.running(part) as process:
        demo.wait_until_ready([part], {part.name: process})
        yield part
        assert "Traceback" not in part.log.read_text()


@pytest.fixture(scope="session")
def app_url(app: demo.Part) -> str:
    """The address of the app."""
    return app.ready_url.removesuffix("/healthz")


@pytest.fixture(scope="session")
def counts(app: demo.Part) -> Iterator[Counts]:
    """What the app has counted."""
    with counting(app.environment["MDS_DATABASE_URL"]) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, app_url: str) -> Iterator[Page]:
    """A fresh visitor, watched."""
    with watched(browser, app_url) as found:
        yield found
