"""What the explainer deployed beside the model says of this case, drawn as ours are, and compared with ours.

Its answer is read by explanations/deployed/answers.py; nothing in it is believed that can be checked: its
scale, the row that it explained, whether its rule holds, and whether ours names the same fields.
"""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from explanations import formatting, narration
from explanations.budgeted_model import ModelChanged, OutOfBudget
from explanations.contract import (
    Attribution,
    Budget,
    ExplainContext,
    Explanation,
    Kind,
    Method,
    Progress,
    Scope,
)
from explanations.deployed import checks as native_checks
from explanations.deployed.answers import Amounts, Heat, Rule, Undrawn, read
from explanations.deployed.others import of_anything, of_heat, of_rule, part, spaced, wire
from explanations.deployed.rules import field_of
from explanations.deployed.scale import Scaled, scaled
from explanations.errors import ExplanationCancelled, ExplanationFailed
from mds_client.errors import MdsError
from mds_client.signature import NUMERIC_KINDS, Field, Signature

if TYPE_CHECKING:
    from mds_client.protocols.explainers import Explained

log = logging.getLogger(__name__)
NAME = "native"
TITLE = "The deployed explainer"
KIND: Kind = "attribution"
SCOPE: Scope = "case"
ORDER = 1  # behind ours, which every model has
SECONDS = 60.0
# What the explainer may take of the time; the rest is for ours beside it.
ITS_SHARE = 0.7
ROWS = 600
CALLS = 20
UNTOUCHED = "The prediction itself is not affected."


def title(signature: Signature) -> str:
    """Which explainer it is, where it has a name of its own."""
    explainer = signature.explainer
    is_other = explainer is not None and explainer.model != signature.model
    return f"{TITLE} ({explainer.title})" if explainer and is_other else TITLE


def describe() -> str:
    return "What the explainer says that was deployed beside the model, and whether ours agrees."


def suits(signature: Signature) -> bool:
    return signature.explainer is not None


def cost(signature: Signature) -> Budget:
    ours = _own_method(signature)
    own_budget = ours.cost(signature) if ours else Budget(rows=0, calls=0)
    return Budget(
        rows=ROWS + (own_budget.rows or 0), calls=CALLS + (own_budget.calls or 0), seconds=SECONDS
    )


def explain(context: ExplainContext) -> Explanation:
    name = title(context.signature)
    context.report(Progress(fraction=0.1, words="Asking the deployed explainer"))
    response = _explainer_response(context)
    context.report(Progress(fraction=0.4, words="Asking the model"))
    prediction, trouble = _prediction(context)
    parsed = read(response.content, len(context.signature.inputs))
    match parsed:
        case Amounts():
            explanation = _amounts(context, parsed, prediction)
        case Rule():
            _same_row(context, parsed.instance)
            explanation = of_rule(context, parsed, prediction)
        case Heat():
            explanation = of_heat(context, parsed)
        case Undrawn():
            explanation = None
    explanation = explanation or of_anything(context, parsed.maker, response.content)
    maker = f"It uses {parsed.maker}." if parsed.maker and explanation.kind != "tree" else ""
    maker += " Its typical cases are its own." if explanation.base is not None else ""
    note = " ".join(words for words in (maker, explanation.note, trouble) if words).strip()
    return replace(explanation, title=name, note=note, wire=wire(response))


def _explainer_response(context: ExplainContext) -> Explained:
    """The explainer's answer. Raises ExplanationFailed in words about it."""
    if context.native is None:
        raise ExplanationFailed("There is no explainer deployed beside this model.")
    seconds = min(context.budget.seconds or SECONDS, SECONDS) * ITS_SHARE
    try:
        return context.native(seconds)
    except MdsError as error:
        raise ExplanationFailed(
            f"{title(context.signature)} gave no explanation. {error.sentence}",
            advice=f"{UNTOUCHED} {error.advice}".strip(),
            detail=error.detail,
        ) from error


