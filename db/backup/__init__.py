"""Everything in a database as one file, and back: the same file for SQLite and PostgreSQL."""

from db.backup.archive import Manifest, UnreadableArchive
from db.backup.restore import NotEmpty, restore
from db.backup.write import write

__all__ = ["Manifest", "NotEmpty", "UnreadableArchive", "restore", "write"]
