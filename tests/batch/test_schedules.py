"""Schedules: what is new in a folder or behind a query is scored once, what changed is told, and a lost right ends it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

import db.batch_schedules
import services
import settings as configuration
from batch import schedules
from batch.errors import ScheduleRefused
from batch.folder import BatchFolder
from batch.jobs import large_file, schedule_look
from batch.schedules import FILES, QUERY, ScheduleView
from cases.queries import recent
from cli.main import main
from db.engine import Sessions, limited, make_engine, reading
from db.errors import StorageError
from db.ids import new_id, utc_now
from db.scope import Models, Scope
from db.source_rows import QueryRefused, check_query, rows_after
from jobs.here import Here
from mds_client.signature import ModelRef
from settings import AccessSettings, DatabaseSettings
from tests.batch.asking import SIGNATURE, Model, here_and_alive, looked, tools
from tests.stub_predictor import PENGUINS

OLD = 1_600_000_000


@pytest.fixture
def configured(
    mds_url: str, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The settings of a workbench on the embedded server, and the folder that schedules may read."""
    folder = tmp_path / "in"
    folder.mkdir()
    file = tmp_path / "mds.toml"
    server = f'[[servers]]\nname = "demo"\nurl = "{mds_url}"\n'
    file.write_text(f'batch_sources = ["{folder}"]\n{server}', encoding="utf-8")
    monkeypatch.setenv("MDS_SETTINGS", str(file))
    monkeypatch.setenv("MDS_DATABASE_URL", sqlite_url)
    configuration.settings.cache_clear()
    yield folder
    configuration.settings.cache_clear()


def _birds(path: Path, rows: list[dict[str, object]], modified: int = OLD) -> None:
    names = list(rows[0])
    lines = [",".join("" if row[n] is None else str(row[n]) for n in names) for row in rows]
    path.write_text("\n".join([",".join(names), *lines, ""]), encoding="utf-8")
    if modified:
        os.utime(path, (modified, modified))


