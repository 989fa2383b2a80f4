"""What a job takes is written and read as it was, and nothing else is ever made of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import numpy as np
import pytest

from jobs.payload import Codec, UnreadablePayload


@dataclass(frozen=True, kw_only=True)
class Inner:
    data: bytes = b""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outer:
    value: object = None
    inner: Inner | None = None
    facts: dict[str, object] = field(default_factory=dict)


CODEC = Codec((Inner, Outer))


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text \ud800 \x00 ü",
        [1, 2.5, True, None],
        (1, (2, [3])),
        {"$": "map", "of": {"a": (1,)}},
        b"few",
        bytes(range(256)) * 40,
        datetime(2026, 3, 31, 14, 5, tzinfo=UTC),
        date(2026, 3, 31),
        time(14, 5),
        math.inf,
        Outer(
            value=Inner(data=b"x" * 5000, names=("a", "b")),
            inner=Inner(),
            facts={"k": [b"y" * 9000]},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_is_read_as_it_was_written(value: object) -> None:
    assert CODEC.decode(CODEC.encode(value)) == value


def test_numbers_of_numpy_become_plain_ones() -> None:
    read = CODEC.decode(
        CODEC.encode({"a": np.float32(0.5), "b": np.arange(3), "c": np.float64(1.5)})
    )
    assert read == {"a": 0.5, "b": [0, 1, 2], "c": 1.5}
    assert math.isnan(CODEC.decode(CODEC.encode(math.nan)))  # type: ignore[arg-type]


def test_large_files_are_not_squeezed_through_json() -> None:
    data = np.random.default_rng(0).bytes(1_000_000)
    assert len(CODEC.encode(Inner(data=data))) < 1_001_000


def test_a_type_that_was_not_named_is_neither_written_nor_read() -> None:
    with pytest.raises(TypeError, match="cannot take a Outer"):
        Codec((Inner,)).encode(Outer())
    with pytest.raises(UnreadablePayload):
        Codec((Inner,)).decode(CODEC.encode(Outer()))


def test_a_field_that_is_no_more_is_left_out() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Now:
        names: tuple[str, ...] = ()

    later = Codec(())
    later._types["Inner"] = Now
    assert later.decode(CODEC.encode(Inner(data=b"x", names=("a",)))) == Now(names=("a",))


@pytest.mark.parametrize("content", [b"", b"\x00", b"\xff" * 40, b"\x00\x00\x00\x02ab"])
def test_what_is_no_payload_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadablePayload):
        CODEC.decode(content)