def _prediction(context: ExplainContext) -> tuple[float | None, str]:
    """The model's number for the case now; without it, why."""
    try:
        return float(context.ask([context.values])[0]), ""
    except OutOfBudget as stopped:
        return None, f"The model itself was not asked again: {stopped.limit}."
    except ExplanationCancelled:
        raise
    except MdsError as error:
        return None, f"It was not compared with the model: {error.sentence}"


# Amounts.


def _amounts(
    context: ExplainContext, amounts: Amounts, prediction: float | None
) -> Explanation | None:
    """Bars of its amounts, and whether ours agree; None where its names are none of this model."""
    _same_row(context, amounts.instance)
    scale = scaled(amounts, context, prediction)
    attributions = _attributed(context, amounts, scale)
    if attributions is None:
        return None
    known = tuple(each for each in attributions if math.isfinite(each.amount))
    if not known:
        raise ExplanationFailed(
            f"{title(context.signature)} gave no number for any field.", advice=UNTOUCHED
        )
    explanation = _explanation(context, scale, known, prediction, is_text=amounts.is_text)
    missing = len(attributions) - len(known)
    note = f"It gave no number for {missing} of {len(attributions)} parts." if missing else ""
    explanation = replace(explanation, note=note)
    return _beside_ours(context, explanation, scale)


def _attributed(
    context: ExplainContext, amounts: Amounts, scale: Scaled
) -> list[Attribution] | None:
    """Its amounts with our fields' names and values; None where it names no field of ours."""
    fields = context.signature.inputs
    if amounts.is_text:
        parts = zip(amounts.names, scale.amounts, strict=True)
        return [part(fields[0].name if fields else "", name, "", amount) for name, amount in parts]
    if len(fields) == 1 and fields[0].kind == "tensor":
        return _elements(context, fields[0], amounts.names, scale.amounts)
    return _by_field(context, amounts.names, scale)


def _by_field(
    context: ExplainContext, sent_names: tuple[str, ...], scale: Scaled
) -> list[Attribution] | None:
    """Amounts by the names that came with them, else in the order of our fields. Raises ExplanationFailed where they do not
    fit."""
    fields = context.signature.inputs
    if not sent_names and len(scale.amounts) != len(fields):
        count = "1 field" if len(scale.amounts) == 1 else f"{len(scale.amounts)} fields"
        raise ExplanationFailed(
            f"{title(context.signature)} answered about {count}; the model takes {len(fields)}.",
            advice=f"It may explain another version of the model. {UNTOUCHED}",
        )
    names = sent_names or tuple(field.name for field in fields)
    matched_fields = [field_of(context.signature, name) for name in names]
    if not any(matched_fields):
        return None
    return [
        part(
            field.name, field.title, formatting.value(field, context.values.get(field.name)), amount
        )
        if field
        else part(name, name, "", amount)
        for field, name, amount in zip(matched_fields, names, scale.amounts, strict=True)
    ]


def _elements(
    context: ExplainContext, field: Field, names: tuple[str, ...], amounts: tuple[float, ...]
) -> list[Attribution]:
    """Amounts of a model that takes one row of numbers without names: by their places in the row."""
    numbers = np.asarray(context.values.get(field.name), dtype=object).ravel().tolist()
    if len(numbers) != len(amounts):
        raise ExplanationFailed(
            f"{title(context.signature)} answered about {len(amounts)} numbers; "
            f"the row has {len(numbers)}.",
            advice=UNTOUCHED,
        )
    names = names or tuple(f"Number {place + 1}" for place in range(len(numbers)))
    return [
        part(name, name, formatting.value(field, value), amount)
        for name, value, amount in zip(names, numbers, amounts, strict=True)
    ]


