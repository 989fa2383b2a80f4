"""The trail: what is done adds to it, many at once keep one chain, and whatever is changed later is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, delete, insert, select, text, update

import db.audit_log
from audit_log.anchors import export, read
from audit_log.chain import Record, append, erase
from audit_log.errors import NoKey, UnreadableAnchors
from audit_log.hashing import digest, entry_hash, root
from audit_log.verify import verify
from audit_log.workspaces import opened
from cases.recording import predict_and_record
from cli.main import main
from db.audit_content import MAY_CHANGE, TRAILED, content, covered
from db.engine import Sessions, close, limited, make_engine, make_sessions, reading, writing
from db.scope import Models, Scope
from db.tables import ApiToken, AuditChain, AuditEntry, AuditLeaf, AuditSalt, Base, Case, Feedback
from db.types import UtcDateTime
from feedback.submission import submit
from settings import settings
from tests.audit_log.filled_trail import ENTRIES, RECORDS, fill
from tests.recorded import NOON, add_case, case_of
from tests.stub_predictor import StubPredictor

KEY = "k" * 32
TABLES: list[type[Base]] = [*TRAILED.values(), AuditChain, AuditEntry, AuditLeaf, AuditSalt]
COLUMNS = [
    (t, column.name)
    for t in TABLES
    for column in t.__table__.columns
    if (t, column.name) != (ApiToken, "used_at")
]
# Words that a check of the table allows.
OTHER_WORDS = {
    "answer": ("seen", "known"),
    "judgement": ("correct", "unsure"),
    "channel": ("review", "upload"),
}


@pytest.fixture(scope="module")
def filled(shared_database_url: str) -> Iterator[Sessions]:
    """One trail for every test that only reads it, or leaves it as it was."""
    made = make_sessions(shared_database_url)
    fill(made)
    yield made
    close(made)


def test_what_was_done_is_trailed_and_holds(filled: Sessions) -> None:
    report = verify(filled)
    assert report.findings == ()
    assert (report.entries, report.records, report.older) == (ENTRIES, RECORDS, 0)
    with reading(filled) as session:
        entries = db.audit_log.entries(session, "main")
        leaves = db.audit_log.leaves(session, "main", [4])
    actions = [
        "call",
        "predict",
        "predict",
        "predict-batch",
        "feedback",
        "feedback",
        "publish",
        "publish",
        "comment",
        "make-token",
    ]
    assert [entry.action for entry in entries] == actions
    assert [entry.person for entry in entries[2:]] == [
        "ada",
        "bob",
        "ada",
        "ada",
        "eve",
        "eve",
        "rita",
        "ada",
    ]
    assert [entry.before for entry in entries[:5]] == [""] * 5
    assert entries[5].before == entries[4].after
    assert entries[7].before == entries[6].after
    assert root([leaf.digest for leaf in leaves[4]]) == entries[3].after
    assert len({leaf.record_id for leaf in leaves[4]}) == 3


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda p: getattr(p, "__tablename__", p))
def test_whatever_column_is_changed_is_found(
    filled: Sessions, shared_database_url: str, table: type[Base], column: str
) -> None:
    """Every column of the mapped tables, so that a new one is tried as well."""
    mapped: Any = table.__table__
    with _owner(shared_database_url) as connection:
        rows = connection.execute(select(mapped).order_by(*mapped.primary_key)).all()
        before = dict(rows[len(rows) // 2]._mapping)
        after = {**before, column: _other(mapped, column, before[column])}
        _exchange(connection, mapped, before, after)
    try:
        assert verify(filled).findings
    finally:
        with _owner(shared_database_url) as connection:
            _exchange(connection, mapped, after, before)


def test_what_may_change_is_named_with_a_reason() -> None:
    """Nothing else is left out of a digest."""
    assert set(MAY_CHANGE) == {("feedback", "is_current"), ("token", "used_at")}
    for kind, table in TRAILED.items():
        left_out = {c.name for c in table.__table__.columns} - set(covered(kind))
        assert {(kind, name) for name in left_out} == {m for m in MAY_CHANGE if m[0] == kind}


def test_the_form_of_a_digest_stays() -> None:
    """A column that is added belongs to a new form (`FORM`, `ADDED`): else no digest of before matches any more."""
    first = {"case": 39, "feedback": 14, "overlay": 9, "comment": 9, "token": 11, "call": 9}
    assert {kind: len(covered(kind, 1)) for kind in TRAILED} == first
    case = db.cases.columns(case_of(id="0" * 26, idempotency_key="k"))
    told = hashlib.sha256(content("case", case, 1)).hexdigest()
    assert told.startswith("76903c38974c4c75")


@pytest.mark.slow
@pytest.mark.parametrize("gone", ["first", "middle", "last", "record", "leaf", "salt", "head"])
def test_whatever_is_taken_away_is_found(sessions: Sessions, database_url: str, gone: str) -> None:
    fill(sessions)
    numbers = {"first": 1, "middle": 3, "last": ENTRIES}
    with _owner(database_url) as connection:
        if gone in numbers:
            connection.execute(delete(AuditEntry).where(AuditEntry.number == numbers[gone]))
        elif gone == "leaf":
            connection.execute(delete(AuditLeaf).where(AuditLeaf.place == 2))
        else:
            table = {"record": Feedback, "salt": AuditSalt, "head": AuditChain}[gone]
            connection.execute(delete(table))
    found = verify(sessions).findings
    assert found
    if gone == "middle":
        assert found[0].sentence == "Entry 3 is missing: entry 2 is followed by 4."


def test_the_first_broken_link_is_named(sessions: Sessions, database_url: str) -> None:
    fill(sessions)
    with _owner(database_url) as connection:
        connection.execute(
            update(AuditEntry).where(AuditEntry.number.in_([4, 6])).values(person="m")
        )
    assert [(f.number, f.sentence.partition(":")[0]) for f in verify(sessions).findings] == [
        (4, "Entry 4 was changed")
    ]


def test_only_an_anchor_finds_a_consistent_rewrite(
    sessions: Sessions, database_url: str, tmp_path: Path
) -> None:
    fill(sessions)
    path = tmp_path / "anchors.jsonl"
    export(sessions, path, KEY)
    _rewrite(sessions, database_url)
    assert verify(sessions).findings == ()
    (found,) = verify(sessions, read(path, KEY)).findings
    assert found.number == ENTRIES
    assert "is not the one that was exported" in found.sentence


def test_an_anchor_finds_a_trail_that_was_cut_off(sessions: Sessions, tmp_path: Path) -> None:
    fill(sessions)
    path = tmp_path / "anchors.jsonl"
    export(sessions, path, KEY)
    with writing(sessions) as session:
        append(session, "look", [Record(kind="case", id="x")], person="ada")
    assert verify(sessions, read(path, KEY)).findings == ()
    with writing(sessions) as session:
        for table in (AuditEntry, AuditLeaf, AuditChain, AuditSalt):
            session.execute(delete(table))
    assert verify(sessions).findings == ()
    (found,) = verify(sessions, read(path, KEY)).findings
    assert found.sentence.startswith(f"Entry {ENTRIES} is missing")


def test_anchors_of_another_key_or_changed_are_refused(sessions: Sessions, tmp_path: Path) -> None:
    fill(sessions)
    path = tmp_path / "anchors.jsonl"
    with pytest.raises(NoKey, match="at least 32 characters"):
        export(sessions, path, "short")
    assert export(sessions, path, KEY)
    with pytest.raises(UnreadableAnchors, match="was not signed with this key"):
        read(path, "z" * 32)
    path.write_text(path.read_text().replace(f'"number": {ENTRIES}', '"number": 1'))
    with pytest.raises(UnreadableAnchors, match="was not signed with this key"):
        read(path, KEY)
    path.write_text("{}\n")
    with pytest.raises(UnreadableAnchors, match="Line 1"):
        read(path, KEY)


def test_many_who_append_at_once_make_one_chain(sessions: Sessions) -> None:
    def ask(number: int) -> None:
        if number % 2:
            case = predict_and_record(
                StubPredictor(), {"bill": 1.0}, sessions=sessions, key=f"k{number}"
            )
            submit(
                sessions, case_id=case.case_id, person="ada", judgement="correct", key=f"f{number}"
            )
            return
        with writing(sessions) as session:
            append(session, "look", [Record(kind="case", id=str(number))], person="ada")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(40)))
    report = verify(sessions)
    assert report.findings == ()
    assert report.entries == 60


def test_two_workspaces_have_chains_of_their_own(sessions: Sessions) -> None:
    demo = opened(sessions, "demo", person="olga")
    assert opened(sessions, "demo", person="eve") == demo
    with writing(sessions) as session:
        look = [Record(kind="case", id="x")]
        append(session, "look", look, person="ada")
        shown = append(session, "look", look, person="ada", workspace=demo.name)
    assert (shown.number, shown.previous_hash) == (1, "")
    assert (verify(sessions).entries, verify(sessions).findings) == (3, ())
    with writing(sessions) as session:
        append(session, "look", look, person="ada", workspace="show-7")
    assert [f.workspace for f in verify(sessions).findings] == ["show-7"]


def test_a_clock_that_jumps_breaks_no_chain(sessions: Sessions) -> None:
    """The order is that of the numbers, whatever the time says."""
    for days in (0, -400, 3):
        with writing(sessions) as session:
            look = [Record(kind="case", id="x")]
            append(
                session,
                "look",
                look,
                person="ada",
                clock=lambda: NOON + timedelta(days=days),  # noqa: B023
            )
    assert (verify(sessions).entries, verify(sessions).findings) == (3, ())


def test_what_fails_leaves_no_entry(sessions: Sessions) -> None:
    def fail() -> None:
        with writing(sessions) as session:
            append(session, "look", [Record(kind="case", id="x")], person="ada")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert verify(sessions).entries == 0


def test_what_is_erased_leaves_a_chain_that_holds(sessions: Sessions) -> None:
    fill(sessions)
    with writing(sessions) as session:
        said = session.scalars(select(Feedback).where(Feedback.is_current)).one()
        erase(session, "feedback", said.id, person="olga")
        session.delete(said)
    with reading(sessions) as session:
        assert db.audit_log.salt_of(session, "feedback", said.id) is None
    report = verify(sessions)
    assert report.entries == ENTRIES + 1
    # The statement that it replaced says so itself, since nothing replaces it now.
    assert [f.sentence.partition(") ")[2] for f in report.findings] == [
        "does not count as current, though no other statement replaces it."
    ]


def test_a_record_that_is_put_in_past_the_trail_is_found(sessions: Sessions) -> None:
    old = add_case(sessions)
    fill(sessions)
    assert verify(sessions).older == 1
    with reading(sessions) as session:
        newest = session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()
    new = add_case(sessions, created_at=newest.created_at + timedelta(seconds=9))
    report = verify(sessions)
    assert report.older == 1
    assert [old.id in f.sentence or new.id in f.sentence for f in report.findings] == [True]
    assert "newer than the trail" in report.findings[0].sentence


def test_the_trail_is_read_by_operators_and_added_to_by_all(sessions: Sessions) -> None:
    models = (Models(server="shelf"),)
    narrow = limited(sessions, Scope(person="ada", seen=models, reviewed=models))
    predict_and_record(
        StubPredictor(), {"bill": 1.0}, sessions=narrow, key="k", person="ada", purpose="asked"
    )
    with reading(narrow) as session:
        assert db.audit_log.entries(session, "main") == []
        assert db.audit_log.heads(session) == {}
    assert verify(sessions).entries == 1


def test_the_root_of_a_tree_is_that_of_its_standard() -> None:
    """Two differ from three, and an order from another; one is itself."""
    assert root(["a"]) == "a"
    roots = [root(each) for each in (["a", "b"], ["b", "a"], ["a", "b", "b"], ["a", "b", "c"])]
    assert len(set(roots)) == 4


def test_an_operator_verifies_and_anchors(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MDS_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MDS_AUDIT_KEY", KEY)
    settings.cache_clear()
    made = make_sessions(sqlite_url)
    try:
        path = str(tmp_path / "anchors.jsonl")
        assert main(["audit", "anchor", path]) == 0
        assert "no entry yet" in capsys.readouterr().out
        fill(made)
        assert main(["audit", "anchor", path]) == 0
        assert main(["audit", "verify", "--anchors", path]) == 0
        assert "The trail holds." in capsys.readouterr().out
        with writing(made) as session:
            session.execute(update(Feedback).values(comment="all is well"))
        assert main(["audit", "verify", "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert [f["number"] for f in told["findings"]] == [5, 6]
        assert main(["audit", "verify", "--anchors", f"{path}.no"]) == 2
        assert main(["audit", "anchor"]) == 2
    finally:
        close(made)
        settings.cache_clear()


@contextmanager
def _owner(url: str) -> Iterator[Connection]:
    """A connection of somebody who owns the database, and need not mind its rules."""
    is_sqlite = url.startswith("sqlite")
    engine = create_engine(url) if is_sqlite else make_engine(url)
    try:
        with engine.begin() as connection:
            if not is_sqlite:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
    finally:
        engine.dispose()


def _exchange(
    connection: Connection, table: Any, before: dict[str, Any], after: dict[str, Any]
) -> None:
    keys = [column == before[column.name] for column in table.primary_key]
    assert connection.execute(delete(table).where(*keys)).rowcount == 1
    connection.execute(insert(table).values(after))


def _other(table: Any, column: str, value: Any) -> Any:
    """Another value that the column can hold."""
    if column in OTHER_WORDS:
        return next(word for word in OTHER_WORDS[column] if word != value)
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 100
        case str():
            return ("y" if value[:1] == "x" else "x") + value[1:]
        case bytes():
            return value + b"x"
        case dict() | list():
            return {"changed": 1}
        case None:
            kind = table.c[column].type.python_type
            if isinstance(table.c[column].type, UtcDateTime):
                return NOON
            return kind(1) if kind in (int, float) else "x"
    return value + timedelta(seconds=1)


def _rewrite(sessions: Sessions, url: str) -> None:
    """Change a statement, and every digest and hash after it, as somebody can who has the whole database."""
    with _owner(url) as connection:
        connection.execute(update(Feedback).values(comment="all is well"))
    with writing(sessions) as session:
        previous = ""
        for entry in db.audit_log.entries(session, "main"):
            after = entry.after
            if entry.kind == "feedback":
                values = db.audit_log.contents(session, "feedback", [entry.record_id])
                salt = db.audit_log.salt_of(session, "feedback", entry.record_id) or b""
                after = digest(salt, content("feedback", values[entry.record_id]))
            entry = replace(entry, after=after, previous_hash=previous)
            previous = entry_hash(entry)
            new = {"after": after, "previous_hash": entry.previous_hash, "hash": previous}
            here = (AuditEntry.workspace == "main", AuditEntry.number == entry.number)
            session.execute(update(AuditEntry).where(*here).values(new))
        session.execute(update(AuditChain).values(hash=previous))