@pytest.mark.slow
def test_what_is_new_in_a_folder_is_scored_once_by_the_real_server(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["batch", "schedule", "add", str(configured), "--model", "demo/penguins"]
    assert main([*typed, "--every", "5m", "--person", "ann", "--json"]) == 0
    schedule_id = json.loads(capsys.readouterr().out)["id"]
    assert main([*typed[:3], str(configured.parent), *typed[4:]]) == 1
    assert "may not be read" in capsys.readouterr().err
    built = services.build(configuration.settings())
    built.catalogue.refresh()
    here = Here(built.sessions, "1", 60.0, is_inline=True)
    here._heart._beat()
    rows = built.deployed(ModelRef(server="demo", name="penguins")).example_rows[:3]
    _birds(configured / "one.csv", rows)
    _birds(configured / "two.csv", rows[:2])
    _birds(configured / "fresh.csv", rows, modified=0)
    (configured / "notes.csv").write_text("nothing of use\nat all\n")
    os.utime(configured / "notes.csv", (OLD, OLD))
    ended = {job.title: job for job in looked(built, here)}
    batches = [job for job in ended.values() if job.kind == large_file.NAME]
    assert {(job.person, job.state) for job in ended.values()} == {("ann", "done")}
    assert sorted(job.title.partition(":")[0] for job in batches) == ["one.csv", "two.csv"]
    for job in batches:
        folder = BatchFolder(built.batches_root, job.id)
        answers = pq.read_table(folder.result("parquet")).column("Answer")
        assert answers.null_count == 0
    assert len(recent(built.sessions, limit=100)) == 5
    words = schedules.listed(built.sessions)[0].words
    assert "2 new files are being scored: one.csv, two.csv." in words
    assert "1 file could not be scored: notes.csv (" in words
    assert "1 file is not ready, and is looked at next time: fresh.csv." in words

    _birds(configured / "one.csv", rows[:1], modified=OLD + 60)
    os.utime(configured / "fresh.csv", (OLD, OLD))
    again = looked(built, here, minutes=10)
    assert [job.title.partition(":")[0] for job in again if job.kind == large_file.NAME] == [
        "fresh.csv"
    ]
    words = schedules.listed(built.sessions)[0].words
    assert "1 file changed since it was scored, and was not scored again: one.csv." in words
    third = looked(built, here, minutes=20)
    assert [job.sentence for job in third] == ["Nothing is new."]

    rows_of_table = [AccessSettings(people=["bob"])]
    without = replace(built, settings=built.settings.model_copy(update={"access": rows_of_table}))
    assert looked(without, here, minutes=30) == []
    assert main(["batch", "schedule", "list"]) == 0
    listed = capsys.readouterr().out
    assert "ended" in listed
    assert "It ended, since ann may not ask demo/penguins any more." in listed
    assert main(["batch", "schedule", "remove", schedule_id]) == 4
    built.close()


def _scheduled(**changes: Any) -> ScheduleView:
    facts: dict[str, Any] = {
        "id": new_id(),
        "server": PENGUINS.server,
        "model": PENGUINS.name,
        "person": "ann",
        "created_at": utc_now(),
        "source": FILES,
        "place": "/in",
        "every_seconds": 300,
        "record": "drawn",
        "next_at": utc_now(),
    }
    return ScheduleView(**{**facts, **changes})


def _tools(sessions: Sessions, root: Path, model: Model, **settings: Any) -> Any:
    """What the kinds of job need, with this model in place of a server, and files read as they are."""
    found = tools(sessions, root, model)
    for name, value in {"access": [], "databases": [], "address": "", **settings}.items():
        setattr(found.settings, name, value)
    found.settings_now = found.settings
    found.deployed = lambda _: SIGNATURE
    found.write_rows = partial(services.Services.write_rows, found)
    found.kinds[schedule_look.NAME] = schedule_look.kind(found)
    return found


@pytest.mark.slow
def test_rows_behind_a_query_are_scored_once_by_their_key(
    sessions: Sessions, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIRDS_URL", database_url)
    settings: Any = {"databases": [DatabaseSettings(name="birds", url_env="BIRDS_URL")]}
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE birds (id integer PRIMARY KEY, x integer, y float)"))
        connection.execute(text("INSERT INTO birds VALUES (1, 1, 0.5), (2, 2, 1.5)"))
    model = Model()
    built = _tools(sessions, tmp_path, model, **settings)
    here = here_and_alive(sessions)
    query = "SELECT id, x, y FROM birds WHERE y > 0 -- ':' stays"
    wanted = _scheduled(source=QUERY, place="birds", query=f"{query}\n", key_column="id")
    schedules.add(sessions, built.settings, wanted)
    assert [job.state for job in looked(built, here)] == ["done", "done"]
    assert sorted(model.asked) == [1, 2]
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO birds VALUES (3, 3, 2.5)"))
    looked(built, here, minutes=10)
    assert sorted(model.asked) == [1, 2, 3]
    assert [job.sentence for job in looked(built, here, minutes=20)] == ["Nothing is new."]
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        connection.execute(text("SELECT 1" if is_sqlite else "CREATE SEQUENCE counting"))
    with pytest.raises(StorageError, match="no such function" if is_sqlite else "read-only"):
        rows_after(database_url, "SELECT nextval('counting') AS id", "id", "", 9)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE birds"))
        connection.execute(text("SELECT 1" if is_sqlite else "DROP SEQUENCE counting"))
    assert [job.state for job in looked(built, here, minutes=30)] == ["failed"]
    assert "did not answer the query" in schedules.listed(sessions)[0].words
    engine.dispose()


@pytest.mark.slow
def test_two_processes_that_look_begin_one_batch(sessions: Sessions, tmp_path: Path) -> None:
    """The second one listed the folder before the first wrote down what it found."""
    folder, model = tmp_path / "in", Model()
    folder.mkdir()
    _birds(folder / "one.csv", [{"x": 1, "y": 0.5}])
    built = _tools(sessions, tmp_path, model, batch_sources=[str(folder)])
    built.files_in = partial(services.Services.files_in, built)
    here, begun = here_and_alive(sessions), list[bool]()

    def deployed(_: ModelRef) -> Any:
        if not begun:
            begun.append(True)
            schedule_look.Look(_Idle(), built, wanted).perform()
        return SIGNATURE

    built.deployed = deployed
    wanted = _scheduled(place=str(folder), pattern="*.csv", changed="again")
    schedules.add(sessions, built.settings, wanted)
    ended = looked(built, here)
    assert sorted(job.kind for job in ended) == [large_file.NAME, schedule_look.NAME]
    assert model.asked == [1]
    assert [path.name for path in tmp_path.glob("01*")] == [
        job.id for job in ended if job.kind == large_file.NAME
    ]
    _birds(folder / "one.csv", [{"x": 7, "y": 0.5}], modified=OLD + 60)
    looked(built, here, minutes=10)
    assert model.asked == [1, 7]
    assert "1 changed file is being scored again" in schedules.listed(sessions)[0].words


class _Idle:
    """A run that nobody stops."""

    def report(self, _: object) -> None: ...
    def check(self) -> None: ...


def test_a_schedule_is_its_persons_and_its_operators(sessions: Sessions, tmp_path: Path) -> None:
    built = _tools(sessions, tmp_path, Model())
    wanted = _scheduled(groups=["lab"])
    schedules.add(sessions, built.settings, wanted)
    models = (Models(server=PENGUINS.server, name=PENGUINS.name),)
    ann, bob = Scope(person="ann", seen=models), Scope(person="bob", seen=models)
    rita = Scope(person="rita", seen=models, reviewed=models)
    olga = Scope(person="olga", seen=models, reviewed=models, operated=models)
    seen = {s.person: len(schedules.listed(limited(sessions, s))) for s in (ann, bob, rita, olga)}
    assert seen == {"ann": 1, "bob": 0, "rita": 1, "olga": 1}
    for scope in (bob, rita):
        assert not schedules.may_end(limited(sessions, scope), wanted.id)
        with pytest.raises(ScheduleRefused, match="that you may end"):
            schedules.end(limited(sessions, scope), wanted.id, person=scope.person)
    assert schedules.may_end(limited(sessions, olga), wanted.id)
    schedules.end(limited(sessions, ann), wanted.id, person="ann")
    assert schedules.listed(sessions)[0].words == "It was ended by ann."
    with reading(sessions) as session:
        assert db.batch_schedules.due(session, utc_now()) == []


@pytest.mark.parametrize(
    ("query", "key", "words"),
    [
        ("DELETE FROM birds", "id", "must be one SELECT"),
        ("SELECT 1; DROP TABLE birds", "id", "must be one SELECT"),
        ("SELECT 1", " ", "a key that only grows"),
    ],
)
def test_a_query_that_is_none_is_refused(query: str, key: str, words: str) -> None:
    with pytest.raises(QueryRefused, match=words):
        check_query("sqlite:///x.db", query, key)
    with pytest.raises(QueryRefused, match="Only SQLite and PostgreSQL"):
        check_query("mysql://x/y", "SELECT 1", "id")
    with pytest.raises(ScheduleRefused, match="is not a length of time"):
        schedules.seconds_of("soon")
    assert schedules.in_words(schedules.seconds_of("90m")) == "90 minutes"
