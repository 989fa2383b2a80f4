"""Queries on golden cases: sets, their members, and the runs of versions on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from db.tables import Case, GoldenCase, GoldenResult, GoldenRun, GoldenSet
from db.tables.golden import GOLDEN_OUTCOMES

__all__ = ["GOLDEN_OUTCOMES", "MemberView", "ResultView", "RunView", "SetView"]

View = TypeVar("View")


@dataclass(frozen=True, kw_only=True)
class SetView:
    """A set of golden cases of a model."""

    id: str
    server: str
    model: str
    name: str
    version: int = 0
    pass_mark: float
    near: float
    created_at: datetime
    person: str


@dataclass(frozen=True, kw_only=True)
class MemberView:
    """A case of a set, with its confirmed truth."""

    id: str
    set_id: str
    case_id: str
    server: str
    model: str
    truth_label: str | None = None
    truth_number: float | None = None
    truth_text: str | None = None
    added_in: int
    removed_in: int | None = None
    created_at: datetime
    person: str

    @property
    def truth(self) -> str | float | None:
        """The right answer, whatever its kind."""
        given = (self.truth_label, self.truth_number, self.truth_text)
        return next((truth for truth in given if truth is not None), None)


@dataclass(frozen=True, kw_only=True)
class RunView:
    """What one version of a model made of a set."""

    id: str
    set_id: str
    set_version: int
    server: str
    model: str
    version: str
    compared_with: str
    created_at: datetime
    person: str
    pass_mark: float
    is_passed: bool
    cases: int
    fixed: int
    broke: int
    still_right: int
    still_wrong: int
    failed: int

    @property
    def right(self) -> int:
        return self.fixed + self.still_right

    @property
    def unchanged(self) -> int:
        return self.still_right + self.still_wrong


@dataclass(frozen=True, kw_only=True)
class ResultView:
    """What a run made of one golden case."""

    run_id: str
    case_id: str
    asked_id: str | None
    outcome: str
    detail: str = ""

    @property
    def is_right(self) -> bool:
        return self.outcome in ("fixed", "right")


def add_set(session: Session, view: SetView) -> None:
    """Add a set. Raises Conflict for a name that the model has, and OutOfScope for who does not review it."""
    session.add(GoldenSet(**_values(view)))
    session.flush()


def lock_set(session: Session, server: str, model: str, name: str) -> SetView | None:
    """The set of that name, kept from others who would change it until the transaction ends."""
    query = select(GoldenSet).filter_by(server=server, model=model, name=name).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    return None if row is None else _view(SetView, row)


def set_by_id(session: Session, set_id: str) -> SetView | None:
    row = session.get(GoldenSet, set_id)
    return None if row is None else _view(SetView, row)


def sets(session: Session, server: str = "", model: str = "") -> list[SetView]:
    """The sets of a model, or of every model, by name."""
    query = select(GoldenSet).order_by(GoldenSet.server, GoldenSet.model, GoldenSet.name)
    if model:
        query = query.filter_by(server=server, model=model)
    return [_view(SetView, row) for row in session.scalars(query)]


def change_set(session: Session, set_id: str, **values: object) -> None:
    """Change the version or the marks of a set."""
    session.execute(update(GoldenSet).where(GoldenSet.id == set_id).values(**values))


def add_member(session: Session, view: MemberView) -> None:
    """Add a case to a set. Raises Conflict for one that is in it."""
    session.add(GoldenCase(**_values(view)))
    session.flush()


def remove_member(session: Session, member_id: str, version: int) -> None:
    """From this version of its set on the case is not in it any more."""
    query = update(GoldenCase).where(GoldenCase.id == member_id, GoldenCase.removed_in.is_(None))
    session.execute(query.values(removed_in=version))


def members(session: Session, set_id: str, version: int | None = None) -> list[MemberView]:
    """The cases of a set, as they are now or as they were in a version of it."""
    query = select(GoldenCase).where(GoldenCase.set_id == set_id)
    if version is None:
        query = query.where(GoldenCase.removed_in.is_(None))
    else:
        query = query.where(
            GoldenCase.added_in <= version,
            or_(GoldenCase.removed_in.is_(None), GoldenCase.removed_in > version),
        )
    return [_view(MemberView, row) for row in session.scalars(query.order_by(GoldenCase.id))]


def of_case(session: Session, case_id: str) -> list[MemberView]:
    """The sets in which a case is now, as its places in them."""
    query = select(GoldenCase).where(GoldenCase.case_id == case_id, GoldenCase.removed_in.is_(None))
    return [_view(MemberView, row) for row in session.scalars(query.order_by(GoldenCase.id))]


def versions_known(session: Session, set_id: str) -> set[str]:
    """The versions that have been run on a set, and those whose answers are in its cases."""
    ran = select(GoldenRun.version).where(GoldenRun.set_id == set_id)
    cases = select(GoldenCase.case_id).where(
        GoldenCase.set_id == set_id, GoldenCase.removed_in.is_(None)
    )
    answered = select(Case.version).where(Case.id.in_(cases)).distinct()
    return {*session.scalars(ran), *session.scalars(answered)}


def add_run(session: Session, run: RunView, results: Sequence[ResultView]) -> None:
    """Keep a run with what it made of each case; cases that were deleted meanwhile are left out."""
    ids = [each.case_id for each in results]
    there = set(session.scalars(select(Case.id).where(Case.id.in_(ids))))
    session.add(GoldenRun(**_values(run)))
    session.flush()
    session.add_all(GoldenResult(**_values(each)) for each in results if each.case_id in there)
    session.flush()


def runs(session: Session, set_id: str, limit: int = 20) -> list[RunView]:
    """The runs on a set, the newest first."""
    query = select(GoldenRun).where(GoldenRun.set_id == set_id)
    newest = query.order_by(GoldenRun.created_at.desc(), GoldenRun.id.desc()).limit(limit)
    return [_view(RunView, row) for row in session.scalars(newest)]


def runs_of_models(session: Session, limit: int = 1_000) -> list[RunView]:
    """The newest runs of all models, the newest first."""
    query = select(GoldenRun).order_by(GoldenRun.created_at.desc(), GoldenRun.id.desc())
    return [_view(RunView, row) for row in session.scalars(query.limit(limit))]


def run_by_id(session: Session, run_id: str) -> RunView | None:
    row = session.get(GoldenRun, run_id)
    return None if row is None else _view(RunView, row)


def results(session: Session, run_id: str) -> list[ResultView]:
    """What a run made of its cases, as far as they may be seen."""
    query = select(GoldenResult).where(GoldenResult.run_id == run_id)
    return [_view(ResultView, row) for row in session.scalars(query.order_by(GoldenResult.case_id))]


def results_of_case(
    session: Session, case_id: str, limit: int = 5
) -> list[tuple[ResultView, RunView]]:
    """What the newest runs made of a case, the newest first."""
    query = (
        select(GoldenResult, GoldenRun)
        .join(GoldenRun, GoldenRun.id == GoldenResult.run_id)
        .where(GoldenResult.case_id == case_id)
        .order_by(GoldenRun.created_at.desc(), GoldenRun.id.desc())
    )
    rows = session.execute(query.limit(limit))
    return [(_view(ResultView, row[0]), _view(RunView, row[1])) for row in rows]


def _values(view: Any) -> dict[str, Any]:
    return {field.name: getattr(view, field.name) for field in fields(view)}


def _view(kind: type[View], row: object) -> View:
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})  # type: ignore[arg-type]
