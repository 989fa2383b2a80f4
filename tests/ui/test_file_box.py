"""The line under a box for a file: short, however many endings there are."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tables.readers import suffixes, table_suffixes
from ui import file_box


def test_the_line_is_short_and_names_what_most_files_are() -> None:
    everything = [ending.lstrip(".") for ending in suffixes()]
    tables = [ending.lstrip(".") for ending in table_suffixes()]
    words = "CSV, Excel, Parquet, JSON and others, up to 64 MB"
    assert [file_box.hint(endings, 64) for endings in (everything, tables)] == [words] * 2
    assert file_box.hint(["json"], 2) == "JSON, up to 2 MB"
    assert file_box.hint(["csv", "tsv", "json"], 64) == "CSV, JSON and others, up to 64 MB"


def test_a_box_says_its_line_and_no_other() -> None:
    def page() -> None:
        from ui import file_box

        file_box.choose("A file", "some", ["json"], most_megabytes=2)

    drawn = AppTest.from_function(page).run()
    assert [caption.value for caption in drawn.caption] == ["JSON, up to 2 MB"]
    assert drawn.file_uploader[0].label == "A file"
