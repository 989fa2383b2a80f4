"""What can end a run of a job: one branch of the tree in mds_client.errors, and a loss that is nobody's error.

* MdsError
  + JobCancelled            somebody stopped it
  + JobFailed               it cannot be run, or broke: another version of the app made it, its process died
    + ValuesNotStored       it was cut off, and has sensitive values that are not stored
  + NoSuchJob               there is no job with this id
  + NotResumable            it waits, runs or is done: there is nothing to let go on
  + JobUnderWay             the same is under way already; `job_id` says as what
* JobLost                   the job is not this run's any more: another process goes on with it
"""

from __future__ import annotations

from mds_client.errors import MdsError


class JobCancelled(MdsError):
    """Somebody stopped the job."""

    kind = "job_cancelled"

    def __init__(self) -> None:
        super().__init__("It was stopped.")


class JobFailed(MdsError):
    """The job cannot go on."""

    kind = "job_failed"


class ValuesNotStored(JobFailed):
    """A job was cut off, and what it was about is sensitive and not stored: no other process can go on with it."""

    def __init__(self) -> None:
        super().__init__(
            "It was cut off, and its sensitive values are not stored, so it cannot go on.",
            advice="Begin it again: enter the values, or give the file, once more.",
        )


class NoSuchJob(MdsError):
    """There is no job with this id."""

    kind = "no_such_job"


class NotResumable(MdsError):
    """Only a job that failed or was stopped, and whose input is kept, can go on."""

    kind = "not_resumable"


class JobUnderWay(MdsError):
    """What is wanted once at a time is under way."""

    kind = "job_under_way"

    def __init__(self, job_id: str) -> None:
        super().__init__("This is under way already.", advice="Wait for it, or stop it first.")
        self.job_id = job_id


class JobLost(Exception):
    """Another process runs the job now; whatever this run found is not wanted."""
