"""Files of any size as a job: each row once in the result, whatever happens on the way."""

from __future__ import annotations

import errno
import gzip
import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, cycle
from pathlib import Path

import pytest

import db.batch_chunks
import db.jobs
from batch import asking, exports, folder, partition, problems, scoring
from batch.jobs import large_file
from cases import batches
from cases.audit_sample import AuditPolicy, AuditSlice
from cases.chunks import ChunkRecorder
from cases.queries import recent
from db.engine import Sessions, close, make_sessions, reading, writing
from db.ids import new_id, utc_now
from db.migrate import migrate
from db.scope import Models
from jobs import runs, store
from jobs.here import Here
from mds_client.errors import EndpointFailed, EndpointTimedOut, EndpointUnreachable
from tables.mapping import suggest
from tables.reading import read
from tables.streaming.blocks import blocks, sampled
from tables.streaming.source import ChangedMeanwhile, Source
from tests.batch.asking import (
    PENGUINS,
    SIGNATURE,
    Model,
    asked,
    csv,
    here_and_alive,
    result,
    tools,
    written,
)
from tests.tables.files import workbook


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Sessions]:
    """For what does not depend on the database."""
    migrate(sqlite_url)
    sessions = make_sessions(sqlite_url)
    yield sessions
    close(sessions)


def test_each_row_is_in_the_result_once_and_in_its_place(
    sessions: Sessions, tmp_path: Path
) -> None:
    odd = {7: "r7,oops,1", 8: "r8", 40: "=cmd(),40,1"}
    given = written(tmp_path, csv(tmp_path / "birds.csv", 300, odd))
    model = Model(bad=(100,))
    job = asked(sessions, tmp_path, model, given)
    assert (job.state, job.result) == ("done", given.batch_id)
    assert job.sentence == "297 rows were answered, 3 were not."
    found = result(tmp_path, given)
    assert list(found) == ["name", "x", "y", "Answer", "Probability", "Problem", "Case", "Version"]
    assert found["Answer"] == [None if i in (7, 8, 100) else float(i) for i in range(300)]
    assert found["x"][:9] == ["0", "1", "2", "3", "4", "5", "6", "oops", None]
    assert found["Problem"][7:9] == [
        "X must be a number, not “oops”.",
        "The row has 1 cells, and the header 3.",
    ]
    assert found["Problem"][100] == "The model did not accept this."
    assert sorted(model.asked) == [i for i in range(300) if i not in (7, 8, 100)]
    cases = recent(sessions, limit=1000)
    links = {link.rpartition("=")[2] for link in found["Case"] if link}
    assert {case.id for case in cases} == links
    assert len(links) == 298


@pytest.mark.slow
def test_what_is_recorded_is_chosen_before(sessions: Sessions, tmp_path: Path) -> None:
    path = csv(tmp_path / "birds.csv", 400)
    drawn = replace(written(tmp_path, path), record="drawn")
    asked(sessions, tmp_path, Model(), drawn)
    cases = recent(sessions, limit=1000)
    assert 10 < len(cases) < 80
    assert all(case.is_audited and case.audit_probability == 0.1 for case in cases)
    assert {link.rpartition("=")[2] for link in result(tmp_path, drawn)["Case"] if link} == {
        case.id for case in cases
    }
    sample = replace(written(tmp_path, path), record="sample", share=0.5)
    asked(sessions, tmp_path, Model(), sample)
    assert 150 < sum(link is not None for link in result(tmp_path, sample)["Case"]) < 290


