"""A sensitive value is in no store, log or copy where its policy says so; everywhere else it stays what it is."""

from __future__ import annotations

import io
import json
import logging
import zlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import MetaData, select

import db.audit_log
from api.v1.shapes import case_of
from audit_log.verify import verify
from cases import batches, queries
from cases.audit_sample import ONE_IN_TEN
from cases.batch import RowsRequest, predict_rows
from cases.errors import KeyReused
from cases.jobs import batch
from cases.privacy import hash_of, protected
from cases.recording import predict_and_record
from cases.repeats import difference
from cases.repeats import differing as differing_lines
from cases.restored import inputs_of, lost
from cases.scenarios import ask_scenario
from cases.search import CaseFilter, search
from cases.seen import note_look, seen_by
from cases.similar import similar
from cases.wording import short
from db.engine import Sessions, limited, reading
from db.scope import Models, Scope
from explanations.contract import Attribution, Explanation, Wire
from explanations.durable import as_stored, without_values
from explanations.explaining import ExplanationRequest
from explanations.target import Target
from jobs.errors import ValuesNotStored
from jobs.here import Here
from mds_client.errors import EndpointRefused
from mds_client.prediction import Answer, Prediction
from mds_client.schema_learning.past_cases import from_cases
from mds_client.sensitive_values import has_withheld
from mds_client.server import Server
from mds_client.signature import Field, File, ModelRef, Signature, Values
from mds_client.transport.redaction import Hiding
from signatures.storage import with_storage
from tests.recorded import case_of as recorded
from tests.stub_predictor import PENGUINS, exchange, failure
from ui.batch.answers import _entered
from ui.cases.copies import csv_row
from ui.what_if.comparison import differing

MARKER = "Mrs. Quillfeather-Smythe"
PART = "Quillfeather"
NUMBER = 9434765919
KEY = b"k" * 32
ROW: Values = {
    "name": MARKER,
    "number": NUMBER,
    "scan": File(name=f"{PART}.png", media_type="image/png", data=MARKER.encode()),
    "mass": 4500.0,
}
NOTHING_LEFT = ["mask", "hash", "omit"]


def _signature(storage: str) -> Signature:
    marked = Signature(
        model=PENGUINS,
        inputs=(
            Field(name="name", kind="text", sensitive=True),
            Field(name="number", kind="integer"),
            Field(name="scan", kind="image", sensitive=True),
            Field(name="mass", kind="number"),
        ),
        outputs=(Field(name="species", kind="category", role="class", choices=("Adelie",)),),
    )
    named = SimpleNamespace(servers=["*"], models=["peng*"], fields=["number"], storage=storage)
    others = SimpleNamespace(servers=["shelf"], models=["*"], fields=[], storage=storage)
    return with_storage(marked, [named, others])  # type: ignore[list-item]


class Echo:
    """A model that logs, repeats and refuses what it is sent."""

    ref: ModelRef = PENGUINS

    def __init__(self, storage: str, *, refuses: bool = False) -> None:
        self._signature, self._refuses = _signature(storage), refuses
        self.asked: list[Values] = []

    def signature(self) -> Signature:
        return self._signature

    def predict(self, values: Any, **_: str) -> Prediction:
        rows: list[Values] = [values] if isinstance(values, dict) else list(values)
        self.asked += rows
        logging.getLogger("echo").debug("sent %s", rows)
        body = json.dumps({"echo": [[r["name"], r["number"]] for r in rows]}).encode()
        crossed = exchange(
            request_body=body, response_body=body, response_headers={"X-Echo": MARKER}
        )
        if self._refuses:
            error = EndpointRefused(f"No: {MARKER}", advice=f"Not {NUMBER}", detail=body.decode())
            raise failure(error, **{"request_body": body, "response_body": body, "status": 400})
        answers = tuple(
            Answer(
                kind="class",
                label="Adelie",
                probabilities={"Adelie": 1.0},
                text=f"Dear {r['name']}",
                details={"number": r["number"], "who": {"is": PART}, "mass": r["mass"]},
            )
            for r in rows
        )
        return Prediction(model=self.ref, outputs=(), answers=answers, exchange=crossed)


