"""Everything about a person: it is all in the file, and after erasing it is nowhere but in the trail, which holds."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import settings as configuration
from audit_log.verify import verify
from cases import erasure, retention
from cases.batch import RowsRequest, predict_rows
from cases.recording import predict_and_record
from cli.main import main
from db import persons
from db.engine import Sessions, reading, writing
from db.ids import new_id, utc_now
from db.tables import Base, Case, ColumnMapping, Feedback
from feedback.comments import comment
from feedback.submission import submit
from mds_client.signature import File
from mds_client.signature.facts import Facts, FieldFacts
from people import tokens
from signatures.content import EDITED
from signatures.overlay import publish
from tests.cases.test_batch import Rows
from tests.filled import contents
from tests.stub_predictor import PENGUINS, StubPredictor

ADA = "ada.lovelace@example.com"
PHOTO, SHARED = (
    File(name="a.png", media_type="image/png", data=data) for data in (b"only ada", b"both")
)


def _ask(sessions: Sessions, person: str, key: str, photo: File) -> str:
    values = {"bill": 39.1, "photo": photo}
    return predict_and_record(
        StubPredictor(), values, sessions=sessions, key=key, person=person, keep_bytes=1000
    ).case_id


@pytest.fixture
def ids(sessions: Sessions) -> dict[str, str]:
    """What a person does, and what others do with it."""
    made = {
        "own": _ask(sessions, ADA, "1", PHOTO),
        "held": _ask(sessions, ADA, "2", SHARED),
        "other": _ask(sessions, "bob", "3", SHARED),
    }
    rows = RowsRequest(model=Rows(), sessions=sessions, key="file", person=ADA)
    list(predict_rows(rows, [{"x": n} for n in range(3)]))
    for name, person in (("own", ADA), ("own", "rita"), ("other", ADA), ("other", "bob")):
        said = {"case_id": made[name], "person": person, "comment": f"{person} of {name}"}
        submit(sessions, key=f"{name}{person}", judgement="unsure", **said)
        submit(sessions, key=f"{name}{person}2", judgement="correct", **said)
        comment(sessions, case_id=made[name], person=person, words="hm", key=f"{name}{person}")
    retention.hold(sessions, made["held"], person="olga", reason="", now=utc_now())
    facts = Facts(source=EDITED, fields={"bill": FieldFacts(minimum=0.0)})
    publish(sessions, PENGUINS, facts, author=ADA, key="o", based_on=0)
    tokens.make(
        sessions, person=ADA, groups=[], name="n", scopes=["read"], days=9, most_days=9, made_by=ADA
    )
    mapping = {"id": new_id(), "server": "s", "model": "m", "content": {}, "created_at": utc_now()}
    with writing(sessions) as session:
        session.add(ColumnMapping(person=ADA, **mapping))
    return made


def test_every_column_that_names_a_person_is_known() -> None:
    """A new table must say what becomes of its rows when somebody is erased."""
    named = {
        (mapper.class_, column.name)
        for mapper in Base.registry.mappers
        for column in mapper.local_table.columns
        if column.name in ("person", "author", "owner") or column.name.endswith("_by")
    }
    assert named - {(t, c) for t, c in named if c == "queued_by"} == set(persons.COLUMNS)


def test_all_of_it_is_in_the_file(sessions: Sessions, ids: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "ada.zip"
    rows = erasure.export(sessions, ADA, path, by="olga")
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        found = {
            name.removesuffix(".jsonl"): [json.loads(line) for line in archive.open(name)]
            for name in archive.namelist()
            if name.endswith(".jsonl")
        }
        files = {archive.read(n) for n in archive.namelist() if n.startswith("files/")}
        everything = b"".join(map(archive.read, archive.namelist()))
    assert rows == {name: len(lines) for name, lines in found.items()}
    assert {name: len(lines) for name, lines in found.items()} == {
        "api_tokens": 1, "audit_entries": rows["audit_entries"], "cases": 5, "case_comments": 3,
        "column_mappings": 1, "feedback": 6, "overlays": 1,
    }  # fmt: skip
    assert files == {PHOTO.data, SHARED.data}
    own = next(case for case in found["cases"] if case["id"] == ids["own"])
    assert own["entered"]["bill"] == 39.1
    assert own["request_body"]
    assert b"secret_sha256" not in everything
    assert b"bob of other" not in everything
    with pytest.raises(FileExistsError):
        erasure.export(sessions, ADA, path, by="olga")
    assert verify(sessions).findings == ()


@pytest.mark.slow
def test_after_erasing_only_the_trail_and_what_is_held_name_them(
    sessions: Sessions, ids: dict[str, str]
) -> None:
    assert erasure.find(sessions, ADA).staying == 1
    done = erasure.erase(sessions, ADA, by="olga")
    assert (done.cases, done.statements, done.files, done.changed) == (4, 3, 1, 0)
    assert verify(sessions).findings == ()
    with reading(sessions) as session:
        assert set(session.scalars(select(Case.id))) == {ids["held"], ids["other"]}
        assert set(session.scalars(select(Feedback.person))) == {"bob"}
        rows = contents(session.connection())
    naming = {name: [r for r in rows[name] if ADA in str(list(r.values()))] for name in rows}
    held = naming.pop("cases")
    assert [row["id"] for row in held] == [ids["held"]]
    assert {name for name, found in naming.items() if found} == {"audit_entries"}
    assert {bytes(row["content"]) for row in rows["case_files"]} == {SHARED.data}
    assert erasure.erase(sessions, ADA, by="olga").cases == 0  # once more does no harm


@pytest.fixture
def configured(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MDS_DATABASE_URL", database_url)
    configuration.settings.cache_clear()
    yield
    configuration.settings.cache_clear()


@pytest.mark.slow
def test_an_operator_is_asked_before_anything_is_erased(
    configured: None, sessions: Sessions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = _ask(sessions, ADA, "1", PHOTO)
    path = tmp_path / "ada.zip"
    assert main(["person", "export", "nobody", str(path)]) == 4
    assert main(["person", "export", ADA]) == 2
    assert main(["person", "export", ADA, str(path)]) == 0
    assert main(["person", "export", ADA, str(path)]) == 2
    assert main(["person", "erase", ADA]) == 2  # nobody types here
    said = capsys.readouterr().err
    assert "cases: 1" in said
    assert "Nothing was erased" in said
    with reading(sessions) as session:
        assert session.get(Case, case_id)
    assert main(["person", "erase", ADA, "--yes"]) == 0
    with reading(sessions) as session:
        assert session.get(Case, case_id) is None
    assert main(["audit", "verify"]) == 0
