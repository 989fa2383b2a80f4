"""The rows that a study is about: past cases, the rows of a file, or the model's own examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import db.cohorts
from db.cases import GENUINE
from db.cohorts import Wanted
from db.engine import Sessions, reading
from explanations.contract import Truth
from mds_client.sensitive_values import has_marks
from mds_client.signature import Signature, Values

MOST_ROWS = 2_000
FEEDBACK = (
    "The right answers come from feedback, and people report wrong answers more often: "
    "what the model reaches here is not how good it is overall."
)
_MOST_TIMED = 200


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Rows that can be sent, the truths known of them (one a row, or none at all), and where they come from.

    `left_out` are rows that do not suit what the model takes now, `caution` is to be said where truths count.
    `facts` say in plain data what the rows are, to be kept with a study.
    """

    words: str
    rows: Sequence[Values]
    truths: Sequence[Truth] = ()
    left_out: int = 0
    caution: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def known(self) -> int:
        """Rows whose right answer is known."""
        return sum(truth is not None for truth in self.truths)

    @property
    def sentence(self) -> str:
        """What the rows are: "312 cases of version v2. For 40 of them the right answer is known."."""
        parts = [f"{self.words}."]
        if self.left_out:
            verbs = ("does", "is") if self.left_out == 1 else ("do", "are")
            parts.append(
                "{:,} more {} not fit what the model takes now, and {} left out.".format(
                    self.left_out, *verbs
                )
            )
        if self.known:
            parts.append(f"For {self.known:,} of them the right answer is known.")
        return " ".join(parts)

    def to_keep(self) -> dict[str, object]:
        """What is kept of it with a study."""
        return {**self.facts, "words": self.sentence, "rows": len(self.rows), "known": self.known}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which cases a person wants."""

    version: str | None = None
    since: datetime | None = None
    period: str = ""
    answer: str | None = None
    has_feedback: bool | None = None
    limit: int = MOST_ROWS

    @property
    def words(self) -> str:
        """The choice in words: "of version v2, in the last 7 days, answered benign, with feedback"."""
        feedback = {True: "with feedback", False: "without feedback", None: ""}
        parts = [
            f"of version {self.version}" if self.version else "",
            self.period,
            f"answered {self.answer}" if self.answer else "",
            feedback[self.has_feedback],
        ]
        return ", ".join(filter(None, parts))


def of_cases(sessions: Sessions, signature: Signature, chosen: Chosen) -> Cohort:
    """The newest cases of a model, at most 2,000. Raises StorageError."""
    limit = min(chosen.limit, MOST_ROWS)
    with reading(sessions) as session:
        cases = db.cohorts.rows(session, _wanted(signature, replace(chosen, limit=limit)))
    rows = [_row(signature, each.entered) for each in cases]
    sendable = [
        place for place, row in enumerate(rows) if not has_marks([row]) and not signature.check(row)
    ]
    count = "1 case" if len(sendable) == 1 else f"{len(sendable):,} cases"
    return Cohort(
        words=" ".join(filter(None, [count, chosen.words])),
        rows=[rows[place] for place in sendable],
        truths=[cases[place].truth for place in sendable],
        left_out=len(rows) - len(sendable),
        caution=FEEDBACK,
        facts={"source": "cases", "version": chosen.version or "", "last": limit},
    )


def of_file(
    name: str, rows: Sequence[Values], truths: Sequence[Truth], *, left_out: int = 0
) -> Cohort:
    """The first 2,000 rows of a file that were read and can be sent; `truths` are one a row, or none."""
    taken_rows = rows[:MOST_ROWS]
    first = (
        f"The first {len(taken_rows):,} of {len(rows):,}"
        if len(taken_rows) < len(rows)
        else f"{len(taken_rows):,}"
    )
    return Cohort(
        words=f"{first} rows of {name}",
        rows=taken_rows,
        truths=truths[:MOST_ROWS],
        left_out=left_out,
        facts={"source": "file", "name": name},
    )


def of_examples(signature: Signature) -> Cohort:
    """The model's own example rows."""
    rows = signature.example_rows
    return Cohort(
        words=f"{len(rows):,} examples of the model", rows=rows, facts={"source": "examples"}
    )


def versions(sessions: Sessions, signature: Signature) -> list[str]:
    """The versions of a model that have answered. Raises StorageError."""
    ref = signature.model
    with reading(sessions) as session:
        return db.cohorts.versions(session, server=ref.server, model=ref.name)


def seconds_a_call(sessions: Sessions, signature: Signature) -> tuple[float, int] | None:
    """The median time to answer of the newest cases and how many they are; None without any."""
    ref = signature.model
    with reading(sessions) as session:
        durations = db.cohorts.seconds(
            session, server=ref.server, model=ref.name, limit=_MOST_TIMED
        )
    return (sorted(durations)[len(durations) // 2], len(durations)) if durations else None


def _wanted(signature: Signature, chosen: Chosen) -> Wanted:
    return Wanted(
        server=signature.model.server,
        model=signature.model.name,
        purposes=GENUINE,
        limit=chosen.limit,
        version=chosen.version,
        since=chosen.since,
        answer=chosen.answer,
        has_feedback=chosen.has_feedback,
    )


def _row(signature: Signature, entered: Mapping[str, object]) -> Values:
    """What was entered, as the fields that the model has now."""
    return {one.name: entered.get(one.name) for one in signature.inputs}
