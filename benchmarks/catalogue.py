"""Time to list, search and draw the Models page with many models.

`python -m benchmarks.catalogue [--models N]` serves them from three servers in this process; one more
server does not answer. Prints milliseconds: the median and the slowest of many.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time
from collections.abc import Callable, Sequence

import httpx
from streamlit.testing.v1 import AppTest

from mds_client import MdsClient, ModelRef, Server
from mds_client.discovery import Catalogue

SERVERS = 3
PAGE = """
import streamlit as st
from ui.catalogue import draw_models
catalogue = st.session_state["catalogue"]
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
    _measure("list, nothing changed", catalogue.entries)
    _measure("list after a change", lambda: _changed(catalogue))
    for words in ("risk", "risk 4217", "zebra"):
        _measure(f"search {words!r}", lambda words=words: catalogue.search(words))
    ref = ModelRef(server="fleet-1", name="churn-risk-00042")
    _measure("find one by name", lambda: catalogue.find(ref))
    _measure("a round of all servers", catalogue.refresh, count=5)
    app = AppTest.from_string(PAGE, default_timeout=30)
    app.session_state["catalogue"] = catalogue
    _measure("draw the cards (AppTest)", app.run, count=10)


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


def _measure(title: str, work: Callable[[], object], count: int = 30) -> None:
    work()
    taken = []
    for _ in range(count):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1e3)
    print(f"{title:36}{statistics.median(taken):>8.2f}{max(taken):>10.2f}")


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
