"""From the series of a server to what it reports of one model."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from health.server_metrics.contract import Figures, Quantile, Reader, Sample
from health.server_metrics.quantiles import quantile

# When the process of the server began, as the client libraries of Prometheus say it; its counters began then.
BEGAN = "process_start_time_seconds"
_FINE = re.compile(r"2\d\d|OK", re.IGNORECASE)
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


def figures(found: Sequence[Sample], model: str, readers: Iterable[Reader]) -> Figures | None:
    """By the first kind of server that has counted this model; None where none has."""
    since = _since(found)
    for reader in readers:
        ours = [each for each in found if each.name in reader.names and _is_meant(reader, each)]
        named = re.compile(reader.pattern(model))
        of_model = [each for each in ours if named.fullmatch(each.labels.get(reader.label, ""))]
        if any(each.name in reader.asked for each in of_model):
            return _read(reader, of_model, ours, since)
    return None


def _since(found: Iterable[Sample]) -> datetime | None:
    began = next((each.value for each in found if each.name == BEGAN), None)
    return datetime.fromtimestamp(began, UTC) if began and began < _LATEST else None


def _is_meant(reader: Reader, sample: Sample) -> bool:
    return all(
        label not in sample.labels or re.fullmatch(pattern, sample.labels[label])
        for label, pattern in reader.only.items()
    )


def _read(
    reader: Reader, of_model: Sequence[Sample], ours: Sequence[Sample], since: datetime | None
) -> Figures:
    timed = _sum(of_model, (reader.timed,))
    seconds = _sum(of_model, (reader.seconds,)) * reader.unit
    return Figures(
        kind=reader.title,
        requests=round(_sum(of_model, reader.asked)),
        failed=_failed(reader, of_model),
        mean=seconds / timed if timed else None,
        quantiles=_quantiles(reader, ours if reader.buckets_of_all else of_model),
        quantiles_of_all=reader.buckets_of_all,
        since=since,
    )


def _failed(reader: Reader, of_model: Sequence[Sample]) -> int | None:
    if reader.code:
        codes = [each for each in of_model if not _FINE.fullmatch(each.labels.get(reader.code, ""))]
        return round(_sum(codes, reader.asked))
    return round(_sum(of_model, reader.failed)) if reader.failed else None


def _quantiles(
    reader: Reader, found: Iterable[Sample]
) -> tuple[Quantile, Quantile, Quantile] | None:
    buckets: dict[float, float] = defaultdict(float)
    for each in found:
        if each.name == reader.buckets and (end := _end(each.labels.get("le", ""))) is not None:
            buckets[end * reader.bucket_unit] += each.value
    half, most, nearly_all = (quantile(share, buckets) for share in (0.5, 0.95, 0.99))
    return (half, most, nearly_all) if half and most and nearly_all else None


def _end(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _sum(found: Iterable[Sample], names: Sequence[str]) -> float:
    return sum(each.value for each in found if each.name in names)
