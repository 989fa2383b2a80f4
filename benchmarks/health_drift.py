"""Drift of 20 features over 100,000 rows: ours beside Evidently and NannyML, on the same rows in one run.

`python -m benchmarks.health_drift [--rows N] [--times N]` makes an environment for each peer with uv below `var/peers`, once;
without a network it says so and times ours alone. Three of the features are shifted. Prints the median seconds of the processor of
each and how many times faster ours is; and how long one more case takes in the sketch, and a case of a chunk of 1,000. Checked: ours flags
the three and no other, its statistic of Kolmogorov and Smirnov is SciPy's to 1/512, the peers rank the same three first, and what
was counted case by case is what was counted at once.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from benchmarks.figures import ROOT, record, right
from health.drift import sketches
from health.drift.fields import FieldDrift, _gap, compare_sketches
from health.drift.sketches import MOST_EDGES, Sketch

FEATURES = 20
SHIFTED = ("x3", "x8", "x15")
CHUNK = 1_000
PEERS = {
    "evidently": ("evidently==0.7.*", "pandas<3"),
    "nannyml": ("nannyml==0.13.*", "statsmodels"),
}
Columns = dict[str, NDArray[np.float64]]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5)
    chosen = parser.parse_args(arguments)
    before, after = _rows(chosen.rows)
    ours = _ours(before, after, chosen)
    _one_more(before, after)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.npz"
        tables = {"before": before, "after": after}
        stacked = {side: np.column_stack(list(rows.values())) for side, rows in tables.items()}
        np.savez(file, names=np.array(list(before)), **stacked)
        for peer in PEERS:
            _peer(peer, file, ours, chosen)


def _rows(count: int) -> tuple[Columns, Columns]:
    """Features of several shapes, and the same with three of them shifted by a third of their spread."""
    random = np.random.default_rng(11)
    shapes = (random.standard_normal, random.standard_exponential, random.random)
    names = [f"x{place}" for place in range(FEATURES)]
    sides = [
        {name: shapes[place % 3](count) * (place + 1) for place, name in enumerate(names)}
        for _ in range(2)
    ]
    for name in SHIFTED:
        sides[1][name] = sides[1][name] + sides[1][name].std() * 0.6
    return sides[0], sides[1]


def _ours(before: Columns, after: Columns, chosen: argparse.Namespace) -> float:
    taken = []
    for _ in range(chosen.times):
        began = time.process_time()
        found, sides = _drift(before, after)
        taken.append(time.process_time() - began)
    flagged = {field.name for field in found if field.is_flagged}
    right(flagged == set(SHIFTED), f"ours flags {sorted(flagged)}")
    for name in before:
        gap = _gap(sides[0].numbers[name], sides[1].numbers[name])
        theirs = ks_2samp(before[name], after[name]).statistic
        right(abs(gap - theirs) <= 1 / MOST_EDGES, f"{name}: {gap} beside {theirs}")
    return _say("ours", taken, chosen.rows)


def _drift(before: Columns, after: Columns) -> tuple[list[FieldDrift], tuple[Sketch, Sketch]]:
    reference = sketches.reference(before, frozenset(), len(before["x0"]))
    recent = sketches.empty(reference)
    recent.add_columns(after, len(after["x0"]))
    return compare_sketches(reference, recent), (reference, recent)


def _one_more(before: Columns, after: Columns) -> None:
    """One more case, and a case of a chunk, each with the drift of all fields that it leaves counted."""
    reference = sketches.reference(before, frozenset(), len(before["x0"]))
    rows = [{name: float(after[name][place]) for name in after} for place in range(CHUNK)]
    singly, at_once = sketches.empty(reference), sketches.empty(reference)
    taken = []
    for row in rows:
        began = time.perf_counter()
        singly.add(row)
        taken.append(time.perf_counter() - began)
    began = time.perf_counter()
    columns = {name: np.array([row[name] for row in rows]) for name in after}
    at_once.add_columns(columns, CHUNK)
    chunk = (time.perf_counter() - began) / CHUNK
    right(_same(singly, at_once), "counted otherwise in a chunk")
    one, slow = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
    print(f"one more case: {one * 1e6:,.0f} µs (99 of 100 within {slow * 1e6:,.0f} µs); in a chunk {chunk * 1e6:,.1f} µs a case")  # fmt: skip
    record("health_drift", "one more case", median_us=one * 1e6, p99_us=slow * 1e6, chunk_us=chunk * 1e6)  # fmt: skip


def _same(first: Sketch, second: Sketch) -> bool:
    return all(
        (first.numbers[name].upto == second.numbers[name].upto).all()
        and (first.numbers[name].equal == second.numbers[name].equal).all()
        for name in first.numbers
    )


def _peer(name: str, file: Path, ours: float, chosen: argparse.Namespace) -> None:
    python = _environment(name)
    if python is None:
        print(f"{name}: cannot be installed here (is there a network?)")
        return
    script = ROOT / "benchmarks" / "peers" / f"{name}_drift.py"
    command = [str(python), str(script), str(file), str(chosen.times)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    right(ran.returncode == 0, f"{name}: {ran.stderr[-2000:]}")
    found = json.loads(ran.stdout.splitlines()[-1])
    largest = sorted(found["values"], key=found["values"].__getitem__, reverse=True)[: len(SHIFTED)]
    right(set(largest) == set(SHIFTED), f"{name} finds {largest}")
    theirs = _say(name, found["seconds"], chosen.rows)
    print(f"  ours is {theirs / ours:,.0f} times as fast as {name}")
    record("health_drift", f"{name} / ours", times=theirs / ours)


def _environment(name: str) -> Path | None:
    """The Python of an environment of its own; None where it cannot be made."""
    folder = ROOT / "var" / "peers" / name
    python = folder / "bin" / "python"
    if (folder / "ready").exists():
        return python
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    for command in (
        [uv, "venv", "--clear", "--python", "3.11", str(folder)],
        [uv, "pip", "install", "--python", str(python), *PEERS[name]],
    ):
        if subprocess.run(command, capture_output=True, text=True, check=False).returncode:
            return None
    (folder / "ready").touch()
    return python


def _say(name: str, taken: Sequence[float], rows: int) -> float:
    median = statistics.median(taken)
    print(f"{name}: {FEATURES} features x {rows:,} rows: {median:.3f} s of the processor, median of {len(taken)}", flush=True)  # fmt: skip
    record("health_drift", f"{name}: {FEATURES} x {rows:,}", median_s=median)
    return median


if __name__ == "__main__":
    main()
