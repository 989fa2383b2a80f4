"""Finds a Chromium for the browser tests, and installs one where there is none.

`python -m tests.browser.chromium`: a system Chromium is used if there is one; else apt, when we may;
else Playwright's own download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def system_chromium() -> str | None:
    """The path of a system Chromium that really runs; a stub for another package format does not."""
    for name in SYSTEM_NAMES:
        path = shutil.which(name)
        if (
            path
            and subprocess.run([path, "--version"], capture_output=True, check=False).returncode
            == 0
        ):
            return path
    return None


def playwrights_chromium() -> str | None:
    """The path of the Chromium that Playwright downloaded."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def chromium() -> str:
    """The Chromium to test with. Raises RuntimeError when there is none: nothing is skipped."""
    found = system_chromium() or playwrights_chromium()
    if not found:
        raise RuntimeError("no Chromium; `make browser` installs one")
    return found


def install() -> None:
    """Make sure that there is a Chromium."""
    if system_chromium() or playwrights_chromium():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium with apt")
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False
        )
    if not system_chromium():
        print(
            "Downloading Playwright's Chromium; without root, the libraries that it needs must be there"
        )
        libraries = ["--with-deps"] if os.geteuid() == 0 else []
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", *libraries, "chromium"], check=True
        )


if __name__ == "__main__":
    install()
    print("Chromium:", chromium())
