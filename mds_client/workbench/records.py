"""What a workbench answers with: models, cases and feedback."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any

from mds_client.prediction import Answer
from mds_client.signature import Field, ModelRef, Signature

Facts = Mapping[str, Any]
# What an answer is read from; the rest of it is drawn on a page.
_TOLD = ("kind", "label", "number", "unit", "text", "score", "score_name", "coverage")


@dataclass(frozen=True, kw_only=True)
class WorkbenchModel:
    """A deployed model version that may be seen."""

    ref: ModelRef
    title: str = ""
    question: str = ""
    state: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Possible:
    """What the right answer is with a `confidence` such as 0.9, from `n` checked cases: one of the `labels`, the likeliest
    first, or a number within the `bounds`. `held` is how often that was so among the newer of them, and at most
    `held_high` (95 % interval); None while too few are checked."""

    labels: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = None
    confidence: float
    n: int
    held: float | None = None
    demonstration: int = 0
    held_high: float | None = None

    @property
    def is_refuted(self) -> bool:
        """Whether newer cases were within it clearly less often than `confidence` says."""
        return self.held_high is not None and self.held_high < self.confidence


@dataclass(frozen=True, kw_only=True)
class RecordedCase:
    """One request to one model, as the workbench recorded it. `answer` is None where there is none: `error` says why.
    `possible` is what else the right answer may be; None where that cannot be said. `demonstration` says that it is of the
    history that a demonstration opens with."""

    id: str
    created_at: datetime
    person: str
    model: str
    version: str = ""
    state: str
    inputs: Facts = field(default_factory=dict)
    answer: Answer | None = None
    possible: Possible | None = None
    error: str = ""
    advice: str = ""
    seconds: float = 0.0
    demonstration: bool = False


@dataclass(frozen=True, kw_only=True)
class GivenFeedback:
    """What somebody said of a case. `replaces` is the id of what the same person said before."""

    id: str
    case: str
    created_at: datetime
    person: str
    judgement: str
    channel: str = ""
    truth: str | float | None = None
    reason: str = ""
    comment: str = ""
    confidence: float | None = None
    replaces: str | None = None
    is_current: bool = True
    answers: Facts = field(default_factory=dict)


def model_of(facts: Facts) -> WorkbenchModel:
    """A model of a list. Raises KeyError for what is none."""
    ref = ModelRef(server=facts["server"], name=facts["name"], version=facts["version"])
    words = {name: str(facts.get(name, "")) for name in ("title", "question", "state", "reason")}
    return WorkbenchModel(ref=ref, **words)


def case_of(facts: Facts) -> RecordedCase:
    """A case. Raises KeyError and ValueError for what is none."""
    error = facts.get("error") or {}
    return RecordedCase(
        id=facts["id"],
        created_at=datetime.fromisoformat(facts["created_at"]),
        person=facts["person"],
        model=facts["model"],
        version=facts.get("version", ""),
        state=facts["state"],
        inputs=facts.get("inputs", {}),
        answer=_answer(facts["answer"]) if facts.get("answer") else None,
        possible=_possible(facts["possible"]) if facts.get("possible") else None,
        error=error.get("sentence", ""),
        advice=error.get("advice", ""),
        seconds=facts.get("seconds", 0.0),
        demonstration=facts.get("demonstration") is True,
    )


def feedback_of(facts: Facts) -> GivenFeedback:
    """A statement. Raises KeyError and ValueError for what is none."""
    known = {f.name for f in fields_of(GivenFeedback)}
    content = {name: value for name, value in facts.items() if name in known}
    return GivenFeedback(**{**content, "created_at": datetime.fromisoformat(facts["created_at"])})


def signature_of(facts: Facts) -> Signature:
    """What a model takes, as far as the workbench tells it. Raises KeyError for what is none."""
    example = facts.get("example", {})
    return Signature(
        model=model_of(facts).ref,
        inputs=tuple(_field(each, example) for each in facts["inputs"]),
        outputs=tuple(_field(each, {}) for each in facts["outputs"]),
        title=facts.get("title", ""),
        question=facts.get("question", ""),
        description=facts.get("description", ""),
    )


def _field(facts: Facts, example: Facts) -> Field:
    name = facts["name"]
    typical = facts.get("typical")
    return Field(
        name=name,
        kind=facts["kind"],
        shape=tuple(facts.get("shape") or (-1, 1)),
        label=facts.get("title", ""),
        description=facts.get("description", ""),
        unit=facts.get("unit", ""),
        required=facts["required"],
        choices=tuple(facts.get("choices", ())),
        minimum=facts.get("minimum"),
        maximum=facts.get("maximum"),
        typical=(typical[0], typical[1]) if typical else None,
        format=facts.get("format", ""),
        sensitive=facts.get("sensitive", False),
        business_key=facts.get("business_key", False),
        protected=facts.get("protected", False),
        examples=(example[name],) if name in example and not _is_file(example[name]) else (),
        provenance=facts.get("provenance", {}),
    )


def _is_file(value: object) -> bool:
    """A file that is only named."""
    return isinstance(value, Mapping) and "sha256" in value


def _answer(facts: Facts) -> Answer:
    known = {name: facts[name] for name in _TOLD if facts.get(name) is not None}
    return Answer(
        **known,
        segments=tuple((start, end) for start, end in facts.get("segments") or ()),
        probabilities={n: _number(p) for n, p in facts.get("probabilities", {}).items()},
        interval=_pair(facts.get("interval")),
        table=tuple(facts.get("table") or ()),
        vector=tuple(facts.get("vector") or ()),
        details=facts.get("details") or {},
    )


def _possible(facts: Facts) -> Possible:
    return Possible(
        labels=tuple(facts["labels"]),
        bounds=None if facts["low"] is None else (facts["low"], facts["high"]),
        confidence=facts["confidence"],
        n=facts["n"],
        held=(facts.get("held") or {}).get("value"),
        held_high=(facts.get("held") or {}).get("high"),
        demonstration=facts.get("demonstration", 0),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _pair(value: Sequence[float] | None) -> tuple[float, float] | None:
    return (value[0], value[1]) if value else None
