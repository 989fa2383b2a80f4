"""One row, 1,000 and 10,000 rows of 30 numbers to a real Triton: ours, tritonclient's, and raw httpx with a
body made beforehand (tritonclient's own where it is binary), in turns in one run. `python -m benchmarks.client`.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Mapping

import httpx
import numpy as np
import orjson
import tritonclient.http as tritonclient

from benchmarks.figures import record, right
from mds_client import MdsClient, Server
from mds_client.protocols.triton import Triton
from mds_client.signature.datatypes import Array
from tests.servers.starting import running

SIZES = {1: 300, 1000: 100, 10_000: 20}
PATH = "/v2/models/bc/infer"
LENGTH = "Inference-Header-Content-Length"


class JsonTriton(Triton):
    """Never the binary extension, to compare JSON with JSON."""

    TAKES_BINARY = False


class BinaryTriton(Triton):
    """Always the binary extension."""

    def is_sent_binary(self, inputs: object) -> bool:
        return True


def main() -> None:
    with running("triton", "/v2/health/ready") as server:
        print("Medians in milliseconds; ratios are medians of the ratios of each turn.\n")
        print(f"{'rows':>7} {'':9} {'ours':>8} {'tritonclient':>13} {'raw httpx':>10}  ratios")
        for rows, turns in SIZES.items():
            measure(server.url, rows, turns)


def measure(url: str, rows: int, turns: int) -> None:
    values = np.random.default_rng(7).uniform(1, 30, (rows, 30)).astype(np.float32)
    raw, theirs = httpx.Client(base_url=url), tritonclient.InferenceServerClient(url[7:])
    ours, ours_binary = client(url, JsonTriton), client(url, BinaryTriton)
    body = orjson.dumps(
        {"inputs": [{"name": "features", "shape": values.shape, "datatype": "FP32",
                     "data": values.ravel()}], "outputs": [{"name": "proba"}]},
        option=orjson.OPT_SERIALIZE_NUMPY,
    )  # fmt: skip
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    binary_body, size = theirs.generate_request_body(*request(values, binary=True))
    binary_headers = {LENGTH: str(size), "Accept-Encoding": "identity"}
    json = in_turns(
        {
            "ours": lambda: ours(values),
            "theirs": lambda: ask(theirs, values, binary=False),
            "raw": lambda: raw.post(PATH, content=body, headers=headers).raise_for_status(),
        },
        turns,
    )
    expected = np.asarray(ask(theirs, values, binary=True))
    for name, answers in {"JSON": ours(values), "binary": ours_binary(values)}.items():
        same = np.shape(answers) == expected.shape and np.allclose(answers, expected, atol=1e-5)
        right(same, f"{rows:,} rows, {name}: not the numbers that tritonclient reads")
    # By themselves: who sends binary does not make a million floats of text in between.
    binary = in_turns(
        {
            "ours_binary": lambda: ours_binary(values),
            "theirs_binary": lambda: ask(theirs, values, binary=True),
            "raw_binary": lambda: raw.post(
                PATH, content=binary_body, headers=binary_headers
            ).raise_for_status(),
        },
        2 * turns,
    )
    report(rows, json | binary)


def client(url: str, protocol: type[Triton]) -> Callable[[Array], object]:
    """Ours, with the signature known, as a form or a batch has it."""
    made = MdsClient(Server(name="t", url=url, protocol="triton"))
    made._protocol = protocol(made.server)
    model = made.model("bc", signature=made.model("bc").signature())
    return lambda values: model.predict(values).outputs[0].to_numpy()


def ask(client: tritonclient.InferenceServerClient, values: Array, *, binary: bool) -> object:
    inputs, outputs = request(values, binary=binary)
    return client.infer("bc", inputs, outputs=outputs).as_numpy("proba")


def request(
    values: Array, *, binary: bool
) -> tuple[list[tritonclient.InferInput], list[tritonclient.InferRequestedOutput]]:
    given = tritonclient.InferInput("features", list(values.shape), "FP32")
    given.set_data_from_numpy(values, binary_data=binary)
    return [given], [tritonclient.InferRequestedOutput("proba", binary_data=binary)]


def in_turns(calls: Mapping[str, Callable[[], object]], turns: int) -> dict[str, list[float]]:
    """Milliseconds of each call, taken in turns so that a slow moment of the machine falls on all.

    The order is drawn anew in each turn: what follows a large answer starts with cold caches.
    """
    times_by_name: dict[str, list[float]] = {name: [] for name in calls}
    draw = random.Random(7)
    for turn in range(turns + max(turns // 10, 3)):
        for name in draw.sample(list(calls), len(calls)):
            started = time.perf_counter()
            answer = calls[name]()
            right(answer is not None, f"{name}: no answer")
            if turn >= max(turns // 10, 3):
                times_by_name[name].append((time.perf_counter() - started) * 1000)
    return times_by_name


def report(rows: int, times_by_name: Mapping[str, list[float]]) -> None:
    mid = {name: statistics.median(times) for name, times in times_by_name.items()}
    record("client", f"{rows:,} rows", **{f"{name}_ms": ms for name, ms in mid.items()})
    print(
        f"{rows:>7,} {'JSON':9} {mid['ours']:8.2f} {mid['theirs']:13.2f} {mid['raw']:10.2f}"
        f"  {ratio(times_by_name, 'ours', 'raw'):.2f}× raw httpx,"
        f" {ratio(times_by_name, 'theirs', 'ours'):.1f}× faster than tritonclient"
    )
    print(
        f"{'':7} {'binary':9} {mid['ours_binary']:8.2f} {mid['theirs_binary']:13.2f}"
        f" {mid['raw_binary']:10.2f}  {ratio(times_by_name, 'ours_binary', 'theirs_binary'):.2f}× tritonclient,"
        f" which raw httpx is {ratio(times_by_name, 'raw_binary', 'theirs_binary'):.2f}×"
    )


def ratio(times_by_name: Mapping[str, list[float]], one: str, other: str) -> float:
    pairs = zip(times_by_name[one], times_by_name[other], strict=True)
    return statistics.median(a / b for a, b in pairs)


if __name__ == "__main__":
    main()
