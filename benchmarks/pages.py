"""Server time of a rerun of the Predict page (30 fields) and of a whole session.

`python -m benchmarks.pages [--reruns N] [--sign-in none|proxy|oidc]` starts the embedded MDS, the app, and a peer: Streamlit as it
comes, with a page of thirty number boxes and nothing else. Prints CPU and latency of each and the ratio.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import record, right
from benchmarks.signing_in import WAYS, SigningIn, signing_in
from benchmarks.visitor import Drawn, Visitor
from cli import demo

PEER = """
import streamlit as st
st.title("Thirty numbers")
with st.form("f"):
    for i in range(30):
        st.number_input(f"Number {i}", value=float(i))
    st.form_submit_button("Send")
"""
PREDICT = ("predict", "model=demo/breast-cancer")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure ours and the peer in turn, so that a noisy machine is noisy for both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reruns", type=int, default=60)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument(
        "--sign-in", choices=WAYS, default="none", help="how people sign in; with an access table"
    )
    chosen = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        _ours(Path(folder), chosen.sign_in) as ours,
        _peer(Path(folder)) as peer,
    ):
        _compare(ours, peer, chosen.reruns, chosen.sessions)


def _compare(ours: _Server, peer: _Server, reruns: int, sessions: int) -> None:
    print(f"{'':34}{'median ms':>10}{'95 % ms':>10}{'CPU ms':>10}{'kB':>8}")
    mine = _reruns("Predict, 30 fields: a rerun", ours, *PREDICT, count=reruns)
    theirs = _reruns("peer, 30 number boxes: a rerun", peer, "", "", count=reruns)
    print(f"{'ratio of CPU':34}{'':20}{mine / theirs:>10.2f}")
    mine = _sessions("Predict: a session's first page", ours, *PREDICT, count=sessions)
    theirs = _sessions("peer: a session's first page", peer, "", "", count=sessions)
    print(f"{'ratio of CPU':34}{'':20}{mine / theirs:>10.2f}")


def _reruns(title: str, server: _Server, page: str, query: str, *, count: int) -> float:
    """CPU seconds of one rerun."""
    with server.visitor() as visitor:
        for _ in range(5):
            visitor.draw(page, query)
        before = server.cpu_seconds()
        drawn = [visitor.draw(page, query) for _ in range(count)]
        return _report(title, drawn, (server.cpu_seconds() - before) / count)


def _sessions(title: str, server: _Server, page: str, query: str, *, count: int) -> float:
    """CPU seconds of opening a session and drawing its first page."""
    before, drawn = server.cpu_seconds(), []
    for _ in range(count):
        with server.visitor() as visitor:
            drawn.append(visitor.draw(page, query))
    return _report(title, drawn, (server.cpu_seconds() - before) / count)


def _report(title: str, drawn: Sequence[Drawn], cpu: float) -> float:
    for page in drawn:
        right(not page.drawn["exception"], f"{title}: the page shows an error")
        boxes = page.drawn["number_input"]
        right(boxes == 30, f"{title}: {boxes} number boxes instead of 30 ({dict(page.drawn)})")
    seconds = sorted(page.seconds * 1e3 for page in drawn)
    late = seconds[int(0.95 * (len(seconds) - 1))]
    size = statistics.median(page.bytes for page in drawn) / 1e3
    middle = statistics.median(seconds)
    record("pages", title, median_ms=middle, late_ms=late, cpu_ms=cpu * 1e3, kilobytes=size)
    print(
        f"{title:34}{statistics.median(seconds):>10.1f}{late:>10.1f}{cpu * 1e3:>10.1f}{size:>8.0f}"
    )
    return cpu


class _Server:
    """A running server and its own CPU time, without that of the processes it started."""

    def __init__(
        self, url: str, process: subprocess.Popen[bytes], way: SigningIn | None = None
    ) -> None:
        self.url = url
        self._process = process
        self._way = way or SigningIn("none")

    def visitor(self) -> Visitor:
        """Somebody who is signed in, if that is asked for."""
        return Visitor(self.url, self._way.headers, self._way.xsrf)

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _ours(folder: Path, way: str) -> Iterator[_Server]:
    demo.build_models()
    mds = demo.server_part(folder, *demo.free_ports(18080, 3))
    port = demo.free_ports(18501, 1)[0]
    app = demo.app_part(folder, port, int(mds.ready_url.split(":")[2].split("/")[0]))
    url = f"http://localhost:{port}"
    with signing_in(way, url) as signed:
        if way != "none":  # with an access table the probe tells nobody of models
            more = {**app.environment, **signed.environment}
            app = replace(app, environment=more, ready_url=f"{url}/_stcore/health")
        with demo.running(mds) as first, demo.running(app) as second:
            demo.wait_until_ready([mds, app], {mds.name: first, app.name: second})
            signed.sign_in(url)
            yield _Server(url, second, signed)


@contextmanager
def _peer(folder: Path) -> Iterator[_Server]:
    script = folder / "peer.py"
    script.write_text(PEER)
    port = demo.free_ports(18601, 1)[0]
    part = demo.Part(
        name="peer",
        command=(sys.executable, "-m", "streamlit", "run", str(script)),
        ready_url=f"http://127.0.0.1:{port}/_stcore/health",
        environment={
            "STREAMLIT_SERVER_PORT": str(port),
            "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
            "STREAMLIT_RUNNER_POST_SCRIPT_GC": "true",
        },
        log=folder / "log" / "peer.log",
    )
    with demo.running(part) as process:
        demo.wait_until_ready([part], {part.name: process})
        yield _Server(f"http://127.0.0.1:{port}", process)


if __name__ == "__main__":
    main()
