"""An explanation as a job: what of a request is kept, and how a run waits for the process that explains."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from explanations.contract import Attribution, Budget, Explanation
from explanations.errors import ExplanationFailed
from explanations.explaining import ExplanationRequest
from explanations.formatting import DOTS
from explanations.job import Job
from explanations.target import Target
from jobs.contract import Progress, Run
from jobs.errors import JobCancelled, JobLost, ValuesNotStored
from mds_client.errors import MdsError
from mds_client.prediction import Answer, Box
from mds_client.prediction.masks import Mask
from mds_client.sensitive_values import (
    WORDS,
    SensitiveValues,
    as_written,
    has_marks,
    has_withheld,
)
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
    """What starts explanations; `explanations.worker.Explainers` is one."""

    def start(self, request: ExplanationRequest) -> Job:
        """Begin to explain; returns at once."""


class Servers(Protocol):
    """Finds a server by its name."""

    def __call__(self, name: str) -> Server:
        """Raises KeyError."""


def without_secrets(request: ExplanationRequest) -> ExplanationRequest:
    """The request without what is secret or may change: of the server, its name."""
    return replace(request, server=Server(name=request.server.name, url=""))


def as_stored(request: ExplanationRequest) -> ExplanationRequest | None:
    """The request as its job may keep it, without sensitive values that are not stored; None where it has none."""
    signature = request.signature
    if not has_withheld(signature):
        return None
    return replace(
        request,
        values=as_written(signature, request.values),
        cohort=tuple(as_written(signature, row) for row in request.cohort),
    )


def without_values(found: Explanation, request: ExplanationRequest) -> Explanation:
    """What was found, without the sensitive values that it is about: what moved the answer is told, not what it was."""
    hidden = SensitiveValues.of(request.signature, [request.values], all_sensitive=True)
    if not hidden.names:
        return found
    text, wire = hidden.prose, found.wire
    return replace(
        found,
        attributions=tuple(_without_value(each, hidden) for each in found.attributions),
        conditions=tuple(text(each) for each in found.conditions),
        sentence=text(found.sentence),
        alt=text(found.alt),
        note=text(found.note),
        tree=text(found.tree),
        wire=replace(wire, sent=WORDS, received=text(wire.received)) if wire else None,
    )


def _without_value(part: Attribution, hidden: SensitiveValues) -> Attribution:
    if part.field not in hidden.names:
        return part
    # A part of a text or a picture is called by what it is; a whole field by its name.
    is_part = part.span is not None
    return replace(part, title=WORDS if is_part else part.title, value_text="" if is_part else DOTS)


def to_be_asked(request: ExplanationRequest, servers: Servers) -> ExplanationRequest:
    """The request with the server as it is configured now. Raises ExplanationFailed when it is not any more, and
    ValuesNotStored where a job that was cut off has not what it is about."""
    if has_marks([request.values, *request.cohort]):
        raise ValuesNotStored
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
