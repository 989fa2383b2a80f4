"""Time to list, search and draw the Models page with many models.

`python -m benchmarks.catalogue [--models N]` serves them from three servers in this process; one more
server does not answer. Prints milliseconds: the median and the slowest of many.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import httpx
from streamlit.testing.v1 import AppTest

import db.engine
import services
from benchmarks.figures import record, right
from mds_client import MdsClient, ModelRef, Server
from mds_client.discovery import Catalogue
from settings import Settings
from ui.catalogue import MOST_CARDS

SERVERS = 3
PAGE = """
from services import services
from ui.catalogue import draw_models
catalogue = services().catalogue
draw_models(catalogue.search(""), catalogue.servers())
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=10_000)
    chosen = parser.parse_args(arguments)
    # Otherwise it is the log that is measured.
    logging.disable(logging.CRITICAL)
    catalogue = Catalogue({c.server.name: c for c in [*_fleets(chosen.models), _dead()]})
    _first(catalogue, chosen.models)
    print(f"{chosen.models:,} models{'':22}{'median ms':>10}{'slowest':>10}")
    expected = chosen.models // SERVERS * SERVERS
    _measure("list, nothing changed", catalogue.entries, lambda found: len(found) == expected)
    _measure("list after a change", lambda: _changed(catalogue), lambda f: len(f) == expected)
    for words, least, most in (("risk", expected, expected), ("risk 0042", 1, 99), ("zebra", 0, 0)):
        _measure(
            f"search {words!r}",
            lambda words=words: catalogue.search(words),
            lambda found, least=least, most=most: least <= len(found) <= most,
        )
    ref = ModelRef(server="fleet-1", name="churn-risk-00042")
    _measure(
        "find one by name", lambda: catalogue.find(ref), lambda f: f and f.ref.name == ref.name
    )
    _measure(
        "a round of all servers",
        catalogue.refresh,
        lambda _: len(catalogue.entries()) == expected,
        count=5,
    )
    _draw(catalogue)


def _draw(catalogue: Catalogue) -> None:
    """The Models page, with the services that the app has."""
    with tempfile.TemporaryDirectory() as folder:
        built = services.build(Settings(servers=[], database_url=f"sqlite:///{folder}/cases.db"))
        services.install(replace(built, catalogue=catalogue))
        app = AppTest.from_string(PAGE, default_timeout=30)
        _measure("draw the cards (AppTest)", app.run, _shows_the_cards, count=10)
        built.close()
        db.engine.close(built.sessions)


def _shows_the_cards(app: AppTest) -> bool:
    """Whether it drew a card with its button for as many models as a page shows, and no error."""
    asked = [button for button in app.button if button.label == "Ask"]
    return not app.exception and len(asked) == MOST_CARDS


def _first(catalogue: Catalogue, models: int) -> None:
    """How long until all are listed, and until all signatures are known."""
    started = time.perf_counter()
    catalogue.watch(600)
    expected = models // SERVERS * SERVERS
    while len(catalogue.entries()) < expected:
        time.sleep(0.005)
    print(f"{'all listed after':36}{time.perf_counter() - started:>8.2f} s")
    while any(entry.signature is None for entry in catalogue.entries()):
        time.sleep(0.05)
    print(f"{'all signatures known after':36}{time.perf_counter() - started:>8.2f} s")


def _changed(catalogue: Catalogue) -> object:
    catalogue._version += 1  # as if one entry had come: everything is put in order again
    return catalogue.entries()


def _measure(
    title: str,
    work: Callable[[], Any],
    is_right: Callable[[Any], object],
    count: int = 30,
) -> None:
    right(is_right(work()), f"{title}: the result is wrong")
    taken = []
    for _ in range(count):
        started = time.perf_counter()
        result = work()
        taken.append((time.perf_counter() - started) * 1e3)
        right(is_right(result), f"{title}: the result is wrong")
    print(f"{title:36}{statistics.median(taken):>8.2f}{max(taken):>10.2f}")
    record("catalogue", title, median_ms=statistics.median(taken), slowest_ms=max(taken))


def _fleets(models: int) -> list[MdsClient]:
    return [_fleet(f"fleet-{i}", models // SERVERS) for i in range(SERVERS)]


def _fleet(name: str, count: int) -> MdsClient:
    index = [{"name": f"churn-risk-{i:05}", "state": "READY"} for i in range(count)]
    fields = [{"name": f"field_{i}", "datatype": "FP32", "shape": [-1, 1]} for i in range(10)]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json=index)
        model = request.url.path.split("/")[3]
        return httpx.Response(200, json={"name": model, "inputs": fields, "outputs": fields[:1]})

    server = Server(name=name, url=f"http://{name}", protocol="open-inference")
    return MdsClient(server, transport=httpx.MockTransport(answer))


def _dead() -> MdsClient:
    return MdsClient(Server(name="dead", url="http://127.0.0.1:9", protocol="open-inference"))


if __name__ == "__main__":
    main()
