"""Where figures go besides the screen: a line of JSON each in `var/benchmarks.jsonl`, so that runs can be compared.

A benchmark checks that what it timed is the right result: `right` raises Wrong where it is not, and the
benchmark ends with that instead of a figure.
"""

from __future__ import annotations

import functools
import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "var" / "benchmarks.jsonl"


class Wrong(Exception):
    """What was timed is not what should have been done."""


def right(holds: object, what: str) -> None:
    """Raises Wrong, with what is wrong, unless it holds."""
    if not holds:
        raise Wrong(what)


def record(benchmark: str, what: str, **figures: float) -> None:
    """Add a line: the figures, with the commit, the machine and the time."""
    FILE.parent.mkdir(exist_ok=True)
    date = datetime.now(UTC).isoformat(timespec="seconds")
    line = {"benchmark": benchmark, "what": what, **figures, "date": date, **_where()}
    with FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


@functools.cache
def _where() -> dict[str, object]:
    python = platform.python_version()
    return {"commit": _commit(), "machine": _processor(), "cores": os.cpu_count(), "python": python}


def _commit() -> str:
    """As git names it, with `-dirty` where files differ from it; empty outside of a clone."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    described = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return described.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
