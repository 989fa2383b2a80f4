"""An explanation as a job: what of a request is kept, and how a run waits for the process that explains."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from explanations.contract import Budget, Explanation
from explanations.errors import ExplanationFailed
from explanations.explaining import ExplanationRequest
from explanations.job import Job
from explanations.target import Target
from jobs.contract import Progress, Run
from jobs.errors import JobCancelled, JobLost
from mds_client.errors import MdsError
from mds_client.prediction import Answer, Box
from mds_client.prediction.masks import Mask
from mds_client.server import Server
from mds_client.signature import Explainer, Field, File, ModelRef, Signature

# What a request is made of. Of its server the name is kept: where it is and how we sign in there, the settings say.
TYPES = (
    ExplanationRequest,
    Server,
    Signature,
    Field,
    ModelRef,
    Explainer,
    File,
    Answer,
    Box,
    Mask,
    Target,
    Budget,
)
_LOOK_SECONDS = 0.02


class Explains(Protocol):
    """Starts explanations: explanations.worker.Explainers."""

    def start(self, request: ExplanationRequest) -> Job:
        """Begin to explain; returns at once."""


class Servers(Protocol):
    """Finds a server by its name."""

    def __call__(self, name: str) -> Server:
        """Raises KeyError."""


def without_secrets(request: ExplanationRequest) -> ExplanationRequest:
    """The request without what is secret or may change: of the server, its name."""
    return replace(request, server=Server(name=request.server.name, url=""))


def to_be_asked(request: ExplanationRequest, servers: Servers) -> ExplanationRequest:
    """The request with the server as it is configured now. Raises ExplanationFailed when it is not any more."""
    try:
        return replace(request, server=servers(request.server.name))
    except KeyError as error:
        raise ExplanationFailed(
            f"The server {request.server.name} is not configured any more.",
            advice="The prediction itself is not affected.",
        ) from error


def wait(run: Run, explainers: Explains, request: ExplanationRequest) -> Explanation:
    """The explanation, waited for. Raises its error, JobCancelled when somebody stopped it, and JobLost."""
    job = explainers.start(request)
    try:
        while not job.wait(_LOOK_SECONDS):
            _report(run, job)
            if run.is_cancelled and not job.is_cancelled:
                job.cancel()
        _report(run, job)
    except JobLost:
        job.cancel()
        raise
    try:
        return job.result(0)
    except MdsError as error:
        if run.is_cancelled:
            raise JobCancelled from error
        raise


def _report(run: Run, job: Job) -> None:
    now = job.progress()
    run.report(Progress(fraction=now.fraction, words=now.words, rough=now.rough))
