"""Files that people sent are kept with their cases, once by their content."""

from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import text

import db.case_files
from cases.batch import RowsRequest, predict_rows
from cases.batches import rows_of
from cases.files import is_named, kept_value, to_keep
from cases.inputs import plain_inputs
from cases.jobs import old_files
from cases.recording import predict_and_record
from db.engine import reading, writing
from db.ids import utc_now
from mds_client.signature import File
from tests.stub_predictor import ADELIE, StubPredictor

PHOTO = File(name="cat.png", media_type="image/png", data=b"\x89PNG" + bytes(range(256)))
SHADES = np.linspace(0, 1, 40_000)


def _asked(sessions, values, most=10_000_000, key="k"):
    return predict_and_record(
        StubPredictor(), values, sessions=sessions, key=key, keep_bytes=most
    ).case


def test_a_picture_and_a_large_value_come_back(sessions):
    case = _asked(sessions, {"photo": PHOTO, "shades": SHADES, "bill": 39.1})
    assert kept_value(sessions, case.entered["photo"]) == PHOTO
    assert case.entered["shades"]["omitted"]
    assert kept_value(sessions, case.entered["shades"]) == SHADES.tolist()
    assert kept_value(sessions, case.entered["bill"]) is None


def test_a_picture_is_there_before_the_model_is_asked(sessions):
    digests = []

    def look(_values):
        with reading(sessions) as session:
            digests.extend(session.scalars(text("SELECT sha256 FROM case_files")))
        return ADELIE

    predict_and_record(
        StubPredictor(look), {"photo": PHOTO}, sessions=sessions, key="k", keep_bytes=1_000
    )
    assert digests == [PHOTO.sha256]


def test_the_same_picture_is_kept_once(sessions):
    for key in ("one", "two"):
        _asked(sessions, {"photo": PHOTO}, key=key)
    with reading(sessions) as session:
        assert session.scalar(text("SELECT count(*) FROM case_files")) == 1


@pytest.mark.parametrize("most", [0, len(PHOTO.data) - 1])
def test_what_is_larger_than_the_operator_allows_is_only_named(sessions, most: int):
    case = _asked(sessions, {"photo": PHOTO}, most)
    assert is_named(case.entered["photo"])
    assert kept_value(sessions, case.entered["photo"]) is None


def test_pictures_of_rows_are_kept_too(sessions):
    class Rows(StubPredictor):
        def predict(self, rows, **known):
            return super().predict(rows[0], **known)

    asked = RowsRequest(model=Rows(), sessions=sessions, key="rows", keep_bytes=1_000)
    others = [{"photo": File(name=f"{n}.png", media_type="", data=b"%d" % n)} for n in range(3)]
    cases = [case for part in predict_rows(asked, others) for case in part]
    assert [kept_value(sessions, c.entered["photo"]) for c in cases] == [
        row["photo"] for row in others
    ]


def test_json_that_looks_like_the_name_of_a_file_is_not_taken_for_one():
    typed = plain_inputs({"photo": PHOTO})["photo"]
    values = {"typed": typed}
    assert to_keep(values, plain_inputs(values), 1_000) == {}


def test_rows_are_asked_again_from_their_cases_while_their_files_are_kept(sessions):
    request = RowsRequest(model=StubPredictor(), sessions=sessions, key="q", keep_bytes=1_000_000)
    rows = [{"photo": PHOTO, "bill": 39.1}, {"photo": None, "bill": None, "shades": SHADES}]
    (cases,) = predict_rows(request, rows)
    again, lacking = rows_of(sessions, cases)
    assert lacking == 0
    assert again == [
        {"photo": PHOTO, "bill": 39.1},
        {"photo": None, "bill": None, "shades": SHADES.tolist()},
    ]
    with writing(sessions) as session:
        session.execute(text("DELETE FROM case_files WHERE sha256 = :one"), {"one": PHOTO.sha256})
    again, lacking = rows_of(sessions, cases)
    assert (len(again), lacking) == (1, 1)


class _Run:
    def step(self, _name, work):
        return work()

    def report(self, _progress):
        pass


def test_kept_files_are_deleted_some_day_but_not_those_that_were_sent_since(sessions):
    old, now = utc_now() - timedelta(days=400), utc_now()
    contents = {f"{number:064d}": b"x" for number in range(2 * old_files.AT_ONCE + 1)}
    with writing(sessions) as session:
        db.case_files.keep(session, contents, old)
        db.case_files.keep(session, {f"{0:064d}": b"x", "f" * 64: b"new"}, now)
    tools = SimpleNamespace(sessions=sessions, settings=SimpleNamespace(kept_file_days=365.0))
    outcome = old_files.kind(tools).run(_Run(), None)
    assert outcome.sentence.startswith(f"{2 * old_files.AT_ONCE} files")
    with reading(sessions) as session:
        assert set(session.scalars(text("SELECT sha256 FROM case_files"))) == {
            f"{0:064d}",
            "f" * 64,
        }
