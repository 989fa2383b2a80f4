"""What goes into a column comes out of it, on both databases."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import StorageError
from db.ids import Ids, is_id
from db.tables import LONG, SHORT
from db.types import _with_nan, clip, without_nan
from tests.recorded import add_case

EAST = timezone(timedelta(hours=5, minutes=30))


def test_a_moment_comes_back_in_utc(sessions):
    moment = datetime(2025, 1, 1, 2, 30, 0, 123456, tzinfo=EAST)
    kept = add_case(sessions, created_at=moment)
    assert kept.created_at == moment
    assert kept.created_at.tzinfo == UTC
    assert kept.created_at.isoformat() == "2024-12-31T21:00:00.123456+00:00"


def test_a_moment_without_a_time_zone_is_refused(sessions):
    with pytest.raises(StorageError, match="without a time zone"):
        add_case(sessions, created_at=datetime(2025, 1, 1))


def test_numbers_that_are_not_finite_survive(sessions):
    kept = add_case(sessions, entered={"a": math.nan, "b": [math.inf, -math.inf], "c": {"d": 1}})
    assert math.isnan(kept.entered["a"])
    assert kept.entered["b"] == [math.inf, -math.inf]
    assert kept.entered["c"] == {"d": 1}


def test_text_that_postgresql_refuses_is_made_harmless(sessions):
    awkward = "a\x00b\ud800c 🐧"
    kept = add_case(sessions, error_detail=awkward, entered={awkward: awkward})
    assert kept.error_detail == "a\ufffdb?c 🐧"
    assert kept.entered == {awkward: awkward}


def test_long_text_is_cut_with_a_sign_of_it(sessions):
    kept = add_case(sessions, error_detail="x" * (LONG + 1))
    assert len(kept.error_detail) == LONG
    assert kept.error_detail.endswith("x…")


def test_the_longest_label_in_the_widest_letters_fits_an_index(sessions):
    assert add_case(sessions, answer_label="🐧" * 999, person="🐧" * 999).answer_label == (
        "🐧" * (SHORT - 1) + "…"
    )


def test_the_order_of_keys_is_kept(sessions):
    likeliest_first = {"z": 0.6, "a": 0.3, "m": 0.1}
    kept = add_case(sessions, answer={"kind": "class", "probabilities": likeliest_first})
    assert list(kept.answer["probabilities"]) == ["z", "a", "m"]


@given(st.text(), st.integers(1, 20))
def test_clipping_twice_is_clipping_once(text: str, length: int):
    assert clip(clip(text, length), length) == clip(text, length)
    assert len(clip(text, length)) <= length


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        lambda items: st.lists(items) | st.dictionaries(st.text(), items),
    )
)
def test_plain_data_survives_json(value: object):
    assert _with_nan(without_nan(value)) == value


def test_ids_grow_also_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch):
    ids, times = Ids(), iter([2_000_000_000_000_000_000, 1_000_000_000_000_000_000])
    monkeypatch.setattr("time.time_ns", lambda: next(times, 1_000_000_000_000_000_000))
    made = [ids() for _ in range(100)]
    assert made == sorted(set(made))
    assert all(map(is_id, made))


@pytest.mark.parametrize("text", ["", "x", "0" * 25, "0" * 27, "\x00" * 26, "8" + "0" * 25])
def test_what_cannot_be_an_id(text: str):
    assert not is_id(text)
