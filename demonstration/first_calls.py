"""Two weeks in which people answered before the model did, on a share of what they asked: with what came of it.

Everything goes the way of a press of Predict: the lottery, the person's answer, then the model. What is true a laboratory says
some days later, and the person has a last word once they have seen the model's answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from cases.attempt import FirstCall, Predictor
from cases.audit_sample import AuditPolicy
from cases.outliers import Outliers
from cases.privacy import digest_of
from cases.recording import predict_and_record
from db.cases import CaseView
from db.engine import Sessions
from db.ids import id_at
from demonstration.plan import Part, Visit
from demonstration.reviews import RULES
from demonstration.statements import said_of, say
from demonstration.timeline import Timeline
from feedback.first_calls import Call, Drawn, draw, recorder
from feedback.review_rules import rules_of, set_rules

# The model, the days, and on which share of what is asked people answer first.
MODEL, DAYS, SHARE = "breast-cancer", (30, 40), 0.85
OPERATOR, LABORATORY = "operator-1", "laboratory-1"
# How often a person is right alone, cannot tell, and is right in the end.
_ALONE, _CANNOT_TELL, _TOGETHER = 0.78, 0.04, 0.97
_HOURS_OF_LABORATORY = 60.0


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What the cases of a part have in common."""

    model: Predictor
    sessions: Sessions
    key: str
    part: Part
    audit: AuditPolicy
    workspace: str
    outliers: Outliers
    timeline: Timeline


def is_of(part: Part) -> bool:
    """Whether people answered first in this part."""
    return part.deployment.model == MODEL and DAYS[0] <= part.first < DAYS[1]


def is_called(case: CaseView) -> bool:
    """Whether its person answered first, and has said then what there is to say of it."""
    probability, draw = case.call_probability, case.call_draw
    return probability is not None and draw is not None and draw < probability


def ask(
    asking: Asking,
    rows: list[dict[str, object]],
    truths: list[object],
    random: Random,
    of_ids: Random,
) -> list[CaseView]:
    """The cases of the visits of a part, one after the other; `rows` and `truths` are theirs."""
    _set_share(asking, SHARE, asking.part.visits[0].at, of_ids)
    cases = [
        _ask(asking, number, row, truth, random, of_ids)
        for number, (row, truth) in enumerate(zip(rows, truths, strict=True))
    ]
    _set_share(asking, 0.0, asking.part.visits[-1].at, of_ids)
    return cases


def _set_share(asking: Asking, share: float, at: datetime, of_ids: Random) -> None:
    server = asking.model.ref.server
    wanted = replace(RULES, first_share=share)
    if rules_of(asking.sessions, server, MODEL) != wanted:
        set_rules(
            asking.sessions,
            server=server,
            model=MODEL,
            rules=wanted,
            person=OPERATOR,
            clock=lambda: at,
            new_id=lambda: id_at(at, of_ids),
        )


def _ask(
    asking: Asking,
    number: int,
    row: Mapping[str, object],
    truth: object,
    random: Random,
    of_ids: Random,
) -> CaseView:
    visit, chance = asking.part.visits[number], Random(f"{asking.key}-{number}-first")  # noqa: S311
    drawn = _drawn(asking, visit, row, chance, of_ids)
    is_first = drawn is not None and drawn.is_asked and drawn.is_new
    call = _call(asking, truth, chance) if is_first else None
    asked = predict_and_record(
        asking.model,
        row,
        sessions=asking.sessions,
        key=f"{asking.key}-{number}",
        person=asking.part.person,
        audit=asking.audit,
        clock=lambda: visit.at,
        new_id=lambda: drawn.view.id if drawn and drawn.is_new else id_at(visit.at, of_ids),
        random=random.random,
        purpose="demo",
        workspace=asking.workspace,
        first_call=_lottery(asking, drawn, call, visit, of_ids),
        outliers=asking.outliers,
    )
    if call and asked.case.is_answered:
        _speak(asking, asked.case, truth, chance)
    return asked.case


def _drawn(
    asking: Asking, visit: Visit, row: Mapping[str, object], chance: Random, of_ids: Random
) -> Drawn | None:
    """Whether the person answers first; nobody is asked twice about the same inputs."""
    signature = asking.model.signature()
    return draw(
        asking.sessions,
        server=asking.model.ref.server,
        model=MODEL,
        person=asking.part.person,
        inputs=digest_of(signature, row, asking.workspace.encode()),
        clock=lambda: visit.at,
        new_id=lambda: id_at(visit.at, of_ids),
        random=chance.random,
    )


def _lottery(
    asking: Asking, drawn: Drawn | None, call: Call | None, visit: Visit, of_ids: Random
) -> FirstCall | None:
    """What was drawn, with what the person answered; None of inputs on which that stands already."""
    if drawn is None or not drawn.is_new:
        return None
    record = None
    if call:
        record = recorder(
            call,
            _labels(asking),
            clock=lambda: visit.at,
            new_id=lambda: id_at(visit.at, of_ids),
        )
    return FirstCall(probability=drawn.view.probability, draw=drawn.view.draw, record=record)


def _labels(asking: Asking) -> list[str]:
    """The classes of the model."""
    found = asking.model.signature().output("class")
    return sorted(found.labels) if found else []


def _call(asking: Asking, truth: object, chance: Random) -> Call:
    """What a person answers who is right more often than not."""
    if chance.random() < _CANNOT_TELL:
        return Call(kind="class", is_declined=True)
    answer = _answer(asking, truth, _ALONE, chance)
    return Call(kind="class", answer=answer, confidence=round(0.5 + 0.5 * chance.random(), 2))


def _answer(asking: Asking, truth: object, right: float, chance: Random) -> object:
    """The truth as often as that, else another class."""
    others = [label for label in _labels(asking) if label != truth]
    return truth if chance.random() < right or not others else chance.choice(others)


def _speak(asking: Asking, case: CaseView, truth: object, chance: Random) -> None:
    """The person's last word within the hour, and that of the laboratory days later."""
    last, own = _answer(asking, truth, _TOGETHER, chance), Random(f"{case.id}-said")  # noqa: S311
    for person, word, hours in (
        (case.person, last, chance.uniform(0.05, 1.0)),
        (LABORATORY, truth, _HOURS_OF_LABORATORY + chance.uniform(0.0, 12.0)),
    ):
        statement = said_of(case, word, case.answer_label == word, 0.95)
        if person == LABORATORY:
            statement |= {"channel": "upload"}
        at, key = case.created_at + timedelta(hours=hours), f"{case.idempotency_key}-{person}"
        asking.timeline.add(
            at, partial(say, asking.sessions, case, person, key, statement, at, own)
        )
