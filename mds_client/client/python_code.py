"""Python code that sends a request: its address, headers and body as expressions."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

URL = 'os.environ["MDS_URL"]'


def python_headers(headers: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name!r}: {value!r}" for name, value in headers.items()) + "}"


def python_body(body: bytes) -> str:
    text = text_in(body)
    return f"{text!r}.encode()" if text is not None else python_bytes(body)


def python_bytes(data: bytes) -> str:
    return f'b64decode("{base64.b64encode(data).decode()}")'


def with_imports(code: Sequence[str]) -> str:
    text = "\n".join(code)
    imports = ["import os"] if "os.environ[" in text else []
    coders = [name for name in ("b64decode", "b64encode") if f"{name}(" in text]
    imports += [f"from base64 import {', '.join(coders)}"] if coders else []
    return "\n".join([*imports, *([""] if imports else []), text])


def text_in(body: bytes) -> str | None:
    """The body as text that may be pasted into a terminal; None for anything else."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return text if all(c.isprintable() or c in "\n\t" for c in text) else None
