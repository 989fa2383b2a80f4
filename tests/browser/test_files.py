"""A file from a spreadsheet, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tables.reading import read
from tests.browser.visit import Visit
from tests.tables.files import workbook

HEADINGS = "Bill length (mm);Bill depth (mm);Flipper;Body mass (g);Island;Sex;Year"
ROWS = [
    "39,1;18,7;181;3750;Torgersen;male;2007",
    "46,5;17,9;192;3500;Dream;female;2008",
    "much;16,3;230;5700;Biscoe;male;2009",
    *["50,0;16,3;230;5700;Biscoe;male;2009"] * 5,
]


def _open_file(page: Page, path: Path, model: str = "penguins@v2") -> Visit:
    visit = Visit(page).open(f"/predict?model=demo/{model}")
    visit.click(page.get_by_role("radio", name="A file"))
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(path)
    return visit


def test_a_file_is_mapped_tried_and_answered(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "birds.csv"
    path.write_text("\n".join([HEADINGS, *ROWS]), encoding="cp1252")
    visit = _open_file(page, path)
    expect(page.get_by_text("7 rows can be sent, 1 cannot.")).to_be_visible()
    visit.click(page.get_by_role("button", name="Try the first 5"))
    expect(page.get_by_text("5 rows were answered.")).to_be_visible()
    visit.settled()
    page.get_by_role("button", name="Ask for the other 2 rows").press("Enter")
    told = "7 rows were answered, 1 was not: it could not be sent."
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_role("heading", name="Answers")).to_be_focused()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the answers").click()
    taken = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert len(taken.splitlines()) == 9
    assert re.search(r"^much,.*Bill length must be a number", taken, re.MULTILINE)
    assert re.search(r"Gentoo|Adelie|Chinstrap", taken)


def test_a_broken_file_is_said_and_the_next_one_works(page: Page, tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.xlsx", tmp_path / "good.csv"
    broken.write_bytes(b"PK\x03\x04 no workbook at all")
    good.write_text("\n".join([HEADINGS, *ROWS[:2]]))
    _open_file(page, broken)
    expect(page.get_by_text("This file cannot be read")).to_be_visible()
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(good)
    expect(page.get_by_text("All 2 rows can be sent.")).to_be_visible()


def test_a_file_goes_on_without_its_page_and_its_link_comes_back(
    page: Page, tmp_path: Path
) -> None:
    """Each request of this model takes 3 s, and 20 rows are three requests."""
    path = tmp_path / "slow.csv"
    names = "worst radius,worst texture,worst concave points,mean concave points,radius error"
    rows = [f"{12 + i},25.0,0.1,0.05,0.4" for i in range(20)]
    path.write_text("\n".join([names, *rows]))
    visit = _open_file(page, path, "slow")
    visit.click(page.get_by_role("button", name="Ask for all 20 rows"))
    page.wait_for_url("**run=**")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="slow.csv")).to_be_visible()
    expect(page.get_by_text("20 rows were answered.")).to_be_visible()
    expect(page.get_by_role("button", name="Download the answers")).to_be_visible()
    # The same file again: what it was answered with, and a way to ask anew.
    link = page.url
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(path)
    expect(page.get_by_role("button", name="All rows are answered")).to_be_disabled()
    expect(page.get_by_text("These rows were answered on")).to_have_count(1)
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()
    assert page.url == link


def test_a_large_file_is_tried_planned_and_answered_while_its_tab_is_closed(
    page: Page, tmp_path: Path
) -> None:
    path, corrected = tmp_path / "large.csv", tmp_path / "corrected.csv"
    rows = ["50,0;16,3;230;5700;Biscoe;male;2009"] * 5_050
    rows[6] = rows[4_000] = "much;16,3;230;5700;Biscoe;male;2009"
    path.write_text("\n".join([HEADINGS, *rows]))
    visit = _open_file(page, path)
    expect(page.get_by_text("5,048 rows can be sent, 2 cannot.")).to_be_visible()
    expect(page.get_by_text("How long it takes is not known yet")).to_be_visible()
    visit.click(page.get_by_role("button", name="Try the first rows"))
    expect(page.get_by_text("125 rows were answered")).to_be_visible()
    expect(page.get_by_text("by what the rows took that were tried")).to_be_visible()
    visit.click(page.get_by_text("Only the rows that are drawn for a check"))
    visit.click(page.get_by_role("button", name="Ask for all 5,048 rows"))
    page.wait_for_url("**run=**")
    link = page.url
    page.goto("about:blank")  # what a closed tab comes to
    page.goto(link)
    expect(page.get_by_text("5,048 rows were answered, 2 were not.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    taken = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(taken) == 5_051
    assert "Bill length must be a number" in taken[7]
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the rows without an answer").click()
    bad = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert [line.partition(",")[0] for line in bad.splitlines()] == ['"Row"', "8", "4002"]
    corrected.write_text(bad.replace("much", "50.0").replace('"16,3"', "16.3"))
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(corrected)
    expect(page.get_by_text("All 2 rows can be sent")).to_be_visible()
    expect(page.get_by_text("These are 2 rows that had no answer in large.csv")).to_be_visible()
    visit.click(page.get_by_role("button", name="Ask for all 2 rows"))
    expect(
        page.get_by_text("In large.csv, 5,050 of 5,050 rows have an answer now.")
    ).to_be_visible()
    expect(page.get_by_role("heading", name="Compare the answers")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "large answers.csv"
    taken = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(taken) == 5_051
    assert "must be a number" not in "".join(taken)


def test_a_large_workbook_is_answered_and_taken_away_as_one(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    row = [50.0, 16.3, 230, 5700, "Biscoe", "male", 2009]
    path.write_bytes(workbook([HEADINGS.split(";"), *[row] * 5_010]))
    visit = _open_file(page, path)
    expect(page.get_by_text("All 5,010 rows can be sent.")).to_be_visible()
    visit.click(page.get_by_text("Only the rows that are drawn for a check"))
    visit.click(page.get_by_role("button", name="Ask for all 5,010 rows"))
    expect(page.get_by_text("5,010 rows were answered.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as XLSX").click()
    answers = read(Path(download.value.path()).read_bytes(), "answers.xlsx")
    assert len(answers) == 5_010
    assert set(answers.cells("Answer")) == {"Gentoo"}
