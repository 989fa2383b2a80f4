"""What is mounted beside the pages."""

from __future__ import annotations

from starlette.routing import Route

from api.probe import healthz


def routes() -> list[Route]:
    """Every route of ours. Streamlit answers all other paths."""
    return [Route("/healthz", healthz)]
