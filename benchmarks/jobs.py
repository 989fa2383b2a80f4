"""What it costs that an explanation is a job: the same explanation by the same warm process, as a job and without one, in
turns, on SQLite. Checks that both found the same and that the job's result is kept.
`python -m benchmarks.jobs [--turns N]`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import services
from cases.queries import explanations
from cases.recording import predict_and_record
from cli import demo
from explanations.contract import Progress
from explanations.explaining import ExplanationRequest
from explanations.jobs import explanation
from jobs import store
from settings import ServerSettings, Settings

METHOD = "shapley"
MODEL = "penguins"
_LOOK = 0.002
Look = Callable[[], Progress | None]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=9)
    chosen = parser.parse_args(arguments)
    demo.build_models()
    with tempfile.TemporaryDirectory() as folder:
        part = demo.server_part(Path(folder), *demo.free_ports(18080, 3))
        with demo.running(part) as process:
            demo.wait_until_ready([part], {part.name: process})
            measure(part.ready_url.removesuffix("/v2/health/ready"), Path(folder), chosen.turns)


def measure(url: str, folder: Path, turns: int) -> None:
    settings = Settings(
        servers=[ServerSettings(name="demo", url=url)],
        database_url=f"sqlite:///{folder / 'jobs.db'}",  # type: ignore[arg-type]
        embedded_worker=False,
    )
    built = services.build(settings)
    try:
        request = asked(built)
        without(built, request)  # the process loads its libraries
        pairs = [(without(built, request), as_job(built, request)) for _ in range(turns)]
    finally:
        built.close()
    for name, place in (("first rough bars", 0), ("ready and kept", 1)):
        bare = [each[place] for each, _ in pairs]
        jobs = [each[place] for _, each in pairs]
        ratio = statistics.median(j / b for b, j in zip(bare, jobs, strict=True))
        print(
            f"{name:18} {statistics.median(bare) * 1000:7.0f} ms without a job"
            f" {statistics.median(jobs) * 1000:7.0f} ms as one, {ratio:.3f}×"
        )


def asked(built: services.Services) -> ExplanationRequest:
    """A case of the model, about to be explained."""
    model = built.clients["demo"].model(MODEL)
    signature = model.signature()
    row = signature.example_rows[0]
    return ExplanationRequest(
        method=METHOD,
        server=built.clients["demo"].server,
        signature=signature,
        values=row,
        answer=model.predict(row).answer,
        background=signature.example_rows,
    )


def without(built: services.Services, request: ExplanationRequest) -> tuple[float, float]:
    """Seconds to the first rough bars and to the end."""
    began = time.perf_counter()
    job = built.explainers.start(request)
    rough = watched(lambda: None if job.done() else job.progress(), began)
    job.result()
    return rough, time.perf_counter() - began


def as_job(built: services.Services, request: ExplanationRequest) -> tuple[float, float]:
    """The same as a job about a case of its own, until its result can be read."""
    case_id = recorded(built, request)
    request = replace(request, case=case_id)
    began = time.perf_counter()
    job = explanation.start(built.here, built.kinds[explanation.NAME], request, person="")

    def look() -> Progress | None:
        run = built.here.run_of(job.id)
        return Progress(rough=run.progress.rough) if run else None  # type: ignore[arg-type]

    rough = watched(look, began)
    ended = store.find(built.sessions, job.id)
    took = time.perf_counter() - began
    (kept,) = explanations(built.sessions, case_id)
    if ended is None or ended.state != "done" or kept.id != ended.result:
        raise AssertionError(f"the job came to nothing: {ended}")
    return rough, took


def watched(look: Look, began: float) -> float:
    """Look until there is nothing more to see; when the first rough bars were seen."""
    rough = 0.0
    while progress := look():
        if progress.rough is not None and not rough:
            rough = time.perf_counter() - began
        time.sleep(_LOOK)
    return rough or time.perf_counter() - began


def recorded(built: services.Services, request: ExplanationRequest) -> str:
    """A case that can be explained."""
    recorded_case = predict_and_record(
        built.clients["demo"].model(MODEL),
        request.values,
        sessions=built.sessions,
        key=str(time.perf_counter_ns()),
        audit=built.audit,
    )
    return recorded_case.case.id


if __name__ == "__main__":
    main()
