"""The explainer deployed beside a model: from its card to its bars, and what happens when it fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from cli import demo
from tests.browser.visit import SLOW, Visit
from tests.browser.watched import app_of_its_own, watched
from tests.listening import Handler, listening

BUTTON = "The deployed explainer (penguins-explainer)"
INSIDE = "What the explainer was sent and answered"


def test_the_deployed_explainer_is_drawn_and_compared_with_ours(page: Page) -> None:
    visit = Visit(page).open("/")
    expect(visit.card("Penguins").get_by_text("explained by penguins-explainer")).to_be_visible()
    expect(page.get_by_role("heading", name="Why this species")).to_have_count(0)
    visit.ask("Penguins").predict()
    visit.click(visit.button(BUTTON))
    expect(page.get_by_text(INSIDE, exact=True)).to_be_visible(timeout=SLOW)
    box = visit.explanation()
    expect(box.get_by_text(BUTTON, exact=True)).to_be_visible()
    expect(
        box.get_by_text(re.compile("The deployed explainer and ours (do not )?agree"))
    ).to_be_visible()
    expect(box.get_by_text(re.compile("above a typical case"))).to_be_visible()
    expect(box.locator(".js-plotly-plot")).to_be_visible()
    # It stays with the case.
    visit.reload()
    expect(page.get_by_text(INSIDE, exact=True)).to_be_visible(timeout=SLOW)
    visit.click(page.get_by_text(INSIDE, exact=True))
    expect(page.get_by_text("/v2/models/penguins-explainer/infer")).to_be_visible()
    expect(page.get_by_text("HTTP status 200")).to_be_visible()


def test_the_list_says_how_it_is_known(page: Page) -> None:
    visit = Visit(page).open("/")
    visit.click(visit.button("How this server was recognised"))
    expect(page.get_by_text("it explains penguins@v2")).to_be_visible()


class _Odd(Handler):
    """A model `sum` of two numbers, with an explainer that answers what `said` is at the time."""

    said: tuple[int, object] = (200, {})

    def do_GET(self) -> None:
        if self.path == "/v2":
            return self._send(200, {"name": "odd", "version": "1", "extensions": []})
        if self.path != "/v2/models/sum":
            return self._send(200, {"name": "sum-explainer", "inputs": [], "outputs": []})
        inputs = [
            {
                "name": name,
                "datatype": "FP64",
                "shape": [-1, 1],
                "parameters": {"kind": "number", "label": name, "examples": [1.0, 2.0, 5.0]},
            }
            for name in ("a", "b")
        ]
        outputs = [
            {"name": "y", "datatype": "FP64", "shape": [-1, 1], "parameters": {"role": "number"}}
        ]
        return self._send(200, {"name": "sum", "inputs": inputs, "outputs": outputs})

    def do_POST(self) -> None:
        said = json.loads(self.received() or b"{}")
        if self.path.endswith("index"):
            names = ("sum", "sum-explainer")
            return self._send(200, [{"name": name, "state": "READY"} for name in names])
        if "explainer" in self.path:
            return self._send(*self.said)
        columns = [tensor["data"] for tensor in said["inputs"]]
        total = [sum(row) for row in zip(*columns, strict=True)]
        output = {"name": "y", "datatype": "FP64", "shape": [len(total), 1], "data": total}
        return self._send(200, {"model_name": "sum", "outputs": [output]})

    def _send(self, status: int, body: object) -> None:
        self.send_json(body, status)


def _text(said: object) -> tuple[int, object]:
    """An explanation as alibi-explain sends it."""
    output = {
        "name": "explanation",
        "datatype": "BYTES",
        "shape": [1, 1],
        "data": [json.dumps(said)],
    }
    return 200, {"model_name": "sum-explainer", "outputs": [output]}


def _shap(names: list[str], amounts: list[float | None]) -> tuple[int, object]:
    data = {"shap_values": [[amounts]], "expected_value": [0.0], "feature_names": names}
    return _text({"meta": {"name": "KernelShap"}, "data": data})


@pytest.fixture(scope="module")
def odd_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app beside that server."""
    folder: Path = tmp_path_factory.mktemp("odd_explainer")
    with listening(_Odd) as server:
        part = app_of_its_own(folder, server.server_port)
        with demo.running(part) as process:
            demo.wait_until_ready([part], {part.name: process})
            yield part.ready_url.removesuffix("/healthz")


@pytest.fixture
def odd(browser: Browser, odd_url: str) -> Iterator[Page]:
    with watched(browser, odd_url) as found:
        yield found


def _asked(page: Page, said: tuple[int, object]) -> Visit:
    """Predict, then ask the explainer, which says this."""
    _Odd.said = said
    visit = Visit(page)
    if urlsplit(page.url).path != "/predict":
        visit.open("/predict?model=demo/sum")
    visit.predict()
    return visit.click(visit.button("The deployed explainer (sum-explainer)"))


HOSTILE = "<img src=x onerror=alert(1)> **bold** [link](http://evil)"


WRONG = [
    ((503, {"error": "away"}), "gave no explanation. The explainer is busy or not ready"),
    ((400, {"error": "2 columns, please"}), "The explainer did not accept this"),
    (_shap([], [1.0]), "answered about 1 field; the model takes 2"),
    (_shap(["a", "b"], [None, None]), "gave no number for any field"),
    (_text("x" * 9_000_000), "too large to be read: 9 MB"),
    ((200, "<html>"), "gave no explanation"),
]


def test_whatever_it_says_is_a_sentence_or_drawn_as_text_and_the_answer_stays(odd: Page) -> None:
    for said, sentence in WRONG:
        visit = _asked(odd, said)
        expect(odd.get_by_text(sentence)).to_be_visible(timeout=SLOW)
        expect(visit.headline()).to_have_text("2")
        expect(visit.button("Yes")).to_be_visible()
    _names_that_are_markup_are_shown_as_text(odd)
    _what_cannot_be_drawn_is_a_tree(odd)


def _names_that_are_markup_are_shown_as_text(page: Page) -> None:
    _asked(page, _shap(["a", HOSTILE], [0.5, 1.5]))
    expect(page.get_by_text(INSIDE, exact=True)).to_be_visible(timeout=SLOW)
    shown = page.get_by_test_id("stMain")
    expect(shown.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()
    expect(page.locator("img[src='x']")).to_have_count(0)
    expect(page.get_by_role("link", name="link")).to_have_count(0)


def _what_cannot_be_drawn_is_a_tree(page: Page) -> None:
    _asked(page, _text({"meta": {"name": "Counterfactual"}, "data": {"cf": {"X": [[HOSTILE]]}}}))
    expect(page.get_by_text("(Counterfactual) cannot be drawn here").first).to_be_visible(
        timeout=SLOW
    )
    expect(page.get_by_test_id("stJson")).to_be_visible()
    expect(page.locator("img[src='x']")).to_have_count(0)
