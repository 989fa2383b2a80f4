"""A file of rows of 30 numbers through the embedded MLServer, from CSV to the result: ours, `mlserver infer` at the best of
several settings, and a raw load generator that sends bodies made beforehand and reads no answer; one after the other in one run.

`python -m benchmarks.batch [--rows N] [--peer-rows N] [--turns N]`. Each checks that its rows are right: ours all of them against
what the model answers to the same rows in the other order. `--megabytes N` makes a CSV of that size instead and says how much memory
reading it takes, and whether a row of it is lost.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import multiprocessing
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from sqlalchemy import text

import services
from batch import exports, partition
from batch.folder import BatchFolder
from batch.jobs import large_file
from benchmarks.figures import record, right
from cases.audit_sample import AuditPolicy
from cli import demo
from db.engine import reading
from db.ids import new_id
from jobs import store
from jobs.here import Here
from mds_client.client.model import Model
from mds_client.signature import Signature
from settings import ServerSettings, Settings
from tables.mapping import suggest
from tables.streaming.blocks import blocks, sampled
from tables.streaming.source import Source

MODEL = "breast-cancer"
BODY_ROWS = (2_000, 5_000)
AT_ONCE = (1, 2, 4)
# How many requests `mlserver infer` has under way, and how many rows are in each.
PEER_SETTINGS = ((10, 100), (4, 500), (2, 1_000))


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What all of them have in common: the server, the rows and where they lie, and what is right."""

    url: str
    folder: Path
    file: Path
    values: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    model: Model
    signature: Signature
    expected: Sequence[str]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--peer-rows", type=int, default=4_000)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--megabytes", type=int, default=0)
    chosen = parser.parse_args(arguments)
    demo.build_models()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        part = demo.server_part(folder, *demo.free_ports(18080, 3))
        with demo.running(part) as process:
            demo.wait_until_ready([part], {part.name: process})
            url = part.ready_url.removesuffix("/v2/health/ready")
            built = _built(url, folder)
            try:
                if chosen.megabytes:
                    memory(built, folder, chosen.megabytes)
                else:
                    ground = _ground(built, url, folder, chosen.rows)
                    measure(built, ground, chosen.peer_rows, chosen.turns)
            finally:
                built.close()


def measure(built: services.Services, ground: Ground, peer_rows: int, turns: int) -> None:
    rates: dict[str, list[float]] = {}
    gc.collect()
    gc.freeze()  # as the worker does
    for _ in range(turns):
        for name, rate in (
            ("raw load generator", raw(ground)),
            ("ours, none recorded", ours(_unaudited(built), ground, "drawn")),
            ("ours, one in ten recorded", ours(built, ground, "drawn")),
            ("ours, every row recorded", ours(built, ground, "all")),
        ):
            rates.setdefault(name, []).append(rate)
    rates["mlserver infer"] = [peer(ground, peer_rows)]
    middle = {name: statistics.median(each) for name, each in rates.items()}
    print(f"{len(ground.expected):,} rows of {ground.values.shape[1]} numbers, rows a second:")
    for name, rate in middle.items():
        print(f"  {name:26}{rate:10,.0f}")
        record("batch", name, rows=len(ground.expected), rows_a_second=rate)
    fastest = middle["ours, none recorded"]
    share = fastest / middle["raw load generator"]
    times = fastest / middle["mlserver infer"]
    print(f"ours is {share:.0%} of the raw load generator and {times:.1f}× mlserver infer")


def _built(url: str, folder: Path) -> services.Services:
    settings = Settings(
        servers=[ServerSettings(name="demo", url=url)],
        database_url=f"sqlite:///{folder / 'batch.db'}",  # type: ignore[arg-type]
        embedded_worker=False,
    )
    built = services.build(settings)
    built.catalogue.refresh()
    return replace(built, here=Here(built.sessions, "1", 60.0, is_inline=True))


