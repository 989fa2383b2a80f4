"""What runs in the browser: each script is a component of Streamlit, named as its file is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).resolve().parent
# What several scripts need stands before them, in a file of its own.
_BEFORE = {"outline": ("drawn", "stops"), "paste": ("to_uploader",), "draw": ("to_uploader",)}


def run(
    name: str,
    key: str,
    data: Mapping[str, object],
    *,
    style: str | None = None,
    is_apart: bool = True,
    **mounted: Any,
) -> Any:
    """Run `name`.js on this data. Where `is_apart`, its elements and styles do not meet the page's.

    Streamlit 1.67 refuses a key with two underscores in a row, which a model's or field's name may bring.
    """
    return _component(name, style, is_apart)(key=state_key(name, key), data=data, **mounted)


def state_key(name: str, key: str) -> str:
    """The key under which the session has the state of a script that was run with this key.

    Each of Streamlit's boxes for a number makes the state of every component anew, unless the id of the component ends as
    those without a key do: of thirty boxes and ten scripts that is a seventh of the time that Predict takes.
    """
    return f"{name}_{hashlib.sha256(key.encode()).hexdigest()[:16]}-None"


@cache
def _component(name: str, style: str | None, is_apart: bool) -> Any:
    parts = (*_BEFORE.get(name, ()), name)
    script = "\n".join((_FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in parts)
    return st.components.v2.component(name, js=script, css=style, isolate_styles=is_apart)
