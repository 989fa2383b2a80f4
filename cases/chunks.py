"""The rows of a large file as cases: which are recorded is drawn before they are asked, and they are written at once.

A chunk is recorded in the transaction that says that it is done. What a process had asked when it died is asked again,
and has one case: of a large file the list of chunks, which is written before, says what may have been sent twice.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, cast

import numpy as np

import db.cases
from audit_log import chain
from cases import trail
from cases.answers_alike import columns_of_all
from cases.attempt import Attempt, Predictor, call, completed, draft
from cases.audit_sample import AuditDraw, AuditPolicy, Random, system_random
from cases.inputs import plain_inputs
from cases.outliers import Outliers, unlike_words
from cases.payloads import pack
from cases.privacy import protected
from db.alike import Ready
from db.cases import CaseView, StoredBody
from db.engine import Session, Sessions, dialect_of
from db.ids import new_id as make_id
from db.ids import utc_now
from db.types import Plain
from mds_client.signature import Signature, Values
from mds_client.signature.rows import Table

_log = logging.getLogger(__name__)

Record = Literal["all", "sample", "drawn"]
# Of the body of a large request so much is kept: the rows themselves stand in their cases.
MOST_BODY = 64 * 1024
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
Draws = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Of the rows of a chunk: the draw of the audit sample with its chance, and which become cases."""

    draws: Draws
    chances: Draws
    is_recorded: Flags

    def lottery(self, row: int) -> AuditDraw:
        """The lottery of one row."""
        return AuditDraw(probability=float(self.chances[row]), draw=float(self.draws[row]))


Columns = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A row that becomes a case: its place in the request, in the chunk, and its number in the file."""

    values: Values
    row: int
    place: int
    number: int


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The cases of one request, ready to be written: the first, which holds what crossed the wire, and the others as what
    they have in `common` and what is their own, by their columns; `records` are what the trail has of them."""

    first: Columns
    common: Columns
    rows: Sequence[Columns]
    records: Sequence[chain.Record]

    @property
    def ids(self) -> list[str]:
        """The id of each case, in the order of the rows."""
        return [str(self.first["id"]), *(str(row["id"]) for row in self.rows)]


@dataclass(frozen=True, kw_only=True)
class Written:
    """The cases of one request in the form of the database, with what the trail has of them."""

    first: Columns
    common: Columns
    cases: tuple[Ready, Ready]
    records: chain.Sealed


