"""A quantile of a histogram whose buckets count what is at most their end."""

from __future__ import annotations

import math
from collections.abc import Mapping

from health.server_metrics.contract import Quantile


def quantile(share: float, buckets: Mapping[float, float]) -> Quantile | None:
    """As `histogram_quantile` of Prometheus: a straight line within the bucket; beyond the last end, that end as the least.

    `buckets` are counts by their upper end, infinity among them. None where nothing is counted, or the buckets have no end.
    https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
    """
    ends = sorted(end for end in buckets if not math.isnan(end))
    if len(ends) < 2 or not math.isinf(ends[-1]):
        return None
    counts = _rising([buckets[end] for end in ends])
    if not counts[-1] > 0:
        return None
    rank = share * counts[-1]
    place = next(place for place, count in enumerate(counts) if count >= rank)
    if place == len(ends) - 1:
        return Quantile(seconds=ends[-2], is_least=True)
    if not place and ends[0] <= 0:
        return Quantile(seconds=ends[0])
    return Quantile(seconds=_between([0.0, *ends], [0.0, *counts], place, rank))


def _between(ends: list[float], counts: list[float], place: int, rank: float) -> float:
    """On the straight line from one end to the next, both with the counts up to there."""
    within = counts[place + 1] - counts[place]
    part = (rank - counts[place]) / within if within else 0.0
    return ends[place] + (ends[place + 1] - ends[place]) * part


def _rising(counts: list[float]) -> list[float]:
    """Counts that never fall: buckets that were read at different moments may."""
    most, risen = 0.0, []
    for count in counts:
        most = max(most, count)
        risen.append(most)
    return risen
