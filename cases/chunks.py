"""The rows of a large file as cases: which are recorded is drawn before they are asked, and they are written at once.

A chunk is recorded in the transaction that says that it is done. What a process had asked when it died is asked again,
and has one case: of a large file the list of chunks, which is written before, says what may have been sent twice.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import numpy as np

import db.cases
from cases import trail
from cases.attempt import Attempt, Predictor, call, completed, draft
from cases.audit_sample import AuditDraw, AuditPolicy, Random, system_random
from cases.payloads import pack
from cases.privacy import protected
from db.cases import CaseView, StoredBody
from db.engine import Session
from db.ids import new_id as make_id
from db.ids import utc_now
from mds_client.signature import Signature, Values
from mds_client.signature.rows import Table

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


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The cases of one request, ready to be written."""

    cases: Sequence[CaseView]
    request: StoredBody
    response: StoredBody


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
    clock: Callable[[], datetime] = utc_now
    new_id: Callable[[], str] = make_id
    random: Random = system_random
    stopwatch: Callable[[], float] = field(default=time.perf_counter)

    def draw(self, rows: int, values: Sequence[Values], places: Sequence[int]) -> Drawn:
        """Hold the lotteries for so many rows, before they are asked; `values` are those of the rows at `places`."""
        draws = np.array([self.random() for _ in range(rows)])
        chances, audit = np.full(rows, self.audit.probability), self.audit.of(self.model.ref)
        if audit.slices:
            for place, row in zip(places, values, strict=True):
                chances[place] = audit.chance(row)
        if self.record == "all":
            return Drawn(draws=draws, chances=chances, is_recorded=np.ones(rows, dtype=bool))
        chosen = draws < chances
        if self.record == "sample":
            chosen |= np.array([self.random() for _ in range(rows)]) < self.share
        return Drawn(draws=draws, chances=chances, is_recorded=chosen)

    def send(self, values: Table) -> Attempt:
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
        cases = [
            self._case(values[i], attempt, i, drawn.lottery(place), first + place, now)
            for i, place in enumerate(places)
            if drawn.is_recorded[place]
        ]
        if not cases:
            return None
        request, response = attempt.bodies if attempt.withheld else self._bodies(attempt)
        return Prepared(cases=cases, request=request, response=response)

    def write(self, session: Session, prepared: Sequence[Prepared]) -> None:
        """Add the cases, and one entry to the trail for those of each request."""
        for each in prepared:
            db.cases.add_ended(session, each.cases, each.request, each.response)
        for each in prepared:
            trail.note_batch(session, each.cases, each.request, each.response)

    def _case(
        self,
        values: Values,
        attempt: Attempt,
        row: int,
        lottery: AuditDraw,
        number: int,
        now: datetime,
    ) -> CaseView:
        case = draft(
            self.model.ref,
            values,
            f"{self.key}-{number}",
            self.person,
            lottery,
            now,
            self.new_id(),
            "batch",
        )
        case = protected(case, self.signature, values, self.hash_key)
        exchange = attempt.exchange
        case = replace(case, request_id=exchange.request_id if exchange else case.id)
        return completed(case, attempt, row)

    def _bodies(self, attempt: Attempt) -> tuple[StoredBody, StoredBody]:
        exchange = attempt.exchange
        if exchange is None:
            return pack(b""), pack(b"")
        return _beginning(exchange.request_body), _beginning(exchange.response_body)


def _beginning(body: bytes) -> StoredBody:
    return StoredBody(
        data=zlib.compress(body[:MOST_BODY], 1),
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        is_truncated=len(body) > MOST_BODY,
    )
