"""Feedback: whether an answer was right, and what would have been."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.v1.asked import Asked, AskedNow
from api.v1.resource import TEXT, CaseId, Resource
from api.v1.resources.cases import seen
from api.v1.shapes import finite
from cases.extents import Extent, extent_of
from cases.queries import CaseView
from cases.recording import answer_of
from feedback.questions import MOST, Question, questions_of
from feedback.regions import KINDS, Within
from feedback.submission import FeedbackView, submit, told
from mds_client.errors import MdsError
from mds_client.signature import ModelRef

RESOURCE = Resource("feedback")

Short = Annotated[str, StringConstraints(max_length=200, pattern=TEXT)]
Long = Annotated[str, StringConstraints(max_length=10_000, pattern=TEXT)]


class Statement(BaseModel):
    """What you say of an answer."""

    model_config = ConfigDict(extra="forbid")

    judgement: str = Field(pattern="^(correct|incorrect|unsure)$", examples=["incorrect"])
    truth: Long | float | None = Field(
        None, description="The right answer, in the kind of the model's", examples=["Gentoo"]
    )
    reason: Short = Field("", examples=["Wrong answer"])
    comment: Long = ""
    confidence: float | None = Field(None, ge=0, le=1, description="How sure you are, 0 to 1")
    answers: dict[Short, bool | float | Long] = Field(
        {},
        description="To what the model's owner asks, by question",
        examples=[{"Is it readable?": "pass"}],
        max_length=MOST,
    )


class Feedback(BaseModel):
    """One statement by one person on one case."""

    id: str
    case: str
    created_at: datetime
    person: str
    channel: str = Field(
        description="Why there is feedback: volunteered, audit, review, upload, api"
    )
    judgement: str
    truth: str | float | None = None
    reason: str = ""
    comment: str = ""
    confidence: float | None = None
    replaces: str | None = Field(None, description="The statement that the same person made before")
    is_current: bool
    answers: dict[str, Any] = Field({}, description="To what the model's owner asks, by question")


class AskedQuestion(BaseModel):
    """What the owner of a model asks with each feedback."""

    question: str
    kind: str = Field(description="pass_fail, choice, number or text")
    options: list[str] = Field([], description="Of a choice")
    least: float | None = None
    most: float | None = None


class FeedbackOfCase(BaseModel):
    """Everything that was said of a case, the newest first, and what its model's owner asks with feedback."""

    items: list[Feedback]
    left_out: int = Field(
        0,
        description="So many statements of others are not among the items: the case waits for your review, and you have said "
        "nothing of it. They are once you have.",
        examples=[0],
    )
    sentence: str = Field("", description="The same in words; empty where nothing is left out")
    questions: list[AskedQuestion] = []


@RESOURCE.get("/cases/{case_id}/feedback")
def list_feedback(asked: AskedNow, case_id: CaseId) -> FeedbackOfCase:
    """What people say of a case, and what they said before. While it waits for your review, what others say is left out, and
    it is said how much that is."""
    case = seen(asked, case_id)
    sessions = asked.services.sessions
    questions = questions_of(sessions, case.server, case.model)
    said, left_out = told(sessions, case_id)
    return FeedbackOfCase(
        items=[_feedback(view) for view in said],
        left_out=left_out,
        sentence=_left_out_words(left_out),
        questions=[_question(each) for each in questions],
    )


@RESOURCE.post("/cases/{case_id}/feedback", permission="feedback", status=201)
def give_feedback(asked: AskedNow, case_id: CaseId, body: Statement) -> Feedback:
    """Say whether an answer was right. What you said of it before is replaced, and stays in the history."""
    case = seen(asked, case_id)
    view = submit(
        asked.services.sessions,
        case_id=case.id,
        person=asked.caller.person,
        judgement=body.judgement,
        key=asked.key,
        truth=body.truth,
        reason=body.reason,
        comment=body.comment,
        confidence=body.confidence,
        answers=body.answers,
        # A case that was drawn is judged as such, whichever way the judgement comes.
        channel=None if case.is_audited else "api",
        labels=_labels(asked, case),
        within=_within(asked, case),
    )
    return _feedback(view)


def _left_out_words(count: int) -> str:
    if not count:
        return ""
    what = (
        "1 statement of another person is" if count == 1 else f"{count:,} statements of others are"
    )
    return f"{what} left out until you have judged this case: it waits for your review."


def _within(asked: Asked, case: CaseView) -> Within:
    """What boxes and segments lie within."""
    kind = str((case.answer or {}).get("kind"))
    extent = extent_of(asked.services.sessions, case) if kind in KINDS else Extent()
    return Within(width=extent.width, height=extent.height, seconds=extent.seconds)


def _labels(asked: Asked, case: CaseView) -> list[str]:
    """Every label that the model may answer, as far as it is known."""
    answer = answer_of(case)
    known = list(answer.probabilities) if answer else []
    ref = ModelRef(server=case.server, name=case.model, version=case.version_asked)
    entry = asked.services.catalogue.find(ref)
    if entry is None:
        return sorted(known)
    try:
        outputs = asked.services.signature(entry).outputs
    except MdsError:  # the model's server is away: what it answered is known all the same
        outputs = ()
    return sorted(next((f.labels for f in outputs if f.labels), ()) or known)


def _feedback(view: FeedbackView) -> Feedback:
    return Feedback(
        id=view.id,
        case=view.case_id,
        created_at=view.created_at,
        person=view.person,
        channel=view.channel,
        judgement=view.judgement,
        truth=finite(view.truth),
        reason=view.reason,
        comment=view.comment,
        confidence=view.confidence,
        replaces=view.replaces,
        is_current=view.is_current,
        answers=finite(view.answers or {}),
    )


def _question(asked: Question) -> AskedQuestion:
    return AskedQuestion(
        question=asked.words,
        kind=asked.kind,
        options=list(asked.options),
        least=asked.least,
        most=asked.most,
    )
