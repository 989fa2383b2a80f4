"""Where a business key leads: what cases have in the fields that name what they are about, so that a search need not read them all.

Triggers write and delete the values with their cases (migration 0038), a job those of the cases that were there before. Nothing
is in it that does not stand in the case, a hash where only that does; a backup has none of it.
"""

from __future__ import annotations

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import MAX_KEY, Base


class KeyField(Base):
    """A field of a model that is indexed; `is_whole` once the cases that were there before are in it."""

    __tablename__ = "key_fields"
    __table_args__ = (UniqueConstraint("server", "model", "field"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    is_whole: Mapped[bool]


class KeyValue(Base):
    """What stands in such a field of a case, in the one form that equal values have: 5, 5.0 and "5" are one. Only its first
    200 characters, so whoever looks here looks into the case as well."""

    __tablename__ = "key_values"
    __table_args__ = (Index(None, "key_id", "value"),)

    case_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    value: Mapped[str] = mapped_column(String(MAX_KEY))


# What can be made from the cases at any time.
DERIVED = ("key_fields", "key_values")
