"""Writes the OpenAPI document of the API to docs/openapi.json: `python -m api.v1.document`."""

from __future__ import annotations

import json

from api.v1.application import document
from settings import ROOT

FILE = ROOT / "docs" / "openapi.json"


def written() -> str:
    """The document as the file holds it."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
