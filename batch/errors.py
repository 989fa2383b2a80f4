"""What can go wrong with a batch, on the tree of mds_client.errors.

* MdsError
  + DataFolderFull    there is no room for what a batch writes
  + PartitionGone     the rows of a batch are not there any more
  + NothingToSend     no row of a file can be sent
  + StreamRefused     a broker is not known, is not there, or what speaks to it is not installed
  + NotItsRows        rows are not those to correct of a batch
  + EngineRefused     a file cannot be asked about where that was wanted
  + ClusterGone       a cluster of Ray does not answer, or none of its machines can work
  + ScheduleRefused   there is no such schedule, or it could never be looked at
"""

from __future__ import annotations

import errno

from mds_client.errors import MdsError


class DataFolderFull(MdsError):
    """There is no room for what a batch writes."""

    kind = "disk_full"

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "The folder of the batches is full. What was answered before is kept.",
            advice="Make room, then let the job go on: it begins after the last rows that were kept.",
            detail=detail,
        )


class PartitionGone(MdsError):
    """The rows of a batch are not there any more."""

    kind = "batch_gone"

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "The rows of this file are not kept here any more.",
            advice="Upload the file once more. Where several machines run workers, they must share `batch_folder`.",
            detail=detail,
        )


class NothingToSend(MdsError):
    """No row of a file can be sent; `why` is what is wrong with most of them."""

    kind = "nothing_to_send"

    def __init__(self, why: str = "") -> None:
        super().__init__(
            f"No row can be sent. {why}".strip(),
            advice="Correct the file: `mds batch FILE --dry-run` says what is wrong with its rows.",
        )


class NotItsRows(MdsError):
    """Rows are not those to correct of a batch; `why` is a sentence."""

    kind = "not_its_rows"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(
            f"These are not rows without an answer of that file. {why}",
            advice="Take its rows without an answer away, correct them, and leave their row numbers as they are.",
        )


class EngineRefused(MdsError):
    """A file cannot be asked about where that was wanted; `why` is a sentence."""

    kind = "engine_refused"

    def __init__(self, why: str, *, detail: str = "") -> None:
        super().__init__(
            why,
            advice="Whoever runs the workbench can set it up, or the workers here do it: `--engine local`.",
            detail=detail,
        )


class ClusterGone(MdsError):
    """A cluster of Ray does not answer, or none of its machines can work."""

    kind = "cluster_gone"


class ScheduleRefused(MdsError):
    """There is no such schedule, or it could never be looked at."""

    kind = "schedule_refused"


class StreamRefused(MdsError):
    """A broker is not known, is not there, or what speaks to it is not installed."""

    kind = "stream_refused"


def of_disk(error: OSError) -> MdsError:
    """The error for one of the disk."""
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error)
    if is_full:
        return DataFolderFull(str(error))
    if isinstance(error, FileNotFoundError):
        return PartitionGone(str(error))
    return MdsError(
        "The folder of the batches cannot be used.",
        advice="Whoever runs the workbench can look at it; then let the job go on.",
        detail=str(error),
    )
