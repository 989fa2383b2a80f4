"""The processes that tests kill: `python -m tests.jobs.processes ROLE DATABASE_URL CASE`. All real, but the models,
which are arithmetic and slow.

A `web` process starts an explanation of the case and a study, and prints their ids; a `worker` prints its name. Both go
on until they are killed.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "explanations")]

from arithmetic_models import REF, SERVER, connect, table, weighted  # noqa: E402

import services  # noqa: E402
from explanations.behaviour.cohorts import Cohort  # noqa: E402
from explanations.contract import Budget  # noqa: E402
from explanations.explaining import ExplanationRequest  # noqa: E402
from explanations.jobs import explanation, study  # noqa: E402
from explanations.target import Target  # noqa: E402
from explanations.worker import Explainers  # noqa: E402
from settings import ServerSettings, Settings  # noqa: E402

LOST_SECONDS = 3.0
SIGNATURE = table({"a": [0.0, 1.0], "b": [1.0, 0.0], "c": [0.0, 3.0]})
ROW = {"a": 5.0, "b": 5.0, "c": 5.0}
ROWS = [{"a": float(i), "b": float(i % 3), "c": float(-i)} for i in range(12)]


def built(url: str) -> services.Services:
    """The services of a process, with models that take 50 ms a row."""
    settings = Settings(
        servers=[ServerSettings(name=SERVER.name, url=SERVER.url)],
        database_url=url,  # type: ignore[arg-type]
        lost_seconds=LOST_SECONDS,
        embedded_worker=False,
    )
    return replace(services.build(settings), explainers=Explainers(connect=connect, is_eager=False))


def start(found: services.Services, case_id: str) -> tuple[str, str]:
    """Both begin in this process; their ids."""
    request = ExplanationRequest(
        method="shapley",
        server=SERVER,
        signature=replace(SIGNATURE, model=replace(REF, name="slow")),
        values=ROW,
        answer=weighted(ROW),
        budget=Budget(rows=400, calls=400, seconds=60.0),
        case=case_id,
    )
    about_rows = replace(
        request,
        method="permutation_importance",
        values={},
        answer=None,
        case="",
        target=Target(kind="number", unit="mm"),
        cohort=ROWS,
        options={"repetitions": 4},
    )
    cohort = Cohort(words="12 rows", rows=ROWS)
    one = explanation.start(found.here, found.kinds["explanation"], request, person="ada")
    other = study.start(found.here, found.kinds["study"], about_rows, cohort, person="ada")
    return one.id, other.id


def main() -> None:
    role, url, case_id = sys.argv[1:]
    found = built(url)
    if role == "web":
        # So slow that neither is done here, however late the other begins.
        os.environ["SECONDS_A_ROW"] = "0.25"
        print(*start(found, case_id), flush=True)
    else:
        worker = found.worker()
        worker.start()
        print(worker.id, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
