"""Everything about a customer's number: it is all in the file, and after erasing it is nowhere, and the trail holds."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import db.batch_chunks
import db.batches
import settings as configuration
from audit_log.verify import verify
from cases import business_key, queries, retention
from cases.batch import RowsRequest, predict_rows
from cases.business_key import Key
from cases.key_search import cases_of_keys, key_search
from cases.recording import predict_and_record
from cases.search import CaseFilter, search
from cli.main import main
from db.batches import BatchView
from db.engine import Sessions, limited, reading, writing
from db.errors import OutOfScope
from db.ids import new_id, utc_now
from db.scope import Models, Scope
from feedback.submission import submit
from mds_client.signature import Field, ModelRef, Signature
from mds_client.signature.facts import Facts, FieldFacts
from signatures import overlay
from signatures.marked import marked
from signatures.storage import with_storage
from tests.cases.test_sensitive_values import KEY, _everything
from tests.stub_predictor import PENGUINS, StubPredictor, exchange

NUMBER = "K-20871-934"


class Customers(StubPredictor):
    """A model that is sent customers' numbers."""

    storage = "keep"
    ref: ModelRef = PENGUINS

    def signature(self) -> Signature:
        field = Field(name="customer", kind="text", sensitive=True)
        rule = SimpleNamespace(servers=["*"], models=["*"], fields=[], storage=self.storage)
        inputs = (field, Field(name="age", kind="number"))
        return with_storage(Signature(model=self.ref, inputs=inputs), [rule])  # type: ignore[list-item]

    def predict(self, values: object, **more: str) -> object:  # type: ignore[override]
        found = super().predict(values, **more)  # type: ignore[arg-type]
        count = len(values) if isinstance(values, list) else 1
        sent = exchange(request_body=json.dumps(values).encode())
        return type(found)(
            model=found.model, outputs=(), answers=found.answers * count, exchange=sent
        )


def _ask(sessions: Sessions, key: str, number: object, storage: str = "keep") -> str:
    model = Customers()
    model.storage = storage
    values = {"customer": number, "age": 30}
    return predict_and_record(
        model, values, sessions=sessions, key=key, person="ada", hash_key=KEY
    ).case_id


@pytest.fixture
def ids(sessions: Sessions) -> dict[str, str]:
    """Cases of a number as it is kept, hashed, and one of three rows that were sent together; and of another number."""
    rows = RowsRequest(model=Customers(), sessions=sessions, key="file", hash_key=KEY)
    numbers = [{"customer": number} for number in ("K-1", NUMBER, "K-3")]
    first, middle, last = [case.id for chunk in predict_rows(rows, numbers) for case in chunk]
    made = {
        "kept": _ask(sessions, "1", NUMBER),
        "hashed": _ask(sessions, "2", NUMBER, "hash"),
        "other": _ask(sessions, "3", f"{NUMBER}5"),
        "first": first,
        "row": middle,
        "last": last,
    }
    submit(sessions, case_id=made["kept"], person="bob", judgement="correct", key="f")
    return made


def test_what_there_is_of_a_key_is_in_the_file(
    sessions: Sessions, ids: dict[str, str], tmp_path: Path
) -> None:
    key = Key(field="customer", value=f" {NUMBER}", hash_key=KEY)
    found = business_key.find(sessions, key)
    assert set(found.ids) == {ids["kept"], ids["hashed"], ids["row"]}
    assert found.rows == {"cases": 3, "feedback": 1}
    assert not business_key.find(sessions, Key(field="age", value=NUMBER, hash_key=KEY)).ids
    assert business_key.find(sessions, Key(field="age", value="30.0")).rows["cases"] == 3
    rows = business_key.export(sessions, key, tmp_path / "key.zip", by="olga")
    assert rows == found.rows
    with zipfile.ZipFile(tmp_path / "key.zip") as archive:
        lines = archive.read("cases.jsonl").decode().splitlines()
    assert {json.loads(line)["id"] for line in lines} == set(found.ids)


def test_after_erasing_a_key_is_nowhere_and_the_trail_holds(
    sessions: Sessions, ids: dict[str, str]
) -> None:
    key = Key(field="customer", value=NUMBER, hash_key=KEY)
    retention.hold(sessions, ids["hashed"], person="olga", reason="a complaint", now=utc_now())
    assert business_key.find(sessions, key).staying == 1
    done = business_key.erase(sessions, key, by="olga")
    # The three rows were one request, whose body lay with the first.
    assert (done.cases, done.bodies) == (2, 1)
    assert queries.case(sessions, ids["row"]) is None
    assert {queries.case(sessions, ids[n]) is not None for n in ("hashed", "other", "last")} == {
        True
    }
    assert NUMBER not in _everything(sessions).replace(f"{NUMBER}5", "")
    assert not verify(sessions).findings


