"""How the database is opened, and that a transaction is all or nothing."""

import os
import sqlite3
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlalchemy import text

import db.cases
import db.engine
from db.engine import close, make_engine, make_sessions, reading, state, writing
from db.errors import Conflict, StorageError
from tests.recorded import add_case, add_cases, case_of


def test_sqlite_is_opened_for_several_writers(tmp_path: Path):
    sessions = make_sessions(f"sqlite:///{tmp_path}/a/folder/mds.db")
    with reading(sessions) as session:
        pragmas = ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        found = [session.scalar(text(f"PRAGMA {name}")) for name in pragmas]
    assert found == ["wal", 1, 30_000, 1]
    close(sessions)


def test_a_new_file_can_be_opened_by_several_at_once(tmp_path: Path):
    """A hundred files, since a change to the write-ahead log that nobody tries again fails for about one in forty
    connections."""

    def open_together(file: Path) -> None:
        together = Barrier(4)

        def open_one(_: int) -> None:
            engine = make_engine(f"sqlite:///{file}")
            together.wait()
            with engine.connect() as connection:
                assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
            engine.dispose()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(open_one, range(4)))

    for number in range(100):
        open_together(tmp_path / f"{number}.db")


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


def test_whether_the_database_can_be_read(sessions, tmp_path: Path, caplog):
    assert state(sessions) == "well"
    (tmp_path / "not_a_database.db").write_text("x" * 10_000)
    broken = make_sessions(f"sqlite:///{tmp_path}/not_a_database.db")
    assert state(broken) == "unreadable"
    assert "does not answer" in caplog.text
    close(broken)


def _locked(path: Path) -> sqlite3.Connection:
    held = sqlite3.connect(path, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    return held


def test_a_locked_database_is_told(tmp_path: Path, caplog, monkeypatch):
    monkeypatch.setattr(db.engine, "LOOK_SECONDS", 0.2)
    path = tmp_path / "cases.db"
    sessions = make_sessions(f"sqlite:///{path}")
    assert state(sessions) == "well"
    held = _locked(path)
    assert state(sessions) == "unwritable"
    assert "locked" in caplog.text
    held.close()
    assert state(sessions) == "well"
    close(sessions)


def test_a_full_disk_is_told(tmp_path: Path):
    """In a process of its own that may write no more than it has, as on a full disk."""
    script = f"""
import resource, signal
from db.engine import make_sessions, state, writing
from sqlalchemy import text
sessions = make_sessions("sqlite:///{tmp_path}/cases.db")
with writing(sessions) as session:
    session.execute(text("create table t (x text)"))
assert state(sessions) == "well"
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
assert state(sessions) == "unwritable", state(sessions)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_file_of_a_database_is_for_its_owner_alone(tmp_path: Path):
    path = tmp_path / "new" / "cases.db"
    before = os.umask(0o022)
    try:
        sessions = make_sessions(f"sqlite:///{path}")
        with writing(sessions) as session:
            session.execute(text("create table t (x text)"))
            modes = {
                p.name: p.stat().st_mode & 0o777 for p in (path.parent, *path.parent.iterdir())
            }
    finally:
        os.umask(before)
    assert modes.pop("new") == 0o700
    assert "cases.db" in modes
    assert set(modes.values()) == {0o600}
    close(sessions)


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path):
    path = tmp_path / "cases.db"
    path.touch(mode=0o644)
    close(make_sessions(f"sqlite:///{path}"))
    assert path.stat().st_mode & 0o777 == 0o600


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
            db.cases.begin(session, [case_of(person=f"p{number}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read_then_write, range(24)))
    with reading(sessions) as session:
        assert len(db.cases.recent(session)) == 24


def _add_and_break(sessions, case) -> None:
    with writing(sessions) as session:
        db.cases.begin(session, [case])
        raise ZeroDivisionError


def test_whoever_writes_waits_no_longer_than_others_write(tmp_path: Path):
    """SQLite's own wait would sleep a tenth of a second where others write all the time, and miss what is between."""
    path = tmp_path / "mds.db"
    sessions = make_sessions(f"sqlite:///{path}")
    with writing(sessions) as session:
        session.execute(text("CREATE TABLE birds (id integer)"))
    other = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    is_over = Event()

    def write_all_the_time() -> None:
        while not is_over.is_set():
            other.execute("BEGIN IMMEDIATE")
            time.sleep(0.1)
            other.execute("COMMIT")
            time.sleep(0.005)

    def write_once() -> float:
        time.sleep(0.03)  # in which the other begins anew
        began = time.perf_counter()
        with writing(sessions) as session:
            session.execute(text("INSERT INTO birds VALUES (1)"))
        return time.perf_counter() - began

    with ThreadPoolExecutor(1) as pool:
        pool.submit(write_all_the_time)
        time.sleep(0.05)
        try:
            waited = [write_once() for _ in range(7)]
        finally:
            is_over.set()
    other.close()
    assert statistics.median(waited) < 0.15, waited
    with reading(sessions) as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == 30_000
    close(sessions)


def test_a_lock_that_is_held_is_an_error_in_the_end(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(db.engine, "BUSY_SECONDS", 0.05)
    path = tmp_path / "mds.db"
    sessions = make_sessions(f"sqlite:///{path}")
    with reading(sessions) as session:
        session.scalar(text("SELECT 1"))
    held = _locked(path)
    with pytest.raises(StorageError, match="locked"), writing(sessions):
        pass
    held.close()
    with writing(sessions) as session:
        session.execute(text("CREATE TABLE birds (id integer)"))
    close(sessions)
