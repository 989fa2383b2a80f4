"""A file with more rows than a page holds, from the upload to the result, against the real embedded server."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

import services
from batch.engines import choice
from batch.folder import BatchFolder
from cases import batches, queries
from cases.audit_sample import AuditPolicy
from db.engine import writing
from db.tables import Job
from jobs import store
from mds_client.signature import ModelRef
from settings import RaySettings
from tests.pages.test_files import MAIN, ROWS, _file, _named, _opened
from ui.batch import large, plan, run

pytestmark = pytest.mark.usefixtures("named")


@pytest.mark.slow
def test_a_large_file_is_a_job_with_a_result_that_is_looked_at_page_by_page(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "AT_ONCE", 3)
    services.install(replace(built, audit=AuditPolicy(probability=0.1)))
    cluster = RaySettings(address="head:6379", from_rows=1)
    services.install(replace(built, settings=built.settings.model_copy(update={"ray": cluster})))
    app = _opened(predict, _file(ROWS))
    assert _says(app, "**4 of 5 rows** will be sent. 1 row is not; the result says why.")
    assert _says(app, "On the Ray cluster: not now. Ray needs PostgreSQL")
    assert not [radio for radio in app.radio if radio.key == "rows_engine"]
    monkeypatch.setattr(choice, "why_not_ray", lambda _: "")  # as it is on PostgreSQL
    app.run()
    assert _says(
        app, "On the Ray cluster: up to 32 processes, up to 128 requests at once. This is chosen."
    )
    assert _says(app, "The cluster asks in the background.")
    app.radio(key="rows_engine").set_value("local").run()
    assert _says(app, "On the workers here: 1 process, up to 4 requests at once. This is chosen.")
    assert _says(app, "How long it takes is not known yet")
    app.button(key="rows_try").click().run()
    assert not app.exception
    assert [s.value for s in app.success if "4 rows were answered; the slowest" in s.value]
    # So many rows in a request as the few took: a busy machine has fewer.
    told = [each.value for each in app.markdown]
    assert any(re.search(r"\d+ requests? of up to [1-4] rows each\.", each) for each in told)
    assert queries.recent(built.sessions) == []
    app.radio(key="rows_record").set_value("drawn").run()
    assert _says(app, "About 0 cases are recorded: those that are drawn for a check.")
    app.radio(key="rows_record").set_value("all").run()
    assert _says(app, "4 cases are recorded, of which 0\xa0% are drawn for a check.")
    with monkeypatch.context() as half:
        half.setattr(plan, "_audited", lambda _: 0.5)
        app.run()
        assert _says(app, "of which 50\xa0% (about 2) are drawn for a check.")
    app.button(key="rows_all").click().run()
    assert not app.exception
    assert any(m.value == "4 rows were answered, 1 was not." for m in app.markdown)
    (batch,) = batches.newest(
        built.sessions, ModelRef.parse("demo/penguins@v2"), "test@example.com"
    )
    (table,) = [f.value for f in app.dataframe if "Problem" in f.value and "Note" in f.value]
    assert list(table["Note"])[:1] == ["first"]
    (drawn,) = [f.proto for f in app.dataframe if "Problem" in f.value and "Note" in f.value]
    assert drawn.HasField("placeholder")  # else a row without a problem has "None" there
    assert drawn.placeholder == ""
    assert table["Answer"].isna().tolist() == [False, False, False, True, False]
    assert "must be a number" in table["Problem"].iloc[3]
    found = pq.read_table(
        BatchFolder(Path(built.batches_root), batch.id).result("parquet")
    ).to_pydict()
    shares = [name for name in found if name.startswith("Probability of ")]
    assert len(shares) == 3
    assert sum(found[name][0] for name in shares) == pytest.approx(1)
    assert found["Probability"][0] == max(found[name][0] for name in shares)
    assert len(queries.recent(built.sessions)) == 4
    app.selectbox(key="large_order").set_value("failed").run()
    assert not app.exception
    kinds = [f.value for f in app.dataframe if list(f.value)[:2] == ["Problem", "Rows"]]
    assert [list(kind["First row"]) for kind in kinds] == [[5]]
    # Beside what is right by a column of the file, and beside another run.
    app.selectbox(key="large_compare").set_value("What is right by the column Island").run()
    assert not app.exception
    (told,) = [w.value for w in app.warning if "does not look like what is right" in w.value]
    assert "It holds Torgersen, Dream, biscoe, Biscoe;" in told
    assert not _says(app, "are right")


def _says(app: AppTest, words: str) -> bool:
    return any(words in each.value for each in app.markdown)


def _captions(app: AppTest, words: str) -> bool:
    return any(words in each.value for each in app.caption)


@pytest.mark.slow
def test_a_file_on_the_server_is_read_where_that_is_allowed(
    predict: AppTest, built: services.Services, tmp_path: Path
) -> None:
    folder, elsewhere = tmp_path / "data", tmp_path / "secret.csv"
    folder.mkdir()
    elsewhere.write_bytes(_file(ROWS))
    (folder / "birds.csv").write_bytes(_file(ROWS))
    built.settings.batch_sources.append(str(folder))
    predict.query_params["model"] = "demo/penguins@v2"
    predict.run()
    app = predict.segmented_control(key="predict_about").set_value("A file").run()
    for where in (str(elsewhere), f"{folder}/../secret.csv", f"simplecache::{folder}/birds.csv"):
        app.text_input(key="rows_source").set_value(where).run()
        assert ["may not be read from here" in e.value for e in app.error] == [True]
    app.text_input(key="rows_source").set_value(f"{folder}/birds.csv").run()
    assert not app.error
    app.button(key="source_read").click().run()
    assert not app.exception
    assert any("4 rows can be sent, 1 cannot" in w.value for w in app.warning)
    app.button(key="rows_all").click().run()
    assert not app.exception
    (told,) = [w.value for w in app.warning if "no answer" in w.value]
    assert "upload the new file under *Ask about another file* below" in told
    assert app.file_uploader[0].label == "Ask about another file"
    assert any(m.value == "4 rows were answered, 1 was not." for m in app.markdown)


@pytest.mark.slow
def test_corrected_rows_that_cannot_be_sent_are_told_as_the_original_file_counts(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "AT_ONCE", 3)
    app = _opened(predict, _file([*ROWS, ROWS[3]]))
    assert next(iter(app.dataframe[-1].value)) == "First row"
    app.button(key="rows_all").click().run()
    assert _captions(app, "4 of 6 rows for demo/penguins@v2, begun on")
    ref = ModelRef.parse("demo/penguins@v2")
    (first,) = batches.newest(built.sessions, ref, "test@example.com")
    bad = large._bad_rows(BatchFolder(Path(built.batches_root), first.folder)).decode("utf-8-sig")
    half = bad.replace('"17,4"', "17.4").replace('"much"', "39.1", 1).encode()
    app.file_uploader[0].set_value(("corrected.csv", half, "text/csv")).run()
    assert not app.exception
    (told,) = [f.value for f in app.dataframe if "Problem" in f.value and "Rows" in f.value]
    places = dict(told.iloc[0][:2])
    assert places == {"First row of the original file": 7, "First row of this file": 3}
    app.button(key="rows_all").click().run()
    assert _captions(app, "1 of 2 corrected rows of birds.csv for demo/penguins@v2, begun on")
    (after,) = [f.value for f in app.dataframe if "First row" in f.value]
    assert after["First row"][0] == 7


@pytest.mark.slow
def test_corrected_rows_become_part_of_their_file_again(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "AT_ONCE", 3)
    app = _opened(predict, _file(ROWS))
    app.button(key="rows_all").click().run()
    ref = ModelRef.parse("demo/penguins@v2")
    (first,) = batches.newest(built.sessions, ref, "test@example.com")
    bad = large._bad_rows(BatchFolder(Path(built.batches_root), first.folder)).decode("utf-8-sig")
    assert len(bad.splitlines()) == 2
    (told,) = [w.value for w in app.warning if "no answer" in w.value]
    assert "upload the new file in place of the file above" in told
    assert _captions(app, "4 of 5 rows for demo/penguins@v2, begun on")
    corrected = bad.replace('"much"', "39.1").replace('"17,4"', "17.4").encode()
    app.file_uploader[0].set_value(("corrected.csv", corrected, "text/csv")).run()
    assert not app.exception
    assert any("This is 1 row that had no answer in birds.csv" in i.value for i in app.info)
    assert _says(app, "Their answers take the places of those rows in the result of birds.csv.")
    assert app.button(key="rows_all").label == "Ask for this row"
    app.button(key="rows_all").click().run()
    assert not app.exception
    assert _captions(app, "1 corrected row of birds.csv for demo/penguins@v2, begun on")
    told = "1 row was answered. In birds.csv, 5 of 5 rows have an answer now."
    assert any(m.value == told for m in app.markdown)
    (table,) = [f.value for f in app.dataframe if "Note" in f.value and "Answer" in f.value]
    assert list(table.iloc[:, 0]) == [2, 3, 4, 5, 6]
    assert "Row" in table
    assert not table["Answer"].isna().any()
    assert "Problem" not in table
    assert not [w for w in app.warning if "no answer" in w.value]
    corrected_run = _named(app, "run")
    (earlier,) = [o for o in app.selectbox(key="large_compare").options if o.endswith("birds.csv")]
    app.selectbox(key="large_compare").set_value(earlier).run()
    assert not app.exception
    assert _says(app, "**4 of 4** are the same in both")
    assert _says(app, "1 row has an answer here alone.")
    # Who comes back to the first run is led to the result that has all rows.
    back = AppTest.from_file(MAIN, default_timeout=30).switch_page("../pages/predict.py")
    back.query_params["run"] = first.id
    back.run()
    (since,) = [x.proto for x in back.get("page_link") if "were corrected" in x.proto.label]
    assert since.query_string.endswith(f"&run={corrected_run}")


@pytest.mark.slow
def test_a_large_file_is_paused_goes_on_and_is_cancelled(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "AT_ONCE", 3)
    monkeypatch.setattr("ui.jobs.has_worker", lambda: True)  # so that it waits for one
    app = _opened(predict, _file(ROWS))
    app.button(key="rows_all").click().run()
    (batch,) = batches.newest(
        built.sessions, ModelRef.parse("demo/penguins@v2"), "test@example.com"
    )
    with writing(built.sessions) as session:  # what a process said that is gone
        words = "1 of 5 rows · 12 rows a second · 3 s left"
        session.execute(update(Job).where(Job.id == batch.id).values(words=words))
    app.run()
    assert "No worker is running" in app.warning[-1].value
    assert app.get("progress")[0].proto.text == "1 of 5 rows"
    app.button(key="rows_stop").click().run()
    app.run()
    assert any("What was answered by then is kept." in i.value for i in app.info)
    assert app.button(key="rows_go_on").label == "Go on with 4 rows"  # one cannot be sent
    app.button(key="rows_go_on").click().run()
    app.button(key="rows_stop").click().run()
    app.run()
    app.button(key="rows_cancel").click().run()
    assert not app.exception
    assert not [b for b in app.button if b.key in ("rows_go_on", "rows_cancel", "rows_stop")]
    said = [job.sentence for job in store.newest(built.sessions)]
    assert "It was cancelled. No row was answered." in said
