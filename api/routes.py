"""What is mounted beside the pages."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import BaseRoute, Route

from api.me import me, now
from api.metrics.route import metrics
from api.moved import redirects
from api.probe import healthz
from api.v1.application import mounted
from services import Services


def routes(services: Callable[[], Services]) -> list[BaseRoute]:
    """Every route of ours. Streamlit answers all other paths."""
    return [
        Route("/healthz", healthz(services)),
        Route("/metrics", metrics(services)),
        Route("/me", me(services)),
        Route("/me/now", now()),
        *redirects(),
        mounted(services),
    ]
