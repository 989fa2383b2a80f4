"""Versions of overlays, as the database keeps them."""

from dataclasses import replace

import pytest

import db.overlays
from db.engine import Sessions, reading, writing
from db.errors import Conflict
from db.ids import new_id
from db.overlays import OverlayView
from tests.recorded import NOON

CONTENT: dict[str, object] = {"fields": {"age": {"label": "Alter – 年齢 😀", "minimum": 0.5}}}


def version(number: int = 1, model: str = "churn", **changes: object) -> OverlayView:
    one = OverlayView(
        id=new_id(),
        server="shelf",
        model=model,
        number=number,
        author="ada",
        created_at=NOON,
        comment="Clearer words",
        content=CONTENT,
        idempotency_key=f"{model}{number}",
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def add(sessions: Sessions, *versions: OverlayView) -> None:
    with writing(sessions) as session:
        for one in versions:
            assert db.overlays.add(session, one) == one


def test_a_version_is_read_back_as_it_was(sessions: Sessions) -> None:
    one = version()
    add(sessions, one)
    with reading(sessions) as session:
        assert db.overlays.newest(session, "shelf", "churn") == one
        assert db.overlays.by_number(session, "shelf", "churn", 1) == one
        assert db.overlays.by_key(session, "churn1") == one
        assert db.overlays.newest(session, "shelf", "other") is None
        assert db.overlays.by_number(session, "shelf", "churn", 2) is None


def test_the_newest_of_each_model_counts(sessions: Sessions) -> None:
    add(sessions, version(1), version(2), version(3), version(1, "fraud"))
    with reading(sessions) as session:
        assert db.overlays.heads(session) == {("shelf", "churn"): 3, ("shelf", "fraud"): 1}
        assert [v.number for v in db.overlays.of_model(session, "shelf", "churn", 2)] == [3, 2]
        assert db.overlays.newest(session, "shelf", "churn").number == 3  # type: ignore[union-attr]


@pytest.mark.parametrize("twice", [{"idempotency_key": "other"}, {"number": 2}])
def test_no_number_and_no_key_is_given_twice(sessions: Sessions, twice: dict[str, object]) -> None:
    add(sessions, version(1))
    with pytest.raises(Conflict):
        add(sessions, replace(version(1), **twice))  # type: ignore[arg-type]
