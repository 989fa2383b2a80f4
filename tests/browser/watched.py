"""A visitor under watch: whatever a test does, the page stays on this machine and shows no stack trace."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page

from cli import demo

PATIENCE = 20_000  # milliseconds: one step on a busy machine
LOCAL = ("127.0.0.1", "localhost", "")  # no host: data: and blob:
# On a link to a page, Streamlit first looks for its own probes beneath that page, and then above it.
_HARMLESS = "/_stcore/"


@contextmanager
def watched(browser: Browser, base_url: str, **options: Any) -> Iterator[Page]:
    """The page of a new visitor, and at the end the checks that hold for every visit."""
    context = browser.new_context(
        base_url=base_url, **{"viewport": {"width": 1024, "height": 768}, **options}
    )
    context.set_default_timeout(PATIENCE)
    asked, complaints = list[str](), list[str]()
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: complaints.extend(_complaint(message)))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    page = context.new_page()
    page.on("websocket", lambda socket: asked.append(socket.url))
    try:
        yield page
        assert page.get_by_test_id("stException").count() == 0
        assert "Traceback" not in page.locator("body").inner_text()
        assert not [url for url in asked if (urlsplit(url).hostname or "") not in LOCAL]
        assert not complaints
    finally:
        context.close()


def app_of_its_own(folder: Path, mds_port: int, **environment: str) -> demo.Part:
    """The app with its database in `folder`, whichever database our own environment names."""
    part = demo.app_part(folder, *ports(1), mds_port)
    own = {"MDS_DATABASE_URL": f"sqlite:///{folder / 'workbench.db'}"}
    return replace(part, environment={**part.environment, **own, **environment})


def ports(count: int) -> list[int]:
    """Free ports of the system's choice: two runs at once do not reach for the same ones."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((demo.HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


def _complaint(message: ConsoleMessage) -> Iterator[str]:
    if message.type == "error" and _HARMLESS not in message.location["url"]:
        yield f"{message.text} ({message.location['url']})"
