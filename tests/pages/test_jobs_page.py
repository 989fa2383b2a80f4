"""The page of jobs: schedules are listed with what came of them, and can be ended."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

import services
from batch import schedules
from tests.batch.test_schedules import _scheduled

pytestmark = pytest.mark.usefixtures("named")


def test_schedules_are_listed_and_ended(built: services.Services, app: AppTest) -> None:
    page = app.switch_page("../pages/jobs.py").run()
    assert not page.subheader
    words = (
        "2 files were scored. "
        + "birds.csv changed since it was scored: it is told, not scored again. " * 3
    )
    wanted = replace(_scheduled(place="/data/in"), words=words)
    schedules.add(built.sessions, built.settings, wanted)
    page = page.run()
    assert [title.value for title in page.subheader] == ["Schedules"]
    row = page.dataframe[-1].value.iloc[0]
    assert (row["Where"], row["Every"], row["What came of it"]) == (
        "/data/in",
        "5 minutes",
        words,
    )
    assert page.dataframe[-1].proto.row_height > 5 * 20  # all lines of it
    page = page.button(key="end-schedule").click().run()
    assert not page.exception
    assert schedules.listed(built.sessions)[0].words == "It was ended by test@example.com."
    assert not page.button
