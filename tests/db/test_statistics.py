"""What SQLite counts of its tables, and a look that many requests of a batch take: neither may read all cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select

import db.cases
from benchmarks.health_cases import fill
from db.engine import Sessions, close, dialect_of, make_sessions, reading, writing
from db.ids import utc_now
from db.migrate import migrate
from db.statistics import analyse
from db.tables import Case, Feedback


def test_sqlite_counts_again_once_there_are_many_more_cases_or_less(sessions: Sessions) -> None:
    name = dialect_of(sessions).name
    is_sqlite = name == "sqlite"
    assert not analyse(sessions)
    fill(sessions, name, 4_000)
    assert analyse(sessions) is is_sqlite
    assert not analyse(sessions)
    with writing(sessions) as session:
        said = select(Feedback.case_id)
        some = select(Case.id).where(Case.id.not_in(said)).order_by(Case.id).limit(2_000)
        assert session.execute(delete(Case).where(Case.id.in_(some))).rowcount == 2_000  # type: ignore[attr-defined]
    assert analyse(sessions) is is_sqlite


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Sessions]:
    migrate(sqlite_url)
    made = make_sessions(sqlite_url)
    yield made
    close(made)


def test_whether_somebody_asks_is_seen_among_those_without_an_answer(sqlite: Sessions) -> None:
    """Also where nothing was counted: SQLite took the index on a server, and a look at 200,000 cases took 700 ms."""
    asked: list[tuple[str, Any]] = []
    engine = sqlite.kw["bind"]

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with reading(sqlite) as session:
        since = utc_now() - timedelta(seconds=10)
        assert not db.cases.is_one_under_way(session, "bank", since)
        ((statement, parameters),) = asked
        connection = session.connection()
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert [row[3] for row in plan] == [
        "SEARCH cases USING INDEX ix_cases_not_answered (created_at>?)"
    ]
