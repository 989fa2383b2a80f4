"""Everything of the services that takes sessions of the database, found by itself."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "cases",
    "feedback",
    "health",
    "explanations",
    "shows",
    "signatures",
    "tables",
    "jobs",
    "people",
)
# The first imports the engine, and takes no sessions. The others refuse whoever does not operate everything, which
# tests/cases/test_retention.py and tests/cases/test_workspaces.py try.
LEFT_OUT = (
    "jobs.dbos_engine",
    "cases.deleting",
    "cases.archive",
    "cases.business_key",
    "cases.erasure",
    "cases.retention",
    "cases.workspaces",
)


@cache
def modules() -> tuple[Any, ...]:
    """Every module of the rooms that are services, but those that only workers import."""
    names = [
        path.relative_to(ROOT).as_posix()[:-3].replace("/", ".").removesuffix(".__init__")
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    ]
    return tuple(
        import_module(name) for name in names if name not in LEFT_OUT and ".methods" not in name
    )


@cache
def functions() -> dict[str, Callable[..., Any]]:
    """The public functions that take sessions, themselves or within what they take, by module and name."""
    return {
        f"{module.__name__}:{name}": found
        for module, name, found in _public(inspect.isfunction)
        if any(_holds_sessions(p.annotation, module) for p in parameters(found).values())
    }


@cache
def classes() -> tuple[str, ...]:
    """The public classes that are made with sessions, by module and name."""
    return tuple(
        f"{module.__name__}:{name}"
        for module, name, found in _public(inspect.isclass)
        if not getattr(found, "_is_protocol", False)
        and any(_holds_sessions(p.annotation, module) for p in parameters(found).values())
    )


def parameters(found: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The parameters of a function, or of a class as it is made."""
    try:
        return dict(inspect.signature(found).parameters)
    except ValueError:
        return {}


def _public(is_wanted: Callable[[object], bool]) -> Iterator[tuple[Any, str, Any]]:
    for module in modules():
        for name, found in vars(module).items():
            is_ours = getattr(found, "__module__", "") == module.__name__
            if is_ours and is_wanted(found) and not name.startswith("_"):
                yield module, name, found


def _holds_sessions(annotation: object, module: Any) -> bool:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    if "Sessions" in text:
        return True
    named = vars(module).get(text)
    return dataclasses.is_dataclass(named) and any(
        "Sessions" in str(field.type) for field in dataclasses.fields(named)
    )
