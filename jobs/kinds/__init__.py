"""The kinds of job. Every module beside this one is one, and so is every module in the `jobs/` folder of a service;
other packages register theirs under the entry point group `mds_workbench.jobs`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType

from jobs.contract import Kind
from people.permissions import declared

GROUP = "mds_workbench.jobs"


def kinds(tools: object, services: Sequence[str] = ()) -> Mapping[str, Kind]:
    """Every kind by its name, made with what the composition root hands in; `services` have a `jobs/` folder.
    Raises ValueError for a name twice, and Undeclared for a kind that does not say who may ask for it."""
    by_name: dict[str, Kind] = {}
    for module in _modules([__name__, *(f"{service}.jobs" for service in services)]):
        kind = module.kind(tools)
        if kind.name in by_name:
            raise ValueError(f"two kinds of job are called {kind.name!r}")
        declared(f"The kind of job {kind.name!r}", kind.permission)
        by_name[kind.name] = kind
    return by_name


def _modules(packages: Sequence[str]) -> Iterator[ModuleType]:
    for package in packages:
        modules = iter_modules(import_module(package).__path__)
        yield from (import_module(f"{package}.{each.name}") for each in modules)
    yield from (point.load() for point in entry_points(group=GROUP))