@pytest.mark.slow
def test_the_folder_of_a_large_file_is_given_up_with_a_row_of_it(
    sessions: Sessions, ids: dict[str, str]
) -> None:
    def batch(case_id: str) -> str:
        """The folder of a file with one row."""
        name, other = new_id(), dict.fromkeys(("version", "person", "file_name", "question"), "x")
        with writing(sessions) as session:
            found = BatchView(
                id=name, folder=name, rows=1, key=name, created_at=utc_now(),
                server="shelf", model="penguins", **other,
            )  # fmt: skip
            db.batches.add(session, found)
            db.batches.add_chunk(session, name, 0, [case_id], utc_now())
        return name

    its, another = batch(ids["kept"]), batch(ids["other"])
    business_key.erase(sessions, Key(field="customer", value=NUMBER, hash_key=KEY), by="olga")
    with reading(sessions) as session:
        named = db.batch_chunks.folders(session)
    assert its not in named
    assert another in named


def test_the_key_that_a_signature_names_finds_its_cases(
    sessions: Sessions, ids: dict[str, str], tmp_path: Path
) -> None:
    model = (PENGUINS.server, PENGUINS.name)
    assert marked(sessions, "business_key") == {}
    facts = Facts(source="edited", fields={"customer": FieldFacts(business_key=True)})
    overlay.publish(sessions, PENGUINS, facts, author="rita", key="o", based_on=0)
    assert marked(sessions, "business_key") == {model: ("customer",)}

    def found(scope: Scope, *values: str) -> dict[str, tuple[str, ...]]:
        seen = limited(sessions, scope)
        return cases_of_keys(
            seen, values, server=model[0], model=model[1], fields=("customer",), hash_key=KEY
        )

    reviewer = Scope(person="rita", seen=(Models(),), reviewed=(Models(),))
    of_number = tuple(sorted((ids["kept"], ids["hashed"], ids["row"]), reverse=True))
    all_found = found(reviewer, NUMBER, "K-1", "K-none", "")
    assert {value: tuple(sorted(found, reverse=True)) for value, found in all_found.items()} == {
        NUMBER: of_number,
        "K-1": (ids["first"],),
    }
    assert found(Scope(person="bob", seen=(Models(),)), NUMBER) == {}
    wanted = key_search(f" {NUMBER}", [(*model, "customer")], KEY)
    page = search(sessions, CaseFilter(key=wanted, person="ada"))
    assert {line.id for line in page.lines} == {ids["kept"], ids["hashed"]}
    assert not search(sessions, CaseFilter(key=key_search(NUMBER, [], KEY))).lines
    assert search(sessions, CaseFilter(key=key_search("30.0", [(*model, "age")], b""))).lines
    key = Key(value=NUMBER, named=marked(sessions, "business_key"), hash_key=KEY)
    assert business_key.find(sessions, key).rows["cases"] == 3
    assert not business_key.find(sessions, Key(value=NUMBER, named={})).ids


def test_who_does_not_operate_everything_finds_nothing(
    sessions: Sessions, ids: dict[str, str]
) -> None:
    reviewer = limited(sessions, Scope(person="rita", seen=(Models(),), reviewed=(Models(),)))
    with pytest.raises(OutOfScope):
        business_key.find(reviewer, Key(field="customer", value=NUMBER))
    with pytest.raises(OutOfScope):
        business_key.erase(reviewer, Key(field="customer", value=NUMBER), by="rita")


def test_the_command_line_erases_a_key(
    sessions: Sessions,
    ids: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = sessions.kw["bind"].url.render_as_string(hide_password=False)
    monkeypatch.setenv("MDS_DATABASE_URL", url)
    configuration.settings.cache_clear()
    assert main(["key", "erase", "customer", NUMBER]) != 0
    assert "--yes" in capsys.readouterr().err
    assert main(["key", "erase", "customer", NUMBER, "--yes"]) == 0
    assert "2 cases" in capsys.readouterr().out
    assert main(["key", "erase", "customer", NUMBER, "--yes"]) != 0
