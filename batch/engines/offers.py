"""What each engine would bring to a large file, told before it begins, where there is a cluster to choose."""

from __future__ import annotations

from dataclasses import dataclass

from batch.engines import choice
from batch.engines.choice import LOCAL, RAY
from batch.engines.local import HELPED_ROWS
from batch.engines.watch import duration
from batch.errors import EngineRefused
from batch.plan import Estimate
from settings import Settings


@dataclass(frozen=True, kw_only=True)
class Offer:
    """So many processes, at most, each with so many requests at once; `why` it cannot be, in a sentence."""

    engine: str
    processes: int
    requests: int
    is_chosen: bool
    why: str = ""


def offers(
    settings: Settings, rows: int, *, workers: int, connections: int, engine: str = ""
) -> list[Offer]:
    """That of the workers here, of which so many live, and that of the cluster; none where no cluster is configured.
    `connections` is what the server takes of one process."""
    if settings.ray is None:
        return []
    try:
        chosen = choice.chosen(settings, rows, engine)
    except EngineRefused:
        chosen = ""
    requests = min(settings.batch_requests, connections)
    here = max(1, workers) if rows >= HELPED_ROWS else 1
    return [
        Offer(engine=LOCAL, processes=here, requests=requests, is_chosen=chosen == LOCAL),
        Offer(
            engine=RAY,
            processes=settings.ray.processes,
            requests=requests,
            is_chosen=chosen == RAY,
            why=choice.why_not_ray(settings),
        ),
    ]


def in_words(offer: Offer, estimate: Estimate | None = None) -> str:
    """As in `On the Ray cluster: up to 32 processes, up to 128 requests at once; about 2 min to 40 min.`"""
    where = "On the Ray cluster" if offer.engine == RAY else "On the workers here"
    if offer.why:
        return f"{where}: not now. {offer.why}"
    most = "up to " if offer.engine == RAY else ""
    processes = "1 process" if offer.processes == 1 else f"{offer.processes:,} processes"
    words = (
        f"{where}: {most}{processes}, up to {offer.processes * offer.requests:,} requests at once"
    )
    if estimate is not None:
        quick, slow = duration(estimate.quickest), duration(estimate.slowest)
        words += f"; about {quick}" if quick == slow else f"; about {quick} to {slow}"
    return f"{words}. This is chosen." if offer.is_chosen else f"{words}."
