"""Test runs on the review page: a file is uploaded, its truths are found, and the run stands under its link."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

import services
from feedback.jobs import test_run
from jobs import store
from tests.cli.test_runs_of_versions import NAMES, ROWS

pytestmark = pytest.mark.usefixtures("named")
BAD = (("tall", *ROWS[0][1:7], "Adelie"), (*ROWS[1][:7], "gentoo"))
FILE = "\n".join([";".join((*NAMES, "truth")), *map(";".join, (*ROWS, *BAD))]).encode()


def _words(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.success, *app.warning, *app.info, *app.subheader]
    return " ".join(each.value for each in shown)


@pytest.mark.slow
def test_a_file_is_tested_and_its_run_has_a_link(app: AppTest, built: services.Services) -> None:
    page = app.switch_page("../pages/review.py")
    page.query_params["tab"] = "Test runs"
    page.query_params["model"] = "demo/penguins"
    page.run()
    assert "No version of this model was tested on a file yet." in _words(page)
    page.file_uploader(key="test_upload").set_value(("holdout.csv", FILE, "text/csv")).run()
    assert not page.exception
    assert page.selectbox(key="test_truth").value == "truth"
    assert "5 rows can be sent, 1 cannot." in _words(page)
    assert "4 of the 6 rows are tested. 2 rows of the file are left out. Row 6:" in _words(page)
    assert "Did you mean 'Gentoo'?" in _words(page)
    (press,) = [each for each in page.button if each.label == "Run the test"]
    press.click().run()
    assert not page.exception
    (job,) = store.newest(built.sessions, kind=test_run.NAME)
    assert f"&run={job.id}" in _words(page)
    assert built.here.take(built.kinds[test_run.NAME], job)  # what its worker does, here
    (job,) = store.newest(built.sessions, kind=test_run.NAME)
    assert (job.state, job.result) == ("done", job.id), job.sentence
    page.query_params["run"] = job.id
    page.run()
    assert not page.exception
    words = _words(page)
    assert "Not passed: 3 of 4 right (75 %), 90 % are needed." in words
    assert "[4 tested](#row-by-row), [2 left out](#rows-left-out)." in words
    assert "2 rows left out" in words
    classes, rows, left_out = (table.value for table in page.dataframe)
    assert list(left_out["Row"]) == ["row 6", "row 7"]
    assert list(classes.columns) == ["Class", "Precision", "Recall", "F1"]
    assert classes["Precision"][0].startswith("50 % (9 to 91 %), n=2")
    assert list(rows["Answer"]) == [
        "Adelie",
        "Adelie",
        "Gentoo",
        "Chinstrap",
    ]  # the wrong one first
    assert rows["Right answer"][0] == "Gentoo"
    assert rows["Case"].str.startswith("case?id=").all()
