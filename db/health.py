"""Which cases figures are of, what counts of what was said of them, and cases by hour."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session, aliased

from db.json_number import json_length, json_number, text_of_length
from db.tables import Case, Feedback

Step = Literal["hour", "day"]
Within = tuple[str, float, float]
_WHOLE = re.compile(r"-?\d+")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which cases are counted: those of these purposes. What is None does not matter; `since` is included, `until` is not."""

    purposes: tuple[str, ...] | None
    server: str | None = None
    model: str | None = None
    version: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    # The values of fields as words, all of which it must have; (name, value).
    values: tuple[tuple[str, str], ...] = ()
    # Numbers that lie above the second and are at most the third, all of them; (name, low, high).
    within: tuple[Within, ...] = ()
    # The class that was answered, and the class that is right as far as somebody says.
    answer: str | None = None
    truth: str | None = None
    # A number that was answered: above the first, and at most the second.
    number: tuple[float, float] | None = None
    # How probable the model called its answer: from the first on, and below the second unless that is 1.
    sure: tuple[float, float] | None = None
    # Why somebody said something of it now, and how it ended.
    channel: str | None = None
    outcome: str | None = None

    @property
    def is_of_content(self) -> bool:
        """Whether it asks for what counts of deleted cases do not have."""
        said = (self.answer, self.number, self.sure, self.outcome, self.truth, self.channel)
        return bool(self.values or self.within) or any(each is not None for each in said)


@dataclass(frozen=True, kw_only=True)
class ModelVersion:
    """The key by which everything here is grouped."""

    server: str
    model: str
    version: str


@dataclass(frozen=True, kw_only=True)
class BucketCount:
    """Cases of one outcome in one hour or day (UTC)."""

    start: datetime
    outcome: str
    cases: int
    mean_seconds: float


def buckets(session: Session, selection: Selection) -> list[BucketCount]:
    """Cases by hour (UTC) and outcome, the oldest first."""
    start = start_of(session, "hour")
    counted = (func.count(), func.avg(Case.seconds_total))
    query = select(start, Case.outcome, *counted).where(*conditions(selection))
    return [
        BucketCount(start=_moment(row[0]), outcome=row[1], cases=row[2], mean_seconds=row[3])
        for row in session.execute(query.group_by(start, Case.outcome).order_by(start))
    ]


_KEY = (Case.server, Case.model, Case.version)
_LOTTERY = (Case.audit_probability, Case.is_audited)
_SQLITE_START = {"hour": "'%Y-%m-%dT%H:00:00'", "day": "'%Y-%m-%dT00:00:00'"}
_POSTGRES_START = {
    "hour": """'YYYY-MM-DD"T"HH24:00:00'""",
    "day": """'YYYY-MM-DD"T"00:00:00'""",
}


def conditions(selection: Selection) -> list[ColumnElement[bool]]:
    """The conditions on cases that a selection stands for."""
    wanted = {n: getattr(selection, n) for n in ("server", "model", "version", "outcome")}
    found = [getattr(Case, name) == value for name, value in wanted.items() if value is not None]
    if selection.purposes is not None:
        found.append(Case.purpose.in_(selection.purposes))
    if selection.since is not None:
        found.append(Case.created_at >= selection.since)
    if selection.until is not None:
        found.append(Case.created_at < selection.until)
    return [*found, *_of_content(selection)]


def _of_content(selection: Selection) -> Iterator[ColumnElement[bool]]:
    """What was entered, answered, and said of it."""
    yield from has_entered(selection.values, selection.within)
    if selection.answer is not None:
        yield has_answer(selection.answer)
    if selection.number is not None:
        yield is_number_within(*selection.number)
    if selection.truth is not None:
        yield has_truth(selection.truth)
    if selection.sure is not None:
        yield is_as_sure(*selection.sure)
    if selection.channel is not None:
        yield has_channel(selection.channel)


def has_entered(
    values: Sequence[tuple[str, str]], within: Sequence[Within]
) -> Iterator[ColumnElement[bool]]:
    """The conditions that each of these values, and a number within each of these bounds, was entered."""
    yield from (has_value(*each) for each in values)
    yield from (is_within(*each) for each in within)


def has_answer(label: str) -> ColumnElement[bool]:
    """The condition that a class was answered. `true` is what is shown of True."""
    return Case.answer_label.in_([label, {"true": "True", "false": "False"}.get(label, label)])


def is_number_within(low: float, high: float) -> ColumnElement[bool]:
    """The condition that a number was answered above the first, which may be without end, and at most the second."""
    above = Case.answer_number > low if math.isfinite(low) else Case.answer_number.is_not(None)
    return and_(above, Case.answer_number <= high) if math.isfinite(high) else above


