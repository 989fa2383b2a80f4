"""The file in front of a person: what it was read as, and the columns that they gave to the fields."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from mds_client.signature import ModelRef, Signature
from tables.table import Choices, Table


@dataclass(kw_only=True)
class Given:
    """One uploaded file. `digest` is of its content, `fitted` the fingerprint of the
    fields by which its sheet was chosen; `press` is the same for the two presses of a double click.

    `recalled` has the columns that earlier files of a model used, `replaced` what cells mean in the words of a person,
    `chosen` the column that a person chose for a field, or none, and `opened` what of that the table of columns on the
    page opened with, all by model.
    """

    name: str
    digest: str
    choices: Choices
    table: Table
    fitted: str = ""
    # Whether the table is only the beginning of the file.
    is_beginning: bool = False
    press: str = field(default_factory=lambda: uuid4().hex)
    replaced: dict[str, tuple[tuple[str, str, object], ...]] = field(default_factory=dict)
    chosen: dict[str, dict[str, str | None]] = field(default_factory=dict)
    opened: dict[str, dict[str, str | None]] = field(default_factory=dict)
    recalled: dict[str, dict[str, str]] = field(default_factory=dict)

    def key(
        self, model: ModelRef, signature: Signature, columns: Mapping[str, str], person: str
    ) -> str:
        """The idempotency key of asking about this file with these columns: the same person does not ask again. What
        another asked, they may not even see."""
        parts = (
            self.digest,
            self.choices,
            str(model),
            signature.fingerprint,
            sorted(columns.items()),
            *([] if person == "anonymous" else [person]),
        )
        return f"file-{hashlib.sha256(repr(parts).encode()).hexdigest()[:40]}"
