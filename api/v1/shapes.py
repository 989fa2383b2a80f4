"""What several resources answer with: cases, answers, models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cases.inputs import plain_value
from cases.queries import CaseView
from cases.recording import answer_of
from cases.search import CaseLine
from feedback.first_calls import FirstCallView
from mds_client.signature import ModelRef

_INPUTS = {"bill_length_mm": 39.1, "island": "Dream"}


class Answer(BaseModel):
    """What a model answered. Further facts stand beside these, by the kind of the answer."""

    model_config = ConfigDict(extra="allow")

    kind: str = Field(examples=["class"])
    headline: str = Field(description="The answer in one line", examples=["Adelie"])
    label: str = ""
    number: float | None = None
    unit: str = ""
    text: str = ""
    probability: float | None = Field(None, description="Of the answered class")
    probabilities: dict[str, float | None] = {}


class CaseError(BaseModel):
    """Why there is no answer."""

    kind: str
    sentence: str
    advice: str = ""


class CaseHead(BaseModel):
    """What a case and its line in a list have in common."""

    id: str = Field(examples=["01KAC5E1Z3W0V0C5Y7M1N2P3Q4"])
    url: str = Field(
        description="Where it is found again", examples=["/api/v1/cases/01KAC5E1Z3W0V0C5Y7M1N2P3Q4"]
    )
    created_at: datetime
    person: str
    model: str = Field(examples=["demo/penguins"])
    version: str
    purpose: str
    demonstration: bool = Field(
        description="Whether it is of the history that a demonstration opens with", examples=[False]
    )
    state: str = Field(description="answered, failed, or unknown while nobody knows")
    inputs: dict[str, Any] = Field(
        description="As entered; files by name, size and SHA-256", examples=[_INPUTS]
    )


class CallFirst(BaseModel):
    """What the person answered before the model was asked."""

    created_at: datetime
    answer: str | float | None = Field(None, description="Empty where they could not tell")
    confidence: float | None = Field(None, description="How sure they were, from 0 to 1")
    is_declined: bool = Field(description="Whether they said that they cannot tell")


class Held(BaseModel):
    """How often what the older checked cases allow held the newer ones, with its 95 % interval."""

    value: float | None = Field(examples=[0.92])
    low: float = Field(examples=[0.81])
    high: float = Field(examples=[0.97])
    n: int = Field(description="The newer ones", examples=[50])


class Possible(BaseModel):
    """What the right answer is with a given confidence, from drawn and checked cases of the version."""

    labels: list[str] = Field(
        description="The classes that are not ruled out, the likeliest first; empty for a number",
        examples=[["Adelie", "Gentoo"]],
    )
    low: float | None = Field(description="Between which bounds the right number lies")
    high: float | None
    confidence: float = Field(
        description="Of so many answers the set holds what is right", examples=[0.9]
    )
    n: int = Field(description="The checked cases that it rests on", examples=[100])
    demonstration: int = Field(
        description="So many of them are the history of a demonstration", examples=[0]
    )
    held: Held | None = Field(
        description="How often newer cases were within what older ones allow; where its `high` is below `confidence`, the set no longer "
        "holds what it says. null while too few are checked"
    )


class Case(CaseHead):
    """One request to one model, and what came of it."""

    answer: Answer | None = None
    error: CaseError | None = None
    seconds: float
    request_id: str
    trace_id: str
    signature: str = Field(description="The fingerprint of the signature that it was asked with")
    first_call: CallFirst | None = Field(
        None,
        description="What its person answered before the model did, where they were asked to; not for "
        "whoever is to review the case and has said nothing yet",
    )
    possible: Possible | None = Field(
        None,
        description="What else the right answer may be; null where that cannot be said: too few checked cases of the version, "
        "nothing is ruled out, or the case has no chance of being drawn",
    )
    unlike: str | None = Field(
        None,
        description="What about the inputs is unlike all earlier ones, so that the answer may be unreliable; empty where "
        "nothing is, null where there were too few to compare with",
        examples=["Body mass is higher than in 344 earlier cases."],
    )
    detected: list[dict[str, Any]] | None = Field(
        None,
        description="What each detector deployed beside the model said of the inputs: its name, kind (outlier or adversarial), "
        "whether it flagged them and its score, or a problem; null where there is none",
    )


def case_of(
    view: CaseView, call: FirstCallView | None = None, possible: Possible | None = None
) -> Case:
    """A case as the API tells it, with what its person answered first and what else is possible."""
    return Case(
        **head_of(view),
        answer=_answer(view),
        error=None if view.is_answered else _error(view),
        seconds=view.seconds_total,
        request_id=view.request_id,
        trace_id=view.trace_id,
        signature=view.signature_fingerprint,
        first_call=call and _call(call),
        possible=possible,
        unlike=view.unlike,
        detected=view.detected,
    )


def head_of(view: CaseView | CaseLine) -> dict[str, Any]:
    """The members of a `CaseHead`, of a case or a line of a list."""
    return {
        "id": view.id,
        "url": case_url(view.id),
        "created_at": view.created_at,
        "person": view.person,
        "model": str(ModelRef(server=view.server, name=view.model)),
        "version": view.version,
        "purpose": view.purpose,
        "demonstration": view.is_demonstration,
        "state": state_of(view),
        "inputs": {name: finite(value) for name, value in view.entered.items()},
    }


def case_url(case_id: str) -> str:
    return f"/api/v1/cases/{case_id}"


def state_of(view: CaseView | CaseLine) -> str:
    """ "answered", "failed" or "unknown", of a case or a line of a list."""
    if view.is_answered:
        return "answered"
    return "unknown" if view.is_unknown else "failed"


def finite(value: object) -> Any:
    """A value as JSON has it: NaN and infinity are null, and what is no plain data is told as a case tells it."""
    plain = plain_value(value)
    if isinstance(plain, float):
        return plain if math.isfinite(plain) else None
    if isinstance(plain, Mapping):
        return {name: finite(each) for name, each in plain.items()}
    return [finite(each) for each in plain] if isinstance(plain, list) else plain


def _answer(view: CaseView) -> Answer | None:
    answer = answer_of(view)
    if answer is None:
        return None
    facts = {name: finite(value) for name, value in (view.answer or {}).items()}
    known = {name: value for name, value in facts.items() if value is not None}
    return Answer(
        **known | {"headline": answer.headline, "probability": finite(answer.probability)}
    )


def _call(view: FirstCallView) -> CallFirst:
    return CallFirst(
        created_at=view.created_at,
        answer=finite(view.answer),
        confidence=view.confidence,
        is_declined=view.is_declined,
    )


def _error(view: CaseView) -> CaseError:
    return CaseError(kind=view.outcome, sentence=view.error_sentence, advice=view.error_advice)
