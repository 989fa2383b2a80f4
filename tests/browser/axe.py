"""What axe finds on a page, in light and in dark: one visit, in which the colours of the system change."""

from __future__ import annotations

import json
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.visit import Visit, until

# What Streamlit itself brings, as of 1.67: rule and selector -> why it is not ours to mend.
FROM_STREAMLIT = {
    ("aria-dialog-name", ".stToast"): "a toast names itself by an element that it does not draw",
}
# The elements of a page are the same in both schemes: axe looks at them once. These rules look at colours
# (axe tags them cat.color; the third of that tag is of level AAA, and off).
_OF_COLOURS = ("color-contrast", "link-in-text-block")
_BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"


def finds_nothing_serious(page: Page, where: str) -> None:
    """Raises AssertionError with what is serious or critical here, in light or in dark.

    Begins with the scheme that the page is in and ends in the other: changing it costs, too.
    """
    expect(page.get_by_test_id("stApp")).to_be_visible()
    Visit(page).settled()
    first, second = ("dark", "light") if _is_dark(page) else ("light", "dark")
    found = serious(page, first, {})
    put_into(page, second)
    found += serious(page, second, {"runOnly": {"type": "rule", "values": _OF_COLOURS}})
    assert not found, "\n".join([where, *found])


def put_into(page: Page, scheme: str) -> None:
    """Put the page into this scheme, and wait until it is: a long page takes its time."""
    if _is_dark(page) == (scheme == "dark"):
        return
    before = page.evaluate(_BACKGROUND)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    until(page, f"{_BACKGROUND} !== {json.dumps(before)}")
    Visit(page).settled()


def _is_dark(page: Page) -> bool:
    return bool(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))


def serious(page: Page, scheme: str, options: dict[str, Any]) -> list[str]:
    """What is serious or critical on the page; `options` are those of axe.run. What is found is looked for again once the page
    stands still: a part that a busy machine draws late is pale for a moment, and axe takes that for its colour."""
    found = _serious_now(page, scheme, options)
    if not found:
        return found
    Visit(page).settled()
    again = set(_serious_now(page, scheme, options))
    return [each for each in found if each in again]


def _serious_now(page: Page, scheme: str, options: dict[str, Any]) -> list[str]:
    page.wait_for_timeout(500)  # colours fade over; axe would see one in between
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(Axe().axe_script)
    asked = json.dumps({"resultTypes": ["violations"], **options})
    return sorted(
        f"{scheme}: {violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in page.evaluate(f"axe.run({asked}).then(found => found.violations)")
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
        # Within a shadow root a target is a list of its own.
        if not any((violation["id"], str(target)) in FROM_STREAMLIT for target in node["target"])
    )
