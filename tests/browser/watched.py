"""A visitor under watch: whatever a test does, the page stays on this machine and shows no stack trace."""

from __future__ import annotations

import socket
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

from cli import demo

PATIENCE = 60_000  # milliseconds: one step on a machine that starts other things beside it
SCREEN: ViewportSize = {"width": 1024, "height": 768}
LOCAL = ("127.0.0.1", "localhost", "")  # no host: data: and blob:
# On a link to a page, Streamlit first looks for its own probes beneath that page, and then above it.
_HARMLESS = "/_stcore/"
# A browser keeps 50 steps of a page's history: a test of Back needs some that are free.
_FULL = 25


@dataclass(frozen=True, kw_only=True)
class _Visitor:
    """A page, and what was noted of it: each address that it asked for, each error in its console."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


# By address of the app: pages that no test has in hand. A context that is new costs Chromium 2 s of CPU
# more for a page than one that has read Streamlit's scripts before.
_free = defaultdict[str, list[_Visitor]](list)


@contextmanager
def watched(browser: Browser, base_url: str, *, permissions: Sequence[str] = ()) -> Iterator[Page]:
    """The page of a new visitor, and at the end the checks that hold for every visit.

    The visitor is new to the app (no cookie, nothing in storage, a session of its own), the context is
    lent from test to test. After a test that failed it is thrown away.
    """
    visitor = _lent(browser, base_url)
    page = visitor.page
    try:
        page.set_viewport_size(SCREEN)
        page.emulate_media(color_scheme="light")
        if permissions:
            page.context.grant_permissions(list(permissions), origin=base_url)
        yield page
        assert page.get_by_test_id("stException").count() == 0
        assert "Traceback" not in page.locator("body").inner_text()
        assert not [url for url in visitor.asked if (urlsplit(url).hostname or "") not in LOCAL]
        assert not visitor.complaints
        _leave(visitor, base_url)
    except BaseException:
        page.context.close()
        raise


def _lent(browser: Browser, base_url: str) -> _Visitor:
    free = _free[base_url]
    return free.pop() if free else _new_visitor(browser, base_url)


def _new_visitor(browser: Browser, base_url: str) -> _Visitor:
    # With less motion a page is drawn less often; the product keeps still for who asks for that.
    context = browser.new_context(base_url=base_url, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    visitor = _Visitor(page=context.new_page())
    context.on("request", lambda request: visitor.asked.append(request.url))
    context.on("console", lambda message: visitor.complaints.extend(_complaint(message)))
    context.on("weberror", lambda error: visitor.complaints.append(str(error.error)))
    visitor.page.on("websocket", lambda socket: visitor.asked.append(socket.url))
    return visitor


def _leave(visitor: _Visitor, base_url: str) -> None:
    """Leave the app, and take away whatever the app and the test left in the browser."""
    page, context = visitor.page, visitor.page.context
    for other in [tab for tab in context.pages if tab is not page]:
        other.close()
    if page.evaluate("history.length") > _FULL:
        context.close()
        return
    page.evaluate("sessionStorage.clear()")
    page.goto("about:blank")
    developer = context.new_cdp_session(page)
    developer.send("Storage.clearDataForOrigin", {"origin": base_url, "storageTypes": "all"})
    developer.detach()
    context.clear_cookies()
    context.clear_permissions()
    visitor.asked.clear()
    visitor.complaints.clear()
    _free[base_url].append(visitor)


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
