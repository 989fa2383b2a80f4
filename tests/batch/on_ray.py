"""Large files on a real cluster of Ray: two machines of one processor each, on this one. `make test-ray` names this file, and
brings Ray; pytest finds it not by itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from ray.cluster_utils import Cluster

import db.batch_chunks
from batch.engines.node import ROLE, node_of
from batch.folder import BatchFolder
from batch.jobs import large_file
from db.engine import Sessions, close, make_sessions, reading
from db.migrate import migrate
from jobs import store
from tests.browser.watched import ports
from tests.databases import fresh_postgres
from tests.listening import Handler, serving, url_of
from tests.test_licences import FORBIDDEN, _brought_by, _words

ROOT = Path(__file__).resolve().parents[2]
ROWS = 40_000
SECONDS_A_ROW = 0.001
TOKEN = "a-secret-of-the-model-server"
WAIT_SECONDS = 150
SHARE = 0.3
PLACE = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": 80 * 2**20}

# Ray leaves the logs of its client's server open, which is what a machine outside of the cluster speaks to.
pytestmark = pytest.mark.filterwarnings(
    r"ignore:Exception ignored in.*ray_client_server:pytest.PytestUnraisableExceptionWarning"
)


class _Numbers(Handler):
    """A model that answers each row with its number, and takes a while for it; only for who has the token."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        tensors = {"inputs": [_tensor("x", -1), _tensor("y", -1)], "outputs": [_tensor("y", -1)]}
        facts = {"name": "numbers", "versions": ["1"], "platform": "test", **tensors}
        self.send_json(facts if "/models/" in self.path else {"live": True})

    def do_POST(self) -> None:
        asked = json.loads(self.received())
        if self.path.endswith("/index"):
            self.send_json([{"name": "numbers", "version": "1", "state": "READY"}])
            return
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.send_json({"error": "who is there?"}, 401)
            return
        (numbers,) = (each["data"] for each in asked["inputs"] if each["name"] == "x")
        time.sleep(SECONDS_A_ROW * len(numbers))
        outputs = [{**_tensor("y", len(numbers)), "data": numbers}]
        self.send_json({"model_name": "numbers", "model_version": "1", "outputs": outputs})


def _tensor(name: str, rows: int) -> dict[str, object]:
    return {"name": name, "datatype": "FP64", "shape": [rows, 1]}


@dataclass(kw_only=True)
class Place:
    """Where the tests run: a database, a cluster whose machines have its settings, and the processes that were begun."""

    folder: Path
    url: str
    sessions: Sessions
    cluster: Any
    second: Any
    outside: str
    begun: list[subprocess.Popen[str]] = field(default_factory=list)

    def mds(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """A command of its own process, which ends with the tests."""
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", *words],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.begun.append(process)
        return process

    def batch(self, *words: str, **environment: str) -> tuple[int, str]:
        """`mds batch`, once it has ended: how, and what it said."""
        process = self.mds("batch", *words, **environment)
        said, _ = process.communicate(timeout=WAIT_SECONDS)
        return process.returncode, said

    def rows_by_node(self, job_id: str) -> Counter[str]:
        """How many rows each machine has done, as the ledger says."""
        with reading(self.sessions) as session:
            runners = db.batch_chunks.runners(session, job_id)
        found: Counter[str] = Counter()
        for name, rows in runners.items():
            found[node_of(name)] += rows
        return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    database = fresh_postgres()
    url = next(database)
    migrate(url)
    sessions = make_sessions(url)
    short = tempfile.mkdtemp(prefix="ray-")  # sockets have short names
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), _Numbers)) as server:
        # What each machine has, and the processes here: no secret goes from one to the other.
        (tmp_path / "mds.toml").write_text(
            f"""batch_folder = "{tmp_path}"
lost_seconds = 5.0
embedded_worker = false
[[servers]]
name = "there"
url = "{url_of(server)}"
protocol = "open-inference"
models = ["numbers"]
token_env = "TOKEN_OF_THERE"
"""
        )
        monkeypatch.setenv("MDS_SETTINGS", str(tmp_path / "mds.toml"))
        monkeypatch.setenv("MDS_DATABASE_URL", url)
        monkeypatch.setenv("TOKEN_OF_THERE", TOKEN)
        monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        (client,) = ports(1)
        head = {**PLACE, "temp_dir": short, "ray_client_server_port": client}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        monkeypatch.setenv("MDS_RAY__ADDRESS", cluster.address)
        second = cluster.add_node(num_cpus=1, object_store_memory=PLACE["object_store_memory"])
        found = Place(
            folder=tmp_path,
            url=url,
            sessions=sessions,
            cluster=cluster,
            second=second,
            outside=f"ray://127.0.0.1:{client}",
        )
        yield found
        for process in found.begun:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        cluster.shutdown()
    close(sessions)
    next(database, None)
    shutil.rmtree(short, ignore_errors=True)


def _rows(folder: Path) -> Path:
    path = folder / "rows.csv"
    bad = {17: "none"}
    lines = "".join(f"r{i},{bad.get(i, i)},1\n" for i in range(ROWS))
    path.write_text(f"name,x,y\n{lines}", encoding="utf-8")
    return path


def _until(
    what: Callable[[], Any],
    words: Callable[[], object],
    process: subprocess.Popen[str] | None = None,
) -> Any:
    """What becomes true while a process runs."""
    until = time.monotonic() + WAIT_SECONDS
    while not (found := what()):
        assert time.monotonic() < until, words()
        if process is not None and process.poll() is not None:
            pytest.fail(process.communicate()[0])
        time.sleep(0.2)
    return found