def test_who_waits_for_an_answer_writes_it_down_before_the_cases_of_a_file(
    sqlite: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    write = ChunkRecorder.write

    def written_down(self: ChunkRecorder, *rest: object) -> None:
        happened.append("written")
        write(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(ChunkRecorder, "write", written_down)
    found = tools(sqlite, tmp_path, Model(meanwhile=lambda _: happened.append("asked")), at_once=1)
    found.give_way = lambda _: bool(happened.append("way given"))
    given = written(tmp_path, csv(tmp_path / "birds.csv", 20))
    large_file.start(
        here_and_alive(sqlite), sqlite, found.kinds[large_file.NAME], given,
        file_name="birds.csv", question="q", person="ada",
    )  # fmt: skip
    assert happened == ["way given", "asked", "way given", "written"]


def test_a_row_is_drawn_with_the_chance_of_its_slice() -> None:
    of_model = (Models(server=PENGUINS.server, name="*"),)
    two = AuditSlice(models=of_model, field="x", values=frozenset({"2"}), probability=0.9)
    recorder = ChunkRecorder(
        model=Model(),
        signature=SIGNATURE,
        key="k",
        person="ann",
        record="drawn",
        audit=AuditPolicy(probability=0.1, slices=(two,)),
        random=lambda: 0.5,
    )
    drawn = recorder.draw(3, [{"x": 1, "y": 0.0}, {"x": 2, "y": 0.0}], [0, 2])
    assert drawn.is_recorded.tolist() == [False, False, True]
    assert [drawn.lottery(row).probability for row in range(3)] == [0.1, 0.1, 0.9]


def test_faults_that_pass_and_a_model_that_changes(sqlite: Sessions, tmp_path: Path) -> None:
    """A fifth of the requests fail in turns: 500, no connection, an answer that does not come."""
    faults = cycle(
        [
            EndpointFailed("It broke."),
            EndpointUnreachable("Nobody answered."),
            EndpointTimedOut("It took too long."),
        ]
    )
    numbers, lock = count(1), threading.Lock()

    def meanwhile(_: Sequence[int]) -> None:
        with lock:
            if next(numbers) % 5 == 0:
                raise next(faults)

    given = replace(written(tmp_path, csv(tmp_path / "birds.csv", 900)), record="drawn")
    model = Model(meanwhile=meanwhile, version=lambda asked: "1" if asked < 450 else "2")
    job = asked(sqlite, tmp_path, model, given)
    found = result(tmp_path, given)
    assert found["Answer"] == [float(i) for i in range(900)]
    assert set(found["Version"]) == {"1", "2"}
    assert "the versions 1, 2 answered" in job.sentence
    assert sorted(model.asked) == list(range(900))


def test_single_rows_that_break_the_server_are_found(
    sqlite: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 500 for a whole request is tried again, then halved until the row to blame stands alone."""
    monkeypatch.setattr(asking, "FIRST_PAUSE", 0.0)
    bad = (10, 57, 58, 249)
    given = replace(written(tmp_path, csv(tmp_path / "birds.csv", 250)), record="drawn")
    model = Model(bad=bad, refusal=EndpointFailed)
    job = asked(sqlite, tmp_path, model, given)
    assert job.sentence == "246 rows were answered, 4 were not."
    found = result(tmp_path, given)
    assert [i for i, words in enumerate(found["Problem"]) if words] == list(bad)
    assert sorted(model.asked) == [i for i in range(250) if i not in bad]


def test_a_right_that_ends_stops_it_and_what_was_done_is_kept(
    sqlite: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "WRITE_SECONDS", 0.0)
    monkeypatch.setattr(scoring, "LOOK_SECONDS", 0.01)
    rights, model = [True], Model()

    def meanwhile(_: Sequence[int]) -> None:
        if len(model.asked) > 100:
            rights[0] = False
            time.sleep(0.05)

    model.meanwhile = meanwhile
    few = replace(SIGNATURE, max_rows=10)
    given = written(tmp_path, csv(tmp_path / "birds.csv", 400))
    given = replace(given, record="drawn", signature=few)
    kind = tools(sqlite, tmp_path, model).kinds[large_file.NAME]
    here = Here(sqlite, "1", 60.0, is_inline=True, may_go_on=lambda *_: rights[0])
    job = large_file.start(
        here, sqlite, kind, given, file_name="birds.csv", question="q", person="ada"
    )
    ended = store.find(sqlite, job.id)
    assert ended is not None
    assert ended.state == "cancelled"
    assert "ada may not do this any more" in ended.sentence
    before = len(model.asked)
    assert 100 < before < 400
    rights[0], model.meanwhile = True, lambda _: None
    kinds = {large_file.NAME: kind}
    assert here.take(kind, store.resume(sqlite, job.id, kinds))
    assert result(tmp_path, given)["Answer"] == [float(i) for i in range(400)]
    assert len(model.asked) < 400 + before  # what was done was not asked again


@pytest.mark.parametrize("how", ["its run hears of it", "its worker hands it back"])
def test_what_is_cancelled_while_it_runs_is_so_for_good_with_its_answers_so_far(
    sqlite: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(runs, "WRITE_SECONDS", 0.0)
    monkeypatch.setattr(scoring, "LOOK_SECONDS", 0.01)
    given = replace(written(tmp_path, csv(tmp_path / "birds.csv", 2_000)), record="drawn")
    given = replace(given, signature=replace(SIGNATURE, max_rows=10))
    model, batch_id = Model(), given.batch_id

    def is_kept() -> bool:
        with reading(sqlite) as session:
            return bool(db.batch_chunks.done(session, batch_id))

    def meanwhile(_: Sequence[int]) -> None:
        if is_kept():
            batch = batches.find(sqlite, batch_id)
            assert batch is not None
            job = large_file.give_up(sqlite, tmp_path, batch, "")
            if how != "its run hears of it" and job.is_under_way:
                with writing(sqlite) as session:
                    assert not db.jobs.hand_back(session, job, utc_now())
            time.sleep(0.05)

    model.meanwhile = meanwhile
    ended = asked(sqlite, tmp_path, model, given)
    assert ended.is_withdrawn
    assert not store.can_resume(sqlite, batch_id)
    large_file.keep_answers(sqlite, tmp_path, batch_id, "")  # as its page does
    found = result(tmp_path, given)["Answer"]
    assert len(found) == 2_000
    assert 0 < found.count(None) < 2_000
    kept, words = (
        store.find(sqlite, batch_id),
        f"{2_000 - found.count(None):,} of 2,000 rows were answered",
    )
    assert kept is not None
    assert (kept.sentence, kept.words_now) == (f"It was cancelled. {words}.", words)
    assert store.withdraw(sqlite, batch_id).sentence == kept.sentence  # asked for once more


def test_a_full_disk_ends_it_and_it_goes_on_when_there_is_room(
    sqlite: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = replace(written(tmp_path, csv(tmp_path / "birds.csv", 300)), record="drawn")
    with monkeypatch.context() as full:
        full.setattr(folder.os, "fsync", _no_room)
        job = asked(sqlite, tmp_path, Model(), given)
    assert job.state == "failed"
    assert "The folder of the batches is full" in job.sentence
    kinds = {large_file.NAME: large_file.kind(tools(sqlite, tmp_path, Model()))}
    waiting = store.resume(sqlite, job.id, kinds)
    assert Here(sqlite, "1", 15.0, is_inline=True).take(kinds[large_file.NAME], waiting)
    assert result(tmp_path, given)["Answer"] == [float(i) for i in range(300)]


def _no_room(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path / "birds.csv", 200)
    sample = sampled(Source.of(str(path)), SIGNATURE)
    csv(path, 201)
    batch_id = new_id()
    with pytest.raises(ChangedMeanwhile, match="changed while it was read"):
        partition.write(
            folder.BatchFolder(tmp_path, batch_id),
            blocks(sample, suggest(sample.table, SIGNATURE), SIGNATURE),
            columns=sample.table.columns,
            signature=SIGNATURE,
            name=path.name,
        )
    assert not (tmp_path / batch_id).exists()


def test_what_only_all_of_it_explains_is_read_at_once(sqlite: Sessions, tmp_path: Path) -> None:
    rows = [["name", "x", "y"], ["r0", 0, 0.5], ["r1", "oops", 1.5], ["r2", 2, 2.5]]
    book = tmp_path / "birds.xlsx"
    book.write_bytes(workbook(rows))
    packed = tmp_path / "birds.json.gz"
    names = rows[0]
    packed.write_bytes(
        gzip.compress(json.dumps([dict(zip(names, r, strict=True)) for r in rows[1:]]).encode())
    )
    for path in (book, packed):
        given = replace(written(tmp_path, path), record="drawn")
        job = asked(sqlite, tmp_path, Model(), given)
        assert job.sentence == "2 rows were answered, 1 was not."
        found = result(tmp_path, given)
        assert (found["name"], found["Answer"]) == (["r0", "r1", "r2"], [0.0, None, 2.0])
        assert found["Problem"][1] == "X must be a number, not “oops”."


def test_a_result_acts_in_no_spreadsheet(sqlite: Sessions, tmp_path: Path) -> None:
    odd = {1: "=cmd(),1,1", 2: "-5,2,1", 3: '"@SUM(A1)",oops,1', 4: "-,1,1"}
    given = replace(written(tmp_path, csv(tmp_path / "birds.csv", 5, odd)), record="drawn")
    asked(sqlite, tmp_path, Model(), given)
    own = folder.BatchFolder(tmp_path, given.batch_id)
    lines = exports.export(own.result("parquet"), tmp_path / "a.csv").read_text("utf-8-sig")
    assert [line.split(",")[0] for line in lines.splitlines()] == [
        '"name"', '"r0"', '"\'=cmd()"', '"-5"', '"\'@SUM(A1)"', '"-"',
    ]  # fmt: skip
    book = exports.export(own.result("parquet"), tmp_path / "a.xlsx")
    table = read(book.read_bytes(), "a.xlsx")
    assert list(table.frame["name"])[1] == "'=cmd()"
    assert problems.write(own, tmp_path / "bad.csv") == 1
    bad = (tmp_path / "bad.csv").read_text("utf-8-sig").splitlines()
    assert bad[1].startswith('5,"\'@SUM(A1)","oops","1"')
