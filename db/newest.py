"""What is kept for a model in versions, of which the newest counts. The same again is not kept twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from db.tables import Base


class OfModel(Protocol):
    """A row of a store as a value: a dataclass with the names of its columns."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str: ...
    @property
    def server(self) -> str: ...
    @property
    def model(self) -> str: ...


View = TypeVar("View", bound=OfModel)


@dataclass(frozen=True, kw_only=True)
class NewestCounts(Generic[View]):
    """A table whose newest row of a model counts.

    `order` is the column by which rows are older or newer. Two rows are the same where `content`, the columns
    that hold what is kept, are equal: the author and the moment do not count.
    """

    table: type[Base]
    view: type[View]
    content: tuple[str, ...]
    order: str = "created_at"

    def newest(
        self, session: Session, server: str, model: str, *where: ColumnElement[bool]
    ) -> View | None:
        """What counts now; None where there is nothing."""
        views = self.newest_first(session, server, model, *where, limit=1)
        return views[0] if views else None

    def newest_first(
        self, session: Session, server: str, model: str, *where: ColumnElement[bool], limit: int
    ) -> list[View]:
        """The newest first. Of rows of one moment, the one that was made last is the newest."""
        query: Select[Any] = select(self.table).filter_by(server=server, model=model).where(*where)
        columns = [getattr(self.table, name).desc() for name in (self.order, "id")]
        rows: Sequence[Base] = session.scalars(query.order_by(*columns).limit(limit)).all()
        return [self.as_view(row) for row in rows]

    def keep(self, session: Session, view: View, *where: ColumnElement[bool]) -> View:
        """Add a row, unless the newest says the same: then that one is the answer, and stays the newest."""
        newest = self.newest(session, view.server, view.model, *where)
        if newest is not None and self._content_of(newest) == self._content_of(view):
            return newest
        return self.add(session, view)

    def add(self, session: Session, view: View) -> View:
        """Add a row whatever the newest says; answers it as it can be read back."""
        row = self.table(**{field.name: getattr(view, field.name) for field in fields(self.view)})
        session.add(row)
        session.flush()
        session.refresh(row)
        return self.as_view(row)

    def as_view(self, row: Base) -> View:
        return self.view(**{field.name: getattr(row, field.name) for field in fields(self.view)})

    def _content_of(self, view: View) -> tuple[object, ...]:
        return tuple(getattr(view, name) for name in self.content)
