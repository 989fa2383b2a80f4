"""The text in which servers expose their metrics, as far as a kind of server is read; it comes from strangers."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Collection, Iterator

from prometheus_client.parser import text_string_to_metric_families

from health.server_metrics.contract import Sample

MOST_SERIES = 20_000
MOST_LINE = 4_096
MOST_SECONDS = 2.0
_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")


class UnreadableMetrics(Exception):
    """The text is none of metrics, or is more than is read. Its message is a sentence."""


def samples(text: str, names: Collection[str]) -> list[Sample]:
    """The series of these names, without those that have no number. Raises UnreadableMetrics."""
    found: list[Sample] = []
    until = time.monotonic() + MOST_SECONDS
    for place, line in enumerate(_lines(text, names)):
        if place >= MOST_SERIES or time.monotonic() > until:
            raise UnreadableMetrics(f"They are too many to read: more than {place:,} series.")
        found += _read(line)
    return found


def _lines(text: str, names: Collection[str]) -> Iterator[str]:
    """Only what is wanted goes to the parser, which takes its time. Types are left out: each line is what it says."""
    for line in text.split("\n"):
        if len(line) > MOST_LINE or line.startswith("#"):
            continue
        named = _NAME.match(line)
        if named and named[0] in names:
            yield line


def _read(line: str) -> list[Sample]:
    try:
        (family,) = text_string_to_metric_families(line + "\n")
    except (ValueError, KeyError, IndexError) as error:
        raise UnreadableMetrics("What it answered is no text of metrics.") from error
    return [
        Sample(name=each.name, labels=each.labels, value=float(each.value))
        for each in family.samples
        if math.isfinite(each.value) and each.value >= 0
    ]
