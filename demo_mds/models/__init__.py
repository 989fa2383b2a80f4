"""The models: each module here has a function `models()`, and is found by itself."""

import importlib
import pkgutil
from collections.abc import Iterator

from repository import Model


def every_model() -> Iterator[Model]:
    """Train or collect one model after the other, in the order of their modules' names."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        yield from importlib.import_module(f"{__name__}.{module}").models()
