"""Kinds of job for tests: what each run did stands in a file, a line a part, so that nothing done twice is missed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jobs.contract import PEOPLE, Kind, Outcome, Progress, Queue, Run
from jobs.errors import JobFailed


@dataclass(frozen=True, kw_only=True)
class Counting:
    """Count to `last`, a part each `seconds`; at `breaks_at` it breaks unless `mended` exists."""

    last: int
    seconds: float = 0.0
    breaks_at: int = -1
    file: str = ""
    mended: str = ""


def count(run: Run, given: object) -> Outcome:
    """Writes each part that is done into the file."""
    assert isinstance(given, Counting)
    total = 0
    for part in range(1, given.last + 1):
        total += run.step(f"part {part}", lambda: _part(given, part))  # noqa: B023
        run.report(Progress(fraction=part / given.last, words=f"{part} of {given.last}"))
    return Outcome(sentence=f"Counted to {given.last}: {total}.")


def _part(given: Counting, part: int) -> int:
    time.sleep(given.seconds)
    if part == given.breaks_at and not Path(given.mended).exists():
        raise JobFailed("It broke in the middle.", advice="Mend it.")
    with Path(given.file).open("a") as file:
        file.write(f"{part}\n")
    return part


def counting(queue: Queue = PEOPLE, name: str = "counting", version: int = 1) -> Kind:
    return Kind(
        name=name,
        title="Counting",
        run=count,
        permission="predict",
        takes=(Counting,),
        queue=queue,
        version=version,
    )


def by_name(*kinds: Kind) -> Mapping[str, Kind]:
    return {kind.name: kind for kind in kinds}
