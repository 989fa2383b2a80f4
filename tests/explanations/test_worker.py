"""Explanations in real processes: progress, cancelling, deadlines, crashes, and no orphans."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from arithmetic_models import REF, SERVER, connect, table, weighted

from explanations.contract import Budget
from explanations.errors import ExplanationCancelled, ExplanationFailed, ExplanationTooDear
from explanations.explaining import ExplanationRequest
from explanations.job import Job
from explanations.worker import Explainers
from mds_client.errors import EndpointFailed, MdsError

pytestmark = pytest.mark.slow

SIGNATURE = table({"a": [0.0, 1.0], "b": [1.0, 0.0], "c": [0.0, 3.0]})
ROW = {"a": 5.0, "b": 5.0, "c": 5.0}


@pytest.fixture(scope="module")
def explainers() -> Iterator[Explainers]:
    found = Explainers(connect=connect, is_eager=False, grace=1.0, most_waiting=3)
    yield found
    found.close()


def _start(explainers: Explainers, model: str, seconds: float = 20.0) -> Job:
    return explainers.start(
        ExplanationRequest(
            method="shapley",
            server=SERVER,
            signature=replace(SIGNATURE, model=replace(REF, name=model)),
            values=ROW,
            answer=weighted(ROW),
            budget=Budget(rows=2000, calls=500, seconds=seconds),
        )
    )


def test_it_explains_with_progress_and_without_the_libraries_here(explainers: Explainers) -> None:
    job = _start(explainers, "slow")
    seen = set()
    while not job.wait(0.01):
        seen.add(job.progress().words)
    amounts = [attribution.amount for attribution in job.result().attributions]
    assert sorted(amounts) == pytest.approx(sorted([2 * 4.5, 3 * 4.5, -3.5]))
    assert job.progress().fraction == 1.0
    assert len(seen) >= 2


def test_what_is_cancelled_ends_soon(explainers: Explainers) -> None:
    job = _start(explainers, "slow")
    job.cancel()
    began = time.monotonic()
    with pytest.raises(ExplanationCancelled):
        job.result(timeout=20)
    assert time.monotonic() - began < 15


def test_a_stuck_one_is_ended_and_the_next_works(explainers: Explainers) -> None:
    job = _start(explainers, "stuck", seconds=0.5)
    with pytest.raises(MdsError) as caught:
        job.result(timeout=90)
    assert caught.value.sentence
    assert _start(explainers, "sums").result(timeout=90).is_complete


def test_a_crash_is_said_and_the_next_works(explainers: Explainers) -> None:
    with pytest.raises(ExplanationFailed) as caught:
        _start(explainers, "dying").result(timeout=90)
    assert caught.value.sentence
    assert _start(explainers, "sums").result(timeout=90).is_complete


def test_a_models_failure_keeps_its_words(explainers: Explainers) -> None:
    with pytest.raises(MdsError, match="The server broke") as caught:
        _start(explainers, "refusing").result(timeout=90)
    assert not isinstance(caught.value, ExplanationCancelled)
    assert isinstance(caught.value, EndpointFailed | ExplanationFailed | MdsError)


def test_too_many_at_once_are_turned_away_in_words(explainers: Explainers) -> None:
    jobs = [_start(explainers, "slow")]
    with pytest.raises(ExplanationTooDear, match="Too many"):
        jobs.extend(_start(explainers, "slow") for _ in range(9))
    for job in jobs:
        job.cancel()
        job.wait(30)


def test_unless_it_is_eager_no_process_starts_before_the_first_explanation(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, Explainers(is_eager=False) as explainers:
        patch.setenv("MARK", str(tmp_path))
        explainers.warm()
        time.sleep(0.2)
        assert not _marked(tmp_path)


def test_what_is_on_the_path_for_a_moment_shadows_no_library_of_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise ImportError('shadowed')")
    with Explainers(connect=connect, is_eager=False) as explainers:
        monkeypatch.syspath_prepend(tmp_path)
        job = _start(explainers, REF.name)
        assert job.wait(60)
        assert job.result().sentence


def test_libraries_are_loaded_early_and_no_process_outlives_a_killed_app(tmp_path: Path) -> None:
    root, here = str(Path(__file__).parents[2]), str(Path(__file__).parent)
    code = (
        f"import sys, time; sys.path[:0] = [{root!r}, {here!r}]\n"
        "from explanations.worker import Explainers\n"
        "Explainers().warm(); print('up', flush=True); time.sleep(300)"
    )
    environment = {**os.environ, "MARK": str(tmp_path)}
    app = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    assert app.stdout is not None
    assert app.stdout.readline() == b"up\n"
    deadline = time.monotonic() + 20
    while len(_marked(tmp_path)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    # Only what explains with a library needs it, and nothing was asked.
    while not _has_loaded(tmp_path, "sklearn") and time.monotonic() < deadline + 100:
        time.sleep(0.05)
    assert _has_loaded(tmp_path, "sklearn")
    app.send_signal(signal.SIGKILL)
    app.communicate()
    deadline = time.monotonic()
    while _marked(tmp_path) and time.monotonic() < deadline + 20:
        time.sleep(0.05)
    assert not _marked(tmp_path)


def _has_loaded(folder: Path, library: str) -> bool:
    maps = [Path("/proc", process, "maps").read_text() for process in _marked(folder)]
    return any(library in each for each in maps)


def _marked(folder: Path) -> list[str]:
    """The processes that inherited the mark in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if (
                entry.name.isdigit()
                and f"MARK={folder}".encode() in (entry / "environ").read_bytes()
            ):
                found.append(entry.name)
        except OSError:
            continue
    return found
