"""The series of a model out of a Prometheus that has collected them: how much each counter grew within a day.

https://prometheus.io/docs/prometheus/latest/querying/functions/#increase
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from health.server_metrics.contract import Reader, Sample

WINDOW = "1d"
MOST_SERIES = 20_000
Query = Callable[[str], Sequence[tuple[Mapping[str, str], float]]]


def collected(
    ask: Query, model: str, readers: Iterable[Reader], labels: Mapping[str, str]
) -> list[Sample]:
    """What the first kind of server reads that has series of this model there; nothing where none has. Raises MdsError."""
    mine = [f"{name}={_quoted(value)}" for name, value in labels.items()]
    wanted = [_of_model(reader, model) for reader in readers]
    there = _there(ask, wanted, mine)
    for reader, of_model in zip(readers, wanted, strict=True):
        if not there & {(name, of_model) for name in reader.asked}:
            continue
        found: list[Sample] = []
        for name in sorted(reader.names):
            is_of_all = reader.buckets_of_all and name == reader.buckets
            matchers = mine if is_of_all else [*mine, of_model]
            found += _grown(ask, name, matchers, _kept(reader))
        return found[:MOST_SERIES]
    return []


def _there(ask: Query, wanted: Sequence[str], mine: Sequence[str]) -> set[tuple[str, str]]:
    """Which series are there for which way of naming the model."""
    return {
        (labels["__name__"], of_model)
        for of_model in dict.fromkeys(wanted)
        for labels, _ in ask(f"count by (__name__) ({{{', '.join([*mine, of_model])}}})")
        if "__name__" in labels
    }


def _grown(ask: Query, name: str, matchers: Sequence[str], kept: Sequence[str]) -> Iterable[Sample]:
    query = f"sum by ({', '.join(kept)}) (increase({name}{{{', '.join(matchers)}}}[{WINDOW}]))"
    for labels, value in ask(query):
        if math.isfinite(value) and value >= 0:
            yield Sample(name=name, labels=labels, value=value)


def _kept(reader: Reader) -> list[str]:
    return sorted({"le", reader.label, *reader.only} | ({reader.code} if reader.code else set()))


def _of_model(reader: Reader, model: str) -> str:
    """The matcher of a model's series; its name may come from anywhere."""
    return f"{reader.label}=~{_quoted(reader.pattern(model))}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
