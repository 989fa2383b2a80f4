"""What is mounted beside the pages."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from api.me import me
from api.moved import redirects
from api.probe import healthz
from services import Services


def routes(services: Callable[[], Services]) -> list[Route]:
    """Every route of ours. Streamlit answers all other paths."""
    return [Route("/healthz", healthz(services)), Route("/me", me(services)), *redirects()]
