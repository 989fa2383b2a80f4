"""A file asked about, step by step, against the real embedded server."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import db.jobs
import services
from batch.folder import BatchFolder
from batch.partition import Partition
from cases import batches, queries
from cases.jobs import batch
from db.engine import writing
from db.ids import utc_now
from feedback.submission import history
from jobs import store
from mds_client.signature import ModelRef
from tables.kept_table import KeptTable
from ui.batch.answers import Source, as_csv, whole
from ui.tables import to_correct

pytestmark = pytest.mark.usefixtures("named")

MAIN = str(Path(__file__).resolve().parents[2] / "ui" / "main.py")
HEADINGS = "Bill length (mm);Bill depth (mm);Flipper (mm);Body mass (g);Island;Sex;Year;Note\n"
ROWS = [
    "39,1;18,7;181;3750;Torgersen;male;2007;first",
    "46,5;17,9;192;3500;Dream;female;2008;",
    "50,0;16,3;230;5700;biscoe;male;2009;",
    "much;17,4;186;3800;Torgersen;female;2007;bad",
    "45,2;14,8;212;5200;Biscoe;;2008;",
]


def _file(rows: list[str]) -> bytes:
    return (HEADINGS + "\n".join(rows) + "\n").encode("cp1252")


def _opened(app: AppTest, content: bytes, name: str = "birds.csv") -> AppTest:
    app.query_params["model"] = "demo/penguins@v2"
    app.run()
    app.segmented_control(key="predict_about").set_value("A file").run()
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not app.exception
    return app


def _frame(app: AppTest, column: str) -> pd.DataFrame:
    (found,) = [f.value for f in app.dataframe if column in f.value.columns]
    return found


def _named(app: AppTest, parameter: str) -> str:
    """What the address names; a test gets what it set as it was, else a list."""
    found = app.query_params[parameter]
    return found if isinstance(found, str) else found[0]


def test_columns_map_themselves_and_problems_have_their_row(predict: AppTest) -> None:
    app = _opened(predict, _file(ROWS))
    problems = _frame(app, "Problem")
    assert problems.iloc[0, 0] == 5
    assert "Bill length" in problems.iloc[0]["Column"]
    said = " ".join(w.value for w in app.warning)
    assert "4 rows can be sent, 1 cannot" in said
    assert any("Not used: Note" in c.value for c in app.caption)


def test_a_column_in_doubt_is_said_above_the_button_and_nothing_is_green(predict: AppTest) -> None:
    header = b"bill_length_mm,bill_depth_mm,flipper_length (furlongs),body_mass_g,island,year,sex"
    app = _opened(predict, header + b"\n39.1,18.7,181,3750,Dream,2007,male\n")
    (doubts,) = [w.value for w in app.warning if w.value.startswith("Please check before you ask")]
    assert "the heading says furlongs, the field mm" in doubts
    assert not app.success
    assert "The row can be sent, with the columns as they stand above." in app.info[0].value


def test_problems_of_one_kind_are_one_line_with_a_fix(predict: AppTest) -> None:
    rows = [f"39,1;18,7;181;3750;Dream;{'f' if i else 'x'};2007;" for i in range(9)]
    app = _opened(predict, _file(rows))
    problems = _frame(app, "Problem")
    assert list(problems["Rows"]) == [8, 1]
    assert any("f → female in 8 rows" in text.value for text in app.markdown)
    app.button(key="rows_fix").click().run()
    assert not app.exception
    assert list(_frame(app, "Problem")["Rows"]) == [1]
    assert "8 rows can be sent, 1 cannot" in " ".join(w.value for w in app.warning)


def test_a_column_that_is_missing_is_named(predict: AppTest) -> None:
    app = _opened(predict, b"bill_length_mm,island\n39.1,Dream\n")
    assert (
        "Nothing can be sent: the model needs a column, or one value for all rows, for Year"
        in app.warning[0].value
    )
    assert not [b for b in app.button if b.key == "rows_all"]


def test_what_the_file_lacks_is_said_once_for_all_rows(
    predict: AppTest, built: services.Services
) -> None:
    app = _opened(
        predict,
        (
            "\n".join(
                row.rpartition(";")[0].rpartition(";")[0] for row in [HEADINGS.strip(), *ROWS[:3]]
            )
            + "\n"
        ).encode("cp1252"),
    )
    assert (
        "Nothing can be sent: the model needs a column, or one value for all rows, for Year"
        in app.warning[0].value
    )
    (year,) = [box for box in app.number_input if box.key.startswith("rows_fixed_")]
    year.set_value(2008).run()
    assert not app.warning
    app.button(key="rows_all").click().run()
    assert not app.exception
    cases = queries.recent(built.sessions)
    assert [case.entered["year"] for case in cases] == [2008] * len(cases) != []
    year.set_value(2009).run()
    assert not app.button(key="rows_all").disabled


@pytest.mark.slow
def test_all_rows_are_answered_and_open_as_cases(
    predict: AppTest, built: services.Services
) -> None:
    app = _opened(predict, _file(ROWS * 2))
    app.button(key="rows_try").click().run()
    assert not app.exception
    assert len(queries.recent(built.sessions)) == 5
    assert app.button(key="rows_all").label == "Ask for the other 3 rows"
    app.button(key="rows_all").click().run()
    assert not app.exception
    answers = _frame(app, "Answer")
    assert list(answers.iloc[:, 0]) == [2, 3, 4, 6, 7, 8, 9, 11]
    assert set(answers["Answer"]) <= {"Adelie", "Chinstrap", "Gentoo"}
    case = queries.case(built.sessions, answers["Case"][0].partition("case=")[2])
    assert case
    assert case.entered["bill_length_mm"] == pytest.approx(39.1)
    assert len(queries.recent(built.sessions)) == 8
    assert app.button(key="rows_all").disabled
    assert app.button(key="rows_all").label == "All 8 rows that can be sent are answered"
    # The second row is chosen: whether its answer was right stands below the table.
    app.session_state["rows_chosen"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    second = answers["Case"][1].partition("case=")[2]
    app.run()
    app.button(key=f"feedback_{second}_yes").click().run()
    assert not app.exception
    assert [said.judgement for said in history(built.sessions, second)] == ["correct"]


def test_the_columns_are_remembered(predict: AppTest, built: services.Services) -> None:
    app = _opened(predict, _file(ROWS * 2))
    app.button(key="rows_try").click().run()
    from tables.mapping_store import recalled

    assert recalled(built.sessions, built.catalogue.entries()[0].ref) == {}
    (entry,) = [e for e in built.catalogue.entries() if str(e.ref) == "demo/penguins@v2"]
    assert recalled(built.sessions, entry.ref)["island"] == "Island"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("birds.csv", b"", "empty"),
        ("birds.xlsx", b"PK\x03\x04 no workbook", ""),
        ("birds.csv", b"%PDF-1.7 not a table", ""),
    ],
)
def test_what_cannot_be_read_is_said(
    predict: AppTest, name: str, content: bytes, words: str
) -> None:
    app = _opened(predict, content, name)
    (said,) = [e.value for e in app.error]
    assert words in said
    assert len(said) > 20


def test_a_file_of_formulas_stays_text_when_it_is_taken_away() -> None:
    from ui.batch.answers import as_csv

    frame = pd.DataFrame({"Answer": ["=HYPERLINK()", "Adelie"], "=n": [-1, 2]})
    rows = list(csv.reader(io.StringIO(as_csv(frame).decode("utf-8-sig"))))
    assert rows == [["Answer", "'=n"], ["'=HYPERLINK()", "-1"], ["Adelie", "2"]]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("-1200,50", "-1200,50"),
        ("+3.5e-4", "+3.5e-4"),
        ("-12 %", "-12 %"),
        ("-", "-"),
        ("--1", "'--1"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        (" =1+1", "' =1+1"),
        ("＝1+1", "'＝1+1"),
        ("\n=1", "'\n=1"),
    ],
)
def test_a_number_is_no_formula_and_whatever_else_begins_like_one_is_text(
    cell: str, written: str
) -> None:
    from ui.batch.answers import as_csv

    frame = pd.DataFrame({"a": [cell], cell: ["x"]})
    (heading, row) = csv.reader(io.StringIO(as_csv(frame).decode("utf-8-sig"), newline=""))
    assert (heading[1], row[0]) == (written, written)


@pytest.mark.slow
def test_all_rows_of_the_file_are_taken_away_also_from_the_link(
    predict: AppTest, built: services.Services
) -> None:
    app = _opened(predict, _file([*ROWS, "x;1;1;1;Dream;male;2007;"]))
    app.button(key="rows_all").click().run()
    assert not app.exception
    (job,) = store.newest(built.sessions, kind="batch")
    assert _named(app, "run") == job.id
    cases = batches.cases_of(built.sessions, job.id)
    table = KeptTable.from_bytes(
        batches.table_of(built.sessions, batches.find(built.sessions, job.id))
    )
    source = Source(name="birds.csv", sent=table.sent, row_word="row", table=lambda: table)
    frame = whole(source, cases, "http://x")
    assert list(frame.columns[:8]) == HEADINGS.strip().split(";")
    assert list(frame.columns[8:]) == ["Answer", "Probability", "Problem", "Case"]
    assert len(frame) == 6
    assert list(frame["Answer"].isna()) == [False, False, False, True, False, True]
    assert "Bill length must be a number" in frame["Problem"][3]
    assert frame["Case"][0] == f"http://x/predict?case={cases[0].id}"
    # Where the file's own table is not kept, the rows that were asked have what was asked.
    bare = whole(replace(source, table=lambda: None), cases, "http://x")
    assert list(bare["Answer"]) == [answer for answer in frame["Answer"] if answer]
    assert bare["bill_length_mm"][0] == pytest.approx(39.1)


def test_the_link_opens_the_answers_without_the_file(
    predict: AppTest, built: services.Services
) -> None:
    asked = _opened(predict, _file(ROWS))
    asked.button(key="rows_all").click().run()
    run = _named(asked, "run")
    fresh = AppTest.from_file(MAIN, default_timeout=30).switch_page("../pages/predict.py")
    fresh.query_params["run"] = run
    fresh.run()
    assert not fresh.exception
    assert _named(fresh, "model") == "demo/penguins@v2"
    assert any(title.value == "birds.csv" for title in fresh.subheader)
    assert list(_frame(fresh, "Answer").iloc[:, 0]) == [2, 3, 4, 6]
    told = "4 rows were answered, 1 was not: it could not be sent."
    for page in (asked, fresh):  # as *Jobs* has it
        assert any(text.value == told for text in page.markdown)
    assert store.newest(built.sessions, kind="batch")[0].sentence == told
    assert fresh.info[0].value.startswith("4 of these 5 rows were answered on ")
    (among_cases,) = [x for x in fresh.get("page_link") if x.proto.label.startswith("Its rows")]
    assert among_cases.proto.query_string == f"batch={run}&whose=everybody%27s"
    # One case is looked at, and then the file again.
    fresh.segmented_control(key="predict_about").set_value("One case").run()
    assert "run" not in fresh.query_params
    fresh.segmented_control(key="predict_about").set_value("A file").run()
    assert _named(fresh, "run") == run
    assert list(_frame(fresh, "Answer").iloc[:, 0]) == [2, 3, 4, 6]
    # The job has left the list by now, and the model has another version beside it.
    with writing(built.sessions) as session:
        db.jobs.forget_ended(session, utc_now() + timedelta(days=1), 10)
    old = AppTest.from_file(MAIN, default_timeout=30).switch_page("../pages/predict.py")
    old.query_params["run"] = run
    old.run()
    assert list(_frame(old, "Answer").iloc[:, 0]) == [2, 3, 4, 6]
    # All rows are asked again from the link alone.
    assert not [button for button in old.button if button.key == "run_failed_again"]
    old.button(key="run_again").click().run()
    assert not old.exception
    assert _named(old, "run") != run
    assert list(_frame(old, "Answer").iloc[:, 0]) == [2, 3, 4, 6]
    assert len(queries.recent(built.sessions)) == 8


def test_rows_that_were_only_tried_say_nothing_of_others(
    predict: AppTest, built: services.Services
) -> None:
    app = _opened(predict, _file([*ROWS, *ROWS]))
    app.button(key="rows_try").click().run()
    assert not app.exception
    assert any(text.value == "5 rows were answered." for text in app.markdown)
    assert store.newest(built.sessions, kind="batch")[0].sentence == "5 rows were answered."
    fresh = AppTest.from_file(MAIN, default_timeout=30).switch_page("../pages/predict.py")
    fresh.query_params["run"] = _named(app, "run")
    fresh.run()
    assert any(text.value == "5 rows were answered." for text in fresh.markdown)


@pytest.mark.slow
def test_corrected_rows_of_a_short_file_become_part_of_it_again(
    predict: AppTest, built: services.Services
) -> None:
    app = _opened(predict, _file(ROWS))
    app.button(key="rows_all").click().run()
    first = batches.find(built.sessions, _named(app, "run"))
    assert first is not None
    assert not first.folder
    table = KeptTable.from_bytes(batches.table_of(built.sessions, first) or b"")
    bad = as_csv(to_correct.rows(table)).decode("utf-8-sig")
    assert len(bad.splitlines()) == 2
    corrected = bad.replace("much", "39.1").replace('"17,4"', "17.4").encode()
    app.file_uploader[0].set_value(("corrected.csv", corrected, "text/csv")).run()
    assert not app.exception
    assert any("This is 1 row that had no answer in birds.csv" in i.value for i in app.info)
    merge = [box for box in app.checkbox if box.key.startswith("rows_merge_")]
    assert [box.label for box in merge] == ["Put the answers into the result of that file"]
    app.button(key="rows_all").click().run()
    assert not app.exception
    told = "1 row was answered. In birds.csv, 5 of 5 rows have an answer now."
    assert any(m.value == told for m in app.markdown)
    run = batches.find(built.sessions, _named(app, "run"))
    assert run is not None
    assert run.rows == 5
    folder = BatchFolder(Path(built.batches_root), run.folder).whole
    found = pq.read_table(folder.result("parquet")).to_pydict()
    assert list(found)[:8] == HEADINGS.strip().split(";")
    assert found["Note"] == ["first", None, None, "bad", None]
    assert found["Bill length (mm)"][3] == "39.1"
    assert None not in found["Answer"]
    assert found["Problem"] == [None] * 5
    assert Partition(folder).row_numbers().to_pylist() == [2, 3, 4, 5, 6]
    cases = batches.cases_of(built.sessions, first.id)
    links = [link.rpartition("=")[2] for link in found["Case"]]
    assert [links[i] for i in (0, 1, 2, 4)] == [case.id for case in cases]
    assert queries.case(built.sessions, links[3]) is not None
    # What has an answer is no row to correct.
    other = corrected.decode().replace("\n5,", "\n4,").encode()
    app.file_uploader[0].set_value(("other.csv", other, "text/csv")).run()
    assert not [box for box in app.checkbox if box.key.startswith("rows_merge_")]
    (why,) = [each.value for each in app.warning]
    assert why.startswith(
        "These look like corrected rows of birds.csv. Some of them have an answer."
    )
    assert any(
        job.sentence == "4 rows were answered, 1 was not: it could not be sent."
        for job in store.newest(built.sessions, kind="batch")
    )


@pytest.mark.slow
def test_corrected_rows_belong_to_the_run_that_is_open(
    predict: AppTest, built: services.Services
) -> None:
    app = _opened(predict, _file(ROWS))
    app.button(key="rows_all").click().run()
    first = _named(app, "run")
    table = KeptTable.from_bytes(
        batches.table_of(built.sessions, batches.find(built.sessions, first))
    )
    bad = as_csv(to_correct.rows(table))
    later = ("later.csv", _file([*ROWS, ROWS[0]]), "text/csv")
    app.file_uploader[0].set_value(later).run()
    app.button(key="rows_all").click().run()
    assert _named(app, "run") != first
    back = AppTest.from_file(MAIN, default_timeout=30).switch_page("../pages/predict.py")
    back.query_params["run"] = first
    back.run()
    corrected = bad.decode("utf-8-sig").replace("much", "39.1").replace('"17,4"', "17.4").encode()
    back.file_uploader[0].set_value(("corrected.csv", corrected, "text/csv")).run()
    assert not back.exception
    assert any("This is 1 row that had no answer in birds.csv" in i.value for i in back.info)


def test_rows_that_failed_are_asked_again_from_the_link_alone(
    predict: AppTest, built: services.Services
) -> None:
    asked = _opened(predict, _file(ROWS))
    asked.button(key="rows_all").click().run()
    run = _named(asked, "run")
    failed = batches.cases_of(built.sessions, run)[1]
    with writing(built.sessions) as session:
        session.execute(
            text(
                "UPDATE cases SET outcome = 'failed', answer = NULL, idempotency_key = id WHERE id = :id"
            ),
            {"id": failed.id},
        )
    fresh = AppTest.from_file(MAIN, default_timeout=30).switch_page("../pages/predict.py")
    fresh.query_params["run"] = run
    fresh.run()
    (button,) = [one for one in fresh.button if one.key == "run_failed_again"]
    assert button.label == "Ask again for 1 row without an answer"
    button.click().run()
    assert not fresh.exception
    cases = batches.cases_of(built.sessions, _named(fresh, "run"))
    assert all(case.is_answered for case in cases)
    assert len(queries.recent(built.sessions)) == 5  # only that row was asked


def test_where_no_worker_runs_it_is_said_and_another_version_has_no_run(
    predict: AppTest, built: services.Services
) -> None:
    ref = ModelRef(server="demo", name="penguins", version="v2")
    signature = built.catalogue.find(ref).signature
    rows = signature.example_rows[:3]
    job = batch.start(
        None,
        built.sessions,
        built.kinds["batch"],
        batch.BatchRows(model=ref, signature=signature, key="k", rows=rows),
        batch.BatchFile(name="birds.csv", question="q"),
        person="test@example.com",  # as `named` is
        press="1",
    )
    predict.query_params["run"] = job.id
    predict.run()
    assert not predict.exception
    assert "No worker is running" in predict.warning[0].value
    store.cancel(built.sessions, job.id)
    predict.run()
    assert any(button.label == "Go on with 3 rows" for button in predict.button)
    predict.segmented_control(key="predict_version_demo/penguins@v2").set_value("v1").run()
    assert "run" not in predict.query_params
    # The last that was asked about, with a link to it.
    assert any("Files that you asked about" in text.value for text in predict.markdown)
    assert not any(title.value == "birds.csv" for title in predict.subheader)


@pytest.mark.slow
def test_rows_of_every_kind_of_model_go_through_a_job(built: services.Services) -> None:
    """Pictures, sounds, texts and numbers are the same after they were written down."""
    asked = 0
    for entry in built.catalogue.entries():
        signature, ref = entry.signature, entry.ref
        if signature is None or not signature.example_rows or ref.name in ("slow", "flaky", "ocr"):
            continue
        job = batch.start(
            built.here,
            built.sessions,
            built.kinds["batch"],
            batch.BatchRows(
                model=ref, signature=signature, key=str(ref), rows=signature.example_rows[:2]
            ),
            batch.BatchFile(name="rows", question=str(ref)),
            person="ada",
            press=str(ref),
        )
        ended = store.find(built.sessions, job.id)
        assert ended, ref
        assert (ended.state, ended.sentence) == ("done", "2 rows were answered."), ref
        asked += 1
    assert asked >= 6


def test_a_link_to_nothing_is_said(predict: AppTest) -> None:
    predict.query_params["run"] = "01JWNNWPR00000000000000000"
    predict.run()
    assert not predict.exception
    assert "nothing under this link" in predict.warning[0].value


@pytest.mark.slow
def test_the_same_file_again_says_when_it_was_answered_and_may_be_asked_anew(
    predict: AppTest, built: services.Services
) -> None:
    app = _opened(predict, _file(ROWS[:3]))
    app.button(key="rows_all").click().run()
    after_reload = AppTest.from_file(MAIN, default_timeout=30).switch_page("../pages/predict.py")
    app = _opened(after_reload, _file(ROWS[:3]))
    assert any("These rows were answered on" in info.value for info in app.info)
    assert list(_frame(app, "Answer").iloc[:, 0]) == [2, 3, 4]
    assert app.button(key="rows_all").disabled
    first = _named(app, "run")
    app.button(key="rows_again").click().run()
    assert not app.exception
    assert _named(app, "run") != first
    assert len(queries.recent(built.sessions)) == 6
    assert app.button(key="rows_all").disabled


def test_the_reason_of_a_column_is_true(predict: AppTest) -> None:
    app = _opened(predict, _file(ROWS))
    app.button(key="rows_all").click().run()
    app.run()
    assert not any("earlier file" in why for why in _frame(app, "Why")["Why"])


def test_a_file_stays_while_one_case_is_looked_at(
    predict: AppTest, built: services.Services
) -> None:
    app = _opened(predict, _file(ROWS[:3]))
    given = app.session_state["file"]
    choices = abs(hash(given.choices))
    editor = f"rows_columns_{given.digest[:12]}_{choices}_demo/penguins@v2"
    assert editor in app.session_state
    # The fourth field, body mass, goes as unknown.
    app.session_state[editor] = {
        "edited_rows": {3: {"Column": "–"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    app.run()
    app.button(key="rows_all").click().run()
    asked = queries.recent(built.sessions)
    assert {case.entered["body_mass_g"] for case in asked} == {None}
    app.segmented_control(key="predict_about").set_value("One case").run()
    app.segmented_control(key="predict_about").set_value("A file").run()
    assert not app.exception
    assert any("birds.csv is still here" in text.value for text in app.markdown)
    assert any("3 rows were answered" in text.value for text in app.markdown)
    assert "Body mass" in " ".join(w.value for w in app.warning)
    assert len(queries.recent(built.sessions)) == len(asked)
    app.button(key="rows_file_away").click().run()
    assert any("Choose a file" in info.value for info in app.info)
