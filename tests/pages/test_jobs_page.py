"""The page of jobs: what people began, what runs by itself, and schedules with what came of them, which can be ended."""

from __future__ import annotations

from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import services
from batch import schedules
from explanations.jobs import study
from jobs import store
from mds_client.signature import ModelRef
from tests.batch.test_schedules import _scheduled
from ui.batch import ended
from ui.jobs import mine

pytestmark = pytest.mark.usefixtures("named")
PENGUINS = ModelRef(server="demo", name="penguins", version="v2")
ME = "test@example.com"


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
    assert (row["Where"], row["Every"], row["Result"]) == (
        "/data/in",
        "5 minutes",
        words,
    )
    assert page.dataframe[-1].proto.row_height > 5 * 20  # all lines of it
    page = page.button(key="end-schedule").click().run()
    assert not page.exception
    assert schedules.listed(built.sessions)[0].words == "It was ended by test@example.com."
    assert not page.button


def test_the_frame_says_how_many_are_under_way_until_they_are_not(
    built: services.Services, app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[int] = []
    count, looks = mine.count, []
    monkeypatch.setattr(mine, "count", lambda: said.append(count()) or said[-1])
    look_again = mine.look_again
    monkeypatch.setattr(mine, "look_again", lambda: looks.append(1) or look_again())
    page = app.switch_page("../pages/cases.py").run()
    assert (said[-1], looks) == (0, [])  # nothing is looked for where nothing runs
    kind = built.kinds["explanation"]
    job = store.make(kind, person=ME, title="Why", subject="case/x")
    store.submit(built.sessions, kind, job, None)
    st.cache_data.clear()
    page.run()
    assert said[-1] == 1
    store.cancel(built.sessions, job.id)
    page.run()  # within the ten seconds for which the number is kept
    assert not page.exception
    assert said[-2:] == [1, 0]
    assert ended._LOOK_SECONDS < 2
    looks.clear()
    page.run()
    assert not looks


def test_what_has_just_begun_is_said_by_the_next_page(
    built: services.Services, app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[int] = []
    count = mine.count
    monkeypatch.setattr(mine, "count", lambda: said.append(count()) or said[-1])
    app.query_params["model"] = str(PENGUINS)
    page = app.switch_page("../pages/behaviour.py").run()
    kind = built.kinds[study.NAME]
    job = store.make(kind, person=ME, title="Study", subject=study.subject_of(PENGUINS))
    store.submit(built.sessions, kind, job, None)
    page.run()  # draws how far it is
    assert said[-1] == 0  # as of the last ten seconds
    page.run()
    assert not page.exception
    assert said[-1] == 1


def test_a_large_file_that_ended_is_told_on_any_page(
    built: services.Services, app: AppTest
) -> None:
    kind = built.kinds["large-batch"]
    subject = "model/demo/penguins"
    job = store.make(kind, person=ME, title="birds.csv: [x](http://evil)", subject=subject)
    store.submit(built.sessions, kind, job, None)
    page = app.switch_page("../pages/cases.py").run()
    assert not page.exception
    assert not page.toast
    store.cancel(built.sessions, job.id)
    st.cache_data.clear()
    (told,) = page.run().toast
    assert told.value.startswith(
        "[birds.csv: \\[x\\](http\\://evil)](predict?model=demo/penguins&run="
    )
    assert "stopped" in told.value
    assert not page.run().toast


def test_what_runs_by_itself_is_a_line_each_below_what_people_began(
    built: services.Services, app: AppTest
) -> None:
    page = app.switch_page("../pages/jobs.py").run()
    assert page.info[0].value.startswith("Nothing is running for you.")
    alarms, tidy = built.kinds["health-alarms"], built.kinds["review-queue"]
    for kind, times in ((alarms, 120), (tidy, 2)):
        for minute in range(times):
            key = f"schedule/{kind.name}/{minute}"
            store.submit(built.sessions, kind, store.make(kind, person=ME, key=key), None)
    asked = store.make(tidy, person=ME, title="Somebody asked")
    store.submit(built.sessions, tidy, asked, None)
    page = page.run()
    assert not page.exception
    assert not page.info
    mine, by_itself = (table.value for table in page.dataframe)
    assert list(mine["What"]) == ["Somebody asked"]
    assert list(by_itself["What"]) == sorted((alarms.title, tidy.title))
    assert (by_itself["Next run"] > by_itself["Last run"]).all()
    assert [title.value for title in page.subheader] == ["Automatic"]
    on_a_phone = [each.proto.body for each in page.get("html") if "mds-lines" in each.proto.body]
    assert "<b>Somebody asked</b><span>waits, 0\N{NO-BREAK SPACE}% · " in on_a_phone[0]
    assert f"<b>{alarms.title}</b><span>waits · last run " in on_a_phone[1]
    newest = store.last_scheduled(built.sessions, ME)
    assert {job.idempotency_key for job in newest} == {
        "schedule/health-alarms/119",
        "schedule/review-queue/1",
    }


def test_what_was_stopped_is_paused_where_it_can_go_on(
    built: services.Services, app: AppTest
) -> None:
    for name in ("large-batch", "explanation"):
        kind = built.kinds[name]
        job = store.make(kind, person=ME, title=name, subject="model/demo/penguins")
        store.submit(built.sessions, kind, job, None)
        store.cancel(built.sessions, job.id)
        (found,) = store.newest(built.sessions, kind=name, states=["paused"])
        assert (found.state, found.status) == ("cancelled", "paused")
    page = app.switch_page("../pages/jobs.py").run()
    said = dict(zip(page.dataframe[0].value["What"], page.dataframe[0].value["State"], strict=True))
    # An explanation is asked for anew: its page has no way to let it go on.
    assert said == {"large-batch": "paused", "explanation": "stopped"}
    store.withdraw(built.sessions, store.newest(built.sessions, kind="large-batch")[0].id)
    assert "cancelled" in list(page.run().dataframe[0].value["State"])


def test_jobs_call_models_by_their_titles(built: services.Services, app: AppTest) -> None:
    kind = built.kinds["large-batch"]
    titles = ("birds.csv: demo/penguins@v2", "a: b/c", "birds.csv: demo/gone", "Look for alarms")
    for title in titles:
        store.submit(built.sessions, kind, store.make(kind, person=ME, title=title), None)
    page = app.switch_page("../pages/jobs.py").run()
    assert not page.exception
    assert sorted(page.dataframe[0].value["What"]) == sorted(
        ["birds.csv: Penguins, version v2", *titles[1:]]
    )
