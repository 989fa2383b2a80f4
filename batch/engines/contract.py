"""What is asked about a large file, and what whoever asks needs for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from batch.scoring import Recorder
from db.engine import Sessions
from jobs.contract import Kind
from mds_client.server import Server
from mds_client.signature import ModelRef, Signature
from settings import Settings

NAME = "large-batch"
HELP = "large-batch-help"


@dataclass(frozen=True, kw_only=True)
class LargeFile:
    """What is asked about a file whose rows lie in the folder of `batch_id`: the id of the first job about it.

    `rows` is how many there are, `record` which of them become cases, `share` the chance of one to be in a sample, `base`
    the address before the link to a case. `engine` is `local` or `ray`; empty for what settings and size say. Of rows that are
    corrected ones of `corrected_batch`, `corrects` is its folder, and `whole_rows` how many rows that file has. Of a short file, which
    has no folder, its rows lie within the folder of these, and `corrects` is that one.
    """

    batch_id: str
    model: ModelRef
    signature: Signature
    rows: int
    record: str = "all"
    share: float = 0.01
    base: str = ""
    engine: str = ""
    corrected_batch: str = ""
    corrects: str = ""
    whole_rows: int = 0


@dataclass(frozen=True, kw_only=True)
class Help:
    """Another process works on the same batch: that of this job."""

    of: LargeFile


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def batches_root(self) -> Path: ...
    @property
    def kinds(self) -> Mapping[str, Kind]: ...
    def server(self, name: str) -> Server: ...
    def recorder(
        self, ref: ModelRef, signature: Signature, key: str, person: str, record: str, share: float
    ) -> Recorder: ...
    def give_way(self, server: str) -> bool: ...
