"""The file in front of a person: what it was read as, and the columns that they gave to the fields."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from cases.queries import CaseView
from mds_client.signature import ModelRef, Signature
from tables.table import Choices, Table


@dataclass(kw_only=True)
class Given:
    """One uploaded file. `digest` is of its content, `fitted` the fingerprint of the
    fields by which its sheet was chosen; `cases` are those of its rows so far, by question.

    `rounds` names the round in which a question is asked anew, `recalled` has the columns that earlier files of a
    model used, `looked_up` the cases that answered a question before this session, `replaced` what cells mean in the words of a person, `chosen` the column that a
    person chose for a field, or none, and `opened` what of that the table of columns on the page opened with, all by model.
    """

    name: str
    digest: str
    choices: Choices
    table: Table
    fitted: str = ""
    cases: dict[str, list[CaseView]] = field(default_factory=dict)
    replaced: dict[str, tuple[tuple[str, str, object], ...]] = field(default_factory=dict)
    rounds: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, dict[str, str | None]] = field(default_factory=dict)
    opened: dict[str, dict[str, str | None]] = field(default_factory=dict)
    recalled: dict[str, dict[str, str]] = field(default_factory=dict)
    looked_up: dict[str, dict[int, CaseView]] = field(default_factory=dict)

    def key(self, model: ModelRef, signature: Signature, columns: Mapping[str, str]) -> str:
        """The idempotency key of asking about this file with these columns: the same again is not asked."""
        parts = (
            self.digest,
            self.choices,
            str(model),
            signature.fingerprint,
            sorted(columns.items()),
        )
        return f"file-{hashlib.sha256(repr(parts).encode()).hexdigest()[:40]}"
