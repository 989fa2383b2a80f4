"""What axe finds on a page, in light and in dark: one visit, in which the colours of the system change."""

from __future__ import annotations

import json
from collections.abc import Collection

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.visit import Visit, until

_BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"


def in_both_schemes(page: Page, exempt: Collection[tuple[str, str]] = ()) -> list[str]:
    """What is serious or critical, but for the rules and selectors that are exempt."""
    found = _serious(page, "light", exempt)
    light = page.evaluate(_BACKGROUND)
    page.emulate_media(color_scheme="dark")
    until(page, f"{_BACKGROUND} !== {json.dumps(light)}")
    Visit(page).settled()
    return found + _serious(page, "dark", exempt)


def _serious(page: Page, scheme: str, exempt: Collection[tuple[str, str]]) -> list[str]:
    expect(page.get_by_test_id("stApp")).to_be_visible()
    page.wait_for_timeout(500)  # colours fade over; axe would see one in between
    return sorted(
        f"{scheme}: {violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
        if not any((violation["id"], target) in exempt for target in node["target"])
    )
