"""The ways to explain. Every module beside this one is a method; so is what an installed package
offers as entry point in the group `mds_workbench.explanations`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import cast

from explanations.contract import Method, Scope
from mds_client.signature import Signature

GROUP = "mds_workbench.explanations"


@cache
def methods() -> dict[str, Method]:
    """Every method by its name. Loads no slow library: methods import those when they explain."""
    ours = [import_module(f"{__name__}.{loaded.name}") for loaded in iter_modules(__path__)]
    theirs = [loaded.load() for loaded in entry_points(group=GROUP)]
    loaded = [cast(Method, module) for module in (*ours, *theirs)]
    return {method.NAME: method for method in sorted(loaded, key=_place)}


def suited(signature: Signature, scope: Scope = "case") -> list[Method]:
    """The methods of this scope that can explain models with this signature, the most telling first."""
    in_scope = [method for method in methods().values() if scope == method.SCOPE]
    return [method for method in in_scope if method.suits(signature)]


def title_of(method: Method, signature: Signature) -> str:
    """What a method is called for models with this signature."""
    title = getattr(method, "title", None)
    return str(title(signature)) if title else method.TITLE


def is_second(method: Method) -> bool:
    """Whether it is offered after the others: it says much the same, for those who know it by name."""
    return bool(getattr(method, "IS_SECOND", False))


def _place(method: Method) -> tuple[int, bool, str]:
    return (getattr(method, "ORDER", 0), method.KIND == "rule", method.NAME)
