"""`python -m demonstration`: writes the history into the database of the settings, from its demo server."""

from __future__ import annotations

import argparse
import gc
import logging
import time
from pathlib import Path

import services
from db.ids import utc_now
from demonstration.history import write
from demonstration.plan import DAYS
from health.drift_detectors import ask_all
from mds_client.signature import ModelRef
from settings import ROOT, settings


def main() -> None:
    """Write it, and say how many cases there are and how long that took."""
    parser = argparse.ArgumentParser(prog="demonstration", description=__doc__)
    parser.add_argument("--models", type=Path, default=ROOT / "var" / "models")
    models: Path = parser.parse_args().models
    logging.basicConfig(level=logging.WARNING)
    began = time.monotonic()
    # What is imported stays, and what is written makes many objects and few cycles: a twentieth of the time was looking for those.
    gc.freeze()
    gc.set_threshold(50_000)
    built = services.build(settings())
    server = settings().servers[0].name
    try:
        count = write(
            lambda one: built.model(ModelRef(server=server, name=one.model, version=one.version)),
            built.sessions,
            models,
            until=utc_now(),
            outliers=built.outliers,
            titles=built.field_titles_in_jobs,
            units=built.answer_unit_in_jobs,
        )
        if count:
            ask_all(built.sessions, built.drift_detectors(), built.ask_drift_detector)
    finally:
        built.close()
    if count:
        print(  # noqa: T201
            f"  ✓ {count:,} cases of the last {DAYS} days ({time.monotonic() - began:.0f} s, once)"
        )


if __name__ == "__main__":
    main()
