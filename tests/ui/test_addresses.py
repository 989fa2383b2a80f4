"""A link to a page of the app names no folder: the app may be served below any path of a host."""

from __future__ import annotations

import re
from pathlib import Path

from ui.shell import page_headers

ROOT = Path(__file__).resolve().parents[2]


def test_no_link_to_a_page_begins_at_the_top_of_the_host() -> None:
    pages = "|".join(sorted({header.url_path for header in page_headers()} - {""}))
    begins = re.compile(rf"""["'(]/(?:{pages})\?""")
    files = [path for room in ("ui", "pages") for path in (ROOT / room).rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if begins.search(line)
    ]
    assert len(files) > 100
    assert not found
