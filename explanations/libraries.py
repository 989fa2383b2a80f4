"""Guards around slow libraries: what one of them changes for the whole process is put back afterwards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType

import numpy as np


@contextmanager
def isolated_rng(seed: int | None = None) -> Iterator[None]:
    """Restores NumPy's global generator afterwards: alibi 0.9.4 and shap 0.49 draw from it and seed it. With a
    seed it starts there."""
    before = np.random.get_state()
    try:
        if seed is not None:
            np.random.seed(seed % 2**32)
        yield
    finally:
        np.random.set_state(before)


def without_ray() -> None:
    """Lets alibi be imported. 0.9.4 fails on import where shap is installed and ray is not: it evaluates an
    annotation that names ray's actor pool. An empty stand-in is all that it looks at; an installed ray stays.
    """
    if "ray" not in sys.modules and find_spec("ray") is None:
        sys.modules["ray"] = ModuleType("ray")
