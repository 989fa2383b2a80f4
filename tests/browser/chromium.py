"""Finds a Chromium for the browser tests, and installs one where there is none.

`python -m tests.browser.chromium`: apt installs the headless shell, when we may; else a system Chromium is used
if there is one; else Playwright's own download. The shell is the same engine without the windows around it, which
take half of the processor's time of a visit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

SHELL = "chromium-headless-shell"
SYSTEM_NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page is soon left: what V8 would compile better beside it costs a sixth of a visit, and pays off later.
    "--js-flags=--no-concurrent-recompilation",
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


def has_playwrights() -> bool:
    """Whether Playwright downloaded a Chromium; it comes with a headless shell."""
    with sync_playwright() as playwright:
        return os.path.exists(playwright.chromium.executable_path)


def chromium() -> str | None:
    """The path of the Chromium to test with; None for Playwright's own.

    Raises RuntimeError when there is none: nothing is skipped.
    """
    found = system_chromium()
    if not found and not has_playwrights():
        raise RuntimeError("no Chromium; `make browser` installs one")
    return found


def install() -> None:
    """Make sure that there is a Chromium."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _with_apt(SHELL)
        if not system_chromium():
            _with_apt("chromium")
    if not system_chromium() and not has_playwrights():
        print(
            "Downloading Playwright's Chromium; without root, the libraries that it needs must be there"
        )
        libraries = ["--with-deps"] if os.geteuid() == 0 else []
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", *libraries, "chromium"], check=True
        )


def _with_apt(package: str) -> None:
    if shutil.which(package):
        return
    print(f"Installing {package} with apt")
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], check=False
    )


if __name__ == "__main__":
    install()
    print("Chromium:", chromium() or "Playwright's own")
