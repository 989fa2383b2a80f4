"""Why, through the HTTP endpoint of a real MLServer: ours, with error bars, shap.KernelExplainer with its defaults and
alibi's AnchorTabular, in turns in one run. Ours and KernelExplainer compare with the same 100 rows of the data that the
model was trained on, where scikit-learn has them, and with the model's example rows.
`python -m benchmarks.explanations [--cases N]`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shap
from sklearn import datasets

from benchmarks.figures import record, right
from cli import demo
from explanations.contract import Explanation, Progress
from explanations.explaining import ExplanationRequest, explain
from explanations.methods import methods
from explanations.target import Target
from mds_client import MdsClient, Server
from mds_client.prediction import Prediction
from mds_client.signature import Signature, Values

MODELS = ("breast-cancer", "diabetes-progress", "penguins")
BACKGROUND = 100
# What a call takes longer for "the first bars": a model behind a slow network.
DELAY = 0.05


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one explanation took."""

    rows: int
    calls: int
    seconds: float


class Counted:
    """A client that counts rows and calls; each may take longer than it does."""

    def __init__(self, client: MdsClient, delay: float = 0.0) -> None:
        self._client = client
        self._delay = delay
        self.rows = self.calls = 0

    def predict(self, signature: Signature, values: list[Values]) -> Prediction:
        self.rows += len(values)
        self.calls += 1
        time.sleep(self._delay)
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
    print(f"{model} ({len(signature.inputs)} fields)")
    trained, examples = training_rows(signature), signature.example_rows
    if trained:
        compare(client, signature, trained, cases, f"{len(trained)} rows of the training data")
    compare(client, signature, examples, cases, f"the {len(examples)} example rows")
    some = examples[:cases]
    report(
        f"{model}: changes",
        [spent(client, lambda c, row=row: changed(c, signature, row)) for row in some],
    )
    print_first_bars(client, signature, trained or examples)


def compare(
    client: MdsClient, signature: Signature, background: Sequence[Values], cases: int, words: str
) -> None:
    """Ours beside KernelExplainer, both against the same rows; and AnchorTabular, which answers another question."""
    print(f"  against {words}")
    ours, theirs, anchors = [], [], []
    is_numeric = all(isinstance(value, int | float) for value in signature.example_rows[0].values())
    for row in signature.example_rows[:cases]:
        ours.append(spent(client, lambda c, row=row: explained(c, signature, row, background)))
        if is_numeric:
            theirs.append(spent(client, lambda c, row=row: kernel(c, signature, row, background)))
        # Once is enough: it takes long, and a rule is not about what the case is compared with.
        if is_numeric and len(background) >= BACKGROUND and signature.output("number") is None:
            anchors.append(spent(client, lambda c, row=row: anchor(c, signature, row, background)))
    report(f"{signature.model.name}: ours, {words}", ours)
    if theirs:
        report(f"{signature.model.name}: KernelExplainer, {words}", theirs)
        print(f"    KernelExplainer / ours: {ratios(theirs, ours)}")
    else:
        print("    KernelExplainer and AnchorTabular take no categories as they are")
    if anchors:
        report(f"{signature.model.name}: AnchorTabular, {words}", anchors)


def training_rows(signature: Signature) -> list[Values]:
    """100 rows of the bundled data that has these columns; none where there is no such data."""
    cancer = datasets.load_breast_cancer(as_frame=True).data
    diabetes = datasets.load_diabetes(as_frame=True, scaled=False).data
    names = [field.name for field in signature.inputs]
    for table in (cancer, diabetes):
        if set(names) <= set(table.columns):
            some = table[names].sample(BACKGROUND, random_state=0)
            return rows_of(names, some.to_numpy(dtype=float))
    return []


def print_first_bars(client: MdsClient, signature: Signature, background: Sequence[Values]) -> None:
    counted, began, seen = Counted(client, DELAY), time.perf_counter(), list[float]()

    def note(progress: Progress) -> None:
        if progress.rough:
            seen.append(time.perf_counter() - began)

    explained(counted, signature, signature.example_rows[0], background, note)
    right(seen, "no bars before the last")
    record("explanations", f"{signature.model.name}: first bars", first_s=seen[0], last_s=seen[-1])
    print(
        f"  {DELAY * 1000:.0f} ms a call longer: first bars after {seen[0]:.2f} s, drawn {len(seen)} times, "
        f"the last after {seen[-1]:.2f} s"
    )


def spent(client: MdsClient, ask: Callable[[Counted], object]) -> Spent:
    counted, began = Counted(client), time.perf_counter()
    ask(counted)
    seconds = time.perf_counter() - began
    return Spent(rows=counted.rows, calls=counted.calls, seconds=seconds)


