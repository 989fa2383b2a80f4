"""How the database is opened, and that a transaction is all or nothing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

import db.cases
from cases.payloads import pack
from db.engine import answers, close, make_engine, make_sessions, reading, writing
from db.errors import Conflict, StorageError
from tests.recorded import add_case, add_cases, case_of


def test_sqlite_is_opened_for_several_writers(tmp_path: Path):
    sessions = make_sessions(f"sqlite:///{tmp_path}/a/folder/mds.db")
    with reading(sessions) as session:
        pragmas = ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        found = [session.scalar(text(f"PRAGMA {name}")) for name in pragmas]
    assert found == ["wal", 1, 30_000, 1]
    close(sessions)


def test_a_relative_path_is_opened_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    make_engine("sqlite:///var/mds.db").dispose()
    assert (tmp_path / "var").is_dir()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str):
    with pytest.raises(ValueError, match="name a file"):
        make_engine(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_through_psycopg_3(scheme: str):
    engine = make_engine(f"{scheme}://me:secret@host/mds")
    assert engine.url.drivername == "postgresql+psycopg"
    assert "secret" not in str(engine.url)


def test_nothing_is_written_when_the_block_raises(sessions):
    case = case_of()
    with pytest.raises(ZeroDivisionError):
        _add_and_break(sessions, case)
    with reading(sessions) as session:
        assert db.cases.by_id(session, case.id) is None


def test_a_taken_key_is_a_conflict_and_undoes_the_rest(sessions):
    taken = add_case(sessions).idempotency_key
    other = case_of()
    with pytest.raises(Conflict):
        add_cases(sessions, other, case_of(idempotency_key=taken))
    with reading(sessions) as session:
        assert db.cases.by_id(session, other.id) is None


def test_whether_the_database_answers(sessions, tmp_path: Path, caplog):
    assert answers(sessions)
    (tmp_path / "not_a_database.db").write_text("x" * 10_000)
    broken = make_sessions(f"sqlite:///{tmp_path}/not_a_database.db")
    assert not answers(broken)
    assert "does not answer" in caplog.text
    close(broken)


def test_a_failing_database_is_one_error_whatever_the_driver_says(tmp_path: Path):
    sessions = make_sessions(f"sqlite:///{tmp_path}/without_tables.db")
    with pytest.raises(StorageError, match="no such table"), reading(sessions) as session:
        db.cases.by_key(session, "any")
    close(sessions)


def test_reading_then_writing_waits_for_other_writers(sessions):
    """On SQLite this fails at once unless the write lock is taken before the first read."""

    def read_then_write(number: int) -> None:
        with writing(sessions) as session:
            db.cases.recent(session)
            db.cases.add(session, case_of(person=f"p{number}"), pack(b""), pack(b""))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read_then_write, range(24)))
    with reading(sessions) as session:
        assert len(db.cases.recent(session)) == 24


def _add_and_break(sessions, case) -> None:
    with writing(sessions) as session:
        db.cases.add(session, case, pack(b""), pack(b""))
        raise ZeroDivisionError
