"""Files that people sent are kept with their cases, once by their content."""

import numpy as np
import pytest
from sqlalchemy import text

from cases.batch import RowsRequest, predict_rows
from cases.files import is_named, kept_value, to_keep
from cases.inputs import plain_inputs
from cases.recording import predict_and_record
from db.engine import reading
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
