"""Protocols: pure functions between what we mean and what crosses the wire. Nothing here sends.

One file a dialect; every module in this folder is a protocol and is found by itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from typing import Protocol, cast

from mds_client.errors import MdsError
from mds_client.exchange import Request, Response
from mds_client.prediction import Output
from mds_client.server import ModelInfo
from mds_client.signature import ModelRef, Signature, Values


class Dialect(Protocol):
    """What every module in this folder provides."""

    NAME: str

    def ready_request(self) -> Request: ...

    def models_request(self) -> Request: ...

    def read_models(self, server: str, response: Response) -> list[ModelInfo]:
        """Raises UnreadableAnswer."""

    def signature_request(self, model: ModelRef) -> Request: ...

    def read_signature(self, model: ModelRef, response: Response) -> Signature:
        """Raises UnreadableAnswer."""

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        """Rows have been checked against the signature."""

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        """The model with the version that answered, and its outputs. Raises UnreadableAnswer."""

    def problem(self, response: Response) -> MdsError:
        """The error that an answer with a status of 400 or more means."""


@cache
def _all() -> dict[str, Dialect]:
    modules = [
        importlib.import_module(f"{__name__}.{i.name}") for i in pkgutil.iter_modules(__path__)
    ]
    return {module.NAME: cast(Dialect, module) for module in modules}


def protocol(name: str) -> Dialect:
    """The protocol of that name. Raises ValueError with the known names."""
    try:
        return _all()[name]
    except KeyError:
        raise ValueError(f"unknown protocol {name!r}; known: {', '.join(sorted(_all()))}") from None
