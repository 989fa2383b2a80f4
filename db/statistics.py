"""What SQLite knows of how its tables are filled: without it, it takes the index on all cases of a server where that on a few of them
would do. PostgreSQL counts by itself."""

from __future__ import annotations

from sqlalchemy import func, select, text

from db.engine import Sessions, dialect_of, reading, writing
from db.tables import Case

# With fewer cases every way is quick.
LEAST = 1_000
# It is counted anew once there are so many times as many cases, or as few.
_GROWN = 1.5


def analyse(sessions: Sessions) -> bool:
    """Have SQLite count, if there are many more cases than when it did, or many less; whether it did. Nobody else writes meanwhile:
    about 3 µs a case. Raises StorageError."""
    if dialect_of(sessions).name != "sqlite":
        return False
    with reading(sessions) as session:
        cases = session.scalar(select(func.count()).select_from(Case)) or 0
        tables = session.scalar(
            text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")
        )
        # The text begins with how many rows the table had.
        known = text("SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'cases'")
        before = (session.scalar(known) or 0) if tables else 0
    if cases < LEAST or before / _GROWN < cases < before * _GROWN:
        return False
    with writing(sessions) as session:
        session.execute(text("ANALYZE"))
    return True