@pytest.fixture
def log() -> Any:
    """The log as the app writes it, at its most talkative."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Hiding("%(name)s %(message)s"))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def _everything(sessions: Sessions) -> str:
    """Every column of every table, whatever is compressed unpacked."""
    engine = sessions.kw["bind"]
    metadata = MetaData()
    metadata.reflect(engine)
    parts = []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                parts += [_plain(value) for value in row]
    return "\n".join(parts)


def _plain(value: object) -> str:
    if not isinstance(value, bytes | memoryview):
        return json.dumps(value, default=str, ensure_ascii=False)
    data = bytes(value)
    for start in (0, 4):  # of a job's input, its length comes first
        try:
            return zlib.decompressobj().decompress(data[start:]).decode("utf-8", "replace")
        except zlib.error:
            continue
    return data.decode("utf-8", "replace")


def _ask(sessions: Sessions, model: Echo, key: str = "k", row: Values = ROW, **more: Any) -> Any:
    return predict_and_record(
        model, row, sessions=sessions, key=key, person="ada", hash_key=KEY, keep_bytes=1000, **more
    )


def _fill(sessions: Sessions, storage: str) -> list[Any]:
    """A value through every store that there is."""
    model = Echo(storage)
    case = _ask(sessions, model).case
    ask_scenario(
        model, ROW, of=case.id, sessions=sessions, key="s", hash_key=KEY, keep_bytes=1000, name="S"
    )
    refused = _ask(sessions, Echo(storage, refuses=True), "r").case
    request = RowsRequest(
        model=model, sessions=sessions, key="b", person="ada", hash_key=KEY, keep_bytes=1000
    )
    rows = [case for chunk in predict_rows(request, [ROW, ROW]) for case in chunk]
    _ask_file(sessions, model)
    assert {row["name"] for row in model.asked} == {MARKER}  # the model was asked about the truth
    return [case, refused, *rows]


def _ask_file(sessions: Sessions, model: Echo) -> None:
    tools = SimpleNamespace(
        sessions=sessions,
        figures=sessions,
        settings=SimpleNamespace(kept_file_bytes=1000),
        audit=ONE_IN_TEN,
        hash_key=KEY,
        outliers=None,
        server=lambda _: object(),
        model=lambda *_: model,
    )
    given = batch.BatchRows(model=PENGUINS, signature=model.signature(), key="f", rows=[ROW])
    job = batch.start(
        Here(sessions, "1", 15.0, is_inline=True),
        sessions,
        batch.kind(tools),  # type: ignore[arg-type]
        given,
        batch.BatchFile(name="people.csv", question="q", table=zlib.compress(MARKER.encode())),
        person="ada",
        press="1",
    )
    assert len(batches.cases_of(sessions, job.id)) == 1
    found = batches.find(sessions, job.id)
    assert found is not None
    assert bool(found.table_sha256) == (not has_withheld(model.signature()))


@pytest.mark.slow
@pytest.mark.parametrize("storage", NOTHING_LEFT)
def test_what_is_not_stored_is_nowhere(
    sessions: Sessions, log: io.StringIO, storage: str, sqlite_file: Path | None
) -> None:
    cases = _fill(sessions, storage)
    known = cases[0]
    texts = [
        _everything(sessions),
        log.getvalue(),
        *(case_of(case).model_dump_json() for case in cases),
        short(known.entered),
        csv_row(known.entered, {}),
        _entered(cases).to_csv(),
        str([vars(line) for line in search(sessions, CaseFilter()).lines]),
        str(queries.wire(sessions, known.id)),
    ]
    texts += [p.read_bytes().decode("latin-1") for p in _files(sqlite_file)]
    for text in texts:
        for secret in (MARKER, PART, str(NUMBER)):
            assert secret not in text
    assert "sent" in log.getvalue()  # and not because nothing was written
    assert known.inputs["mass"] == 4500.0
    assert known.answer_label == "Adelie"
    assert not verify(sessions).findings


@pytest.fixture
def sqlite_file(sessions: Sessions) -> Path | None:
    url = sessions.kw["bind"].url
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def _files(database: Path | None) -> list[Path]:
    return sorted(database.parent.glob(f"{database.name}*")) if database else []


@pytest.mark.slow
def test_a_kept_value_is_there_and_dots_until_somebody_looks(sessions: Sessions) -> None:
    case = _fill(sessions, "keep")[0]
    assert case.entered["name"] == {"withheld": "keep"}
    assert case.inputs["name"] == MARKER
    assert MARKER in _everything(sessions)
    told = [
        str(case_of(case).inputs),
        csv_row(case.entered, {}),
        short(case.entered),
        _entered([case]).to_csv(),
    ]
    assert not any(MARKER in text or str(NUMBER) in text for text in told)
    words = CaseFilter(words=PART.lower())
    assert not [line for line in search(sessions, words).lines if not line.answer_label]
    signature = _signature("keep")
    shared = limited(sessions, Scope(person="eve", seen=(Models(),), shared=(case.id,)))
    assert inputs_of(shared, case, signature)["name"] is None
    assert not note_look(shared, case, "eve")
    assert "Name (sensitive, and not yours to see)" in lost(
        case, signature, inputs_of(shared, case, signature)
    )
    reviewer = limited(sessions, Scope(person="rita", seen=(Models(),), reviewed=(Models(),)))
    assert inputs_of(reviewer, case, signature) == {**ROW}
    assert note_look(reviewer, case, "rita")
    assert note_look(reviewer, case, "rita")
    with reading(sessions) as session:
        looks = db.audit_log.about(session, "case", case.id, "look")
    assert [entry.person for entry in looks] == ["rita", "rita"]
    assert not seen_by(sessions, case)
    assert not verify(sessions).findings


def test_equal_values_have_one_hash_that_needs_the_key(sessions: Sessions) -> None:
    model = Echo("hash")
    case, other = (_ask(sessions, model, key).case for key in ("1", "2"))
    assert case.entered == other.entered
    assert case.entered["number"] == {"withheld": "hash", "hmac": hash_of(NUMBER, KEY)}
    assert hash_of(f" {NUMBER} ", KEY) == hash_of(float(NUMBER), KEY) != hash_of(NUMBER, b"other")
    for words in (MARKER, str(NUMBER)):
        found = search(sessions, CaseFilter(words=words), hash_key=KEY)
        assert {line.id for line in found.lines} == {case.id, other.id}
    assert not search(sessions, CaseFilter(words=str(NUMBER))).lines
    assert not search(sessions, CaseFilter(words=str(NUMBER + 1)), hash_key=KEY).lines
    unkeyed = predict_and_record(model, ROW, sessions=sessions, key="3").case
    assert unkeyed.entered["number"] == {"withheld": "mask"}
    with pytest.raises(KeyReused):
        _ask(sessions, model, "1", {**ROW, "number": NUMBER + 1})


def test_what_is_unknown_is_told_except_where_nothing_is_stored(sessions: Sessions) -> None:
    unknown = {**ROW, "number": None}
    for storage, kept in [("mask", None), ("omit", {"withheld": "omit"}), ("keep", None)]:
        case = _ask(sessions, Echo(storage), storage, unknown).case
        assert case.entered["number"] == kept


def test_a_case_without_its_values_says_so_and_is_never_compared_as_equal(
    sessions: Sessions,
) -> None:
    model = Echo("mask")
    then, now = _ask(sessions, model, "1").case, _ask(sessions, model, "2").case
    signature = model.signature()
    values = inputs_of(sessions, then, signature)
    assert values["name"] is None
    assert lost(then, signature, values) == [
        "Name (sensitive, and not stored)",
        "Number (sensitive, and not stored)",
        "Scan (sensitive, and not stored)",
    ]
    lines = {line.name: line.is_same for line in difference(then, now) if line.part == "input"}
    assert lines == {"name": False, "number": False, "scan": False, "mass": True}
    rows, lacking = batches.rows_of(sessions, [then])
    assert (rows, lacking) == ([], 1)
    wire = queries.wire(sessions, then.id)
    assert wire is not None
    assert "not stored" in wire.request.text


def test_a_label_of_the_model_stays_where_a_value_reads_alike(sessions: Sessions) -> None:
    case = _ask(sessions, Echo("omit"), "1", {**ROW, "name": "Adelie"}).case
    assert case.answer_label == "Adelie"
    assert case.answer is not None
    assert case.answer["probabilities"] == {"Adelie": 1.0}


def test_an_explanation_tells_what_moved_the_answer_and_not_what_it_was() -> None:
    signature = _signature("omit")
    request = ExplanationRequest(
        method="shapley",
        server=Server(name="shelf", url=""),
        signature=signature,
        values=ROW,
        cohort=(ROW,),
    )
    parts = [
        Attribution(field="number", title="Number", value_text=str(NUMBER), amount=1.0),
        Attribution(field="name", title=PART, value_text=PART, amount=1.0, span=(5, 17)),
        Attribution(field="mass", title="Mass", value_text="4500", amount=1.0),
    ]
    found = Explanation(
        method="shapley",
        title="t",
        kind="attribution",
        target=Target(kind="number"),
        attributions=tuple(parts),
        conditions=(f"name contains {PART}",),
        sentence=f"Because of {MARKER}",
        alt=f"{NUMBER}",
        tree=json.dumps({"anchor": [PART]}),
        wire=Wire(
            url="u", request_id="r", status=200, seconds=1.0, sent=MARKER, received=f"<{PART}>"
        ),
    )
    told = without_values(found, request)
    assert PART not in told.to_json()
    assert str(NUMBER) not in told.to_json()
    assert [each.amount for each in told.attributions] == [1.0, 1.0, 1.0]
    assert told.attributions[2] == parts[2]
    stored = as_stored(request)
    assert stored is not None
    assert PART not in repr(stored)
    assert as_stored(replace(request, signature=_signature("keep"))) is None


def test_what_was_cut_off_without_its_values_is_not_asked_with_others(sessions: Sessions) -> None:
    model = Echo("omit")
    rows = [{**ROW, "name": {"withheld": "omit"}}]
    given = batch.BatchRows(model=PENGUINS, signature=model.signature(), key="f", rows=rows)
    with pytest.raises(ValuesNotStored, match="cannot go on"):
        batch.kind(SimpleNamespace()).run(SimpleNamespace(), given)  # type: ignore[arg-type]
    assert not model.asked


def test_cases_that_differ_in_a_kept_value_alone_are_not_the_same(sessions: Sessions) -> None:
    model = Echo("keep")
    one = _ask(sessions, model, "1").case
    other = _ask(sessions, model, "2", {**ROW, "number": NUMBER + 1}).case
    signature = model.signature()
    assert [field.name for field in differing(one, other, signature)] == ["number"]
    assert [each.name for each in differing_lines(difference(one, other), "input")] == ["number"]
    (found,) = similar(sessions, one, signature)
    assert found.differing == ("number",)
    learned = from_cases([one.entered, other.entered], _unmarked(signature))
    assert set(learned.fields) == {"mass"}


def _unmarked(signature: Signature) -> Signature:
    """As it is once no rule and nobody calls a field sensitive any more."""
    inputs = tuple(replace(field, sensitive=False) for field in signature.inputs)
    return replace(signature, inputs=inputs)


@pytest.mark.parametrize(("storage", "mark"), [("mask", "omit"), ("keep", "keep")])
def test_a_misspelt_name_does_not_store_what_its_field_would_not(storage: str, mark: str) -> None:
    """A program that writes Customer for customer is refused, and its case has no more than it would have."""
    customer = Field(name="customer", kind="text", sensitive=True, storage=storage)  # type: ignore[arg-type]
    signature = Signature(model=PENGUINS, inputs=(customer, Field(name="age", kind="integer")))
    values = {"Customer": "K-1", "age": 3}
    case = protected(recorded(entered=values), signature, values, b"")
    assert case.entered == {"Customer": {"withheld": mark}, "age": 3}
    assert case.sensitive == (None if mark == "omit" else {"Customer": "K-1"})
