"""The fields of the demo's model of penguins, and three birds that every file of tables here holds."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from mds_client.signature import Field, ModelRef, Signature
from tables.converting import Converted, converted
from tables.fitting import read_fitting
from tables.mapping import suggest

DATA = Path(__file__).parent / "data"


def _number(name: str, label: str, unit: str, low: float, high: float) -> Field:
    return Field(
        name=name, kind="number", label=label, unit=unit, minimum=0, typical=(low, high), required=False
    )  # fmt: skip


SIGNATURE = Signature(
    model=ModelRef(server="demo", name="penguins"),
    inputs=(
        _number("bill_length_mm", "Bill length", "mm", 33.1, 59.6),
        _number("bill_depth_mm", "Bill depth", "mm", 13.1, 21.2),
        _number("flipper_length_mm", "Flipper length", "mm", 172, 231),
        _number("body_mass_g", "Body mass", "g", 2700, 6050),
        Field(
            name="island",
            kind="category",
            datatype="BYTES",
            label="Island",
            choices=("Biscoe", "Dream", "Torgersen"),
        ),
        Field(
            name="sex",
            kind="category",
            datatype="BYTES",
            label="Sex",
            choices=("female", "male"),
            required=False,
        ),
        Field(name="year", kind="integer", datatype="INT64", label="Year", typical=(2007, 2009)),
    ),
)
BIRDS: list[dict[str, object]] = [
    dict(zip((field.name for field in SIGNATURE.inputs), row, strict=True))
    for row in (
        (39.1, 18.7, 181, 3750, "Torgersen", "male", 2007),
        (46.5, 17.9, 192, 3500, "Dream", "female", 2008),
        (50.2, 16.3, 230, 5700, "Biscoe", "male", 2009),
    )
]


def rows_of(data: bytes | Path, name: str = "t.csv") -> Converted:
    """What a file gives for the model of penguins."""
    content = data if isinstance(data, bytes) else data.read_bytes()
    table = read_fitting(content, name if isinstance(data, bytes) else data.name, SIGNATURE)
    return converted(table, suggest(table, SIGNATURE), SIGNATURE)


def csv_of(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def are_the_birds(
    found: Converted, *, but: dict[str, object] | None = None, count: int = 3
) -> bool:
    """Whether exactly the first birds came out, with some values replaced in each."""
    wanted = [bird | (but or {}) for bird in BIRDS[:count]]
    records = found.records()
    return len(records) == count and all(
        _alike(row[name], bird[name])
        for row, bird in zip(records, wanted, strict=True)
        for name in bird
    )


def _alike(one: object, other: object) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9)
    return one == other


def without(*names: str) -> Signature:
    """The signature without some of its fields."""
    kept = tuple(field for field in SIGNATURE.inputs if field.name not in names)
    return replace(SIGNATURE, inputs=kept)
