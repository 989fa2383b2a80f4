"""Which fields a model depends on: what it loses when one field is shuffled among the rows.

Breiman 2001, "Random Forests"; Fisher, Rudin and Dominici 2019, "All Models are Wrong, but Many are Useful".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeGuard

import numpy as np

from explanations.behaviour import summary
from explanations.behaviour.permutation_loss import Measure, Tally, Work, interval, losses_of
from explanations.behaviour.sample import (
    FEWEST,
    affordable,
    chosen_fields,
    draw_sample,
    option,
    unanswered,
)
from explanations.budgeted_model import REQUEST_SECONDS, ROW_ERRORS, ROWS_A_CALL, OutOfBudget
from explanations.contract import (
    Attribution,
    Budget,
    ExplainContext,
    Explanation,
    Kind,
    Progress,
    Scope,
    Truth,
)
from explanations.errors import ExplanationCancelled, ExplanationFailed
from explanations.shapley.game import Indices
from mds_client.errors import MdsError, NotAllowed, NotReady
from mds_client.signature import Signature, Values

NAME = "permutation_importance"
TITLE = "Which fields matter most"
KIND: Kind = "importance"
SCOPE: Scope = "cohort"
ROWS = 20_000
CALLS = 2_000
SECONDS = 60.0
REPETITIONS = 5
MOST_REPETITIONS = 50
FEW_ROWS = 40
# What none of n rows shows happens, with 95 % certainty, in less than three of n (Hanley 1983).
UNSEEN = 3.0
# Amounts below this share of the loss are what adding in another order leaves.
DUST = 1e-12

TITLES: dict[Measure, str] = {
    "accuracy": "accuracy lost when a field is shuffled",
    "error": "error added when a field is shuffled",
    "moved": "how far the answer moves when a field is shuffled",
    "changed": "how often the answer changes when a field is shuffled",
}


def describe() -> str:
    return (
        "How much worse the model gets when a field is shuffled among the rows, where the right answers are "
        "known; else how far its answers move."
    )


def suits(signature: Signature) -> bool:
    return signature.is_tabular


def cost(signature: Signature) -> Budget:
    rows = max(ROWS, FEW_ROWS * (1 + REPETITIONS * len(signature.inputs)))
    return Budget(rows=rows, calls=CALLS, seconds=SECONDS)


def planned(signature: Signature, available: int, options: Mapping[str, object]) -> Budget:
    """What it will ask for a cohort of `available` rows, at most."""
    most, wanted = cost(signature), options.get("fields")
    fields = len(wanted) if isinstance(wanted, Sequence) and wanted else len(signature.inputs)
    chosen = options.get("repetitions")
    repetitions = chosen if isinstance(chosen, int) else REPETITIONS
    rows_each = fields * repetitions
    rows = affordable(available, most.rows or ROWS, rows_each)
    together = min(max(ROWS_A_CALL // max(rows, 1), 1), fields)
    rounds = repetitions * -(-fields // together)
    calls = 3 + rows // ROWS_A_CALL + rounds * -(-together * rows // ROWS_A_CALL)
    return replace(most, rows=rows * (rows_each + 1), calls=calls)


def explain(context: ExplainContext) -> Explanation:
    fields = chosen_fields(context, most=len(context.signature.inputs))
    repetitions = option(context, "repetitions", REPETITIONS, 1, MOST_REPETITIONS)
    rows_each = len(fields) * repetitions
    sample = draw_sample(context, *_with_truths(context), rows_each=rows_each, piece=len(fields))
    work = Work.of(context, sample, fields, repetitions)
    ended = _shuffle_all(context, work)
    return _explanation(context, work, ended)


def _with_truths(context: ExplainContext) -> tuple[list[Values], list[Truth]]:
    """The rows whose right answer is known, if there are enough of them; else all rows and no truths."""
    rows, truths = list(context.cohort), list(context.truths)
    wanted = str if context.target.kind in ("probability", "agreement") else float
    known = [place for place, truth in enumerate(truths) if isinstance(truth, wanted)]
    if context.target.kind in ("score", "seconds") or len(known) < FEWEST:
        return rows, []
    return [rows[place] for place in known], [truths[place] for place in known]


def _shuffle_all(context: ExplainContext, work: Work) -> str:
    """Repetition after repetition, as many fields in a request as fit; what ended it before its end."""
    chance = np.random.default_rng([context.seed, 1])
    most = int(min(ROWS_A_CALL, context.ask.rows_within(REQUEST_SECONDS)))
    groups = list(_groups(list(work.tallies.values()), most // len(work.sample.rows)))
    for repetition in range(work.repetitions):
        for place, group in enumerate(groups):
            orders = [chance.permutation(len(work.sample.rows)) for _ in group]
            ended = _shuffle(context, work, group, orders)
            if ended:
                return ended
            done = (repetition * len(groups) + place + 1) / (work.repetitions * len(groups))
            context.report(_progress(context, work, done))
    return ""


def _groups(tallies: list[Tally], together: int) -> Iterator[list[Tally]]:
    together = max(together, 1)
    for start in range(0, len(tallies), together):
        yield tallies[start : start + together]


def _shuffle(
    context: ExplainContext, work: Work, group: Sequence[Tally], orders: Sequence[Indices]
) -> str:
    """One shuffling of some fields; fields that the model refuses are given up one by one."""
    open_ones = [(t, order) for t, order in zip(group, orders, strict=True) if not t.trouble]
    rows = [row for t, order in open_ones for row in _shuffled(work, t.field.name, order)]
    try:
        facts = context.ask.each(rows)
    except ExplanationCancelled:
        raise
    except (OutOfBudget, MdsError) as error:
        if _is_about_rows(error):
            return _one_by_one(context, work, open_ones, error)
        if not work.done:
            raise
        return _reason(error)
    count = len(work.sample.rows)
    for place, (tally, order) in enumerate(open_ones):
        part = facts[place * count : (place + 1) * count]
        tally.losses.append(losses_of(work.measure, work.sample, part))
        tally.donors.append(order)
    return ""


def _is_about_rows(error: Exception) -> TypeGuard[MdsError]:
    """Whether the model errs on these rows, and may answer others."""
    return isinstance(error, ROW_ERRORS) and not isinstance(error, NotAllowed | NotReady)


def _reason(error: OutOfBudget | MdsError) -> str:
    """Why nothing more is asked, in a sentence."""
    if isinstance(error, OutOfBudget):
        return f"It ended after {error.limit}."
    return f"The model stopped answering: {error.sentence}"


def _one_by_one(
    context: ExplainContext,
    work: Work,
    some: Sequence[tuple[Tally, Indices]],
    error: MdsError,
) -> str:
    if len(some) == 1:
        some[0][0].trouble = error.sentence
        return ""
    ended = [_shuffle(context, work, [tally], [order]) for tally, order in some]
    return next(filter(None, ended), "")


def _shuffled(work: Work, name: str, order: Indices) -> list[Values]:
    rows = work.sample.rows
    return [
        {**row, name: rows[donor].get(name)}
        for row, donor in zip(rows, order.tolist(), strict=True)
    ]


def _progress(context: ExplainContext, work: Work, done: float) -> Progress:
    ask, words = context.ask, "Shuffling one field after the other"
    if not work.done:
        return Progress(fraction=0.1 + 0.9 * done, words=words)
    rough = _explanation(context, work, "So far.")
    rough = replace(rough, rows=ask.rows, calls=ask.calls, seconds=ask.seconds)
    return Progress(fraction=0.1 + 0.9 * done, words=words, rough=rough)


def _attribution(context: ExplainContext, work: Work, tally: Tally) -> Attribution:
    losses, donors = np.array(tally.losses), np.array(tally.donors)
    base = work.base if work.is_known else np.zeros(len(work.base))
    amount, half = interval(losses, donors, base)
    if half == 0.0 and context.target.is_share:
        half = UNSEEN / len(base)
    amount = amount if abs(amount) > DUST * float(np.nanmean(losses)) else 0.0
    return Attribution(
        field=tally.field.name,
        title=tally.field.title,
        value_text="",
        amount=amount,
        low=amount - half if np.isfinite(half) else None,
        high=amount + half if np.isfinite(half) else None,
    )


def _explanation(context: ExplainContext, work: Work, ended: str) -> Explanation:
    done = work.done
    if not done:
        raise ExplanationFailed("No field could be shuffled.", advice=_troubles(work))
    attributions = tuple(
        sorted((_attribution(context, work, t) for t in done), key=lambda each: -each.amount)
    )
    base = _reached(work) if work.is_known else None
    sentence = summary.importance(context.target, work.measure, attributions, base, work.sample)
    rounds = {tally.rounds for tally in done}
    return Explanation(
        method=NAME,
        title=f"{TITLE}: {TITLES[work.measure]}",
        kind=KIND,
        target=context.target,
        base=base,
        attributions=attributions,
        sentence=sentence,
        alt=f"Bars: {TITLES[work.measure]}, for {len(attributions)} fields. {sentence}",
        note=" ".join(filter(None, [*_notes(work, max(rounds)), _unreached(work, ended), ended])),
        is_complete=not ended,
    )


def _reached(work: Work) -> float:
    mean = float(work.base.mean())
    return 1.0 - mean if work.measure == "accuracy" else mean


def _notes(work: Work, rounds: int) -> Iterator[str]:
    times = "once" if rounds == 1 else f"{rounds} times"
    yield f"Over {work.sample.words}, each field shuffled {times}; ranges hold with 95 % certainty."
    if not work.is_known:
        yield "The right answers are not known: this is how far answers move, not how wrong they get."
    yield unanswered(work.sample.unanswered + work.lost)
    yield _troubles(work)


def _troubles(work: Work) -> str:
    troubles = [f"{t.field.title}: {t.trouble}" for t in work.tallies.values() if t.trouble]
    return f"Could not be shuffled: {' '.join(troubles)}" if troubles else ""


def _unreached(work: Work, ended: str) -> str:
    titles = [t.field.title for t in work.tallies.values() if not t.rounds and not t.trouble]
    return f"Not reached: {', '.join(titles)}." if titles and ended else ""
