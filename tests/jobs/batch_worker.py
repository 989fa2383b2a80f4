"""A worker that tests kill while it asks about a file: `python -m tests.jobs.batch_worker DATABASE_URL FILE`. All real, but
the model, which is slow and writes each row that it is asked into the file."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import services
from mds_client.errors import EndpointRefused
from mds_client.prediction import Answer, Prediction
from mds_client.signature import Field, ModelRef, Signature
from settings import ServerSettings, Settings
from tests.stub_predictor import exchange

REF = ModelRef(server="here", name="slow")
SIGNATURE = Signature(model=REF, inputs=(Field(name="x", kind="integer"),))
REFUSED = 17
SECONDS = 0.02  # for each row


@dataclass(frozen=True)
class SlowModel:
    """Answers each row with its number; refuses one."""

    file: Path
    ref: ModelRef = REF

    def signature(self) -> Signature:
        return SIGNATURE

    def predict(self, rows: Sequence[dict[str, int]], **_: str) -> Prediction:
        numbers = [row["x"] for row in rows]
        if REFUSED in numbers:
            raise EndpointRefused("The model did not accept this.")
        with self.file.open("a") as file:
            file.write("".join(f"{number}\n" for number in numbers))
        time.sleep(SECONDS * len(numbers))
        answers = tuple(Answer(kind="number", number=float(number)) for number in numbers)
        return Prediction(model=REF, outputs=(), answers=answers, exchange=exchange())


@dataclass(frozen=True, kw_only=True)
class WithSlowModel(services.Services):
    """The services of a worker, with one model."""

    file: Path

    def model(self, ref: ModelRef, signature: Signature | None = None) -> Any:
        return SlowModel(self.file)


def built(url: str, file: Path) -> services.Services:
    settings = Settings(
        servers=[ServerSettings(name=REF.server, url="http://127.0.0.1:9")],
        database_url=url,  # type: ignore[arg-type]
        lost_seconds=2.0,
        embedded_worker=False,
    )
    found = services.build(settings)
    parts = {part.name: getattr(found, part.name) for part in fields(found)}
    return WithSlowModel(**parts, file=file)


def main() -> None:
    url, file = sys.argv[1:]
    worker = built(url, Path(file)).worker()
    worker.start()
    print(worker.id, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