@dataclass(frozen=True, kw_only=True)
class ChunkRecorder:
    """Asks for rows and makes cases of them. `key` begins the keys of the cases; `share` is the chance of a row to be in
    the sample. The audit draw is held for each row: one that is drawn is always recorded."""

    model: Predictor
    signature: Signature
    key: str
    person: str
    record: Record
    share: float = 0.01
    audit: AuditPolicy
    hash_key: bytes = b""
    outliers: Outliers | None = None
    clock: Callable[[], datetime] = utc_now
    new_id: Callable[[], str] = make_id
    random: Random = system_random
    stopwatch: Callable[[], float] = field(default=time.perf_counter)

    def draw(self, rows: int, values: Sequence[Values], places: Sequence[int]) -> Drawn:
        """Hold the lotteries for so many rows, before they are asked; `values` are those of the rows at `places`."""
        draws = self._randoms(rows)
        chances, audit = np.full(rows, self.audit.probability), self.audit.of(self.model.ref)
        if audit.slices:
            for place, row in zip(places, values, strict=True):
                chances[place] = audit.chance(row)
        if self.record == "all":
            return Drawn(draws=draws, chances=chances, is_recorded=np.ones(rows, dtype=bool))
        chosen = draws < chances
        if self.record == "sample":
            chosen |= self._randoms(rows) < self.share
        return Drawn(draws=draws, chances=chances, is_recorded=chosen)

    def _randoms(self, count: int) -> Draws:
        """So many numbers of [0, 1): those of the system at once."""
        if self.random is not system_random:
            return np.array([self.random() for _ in range(count)])
        bits = np.frombuffer(secrets.token_bytes(8 * count), dtype=np.uint64) >> np.uint64(11)
        return bits * 2.0**-53

    def send(self, values: Sequence[Values]) -> Attempt:
        """Ask once for these rows. Never raises."""
        return call(self.model, values, self.new_id(), "", self.stopwatch)

    def prepare(
        self,
        values: Sequence[Values],
        attempt: Attempt,
        drawn: Drawn,
        first: int,
        places: Sequence[int],
    ) -> Prepared | None:
        """The cases of the rows of one request that are recorded; None where there are none. `values` are those of the
        request; `places` are theirs among the rows of the chunk, which begins at the row `first` of the file."""
        now = self.clock()
        recorded = [
            (i, places[i]) for i in np.flatnonzero(drawn.is_recorded[list(places)]).tolist()
        ]
        if not recorded:
            return None
        request, response = attempt.bodies if attempt.withheld else self._bodies(attempt)
        asked = [
            _Asked(values=row, row=i, place=place, number=first + place)
            for row, (i, place) in zip(
                _listed(values, [i for i, _ in recorded]), recorded, strict=True
            )
        ]
        case = self._case(asked[0], attempt, drawn, now)
        rows = self._alike(asked[1:], case, attempt, drawn)
        if rows is None:
            rows = [
                db.cases.columns(self._case(each, attempt, drawn, now), wire_of=case.id)
                for each in asked[1:]
            ]
        case, others = self._compared(case, rows)
        own = others[0].keys() if others else ()
        shared = db.cases.columns(case, wire_of=case.id)
        columns = db.cases.columns(case, request, response)
        common = {name: value for name, value in shared.items() if name not in own}
        records = trail.records_alike(columns, common, others)
        return Prepared(first=columns, common=common, rows=others, records=records)

    def ready(self, sessions: Sessions, prepared: Sequence[Prepared]) -> Sequence[Written]:
        """The cases as `write` takes them: made before the transaction, in which others wait."""
        dialect = dialect_of(sessions)
        return [
            Written(
                first=each.first,
                common=each.common,
                cases=db.cases.ready_alike(dialect, each.first, each.rows),
                records=chain.sealed(dialect, each.records),
            )
            for each in prepared
        ]

    def write(self, session: Session, ready: Sequence[Written]) -> None:
        """Add the cases, and one entry to the trail for those of each request."""
        for each in ready:
            db.cases.add_ready(session, each.cases, each.common)
        for each in ready:
            trail.note_sealed(session, each.records, each.first)

    def _alike(
        self, asked: Sequence[_Asked], case: CaseView, attempt: Attempt, drawn: Drawn
    ) -> list[Columns] | None:
        """What the cases of these rows have that is not that of the whole request, whose first case is given; None where
        they may differ in more than their inputs, answers and draws."""
        prediction = attempt.prediction
        is_plain = (
            prediction is not None
            and not prediction.failures
            and attempt.exchange is not None
            and attempt.withheld is None
            and case.is_answered
            and not any(field.sensitive for field in self.signature.inputs)
        )
        if prediction is None or not is_plain:
            return None
        try:
            answers = columns_of_all(prediction, self.signature, [each.row for each in asked])
            return [self._own(each, answers[each.row], drawn) for each in asked]
        except Exception:  # one by one each is kept as far as it can be
            _log.exception("the rows of a request are kept one by one")
            return None

    def _compared(
        self, case: CaseView, rows: Sequence[Columns]
    ) -> tuple[CaseView, Sequence[Columns]]:
        """The first case and the columns of the others with what about their inputs is unlike earlier ones."""
        entered = [case.entered, *(cast(Values, row["entered"]) for row in rows)]
        first, *others = unlike_words(self.outliers, self.model.ref, entered, self.signature)
        unlike = [{**row, "unlike": words} for row, words in zip(rows, others, strict=True)]
        return replace(case, unlike=first), unlike

    def _own(self, asked: _Asked, answer: Columns, drawn: Drawn) -> Columns:
        lottery = drawn.lottery(asked.place)
        return {
            "id": self.new_id(),
            "idempotency_key": f"{self.key}-{asked.number}",
            "entered": plain_inputs(asked.values),
            "audit_probability": lottery.probability,
            "audit_draw": lottery.draw,
            "is_audited": lottery.is_audited,
            **answer,
        }

    def _case(self, asked: _Asked, attempt: Attempt, drawn: Drawn, now: datetime) -> CaseView:
        case = draft(
            self.model.ref,
            asked.values,
            f"{self.key}-{asked.number}",
            self.person,
            drawn.lottery(asked.place),
            now,
            self.new_id(),
            "batch",
        )
        case = protected(case, self.signature, asked.values, self.hash_key)
        exchange = attempt.exchange
        case = replace(case, request_id=exchange.request_id if exchange else case.id)
        return completed(case, attempt, asked.row)

    def _bodies(self, attempt: Attempt) -> tuple[StoredBody, StoredBody]:
        exchange = attempt.exchange
        if exchange is None:
            return pack(b""), pack(b"")
        return _beginning(exchange.request_body), _beginning(exchange.response_body)


def _listed(values: Sequence[Values], wanted: Sequence[int]) -> Sequence[Values]:
    """These rows one by one: of a table all at once, which is quicker than a row after the other."""
    if not isinstance(values, Table):
        return [values[i] for i in wanted]
    columns = [
        c[wanted].tolist() if isinstance(c, np.ndarray) else [c[i] for i in wanted]
        for c in values.columns.values()
    ]
    names, kind = list(values.columns), Plain if _is_of_numbers(values) else dict
    return [kind(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _is_of_numbers(table: Table) -> bool:
    """Whether all its values are numbers, none of them NaN or infinite."""
    return all(
        isinstance(c, np.ndarray)
        and c.ndim == 1
        and c.dtype.kind in "iufb"
        and np.isfinite(c).all()
        for c in table.columns.values()
    )


def _beginning(body: bytes) -> StoredBody:
    return StoredBody(
        data=zlib.compress(body[:MOST_BODY], 1),
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        is_truncated=len(body) > MOST_BODY,
    )
