"""Cells that a spreadsheet shows in percent: 12 % is in the file as 0.12, and what goes to the model is what is shown."""

from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from mds_client.signature import Field, ModelRef, Signature
from tables import old_excel
from tables.converting import converted
from tables.mapping import suggest
from tables.reading import read
from tables.table import Choices, Percent, Table
from tests.tables.files import archive, workbook

NUMBERS = (0.12, 0.07, 1.0, 0.005)
IN_PERCENT = [12.0, 7.0, 100.0, 0.5]
FORMATS = ("0%", "0.00%", '0.0" "%', "[Red]0\\ %")


def _shown(formats=FORMATS, heading: str = "share") -> bytes:
    def change(book: openpyxl.Workbook) -> None:
        for cell, form in zip(book["Sheet"]["A"][1:], formats, strict=True):
            cell.number_format = form

    rows = [[heading, "name"], *([number, f"n{i}"] for i, number in enumerate(NUMBERS))]
    return workbook(rows, change)


def _values(data: bytes, name: str = "a.xlsx", **facts: Any):
    inputs = (Field(name="share", kind="number", **facts), Field(name="name", kind="text"))
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=inputs)
    table = read(data, name)
    found = converted(table, suggest(table, signature), signature)
    assert not found.problems
    return found.rows["share"].tolist(), " ".join(found.remarks)


@pytest.mark.parametrize("heading", ["share", "share (%)", "share %"])
def test_a_field_in_percent_gets_what_is_shown(heading: str) -> None:
    values, remarks = _values(_shown(heading=heading), unit="%")
    assert values == IN_PERCENT
    assert "“12 %” was read as 12." in remarks


@pytest.mark.parametrize("facts", [{"unit": "fraction"}, {"minimum": 0, "maximum": 1}])
@pytest.mark.parametrize("heading", ["share", "share (%)"])
def test_a_field_of_fractions_gets_fractions(facts: dict[str, Any], heading: str) -> None:
    assert _values(_shown(heading=heading), **facts)[0] == list(NUMBERS)


def test_a_field_without_a_unit_gets_the_fraction_and_says_so() -> None:
    values, remarks = _values(_shown())
    assert values == list(NUMBERS)
    assert "“12 %” was read as 0.12, as a fraction: the field says no unit." in remarks


def test_numbers_that_are_not_shown_in_percent_stay_as_they_stand() -> None:
    values, remarks = _values(_shown(("0%", "0.00", '0"%"', "General")), unit="%")
    assert values == [12.0, 0.07, 1.0, 0.005]
    assert "others are not" in remarks


def test_a_date_or_a_text_of_a_column_in_percent_is_no_number() -> None:
    def change(book: openpyxl.Workbook) -> None:
        for cell in book["Sheet"]["A"]:
            cell.number_format = "0%"

    table = read(workbook([["share"], ["12 %"], [True], [0.5]], change), "a.xlsx")
    assert [isinstance(cell, Percent) for cell in table.cells("share")] == [False, False, True]


def test_libreoffice_says_it_too() -> None:
    cell = '<table:table-cell office:value-type="{}" office:value="{}"><text:p>x</text:p></table:table-cell>'
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [text.format("share") + text.format("name")]
    rows += [cell.format("percentage", number) + text.format("n") for number in NUMBERS[:3]]
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="One">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    files = {
        "mimetype": kind,
        "content.xml": content.encode(),
        "META-INF/manifest.xml": manifest,
    }
    assert _values(archive(files), "a.ods", unit="%")[0] == IN_PERCENT[:3]


# Written by xlwt 1.3: two sheets; the cells of "Größe" have the formats above.
OLD_EXCEL = Path(__file__).parents[1] / "data" / "percent.xls"


def _old(data: bytes) -> Table:
    return read(data, "a.xls", choices=Choices(sheet="Größe"))


def test_an_old_workbook_of_excel_is_looked_at_too() -> None:
    table = _old(OLD_EXCEL.read_bytes())
    assert table.cells("share").tolist() == list(NUMBERS)
    assert [isinstance(cell, Percent) for cell in table.cells("share")] == [True, True, False, True]
    assert not [remark for remark in table.remarks if "percent" in remark]


def test_where_an_old_workbook_cannot_be_looked_at_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(_data: bytes) -> None:
        raise old_excel.Unknown

    monkeypatch.setattr(old_excel, "scan", unknown)
    table = _old(OLD_EXCEL.read_bytes())
    assert any("12 % was read as 0.12" in remark for remark in table.remarks)


def test_a_damaged_container_is_refused_and_takes_no_time() -> None:
    """Every byte of the head and of the table of sectors may be anything."""
    whole, random = OLD_EXCEL.read_bytes(), Random(7)
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(3):
            broken[random.randrange(len(broken))] = random.randrange(256)
        with suppress(old_excel.Unknown):
            assert isinstance(old_excel.scan(bytes(broken[: random.randrange(len(broken))])), dict)
    ring = bytearray(whole)
    ring[68:72] = bytes(4)  # the list of tables goes on in the first sector, for ever
    with suppress(old_excel.Unknown):
        old_excel.scan(bytes(ring) + bytes(2**20))