def _unaudited(built: services.Services) -> services.Services:
    """The same, where no row is drawn for a check."""
    return replace(built, audit=AuditPolicy(probability=0.0))


def _ground(built: services.Services, url: str, folder: Path, rows: int) -> Ground:
    (entry,) = [e for e in built.catalogue.entries() if e.ref.name == MODEL]
    signature = built.signature(entry)
    model = built.model(entry.ref, signature)
    names = [field.name for field in signature.inputs]
    known = [[float(str(row[name])) for name in names] for row in signature.example_rows]
    draw = np.random.default_rng(7)
    picked = np.array(known)[draw.integers(0, len(known), rows)]
    values = np.round(picked * draw.uniform(0.8, 1.2, picked.shape), 6)
    file = folder / "rows.csv"
    pyarrow.csv.write_csv(pa.table(dict(zip(names, values.T, strict=True))), file)
    backwards = model.predict(values[::-1])
    expected = [answer.headline for answer in backwards.answers][::-1]
    return Ground(
        url=url, folder=folder, file=file, values=values,
        model=model, signature=signature, expected=expected,
    )  # fmt: skip


def ours(built: services.Services, ground: Ground, kept: str) -> float:
    """Rows a second from the file to the result, with what is recorded in the database."""
    signature, batch_id = ground.signature, new_id()
    folder = BatchFolder(built.batches_root, batch_id)
    before = _cases(built)
    began = time.perf_counter()
    sample = sampled(Source.of(str(ground.file)), signature)
    facts = partition.write(
        folder,
        blocks(sample, suggest(sample.table, signature), signature),
        columns=sample.table.columns,
        signature=signature,
        name="rows.csv",
    )
    given = large_file.LargeFile(
        batch_id=batch_id, model=signature.model, signature=signature, rows=facts.rows, record=kept
    )
    job = large_file.start(
        built.here,
        built.sessions,
        built.kinds[large_file.NAME],
        given,
        file_name="rows.csv",
        question=batch_id,
        person="",
    )
    out = exports.export(folder.result("parquet"), ground.folder / f"{batch_id}.parquet")
    seconds = time.perf_counter() - began
    ended = store.find(built.sessions, job.id)
    right(ended and ended.state == "done", f"the job came to nothing: {ended}")
    answers = pq.read_table(out, columns=["Answer"]).column(0).to_pylist()
    right(answers == ground.expected, "ours: other answers than the model gives")
    if kept == "all":
        cases = _cases(built) - before
        right(cases == facts.rows, f"{cases:,} cases of {facts.rows:,} rows")
    return facts.rows / seconds


def _cases(built: services.Services) -> int:
    with reading(built.sessions) as session:
        return int(session.connection().execute(text("SELECT count(*) FROM cases")).scalar_one())


def raw(ground: Ground) -> float:
    """The best of several sizes and numbers of requests at once."""
    return max(
        _raw(ground, rows, at_once) for rows, at_once in itertools.product(BODY_ROWS, AT_ONCE)
    )


def _raw(ground: Ground, rows: int, at_once: int) -> float:
    exchange = ground.model.predict(ground.values[:1]).exchange
    parts = [ground.values[i : i + rows] for i in range(0, len(ground.values), rows)]
    bodies = [_body(exchange.request_body, part) for part in parts]
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    with httpx.Client(trust_env=False, timeout=60.0) as http:

        def send(body: bytes) -> bytes:
            return http.post(exchange.url, content=body, headers=headers).raise_for_status().content

        send(bodies[0])
        began = time.perf_counter()
        with ThreadPoolExecutor(at_once) as threads:
            answers = list(threads.map(send, bodies))
        seconds = time.perf_counter() - began
    first = orjson.loads(answers[-1])
    right(
        any(len(output["data"]) >= len(parts[-1]) for output in first["outputs"]),
        "the raw load generator got fewer answers than it sent rows",
    )
    return len(ground.values) / seconds