def _explanation(
    context: ExplainContext,
    scale: Scaled,
    known: tuple[Attribution, ...],
    prediction: float | None,
    *,
    is_text: bool,
) -> Explanation:
    attributions = known if is_text else narration.strongest_first(known)
    target, is_same = scale.target, scale.target == context.target
    reasons = narration.reasons(target, attributions)
    if not is_text:
        reasons = f"{reasons} {narration.pooled(target, attributions)}".strip()
    if is_same and prediction is not None and scale.base is not None:
        sentence = f"{narration.compared(target, prediction, scale.base)} {reasons}"
    else:
        prediction, scale = None, replace(scale, base=None)
        sentence = f"{target.answer}: {reasons}" if target.answer else reasons
    gap = None
    if prediction is not None and scale.base is not None:
        gap = prediction - scale.base - sum(each.amount for each in known)
    return Explanation(
        method=NAME,
        title=TITLE,
        kind="spans" if is_text else KIND,
        target=target,
        prediction=prediction,
        base=scale.base,
        attributions=attributions,
        gap=gap,
        sentence=spaced(sentence),
        alt=f"Bars: how much each of {len(attributions)} parts moves {_the(target.words)}. {sentence}",
    )


def _the(words: str) -> str:
    return words if words.startswith("the ") else f"the {words}"


def _beside_ours(context: ExplainContext, explanation: Explanation, scale: Scaled) -> Explanation:
    """The explanation with a sentence on whether our own method agrees; without it, why not."""
    method = _own_method(context.signature)
    if method is None:
        return _unchecked(explanation, "we have nothing of our own for such an input.")
    _still(context, explanation, 0.0)
    beside = replace(
        context,
        method=method,
        report=lambda progress: _still(context, explanation, progress.fraction),
    )
    try:
        ours = method.explain(beside)
    except (ExplanationCancelled, ModelChanged):
        raise
    except OutOfBudget as stopped:
        return _unchecked(explanation, f"ours was not ready within {stopped.limit}.")
    except MdsError as error:
        return _unchecked(explanation, error.sentence)
    except Exception:  # a surprise in ours must not lose what the explainer said
        log.exception("the explainer's answer was not compared with %s", method.NAME)
        return _unchecked(explanation, "ours could not be worked out.")
    agreement = native_checks.agreement(
        explanation.attributions,
        ours,
        unit=scale.unit,
        is_same_unit=scale.target == context.target,
        has_direction=scale.has_direction,
    )
    return replace(explanation, sentence=spaced(f"{explanation.sentence} {agreement}"))


def _unchecked(explanation: Explanation, why: str) -> Explanation:
    return replace(
        explanation, note=f"{explanation.note} It was not compared with ours: {why}".strip()
    )


def _still(context: ExplainContext, explanation: Explanation, fraction: float) -> None:
    """Reports the explainer's explanation as rough while our own is worked out."""
    words = "Working out our own beside it"
    context.report(Progress(fraction=0.5 + 0.5 * fraction, words=words, rough=explanation))


def _own_method(signature: Signature) -> Method | None:
    """Our own method that answers the same question for such a model."""
    from explanations.methods import suited

    kinds = ("attribution", "spans")
    candidates = [each for each in suited(signature) if each.NAME != NAME and each.KIND in kinds]
    return candidates[0] if candidates else None


def _same_row(context: ExplainContext, instance: tuple[object, ...]) -> None:
    """Raises ExplanationFailed where the row that it explained has other numbers than ours."""
    fields = context.signature.inputs
    if len(instance) != len(fields):
        return
    for field, there in zip(fields, instance, strict=True):
        here = context.values.get(field.name)
        if field.kind in NUMERIC_KINDS and _differ(here, there):
            raise ExplanationFailed(
                f"{title(context.signature)} explained another row than it was sent: "
                f"{formatting.inside(field.title)} is {formatting.value(field, there)} there, "
                f"{formatting.value(field, here)} here.",
                advice=UNTOUCHED,
            )


def _differ(here: object, there: object) -> bool:
    numbers = [v for v in (here, there) if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < 2 or not all(map(math.isfinite, numbers)):
        return False
    # It may compute in 32 bits.
    return not math.isclose(*numbers, rel_tol=1e-4, abs_tol=1e-6)
