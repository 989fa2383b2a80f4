"""Numbers far outside the usual range are named with their rows, and ordinary ones are not."""

from __future__ import annotations

import pytest

from tables.converting import Converted
from tests.tables.test_converting import column, field

AGE = (18.0, 90.0)


def far(typical: tuple[float, float], *cells: str, header: str = "x", unit: str = "") -> Converted:
    return column(field("x", "number", typical=typical, unit=unit), *cells, header=header)


@pytest.mark.parametrize(
    ("typical", "cells", "said"),
    [
        (
            AGE,
            ("40", "999", "-1", "50", "60"),
            "x: rows 3 and 4: 999, -1 are far outside 18 to 90.",
        ),
        ((150.0, 200.0), ("180", "1.80", "175"), "x: row 3: 1.8 is far outside 150 to 200."),
        ((13.0, 21.5), ("15", "16", "9999"), "x: row 4: 9999 is far outside 13 to 21.5."),
        ((0.0, 900.0), ("15", "16", "999"), "x: row 4: 999 is far outside 0 to 900."),
        (AGE, ("40", "50", "-5"), "x: row 4: -5 is far outside 18 to 90."),
    ],
)
def test_far_numbers_are_named(
    typical: tuple[float, float], cells: tuple[str, ...], said: str
) -> None:
    found = far(typical, *cells)
    assert found.remarks[0].startswith(said)
    assert (len(found.rows), found.problems) == (len(cells), ())


@pytest.mark.parametrize(
    ("typical", "cells"),
    [
        (AGE, ("0", "17", "95", "110", "")),
        ((-40.0, 40.0), ("-1", "-41", "60")),
        ((0.0, 2000.0), ("999", "1500", "1")),
        (AGE, ("NA", "", "40")),
        (AGE, ("300", "400", "500")),  # all: another unit, which the mapping asks about
    ],
)
def test_ordinary_numbers_are_not(typical: tuple[float, float], cells: tuple[str, ...]) -> None:
    assert not any("far outside" in remark for remark in far(typical, *cells).remarks)


def test_values_are_judged_in_the_unit_of_the_field() -> None:
    found = far((150.0, 200.0), "1.8", "1.7", "180", header="x (m)", unit="cm")
    assert "row 4: 18000 is far outside 150 to 200" in found.remarks[0]


def test_what_is_refused_is_not_named_again_and_many_rows_are_counted() -> None:
    one = field("x", "integer", typical=AGE, maximum=120)
    found = column(one, *["50"] * 20, "999", *["-1"] * 7)
    assert [problem.row for problem in found.problems] == [22]
    assert "rows 23, 24, 25, 26, 27 and 2 more: -1 are far outside" in found.remarks[0]
