"""On PostgreSQL the cases can lie in a partition a month: what decision 0020 says it takes, done and used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from audit_log.verify import verify
from cases import queries, retention
from cases.batch import RowsRequest, predict_rows
from cases.errors import KeyReused
from cases.recording import predict_and_record
from cases.scenarios import NEVER, ask_scenario
from cases.search import CaseFilter, search
from db.engine import Sessions, close, make_sessions
from db.ids import id_at, new_id
from db.migrate import migrate
from db.tables import Case
from feedback.submission import submit
from health.day_counts import fold
from health.summary import summarise
from settings import RetentionSettings
from tests.cases.test_batch import Rows
from tests.stub_predictor import StubPredictor

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = 36
KEYS = """
CREATE TABLE case_keys (idempotency_key varchar PRIMARY KEY, case_id varchar NOT NULL);
CREATE FUNCTION keep_case_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO case_keys VALUES (NEW.idempotency_key, NEW.id);
  ELSIF TG_OP = 'DELETE' THEN
    DELETE FROM case_keys WHERE idempotency_key = OLD.idempotency_key;
    RETURN OLD;
  ELSIF NEW.idempotency_key <> OLD.idempotency_key THEN
    UPDATE case_keys SET idempotency_key = NEW.idempotency_key WHERE idempotency_key = OLD.idempotency_key;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_case_key BEFORE INSERT OR UPDATE OR DELETE ON cases
  FOR EACH ROW EXECUTE FUNCTION keep_case_key();
"""
# What marks the days of cases that change belongs to the table that goes: it is made again for the one that comes.
TRIGGERS = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'cases'::regclass AND NOT tgisinternal"


def _month(number: int) -> datetime:
    return datetime(FIRST.year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _bound(moment: datetime) -> str:
    """The least id of a moment: its first ten characters are the time."""
    return id_at(moment, Random(0))[:10] + "0" * 16


def _partition(sessions: Sessions) -> None:
    """As decision 0020 says, in one transaction."""
    engine = sessions.kw["bind"]
    with engine.begin() as connection:
        tables = inspect(connection)
        keys = [
            (table, key["name"], key["constrained_columns"][0])
            for table in tables.get_table_names()
            for key in tables.get_foreign_keys(table)
            if key["referred_table"] == "cases"
        ]

        def run(statement: str) -> None:
            connection.exec_driver_sql(statement)

        triggers = connection.scalars(text(TRIGGERS)).all()

        for table, name, _ in keys:
            run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        run("ALTER TABLE cases RENAME TO cases_before")
        run("CREATE TABLE cases (LIKE cases_before INCLUDING DEFAULTS) PARTITION BY RANGE (id)")
        for number in range(MONTHS):
            low, high = _bound(_month(number)), _bound(_month(number + 1))
            run(
                f"CREATE TABLE cases_{number} PARTITION OF cases FOR VALUES FROM ('{low}') TO ('{high}')"
            )
        run("ALTER TABLE cases ADD PRIMARY KEY (id)")
        for statement in KEYS.split(";\nCREATE"):
            run(statement if statement.lstrip().startswith("CREATE") else f"CREATE{statement}")
        run("INSERT INTO cases SELECT * FROM cases_before")
        run("DROP TABLE cases_before")
        for statement in triggers:
            run(statement)
        for table, name, column in keys:
            run(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES cases (id)"
            )
        run("CREATE INDEX ix_cases_key ON cases (idempotency_key)")
        for index in Case.__table__.indexes:  # type: ignore[attr-defined]
            index.create(connection)


@pytest.fixture
def partitioned(postgresql_url: str) -> Iterator[Sessions]:
    migrate(postgresql_url)
    sessions = make_sessions(postgresql_url)
    predict_and_record(StubPredictor(), {"bill": 1.0}, sessions=sessions, key="before")
    _partition(sessions)
    yield sessions
    close(sessions)


def _ask(sessions: Sessions, key: str, month: int) -> str:
    now = _month(month) + timedelta(days=3)
    return predict_and_record(
        StubPredictor(),
        {"bill": 39.1},
        sessions=sessions,
        key=key,
        person="ada",
        audit=NEVER,  # what is said of it is volunteered, whatever is drawn
        clock=lambda: now,
        new_id=lambda: id_at(now, Random(key)),
    ).case_id


@pytest.mark.slow
def test_cases_in_partitions_take_all_that_is_done_with_cases(partitioned: Sessions) -> None:
    ids = [_ask(partitioned, f"k{month}", month) for month in (0, 5, 10)]
    assert _ask(partitioned, "k5", 5) == ids[1]  # a key is one case, in whichever month
    with pytest.raises(KeyReused):
        predict_and_record(
            StubPredictor(), {"bill": 2.0}, sessions=partitioned, key="k0", person="ada"
        )
    rows = RowsRequest(model=Rows(), sessions=partitioned, key="file", person="ada")
    assert len([case for chunk in predict_rows(rows, [{"x": 1}, {"x": 2}]) for case in chunk]) == 2
    again = [case for chunk in predict_rows(rows, [{"x": 1}, {"x": 2}]) for case in chunk]
    assert len({case.id for case in again}) == 2
    fold(partitioned)
    submit(partitioned, case_id=ids[0], person="bob", judgement="correct", key="f")
    assert {"volunteered": {"correct": 1}} in [row.feedback for row in summarise(partitioned)]
    ask_scenario(
        StubPredictor(), {"bill": 3.0}, of=ids[0], sessions=partitioned, key="s", person="ada"
    )
    assert len(search(partitioned, CaseFilter(person="ada")).lines) == 6
    assert [line.id for line in search(partitioned, CaseFilter(judgement="correct")).lines] == [
        ids[0]
    ]
    assert queries.case(partitioned, ids[2]) is not None
    with pytest.raises(DBAPIError), partitioned() as session:  # a statement needs its case
        session.execute(text("DELETE FROM cases WHERE id = :id"), {"id": ids[0]})
    rule = RetentionSettings(case_days=30)
    done = retention.run(partitioned, [rule], _month(7))
    assert sum(each.cases for each in done) == 2
    assert queries.case(partitioned, ids[0]) is None
    counted = summarise(partitioned)
    assert fold(partitioned) > 0
    assert summarise(partitioned) == counted
    assert sum(row.cases for row in counted) == 7
    assert not verify(partitioned).findings


@pytest.mark.slow
def test_a_key_for_all_partitions_needs_a_table_of_its_own(partitioned: Sessions) -> None:
    with pytest.raises(DBAPIError, match="unique constraint on partitioned table"):
        with partitioned() as session:
            session.execute(text("ALTER TABLE cases ADD UNIQUE (idempotency_key)"))
    with partitioned() as session:
        plan = session.execute(text("EXPLAIN SELECT * FROM cases WHERE id = :id"), {"id": new_id()})
        assert sum("Scan" in row[0] for row in plan) == 1  # of one month alone
