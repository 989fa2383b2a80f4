"""Takes away the folders of large files that no batch names any more, every night: it was deleted, or never began."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import db.batch_chunks
from batch.folder import remove_unnamed
from db.engine import Sessions, reading
from jobs.contract import Kind, Outcome, Run

NAME = "old-batch-folders"
# What somebody reads at this moment has no batch yet.
DAY = 24 * 3600.0


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...
    @property
    def batches_root(self) -> Path: ...


def kind(tools: Tools, now: Callable[[], float] = time.time) -> Kind:
    """Deletes the rows and results of files whose batch is deleted."""

    def run(_run: Run, _given: object) -> Outcome:
        with reading(tools.sessions) as session:
            named = db.batch_chunks.folders(session)
        count = remove_unnamed(tools.batches_root, named, now() - DAY)
        return Outcome(sentence=f"Folders of large files deleted: {count:,}.")

    return Kind(
        name=NAME,
        title="Delete the folders of large files",
        run=run,
        schedule="47 3 * * *",
        permission="operate",
    )