def test_two_machines_share_a_file_and_neither_a_worker_nor_a_machine_that_dies_costs_a_row(
    place: Place,
) -> None:
    file = _rows(place.folder)
    asked = ("--model", "there/numbers", "--record", "drawn")
    first = place.mds("batch", str(file), *asked, "--engine", "ray")
    job = _until(
        lambda: next(iter(store.newest(place.sessions, kind=large_file.NAME)), None), str, first
    )
    rows = lambda: place.rows_by_node(job.id)  # noqa: E731
    _until(lambda: len(rows()) == 2 and sum(rows().values()) > ROWS / 10, rows, first)
    first.kill()  # the process that drives the cluster
    first.wait()
    _until(lambda: not _on_ray(place), rows)
    done = sum(rows().values())
    assert done < ROWS

    worker = place.mds("worker")  # it finds what the dead one left, and drives the cluster anew
    _until(lambda: len(rows()) == 2 and min(rows().values()) >= SHARE * ROWS, rows, worker)
    assert sum(rows().values()) < ROWS
    place.cluster.remove_node(place.second, allow_graceful=False)
    ended = _until(lambda: _ended(place, job.id), lambda: (rows(), _told(place, job.id)))
    worker.terminate()
    assert ended.state == "done", ended
    assert ended.sentence == (
        f"{ROWS - 1:,} rows were answered, 1 was not. 2 machines of the Ray cluster asked."
    )
    by_node = rows()
    assert sum(by_node.values()) == ROWS
    assert len(by_node) == 2
    assert min(by_node.values()) >= SHARE * ROWS
    worker.wait(60)

    code, said = place.batch(
        str(file), *asked, "--engine", "local", "--out", f"{place.folder}/local.parquet"
    )
    assert code == 0, said
    there = pq.read_table(BatchFolder(place.folder, job.id).result("parquet"))
    here = pq.read_table(place.folder / "local.parquet")
    assert there.drop_columns(["Case"]) == here.drop_columns(["Case"])
    _no_secret(place)


def _on_ray(place: Place) -> list[str]:
    return [w.id for w in store.living(place.sessions, 5.0) if w.role == ROLE]


def _told(place: Place, job_id: str) -> str:
    job = store.find(place.sessions, job_id)
    return f"{job.state} {job.words} {job.sentence}" if job else ""


def _ended(place: Place, job_id: str) -> Any:
    job = store.find(place.sessions, job_id)
    return job if job and not job.is_under_way else None


def _no_secret(place: Place) -> None:
    """What Ray keeps of its tasks and of what they log has neither the token nor the address of the database."""
    logs = Path(place.cluster.head_node.get_logs_dir_path())
    written = [path for path in logs.rglob("*") if path.is_file()]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in written]
    assert any("mds batch" in text or "cli.ray_node" in text for text in texts)
    assert not [path for path, text in zip(written, texts, strict=True) if TOKEN in text]
    assert not [path for path, text in zip(written, texts, strict=True) if place.url in text]


def test_a_file_that_is_stopped_leaves_the_cluster_and_goes_on_there_from_outside_of_it(
    place: Place,
) -> None:
    """By `ray://`, as from a machine that is no part of the cluster."""
    outside = {"MDS_RAY__ADDRESS": place.outside}
    file = _rows(place.folder)
    asked = ("--model", "there/numbers", "--record", "drawn", "--engine", "ray")
    first = place.mds("batch", str(file), *asked, **outside)
    job = _until(
        lambda: next(iter(store.newest(place.sessions, kind=large_file.NAME)), None), str, first
    )
    rows = lambda: place.rows_by_node(job.id)  # noqa: E731
    _until(lambda: sum(rows().values()) > ROWS / 10, lambda: _told(place, job.id), first)
    code, said = place.batch("--pause", job.id)
    assert (code, job.id in said) == (0, True), said
    first.communicate(timeout=WAIT_SECONDS)
    ended = store.find(place.sessions, job.id)
    assert ended is not None
    assert ended.state == "cancelled"
    _until(lambda: not _on_ray(place), rows)
    done = sum(rows().values())
    assert ROWS / 10 < done < ROWS

    out = place.folder / "whole.parquet"
    code, said = place.batch("--resume", job.id, "--out", str(out), **outside)
    assert (code, f"{ROWS - 1:,} rows were answered, 1 was not." in said) == (0, True), said
    answers = pq.read_table(out, columns=["Answer"])["Answer"]
    assert answers.to_pylist() == [None if i == 17 else float(i) for i in range(ROWS)]
    assert sum(rows().values()) == ROWS


def test_a_cluster_that_is_away_is_told_and_the_file_goes_on_here(place: Place) -> None:
    place.cluster.remove_node(place.second, allow_graceful=False)
    place.cluster.shutdown()
    file = place.folder / "few.csv"
    file.write_text("x,y\n1,1\n2,1\n")
    code, said = place.batch(str(file), "--model", "there/numbers", "--engine", "ray")
    assert code == 1
    assert "The Ray cluster does not answer." in said
    job = store.newest(place.sessions, kind=large_file.NAME)[0]
    code, said = place.batch("--resume", job.id, "--engine", "local")
    assert (code, "2 rows were answered." in said) == (0, True), said
    # Where its size alone sends a file there, the workers here ask.
    code, said = place.batch(
        str(file), "--model", "there/numbers", MDS_RAY__FROM_ROWS="2", MDS_BATCH_ENGINE="auto"
    )
    assert (code, "The Ray cluster does not answer. The workers here went on." in said) == (0, True)


def test_ray_and_what_it_brings_are_free_to_use() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = _brought_by(project["optional-dependencies"]["ray"])
    assert {"ray", "msgpack", "grpcio"} <= set(found)
    assert "Apache" in _words(found["ray"])
    assert not [name for name, package in found.items() if FORBIDDEN.search(_words(package))]