def is_as_sure(low: float, high: float) -> ColumnElement[bool]:
    """The condition that the model called its answer as probable: from `low` on and below `high`, 1 included."""
    probabilities = type_coerce(Case.answer, Text).op("->")(literal("probabilities", Text))
    said = json_number(probabilities, Case.answer_label)
    return and_(said >= low, said <= high if high >= 1 else said < high)


def has_channel(channel: str) -> ColumnElement[bool]:
    """The condition that somebody says something of it now through this channel."""
    said = aliased(Feedback)
    return exists().where(said.case_id == Case.id, said.is_current, said.channel == channel)


def has_truth(truth: str) -> ColumnElement[bool]:
    """The condition that this class is right, or that this answer is, by what counts of what is said, as `verdicts` has it: of a case on
    whose truth people disagree, one."""
    said = aliased(Feedback)  # the query around it may have its own
    is_right = and_(said.judgement == "correct", Case.answer_label == truth)
    # Looked up case by case: as a join, its time grew with the third power of the cases where PostgreSQL knew nothing of the table yet.
    first = (
        select(or_(said.truth_label == truth, is_right))
        .where(said.case_id == Case.id, said.is_current, said.judgement != "unsure")
        .order_by(_rank(said).desc(), said.created_at.desc(), said.id.desc())
        .limit(1)
        .correlate(Case)
    )
    return first.scalar_subquery().is_(True)


def _rank(said: Any) -> ColumnElement[int]:
    """A reviewer's word goes before others'."""
    return case((said.channel == "review", 1), else_=0)


def has_value(name: str, value: str) -> ColumnElement[bool]:
    """The condition that a field was entered with a value, compared as words; 1 and 1.0 are one, and without words: with none."""
    # Both databases have this operator for a name; SQLite writes true as 1.
    entered = cast(type_coerce(Case.entered, Text).op("->>")(name), Text)
    if not value:
        return or_(entered.is_(None), entered == "")
    as_sqlite_has_it = {"true": "1", "false": "0"}.get(value, value)
    whole = value.removesuffix(".0")
    alike = [whole, f"{whole}.0"] if _WHOLE.fullmatch(whole) else []
    return entered.in_([value, as_sqlite_has_it, *alike])


def is_within(name: str, low: float, high: float) -> ColumnElement[bool]:
    """The condition that a number was entered above `low` and up to `high`, either of which may be infinite; of a name as
    `length(note)`, a text of so many characters."""
    number: ColumnElement[Any] = json_number(Case.entered, literal(name, Text))
    if text := text_of_length(name):
        number = func.coalesce(number, json_length(Case.entered, literal(text, Text)))
    ends = [number > low] if math.isfinite(low) else []
    ends += [number <= high] if math.isfinite(high) else []
    return and_(number.is_not(None), *ends)


def verdicts(
    selection: Selection, *columns: Any, where: Sequence[ColumnElement[bool]] = ()
) -> Subquery:
    """Everything that was said of answered cases; what counts of it has `place` 1 in its case.

    A reviewer's word goes before others', the newest before older ones; `unsure` decides nothing.
    Somebody who spoke without being asked has done so, also if the statement was replaced since.
    """
    # Joined inside, not around: PostgreSQL thinks that few rows have place 1 and would go through
    # all of them for each case (15 s instead of 0.1 s for one of 50 models with 100,000 cases).
    feedback = select(*_KEY, *_LOTTERY, *columns, *_verdict()).join(
        Feedback, Feedback.case_id == Case.id
    )
    return feedback.where(*conditions(selection), *where, Case.outcome == "answered").subquery()


def _verdict() -> tuple[ColumnElement[Any], ...]:
    decides = and_(Feedback.is_current, Feedback.judgement != "unsure")
    unasked = case((Feedback.channel == "volunteered", 1), else_=0)
    order = (
        case((decides, 0), else_=1),
        case((Feedback.channel == "review", 0), else_=1),
        Feedback.created_at.desc(),
        Feedback.id.desc(),
    )
    return (
        func.max(unasked).over(partition_by=Feedback.case_id).label("is_volunteered"),
        case((decides, Feedback.judgement)).label("judgement"),
        func.row_number().over(partition_by=Feedback.case_id, order_by=order).label("place"),
    )


def start_of(session: Session, step: Step) -> ColumnElement[str]:
    """The beginning of the hour or day as text: the two databases have no function in common."""
    # Literals, not parameters: PostgreSQL must see the same expression in SELECT and GROUP BY.
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime(literal_column(_SQLITE_START[step]), Case.created_at)
    in_utc = func.timezone(literal_column("'UTC'"), Case.created_at)
    return func.to_char(in_utc, literal_column(_POSTGRES_START[step]))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
