"""Why, through the HTTP endpoint of a real MLServer: ours, with error bars, and shap.KernelExplainer with its defaults,
in turns in one run; both compare with the model's example rows. `python -m benchmarks.explanations [--cases N]`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shap

from cli import demo
from explanations.explaining import Order, explain
from explanations.methods import methods
from explanations.target import Target
from mds_client import MdsClient, Server
from mds_client.prediction import Prediction
from mds_client.signature import Signature, Values

MODELS = ("breast-cancer", "diabetes-progress", "penguins")


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one explanation took."""

    rows: int
    calls: int
    seconds: float


class Counted:
    """A client that counts rows and calls."""

    def __init__(self, client: MdsClient) -> None:
        self._client = client
        self.rows = self.calls = 0

    def predict(self, signature: Signature, values: list[Values]) -> Prediction:
        self.rows += len(values)
        self.calls += 1
        return self._client.predict(signature, values)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5)
    chosen = parser.parse_args(arguments)
    demo.build_models()
    with tempfile.TemporaryDirectory() as folder:
        part = demo.server_part(Path(folder), *demo.free_ports(18080, 3))
        with demo.running(part) as process:
            demo.wait_until_ready([part], {part.name: process})
            url = part.ready_url.removesuffix("/v2/health/ready")
            with MdsClient(Server(name="demo", url=url)) as client, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for model in MODELS:
                    measure(client, model, chosen.cases)


def measure(client: MdsClient, model: str, cases: int) -> None:
    signature = client.model(model).signature()
    ours, theirs = [], []
    for row in signature.example_rows[:cases]:
        ours.append(spent(client, lambda counted, row=row: explained(counted, signature, row)))
        if all(isinstance(value, int | float) for value in row.values()):
            theirs.append(spent(client, lambda counted, row=row: kernel(counted, signature, row)))
    print(f"{model} ({len(signature.inputs)} fields, {len(signature.example_rows)} typical rows)")
    report("ours", ours)
    if theirs:
        report("KernelExplainer", theirs)
        print(f"  ours / KernelExplainer: {ratios(ours, theirs)}")
    else:
        print("  KernelExplainer takes no categories")


def spent(client: MdsClient, ask: Callable[[Counted], object]) -> Spent:
    counted, began = Counted(client), time.perf_counter()
    ask(counted)
    seconds = time.perf_counter() - began
    return Spent(rows=counted.rows, calls=counted.calls, seconds=seconds)


def explained(counted: Counted, signature: Signature, row: Values) -> object:
    method = methods()["shapley"]
    order = Order(
        method=method.NAME,
        server=Server(name="demo", url="http://127.0.0.1"),
        signature=signature,
        values=row,
        answer=counted.predict(signature, [row]).answer,
        budget=method.cost(signature),
    )
    return explain(order, method, counted)


def kernel(counted: Counted, signature: Signature, row: Values) -> object:
    names = [field.name for field in signature.inputs]
    target = Target.of(counted.predict(signature, [row]).answer)

    def score(matrix: np.ndarray) -> np.ndarray:
        rows = [dict(zip(names, values, strict=True)) for values in matrix.tolist()]
        return np.array([target.read(a) for a in counted.predict(signature, rows).answers])

    background = np.array([[r[name] for name in names] for r in signature.example_rows])
    case = np.array([row[name] for name in names])
    return shap.KernelExplainer(score, background).shap_values(case, silent=True)


def report(name: str, found: Sequence[Spent]) -> None:
    rows, calls, seconds = middle(found)
    print(f"  {name:16} {rows:9,.0f} rows {calls:6,.0f} calls {seconds:8.2f} s")


def middle(found: Sequence[Spent]) -> tuple[float, float, float]:
    return (
        statistics.median(each.rows for each in found),
        statistics.median(each.calls for each in found),
        statistics.median(each.seconds for each in found),
    )


def ratios(ours: Sequence[Spent], theirs: Sequence[Spent]) -> str:
    pairs = list(zip(ours, theirs, strict=True))
    rows = statistics.median(a.rows / b.rows for a, b in pairs)
    calls = statistics.median(a.calls / b.calls for a, b in pairs)
    seconds = statistics.median(a.seconds / b.seconds for a, b in pairs)
    return f"{rows:.3f}× the rows, {calls:.1f}× the calls, {seconds:.3f}× the time"


if __name__ == "__main__":
    main()
