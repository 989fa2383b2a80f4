"""The typical rows that cases of a model are compared with: its examples, or what a person chose instead.

Chosen rows are kept whole, so that an explanation can be repeated after the cases they came from are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

import db.backgrounds
import db.cases
from db.backgrounds import BackgroundView
from db.engine import Sessions, reading, writing
from db.ids import new_id as make_id
from db.ids import utc_now
from db.person import known
from explanations.errors import NoTypicalRows
from mds_client.sensitive_values import has_withheld
from mds_client.signature import ModelRef, Signature, Values

EXAMPLES, CASES, FILE, REGISTRY = "examples", "cases", "file", "registry"
# What KernelExplainer's authors advise, and what stays readable as a table.
MOST_ROWS = 100
MOST_CASES = 2000
FEWEST_ROWS = 2


@dataclass(frozen=True, kw_only=True)
class Background:
    """Typical rows and where they are from, in words: "30 examples of the model"."""

    source: str
    name: str
    rows: tuple[Values, ...] = ()
    person: str = ""
    created_at: datetime | None = None

    @property
    def words(self) -> str:
        """ "100 rows of train.csv", with the number of rows that take part."""
        return f"{len(self.rows):,} {self.name}"


def current(sessions: Sessions, signature: Signature) -> Background:
    """The typical rows in use: what was chosen last, if its rows still fit the model; else the model's
    examples."""
    with reading(sessions) as session:
        chosen = db.backgrounds.newest(session, signature.model.server, signature.model.name)
    rows = _fitting(chosen.content.get("rows"), signature) if chosen else ()
    if chosen is None or chosen.source == EXAMPLES or len(rows) < FEWEST_ROWS:
        return of_examples(signature)
    return Background(
        source=chosen.source,
        name=chosen.name,
        rows=rows,
        person=chosen.person,
        created_at=chosen.created_at,
    )


def of_examples(signature: Signature) -> Background:
    """The rows that came with the model's description."""
    return Background(
        source=EXAMPLES, name="examples of the model", rows=tuple(signature.example_rows)
    )


def of_registry(signature: Signature) -> Background:
    """The rows that a model registry has of it. Raises NoTypicalRows."""
    origins = {field.provenance.get("examples", "") for field in signature.inputs}
    if not origins or not all(origin.startswith(REGISTRY) for origin in origins):
        raise NoTypicalRows("No model registry has example rows of this model.")
    return _drawn(signature.example_rows, signature, REGISTRY, "rows of the model registry")


def of_cases(sessions: Sessions, signature: Signature) -> Background:
    """Different rows drawn from the newest answered cases, without scenarios that somebody made up. The same
    cases give the same draw.

    Raises NoTypicalRows.
    """
    model = signature.model
    with reading(sessions) as session:
        cases = db.cases.recent(
            session,
            server=model.server,
            model=model.name,
            outcome="answered",
            limit=MOST_CASES,
            purposes=db.cases.GENUINE,
        )
    name = f"cases, drawn from the newest {len(cases):,}"
    return _drawn([case.inputs for case in cases], signature, CASES, name)


def of_rows(rows: Sequence[Values], signature: Signature, file: str) -> Background:
    """Rows drawn from those of a file. Raises NoTypicalRows."""
    return _drawn(rows, signature, FILE, f"rows of {file}")


def choose(
    sessions: Sessions,
    model: ModelRef,
    background: Background,
    *,
    person: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> None:
    """Store these rows as those that cases of this model are compared with from now on."""
    rows = [] if background.source == EXAMPLES else [dict(row) for row in background.rows]
    view = BackgroundView(
        id=new_id(),
        server=model.server,
        model=model.name,
        source=background.source,
        name=background.name,
        person=known(person),
        created_at=clock(),
        content={"rows": rows},
    )
    with writing(sessions) as session:
        db.backgrounds.keep(session, view)


def _drawn(rows: Sequence[Values], signature: Signature, source: str, name: str) -> Background:
    if has_withheld(signature):
        raise NoTypicalRows(
            "Typical rows are kept whole, and this model has sensitive values that are not stored."
        )
    different = list({repr(row): row for row in _fitting(rows, signature)}.values())
    if len(different) < FEWEST_ROWS:
        raise NoTypicalRows("There are not two different complete rows to compare with.")
    chance = np.random.default_rng(0)
    places = sorted(chance.permutation(len(different))[:MOST_ROWS].tolist())
    return Background(source=source, name=name, rows=tuple(different[place] for place in places))


def _fitting(rows: object, signature: Signature) -> tuple[Values, ...]:
    """The rows that the model would take, with its fields alone."""
    listed = rows if isinstance(rows, Sequence) else ()
    cut = [
        {field.name: row.get(field.name) for field in signature.inputs}
        for row in listed
        if isinstance(row, Mapping)
    ]
    return tuple(row for row in cut if not signature.check(row))
