"""One explanation from start to end, in the thread that asks for it. Workers run nothing else."""

from __future__ import annotations

import hashlib
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from explanations.budgeted_model import BudgetedModel, ModelChanged, OutOfBudget
from explanations.contract import Budget, ExplainContext, Explanation, Method, Progress, Truth
from explanations.errors import ExplanationFailed, ExplanationTooDear
from explanations.target import Target
from mds_client.errors import MdsError
from mds_client.prediction import Answer, Prediction
from mds_client.protocols.explainers import Explained
from mds_client.server import Server
from mds_client.signature import File, Signature, Values

# The same row asked twice may differ in the last bits when the model runs it in another batch.
SAME = 1e-6


class Askable(Protocol):
    """What is needed to ask models; mds_client.MdsClient is one."""

    def predict(self, signature: Signature, values: list[Values]) -> Prediction:
        """The answers to some rows, from the model of this signature."""

    def explain(
        self, signature: Signature, values: Values, *, seconds: float | None = None
    ) -> Explained:
        """What the explainer that the signature names says of one row."""


Connect = Callable[[Server], AbstractContextManager[Askable]]


@dataclass(frozen=True, kw_only=True)
class ExplanationRequest:
    """What is to be explained and how: plain data that can cross into another process.

    About one case: `values` and the `answer` to them. About a cohort: its rows, the `truths` known of them
    and the `target`. `compared_with` says in words what the `background` is. `signature.model` says which
    model and version; `case` is written into the log. Without a budget the method's own counts.
    """

    method: str
    server: Server
    signature: Signature
    values: Values = field(default_factory=dict)
    answer: Answer | None = None
    target: Target | None = None
    budget: Budget | None = None
    background: Sequence[Values] = ()
    compared_with: str = ""
    cohort: Sequence[Values] = ()
    truths: Sequence[Truth] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    case: str = ""

    @property
    def explained_target(self) -> Target:
        """The number that is explained. Raises ExplanationFailed when there is none."""
        if self.target:
            return self.target
        if self.answer is None:
            raise ExplanationFailed("There is no answer to be explained.")
        return Target.of(self.answer)

    @property
    def row(self) -> Values:
        """The values of all inputs in the signature's order; unknown ones are None."""
        return {field.name: self.values.get(field.name) for field in self.signature.inputs}

    @property
    def seed(self) -> int:
        """The same for the same case (without one: values) and model version, so that chance repeats."""
        values = [f"{name}={_fact(value)}" for name, value in self.row.items()]
        facts = [str(self.signature.model), self.method, *([self.case] if self.case else values)]
        return int.from_bytes(hashlib.sha256("\n".join(facts).encode()).digest()[:4])


def explain(
    request: ExplanationRequest,
    method: Method,
    client: Askable,
    *,
    report: Callable[[Progress], None] = lambda _: None,
    check: Callable[[], None] = lambda: None,
) -> Explanation:
    """Run a method on a model. Raises MdsErrors only. `check` may raise to end it from outside."""
    budget = request.budget or method.cost(request.signature)
    asker = BudgetedModel(
        _one_version(client, request.signature),
        request.explained_target,
        budget=budget,
        check=check,
    )
    with quiet(), _translated(budget, method):
        context = _context(request, method, asker, budget, report)
        explanation = method.explain(replace(context, native=_native(client, request)))
    return _finished(request, asker, explanation)


@contextmanager
def quiet() -> Iterator[None]:
    """Silences the warnings of libraries: they are meant for the authors of code, not for operators."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _one_version(
    client: Askable, signature: Signature
) -> Callable[[list[Values]], Sequence[Answer]]:
    """The model's answers; raises ModelChanged when another version begins to answer."""
    versions: list[str] = []

    def predict(rows: list[Values]) -> Sequence[Answer]:
        prediction = client.predict(signature, rows)
        versions.append(prediction.model.version)
        if versions[-1] != versions[0]:
            raise ModelChanged(versions[0], versions[-1])
        if prediction.failures:
            raise next(iter(prediction.failures.values()))
        return prediction.answers

    return predict


def _native(client: Askable, request: ExplanationRequest) -> Callable[[float], Explained] | None:
    if request.signature.explainer is None:
        return None
    return lambda seconds: client.explain(request.signature, request.row, seconds=seconds)


def _context(
    request: ExplanationRequest,
    method: Method,
    asker: BudgetedModel,
    budget: Budget,
    report: Callable[[Progress], None],
) -> ExplainContext:
    return ExplainContext(
        method=method,
        ask=asker,
        signature=request.signature,
        values=request.row,
        background=request.background,
        cohort=request.cohort,
        truths=request.truths,
        options=request.options,
        budget=budget,
        seed=request.seed,
        report=lambda progress: report(_with_figures(progress, asker)),
    )


def _with_figures(progress: Progress, asker: BudgetedModel) -> Progress:
    """The rough explanation with what it has cost by now."""
    if progress.rough is None:
        return progress
    rough = replace(
        progress.rough,
        is_rough=True,
        rows=asker.rows,
        calls=asker.calls,
        seconds=round(asker.seconds, 3),
    )
    return replace(progress, rough=rough)


def _finished(
    request: ExplanationRequest, asker: BudgetedModel, explanation: Explanation
) -> Explanation:
    """The explanation with what it cost, and a word if the model did not repeat its answer."""
    note = f"{explanation.note} {_unlike_before(request, explanation)}"
    return replace(
        explanation,
        note=note.strip(),
        rows=asker.rows,
        calls=asker.calls,
        seconds=round(asker.seconds, 3),
        seed=request.seed,
        compared_with=request.compared_with,
    )


def _unlike_before(request: ExplanationRequest, explanation: Explanation) -> str:
    if request.answer is None or explanation.prediction is None:
        return ""
    before, shown = explanation.target.read(request.answer), explanation.target.value_text
    if abs(before - explanation.prediction) <= SAME * max(1.0, abs(before)):
        return ""
    return f"Asked again, the model answered {shown(explanation.prediction)}, not {shown(before)}."


@contextmanager
def _translated(budget: Budget, method: Method) -> Iterator[None]:
    """Our error for whatever a method or its library raises."""
    try:
        yield
    except MdsError:
        raise
    except ModelChanged as changed:
        raise ExplanationFailed(
            f"While “{method.TITLE}” was worked out, {changed.limit}.",
            advice="Ask the new version first, then why.",
        ) from changed
    except OutOfBudget as stopped:
        raise ExplanationTooDear(
            f"“{method.TITLE}” was not ready within {stopped.limit}.",
            advice="Try again when the model is less busy, or allow it more.",
            detail=f"budget: {budget}",
        ) from stopped
    except Exception as error:
        raise ExplanationFailed(
            f"“{method.TITLE}” could not be worked out for this case.",
            advice="The prediction itself is not affected. The log has the details.",
            detail=traceback.format_exc(),
        ) from error


def _fact(value: object) -> str:
    return value.sha256 if isinstance(value, File) else repr(value)