def _body(of_one: bytes, values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> bytes:
    """The request that our client sends, with these rows."""
    request = orjson.loads(of_one)
    request.pop("id", None)  # `mlserver infer` takes rows with the same one for the same row
    columns = iter(values.T)
    for tensor in request["inputs"]:
        right(tensor["shape"][0] == 1 and len(tensor["data"]) == 1, "the model takes no columns")
        tensor["shape"] = [len(values), *tensor["shape"][1:]]
        tensor["data"] = next(columns).tolist()
    return orjson.dumps(request)


def peer(ground: Ground, rows: int) -> float:
    """`mlserver infer` about the first rows, with the settings that make it quickest; without the seconds of its start."""
    of_one = ground.model.predict(ground.values[:1]).exchange.request_body
    source, few = ground.folder / "peer.jsonl", ground.folder / "few.jsonl"
    lines = [_body(of_one, ground.values[i : i + 1]) for i in range(rows)]
    source.write_bytes(b"\n".join(lines) + b"\n")
    few.write_bytes(b"\n".join(lines[:10]) + b"\n")
    start = _infer(ground, few, 1, 10)
    best = 0.0
    for workers, size in PEER_SETTINGS:
        seconds = _infer(ground, source, workers, size) - start
        _check_peer(ground, rows)
        best = max(best, rows / max(seconds, 1e-3))
    return best


def _infer(ground: Ground, source: Path, workers: int, size: int) -> float:
    program = demo.ROOT / "demo_mds" / ".venv" / "bin" / "mlserver"
    command = [
        str(program), "infer", "-u", ground.url.removeprefix("http://"), "-m", MODEL,
        "-i", str(source), "-o", str(ground.folder / "peer.out"),
        "-w", str(workers), "-s", str(size),
    ]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return time.perf_counter() - began


def _check_peer(ground: Ground, rows: int) -> None:
    answers: dict[int, str] = {}
    labels = sorted(set(ground.expected))
    for line in (ground.folder / "peer.out").read_text().splitlines():
        told: Mapping[str, object] = json.loads(line)
        answers[told["parameters"]["batch_index"]] = json.dumps(told["outputs"])  # type: ignore[index]
    right(len(answers) == rows, f"mlserver infer answered {len(answers):,} of {rows:,} rows")
    named = [any(label in text for label in labels) for text in answers.values()]
    right(all(named) or not any(named), "mlserver infer answered some rows with nothing")


def memory(built: services.Services, folder: Path, megabytes: int) -> None:
    """The most memory that a process takes that writes down a CSV of so many megabytes."""
    ground = _ground(built, "", folder, 20_000)
    large, rows = folder / "large.csv", 0
    header, _, body = ground.file.read_bytes().partition(b"\n")
    with large.open("wb") as out:
        out.write(header + b"\n")
        while out.tell() < megabytes * 2**20:
            out.write(body)
            rows += 20_000
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        found, peak, seconds = pool.apply(_read, (str(large), str(folder), ground.signature))
    right(found == rows, f"{found:,} rows of {rows:,}")
    print(f"{large.stat().st_size / 2**20:,.0f} MB, {rows:,} rows: {peak:,.0f} MB, {seconds:.0f} s")
    record("batch", f"{megabytes} MB of CSV", rows=rows, peak_mb=peak, seconds=seconds)


def _read(path: str, folder: str, signature: Signature) -> tuple[int, float, float]:
    """In a process of its own: the rows, the most megabytes that it held, and the seconds."""
    began = time.perf_counter()
    sample = sampled(Source.of(path), signature)
    facts = partition.write(
        BatchFolder(Path(folder), new_id()),
        blocks(sample, suggest(sample.table, signature), signature),
        columns=sample.table.columns,
        signature=signature,
        name="large.csv",
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return facts.rows, peak, time.perf_counter() - began


if __name__ == "__main__":
    main()
