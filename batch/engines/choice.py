"""Which engine asks about a large file: as it was wanted, as the settings say, or by its size."""

from __future__ import annotations

from importlib.util import find_spec

from batch.errors import EngineRefused
from db.engine import location
from settings import Settings

AUTO, LOCAL, RAY = "auto", "local", "ray"
ENGINES = (LOCAL, RAY)
EXTRA = "uv sync --inexact --extra ray"


def wanted(settings: Settings, engine: str = "") -> str:
    """What somebody named, or the settings do: `auto` leaves it to the size."""
    return engine or settings.batch_engine


def chosen(settings: Settings, rows: int, engine: str = "") -> str:
    """`local` or `ray`. Raises EngineRefused where `ray` is wanted and cannot be."""
    asked = wanted(settings, engine)
    if asked == RAY and (why := why_not_ray(settings)):
        raise EngineRefused(why)
    if asked != AUTO:
        return asked
    is_large = settings.ray is not None and rows >= settings.ray.from_rows
    return RAY if is_large and not why_not_ray(settings) else LOCAL


def why_not_ray(settings: Settings) -> str:
    """Why nothing can be asked on a cluster of Ray, in a sentence; empty where it can."""
    if settings.ray is None:
        return "No Ray cluster is configured: `ray.address` in the settings names one."
    if location(settings.database_url.get_secret_value()) is not None:
        return "Ray needs PostgreSQL: the machines of a cluster cannot share the list of chunks in a file of SQLite."
    if find_spec("ray") is None:
        return f"What speaks to Ray is not installed here: `{EXTRA}` installs it."
    return ""