def explained(
    counted: Counted,
    signature: Signature,
    row: Values,
    background: Sequence[Values],
    note: Callable[[Progress], None] = lambda _: None,
) -> object:
    explanation = ordered(counted, signature, row, "shapley", {}, background, note)
    right(
        explanation.prediction is not None and explanation.base is not None,
        "shapley: no number explained",
    )
    fields = {part.field for part in explanation.attributions}
    right(fields and fields <= {f.name for f in signature.inputs}, "shapley: not of these fields")
    adds_up = (explanation.base or 0) + sum(part.amount for part in explanation.attributions)
    apart = abs(adds_up + (explanation.gap or 0) - (explanation.prediction or 0))
    right(apart < 1e-6 * max(1.0, abs(adds_up)), f"shapley: the amounts miss the answer by {apart}")
    return explanation


def changed(counted: Counted, signature: Signature, row: Values) -> object:
    """The smallest change that gets another label, or a number a fifth larger."""
    number = counted.predict(signature, [row]).answer.number
    options: dict[str, object] = {}
    if number is not None:
        options = {"desired": "at_least", "number": number + 0.2 * abs(number)}
    explanation = ordered(counted, signature, row, "counterfactual", options)
    right(
        explanation.suggestions and all(s.changes for s in explanation.suggestions),
        "no change was found",
    )
    return explanation


def ordered(
    counted: Counted,
    signature: Signature,
    row: Values,
    name: str,
    options: Mapping[str, object],
    background: Sequence[Values] = (),
    note: Callable[[Progress], None] = lambda _: None,
) -> Explanation:
    method = methods()[name]
    request = ExplanationRequest(
        method=method.NAME,
        server=Server(name="demo", url="http://127.0.0.1"),
        signature=signature,
        values=row,
        answer=counted.predict(signature, [row]).answer,
        background=background,
        budget=method.cost(signature),
        options=options,
    )
    return explain(request, method, counted, report=note)


def kernel(
    counted: Counted, signature: Signature, row: Values, background: Sequence[Values]
) -> object:
    names = [field.name for field in signature.inputs]
    target = Target.of(counted.predict(signature, [row]).answer)

    def score(matrix: np.ndarray) -> np.ndarray:
        answers = counted.predict(signature, rows_of(names, matrix)).answers
        return np.array([target.read(answer) for answer in answers])

    explainer = shap.KernelExplainer(score, matrix_of(names, background))
    shap_values = explainer.shap_values(matrix_of(names, [row])[0], silent=True)
    right(
        np.shape(shap_values) == (len(names),) and np.isfinite(shap_values).all(),
        "KernelExplainer: no values",
    )
    return shap_values


def anchor(
    counted: Counted, signature: Signature, row: Values, background: Sequence[Values]
) -> object:
    """alibi's own AnchorTabular, with its defaults."""
    # alibi 0.9.4 asks for ray where shap is there.
    sys.modules.setdefault("ray", types.ModuleType("ray"))
    from alibi.explainers import AnchorTabular

    names = [field.name for field in signature.inputs]
    labels = sorted(counted.predict(signature, [row]).answer.probabilities)

    def label(matrix: np.ndarray) -> np.ndarray:
        answers = counted.predict(signature, rows_of(names, matrix)).answers
        return np.array([labels.index(answer.label) for answer in answers])

    explainer = AnchorTabular(label, names, seed=0).fit(matrix_of(names, background))
    return explainer.explain(matrix_of(names, [row])[0])


def rows_of(names: Sequence[str], matrix: np.ndarray) -> list[Values]:
    return [dict(zip(names, values, strict=True)) for values in np.asarray(matrix).tolist()]


def matrix_of(names: Sequence[str], rows: Sequence[Values]) -> np.ndarray:
    return np.array([[row[name] for name in names] for row in rows], dtype=float)


def report(name: str, spent: Sequence[Spent]) -> None:
    rows, calls, seconds = middle(spent)
    record("explanations", name, rows=rows, calls=calls, seconds=seconds)
    method = name.partition(": ")[2].partition(",")[0]
    print(f"    {method:16} {rows:9,.0f} rows {calls:6,.0f} calls {seconds:8.2f} s")


def middle(spent: Sequence[Spent]) -> tuple[float, float, float]:
    return (
        statistics.median(each.rows for each in spent),
        statistics.median(each.calls for each in spent),
        statistics.median(each.seconds for each in spent),
    )


def ratios(theirs: Sequence[Spent], ours: Sequence[Spent]) -> str:
    pairs = list(zip(theirs, ours, strict=True))
    rows = statistics.median(a.rows / b.rows for a, b in pairs)
    calls = statistics.median(a.calls / b.calls for a, b in pairs)
    seconds = statistics.median(a.seconds / b.seconds for a, b in pairs)
    return f"{rows:.1f}× the rows, {calls:.1f}× the calls, {seconds:.1f}× the time"


if __name__ == "__main__":
    main()
