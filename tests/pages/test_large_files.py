"""A file with more rows than a page holds, from the upload to the result, against the real embedded server."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

import services
from batch.folder import BatchFolder
from cases import batches, queries
from mds_client.signature import ModelRef
from tests.pages.test_files import ROWS, _file, _opened
from ui.batch import run

pytestmark = pytest.mark.usefixtures("named")


def test_a_large_file_is_a_job_with_a_result_that_is_looked_at_page_by_page(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "AT_ONCE", 3)
    app = _opened(predict, _file(ROWS))
    assert any("**4 rows** are asked about in the background" in m.value for m in app.markdown)
    assert any("1 rows are not sent" in m.value for m in app.markdown)
    app.radio(key="rows_record").set_value("all").run()
    app.button(key="rows_all").click().run()
    assert not app.exception
    assert any(m.value == "4 rows were answered, 1 was not." for m in app.markdown)
    (batch,) = batches.newest(
        built.sessions, ModelRef.parse("demo/penguins@v2"), "test@example.com"
    )
    (table,) = [f.value for f in app.dataframe if "Problem" in f.value and "Note" in f.value]
    assert list(table["Note"])[:1] == ["first"]
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
