"""The whole app in a real Chromium: real server, real models, real database, real clicks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from cli import demo
from tests.browser.chromium import ARGUMENTS, chromium

LOCAL = ("127.0.0.1", "localhost", "")


@pytest.fixture(scope="session")
def app_url(mds_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, with a database of its own."""
    folder: Path = tmp_path_factory.mktemp("app")
    part = demo.app_part(folder, demo.free_ports(18501, 1)[0], urlsplit(mds_url).port or 0)
    with demo.running(part) as process:
        demo.wait_until_ready([part], {part.name: process})
        yield part.ready_url.removesuffix("/healthz")
        assert "Traceback" not in part.log.read_text()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, app_url: str) -> Iterator[Page]:
    """A fresh visitor. Whatever the test did, nothing was asked of the network outside this machine,
    and no stack trace was drawn."""
    context = browser.new_context(viewport={"width": 1024, "height": 768}, base_url=app_url)
    context.set_default_timeout(20_000)
    found, asked = context.new_page(), list[str]()
    found.on("request", lambda request: asked.append(request.url))
    yield found
    assert "Traceback" not in found.locator("body").inner_text()
    assert found.get_by_test_id("stException").count() == 0
    context.close()
    assert not [url for url in asked if (urlsplit(url).hostname or "") not in LOCAL]
