"""Leave the page while an explanation or a study runs: it is kept without the page, and found again by another browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import services
from cases import queries
from cases.queries import ExplanationView
from db.engine import Sessions
from explanations.behaviour import studies
from explanations.contract import Progress
from explanations.errors import ExplanationCancelled
from explanations.explaining import ExplanationRequest
from explanations.job import Job
from explanations.worker import InlineExplainers
from jobs import store
from jobs.here import Here
from mds_client.signature import ModelRef
from ui.explanations import methods

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
WHY = "What speaks for and against"


class HeldExplainers(InlineExplainers):
    """Explain when they are let go, and not before; in a thread, as a process would."""

    def __init__(self, client: object) -> None:
        super().__init__(client)  # type: ignore[arg-type]
        self.go = threading.Event()

    def start(self, request: ExplanationRequest) -> Job:
        job = Job(request)
        job.move(Progress(fraction=0.25, words="A quarter"))
        threading.Thread(target=self._explain, args=(job,), daemon=True).start()
        return job

    def _explain(self, job: Job) -> None:
        while not self.go.wait(0.02):
            if job.is_cancelled:
                job.fail(ExplanationCancelled("It was stopped."))
                return
        job.finish(InlineExplainers.start(self, job.request).result(0))


@pytest.fixture
def held(built: services.Services) -> Iterator[HeldExplainers]:
    """Explanations that go on until the test lets them end, each in a job of its own."""
    explainers = HeldExplainers(built.clients["demo"])
    here = Here(built.sessions, "1", 15.0)
    services.install(replace(built, explainers=explainers, here=here))
    yield explainers
    explainers.go.set()
    _wait_until_ended(built)
    here.close()


def _page(name: str, **query: str) -> AppTest:
    """A browser that knows nothing of the others."""
    app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)
    app.query_params.update(query)
    return app.switch_page(f"../pages/{name}.py").run()


def _labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def _press(app: AppTest, label: str) -> AppTest:
    return next(b for b in app.button if b.label == label).click().run()


def _wait_until_ended(built: services.Services) -> None:
    deadline = time.monotonic() + 30
    while store.newest(built.sessions, states=["running", "waiting"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_explanation_is_found_again_and_not_offered_anew(
    built: services.Services, held: HeldExplainers
) -> None:
    page = _press(_press(_page("predict", model="demo/penguins@v2"), "Predict"), WHY)
    (case,) = queries.recent(built.sessions)
    assert WHY not in _labels(page)
    other = _page("predict", case=case.id)
    assert not other.exception
    assert WHY not in _labels(other)
    assert "Stop" in _labels(other)
    held.go.set()
    _wait_until_ended(built)  # no page looks meanwhile
    (found,) = queries.explanations(built.sessions, case.id)
    (job,) = store.newest(built.sessions)
    assert (job.state, job.result) == ("done", found.id)
    assert "Stop" not in _labels(_page("predict", case=case.id))


def test_what_ends_while_the_page_is_drawn_is_on_the_page(
    built: services.Services, held: HeldExplainers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_just_before_it_ends(sessions: Sessions, case_id: str) -> Sequence[ExplanationView]:
        found = queries.explanations(sessions, case_id)
        held.go.set()
        _wait_until_ended(built)
        return found

    asked = _press(_page("predict", model="demo/penguins@v2"), "Predict")
    monkeypatch.setattr(methods, "explanations", read_just_before_it_ends)
    page = _press(asked, WHY)
    assert not page.exception
    assert any("This is how the model behaves" in each.value for each in page.caption)


def test_a_study_is_found_again_and_opens_when_it_is_ready(
    built: services.Services, held: HeldExplainers
) -> None:
    page = _press(_page("behaviour", model="demo/penguins@v2"), "Start")
    assert not page.exception
    other = _page("behaviour", model="demo/penguins@v2")
    (start,) = [button for button in other.button if button.label == "Start"]
    assert start.disabled
    held.go.set()
    _wait_until_ended(built)
    (line,) = studies.newest(built.sessions, ModelRef(server="demo", name="penguins"))
    other.run()
    assert other.query_params["study"] in (line.id, [line.id])


def test_stop_is_heard_and_said(built: services.Services, held: HeldExplainers) -> None:
    page = _press(_press(_page("predict", model="demo/penguins@v2"), "Predict"), WHY)
    _press(page, "Stop")
    _wait_until_ended(built)
    (job,) = store.newest(built.sessions)
    assert job.state == "cancelled"
    page.run()
    assert WHY in _labels(page)
    said = [each.value for each in (*page.error, *page.warning, *page.info)]
    assert any("It was stopped." in words for words in said), said
