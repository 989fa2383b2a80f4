"""A rule that is enough for the answer: of typical cases that follow it, nearly all are answered so.

The search is alibi 0.9.4's AnchorTabular. Its sampler is not: it fixes the fields of a rule and takes
all others from unrelated cases, which for fields that go together (radius, perimeter, area) makes
cases that do not exist; rules that it called 100 % certain on a random forest held for 57 % of its own
samples. Here samples are typical cases that follow the rule as they are. That says what a person
understands, is true of cases that exist, and takes 3,000 rows in place of 40,000 to 100,000. So that a
rule is not about fields that the model does not look at, only those that move its answer take part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from explanations import formatting
from explanations.background.sampling import augmented, known_rows
from explanations.budgeted_model import ROWS_A_CALL, Agreements, OutOfBudget
from explanations.conditions import CATEGORIES, Condition
from explanations.contract import Budget, ExplainContext, Explanation, Kind, Progress, Scope
from explanations.encoder import UNKNOWN, Encoder, Matrix
from explanations.errors import ExplanationFailed
from explanations.libraries import isolated_rng, without_ray
from mds_client.signature import Field, Signature, Values

NAME = "anchor"
TITLE = "A rule that is enough"
KIND: Kind = "rule"
SCOPE: Scope = "case"
PRECISION = 0.95
# Measured again on fresh cases, a rule of just 95 % comes out below it every second time.
ENOUGH = 0.93
CONFIDENCE = 0.9
TOLERANCE = 0.15
BATCH = 200
BEAM = 4
MAX_CONDITIONS = 4
COVERAGE_SAMPLES = 2000
MOST_ROWS = 1000
FEWEST = 100
# Operations that take one row at a time are asked about so many rows between two looks at the budget.
ONE_BY_ONE = 20
FEWEST_FOLLOWING = 20
MAX_FIELDS = 8
SCREENED = 40

Lookup = Callable[[Matrix], Agreements]


def describe() -> str:
    return "A short rule, and how many of the typical cases that follow it get the same answer."


def suits(signature: Signature) -> bool:
    return signature.is_tabular and signature.output("number") is None


def cost(signature: Signature) -> Budget:
    fields = len(signature.inputs)
    rows = 2 * MOST_ROWS + (SCREENED * fields if fields > MAX_FIELDS else 0) + 10
    # A few tens of calls do; the others are for operations that take one row at a time.
    return Budget(rows=rows, calls=rows // 5, seconds=20)


def warm() -> None:
    """Load the library and use it once, so that nobody waits for it."""
    codes = np.random.default_rng(0).integers(0, 9, size=(200, 2)).astype(float)
    _predicates(_Space(codes=codes, categories={}), codes[:, 0] > 4, [0, 1], seed=0)


def explain(context: ExplainContext) -> Explanation:
    if not context.target.is_share:
        raise ExplanationFailed(
            "A rule can be found only for models that choose between answers.",
            advice="“What speaks for and against” works for this model.",
        )
    # Two rows show whether the model takes several at once: how many can be asked depends on it.
    context.ask([context.values, *known_rows(context)[:1]])
    rows, limit = _answered_rows(context, _perturbed(context, context.seed))
    fields = _categories_first(context.signature)
    encoder = Encoder.of([field.name for field in fields], rows)
    space = _Space.of(fields, encoder, rows)
    columns = _promising(context, encoder, space)
    context.report(Progress(fraction=0.7, words="Looking for a rule"))
    bounds = _predicates(space, context.ask.agrees(rows), columns, seed=context.seed)
    rule = [_condition(fields, encoder, space, bound) for bound in bounds]
    return _explanation(context, rule, _tested(context, rule, rows), limit)


@dataclass(frozen=True, kw_only=True)
class _Bound:
    """The codes (both inclusive) between which the value in a column must lie."""

    column: int
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class _Space:
    """Where rules are looked for. The first row of codes is the case, the others are like it.

    `categories` has the number of codes of each column that is not ordered.
    """

    codes: Matrix
    categories: dict[int, int]

    @classmethod
    def of(cls, fields: Sequence[Field], encoder: Encoder, rows: Sequence[Values]) -> _Space:
        codes, categories = encoder.encode(rows), {}
        for column, field in enumerate(fields):
            if field.kind in CATEGORIES:
                # alibi counts categories from 0: unknown becomes the last, which decodes the same.
                known = len(encoder.tables[field.name])
                codes[codes[:, column] == UNKNOWN, column] = known
                categories[column] = known + 1
        return cls(codes=codes, categories=categories)


def _perturbed(context: ExplainContext, seed: int) -> list[Values]:
    rows = known_rows(context)
    count = int(min(MOST_ROWS, max(context.ask.room_given_time // 3, FEWEST)))
    return augmented(context.signature, rows, count, seed)[-count:]


def _answered_rows(context: ExplainContext, rows: Sequence[Values]) -> tuple[list[Values], str]:
    """The case and those of the rows that the budget allowed to ask about."""
    done: list[Values] = [context.values]
    size = ONE_BY_ONE if context.ask.takes_one_row else ROWS_A_CALL
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        try:
            context.ask.agrees(part)
        except OutOfBudget as stopped:
            if len(done) < FEWEST:
                raise
            return done, stopped.limit
        done += part
        context.report(Progress(fraction=0.5 * len(done) / len(rows), words="Asking about others"))
    return done, ""


def _promising(context: ExplainContext, encoder: Encoder, space: _Space) -> list[int]:
    """The columns worth a condition: those that, set as in this case, move others' answers most."""
    count = len(encoder.tables)
    if count <= MAX_FIELDS:
        return list(range(count))
    screened = space.codes[1 : SCREENED + 1]
    mixed = np.repeat(screened[None], count, axis=0)
    for column in range(count):
        mixed[column, :, column] = space.codes[0, column]
    try:
        scores = context.ask(encoder.decode(mixed.reshape(-1, count)))
    except OutOfBudget:
        return list(range(count))
    means = scores.reshape(count, len(screened)).mean(axis=1)
    return sorted(np.argsort(-means, kind="stable")[:MAX_FIELDS].tolist())


def _predicates(
    space: _Space, agree: Agreements, columns: Sequence[int], *, seed: int
) -> list[_Bound]:
    """The rule that alibi finds, as bounds on codes."""
    with isolated_rng():
        # alibi 0.9.4 seeds numpy's global generator when it is made: hence a fresh one each time.
        tabular = _fitted(space, seed)
        [sampler] = tabular.samplers
        tabular._build_sampling_lookups(space.codes[0])
        _keep(sampler, columns)
        _draw_typical(sampler, space, agree)
        return list(_bounds(sampler, space, _searched(sampler)))


def _fitted(space: _Space, seed: int) -> Any:
    names = {column: [str(code) for code in range(n)] for column, n in space.categories.items()}
    tabular = _alibi().AnchorTabular(
        lambda codes: np.ones(len(codes), dtype=int),
        [str(column) for column in range(space.codes.shape[1])],
        categorical_names=names,
        dtype=np.float64,
        seed=seed,
    )
    return tabular.fit(space.codes)


def _keep(sampler: Any, columns: Sequence[int]) -> None:
    """Restrict alibi's search to these columns. alibi numbers predicates from 0 without gaps."""
    predicates = [each for each, column in sampler.enc2feat_idx.items() if column in columns]
    for name in ("enc2feat_idx", "cat_lookup", "ord_lookup"):
        facts = getattr(sampler, name)
        setattr(
            sampler, name, {i: facts[each] for i, each in enumerate(predicates) if each in facts}
        )


def _draw_typical(sampler: Any, space: _Space, agree: Agreements) -> None:
    """Let alibi's sampler draw rows that follow a rule as they are, and know their answers."""
    answers = {row.tobytes(): int(same) for row, same in zip(space.codes, agree, strict=True)}
    everyone = np.arange(len(space.codes))

    def draw(rule: tuple[int, ...], count: int) -> tuple[Matrix, Matrix, float]:
        following = everyone
        if rule:
            _, allowed, _ = sampler.get_features_index(rule)
            for rows in allowed.values():
                following = np.intersect1d(following, rows)
        coverage = len(following) / len(everyone)
        # A rule that hardly any row follows cannot be judged: filling up with any rows says so.
        missing = max(FEWEST_FOLLOWING - len(following), 0)
        urn = np.concatenate([following, np.random.choice(everyone, missing)])
        drawn = np.random.choice(urn, count)
        return sampler.train_data[drawn], sampler.d_train_data[drawn], coverage

    sampler.perturbation = draw
    sampler.instance_label = 1
    sampler.predictor = lambda codes: np.array([answers[row.tobytes()] for row in codes])


def _searched(sampler: Any) -> tuple[int, ...]:
    from alibi.explainers.anchors.anchor_base import AnchorBaseBeam

    # Without a small cache alibi sets aside a gigabyte for samples.
    result = AnchorBaseBeam(samplers=[sampler], sample_cache_size=40).anchor_beam(
        delta=1 - CONFIDENCE,
        epsilon=TOLERANCE,
        desired_confidence=PRECISION,
        beam_size=BEAM,
        max_anchor_size=MAX_CONDITIONS,
        min_samples_start=MOST_ROWS,
        batch_size=BATCH,
        coverage_samples=COVERAGE_SAMPLES,
    )
    return tuple(result["feature"])


def _bounds(sampler: Any, space: _Space, rule: tuple[int, ...]) -> Iterator[_Bound]:
    for column in dict.fromkeys(sampler.enc2feat_idx[each] for each in rule):
        own = [each for each in rule if sampler.enc2feat_idx[each] == column]
        if column in space.categories:
            code = int(space.codes[0, column])
            yield _Bound(column=column, first=code, last=code)
            continue
        bins = set.intersection(*(sampler.ord_lookup[each] for each in own))
        edges = [-math.inf, *sampler.disc.lambdas[column].keywords["qts"], math.inf]
        codes = space.codes[:, column]
        inside = codes[(codes > edges[min(bins)]) & (codes <= edges[max(bins) + 1])]
        yield _Bound(column=column, first=int(inside.min()), last=int(inside.max()))


def _condition(
    fields: Sequence[Field], encoder: Encoder, space: _Space, bound: _Bound
) -> Condition:
    field = fields[bound.column]
    table = encoder.tables[field.name]
    if bound.column in space.categories:
        is_known = bound.first < len(table)
        value = table[bound.first] if is_known else None
        return Condition(field=field, value=value, unknown=not is_known)
    return Condition(
        field=field,
        above=_edge(field, table, bound.first - 1) if bound.first > 0 else -math.inf,
        most=_most(field, table, bound.last),
        unknown=bound.first == UNKNOWN,
    )


def _most(field: Field, table: Sequence[object], last: int) -> float:
    if last == UNKNOWN:
        return -math.inf
    return _edge(field, table, last) if last < len(table) - 1 else math.inf


def _edge(field: Field, table: Sequence[object], place: int) -> float:
    """The shortest number that separates a value in the table from the next one."""
    low, high = float(table[place]), float(table[place + 1])  # type: ignore[arg-type]
    if field.kind == "integer":
        return low
    for digits in range(1, 17):
        edge = float(f"{(low + high) / 2:.{digits}g}")
        if low <= edge < high:
            return edge
    return low


@dataclass(frozen=True, kw_only=True)
class _Test:
    """How often cases that follow a rule get the same answer, how many do (`following`, as a share of all
    `coverage`), and what kept it from fresh cases."""

    precision: float
    coverage: float
    following: int
    limit: str = ""

    @property
    def is_enough(self) -> bool:
        """Whether so many cases follow the rule that its precision says something."""
        return self.following >= FEWEST_FOLLOWING


def _tested(context: ExplainContext, rule: Sequence[Condition], rows: Sequence[Values]) -> _Test:
    """The rule as it is worded, on fresh cases: on those that it was found with, its precision would be too high."""
    fresh = _perturbed(context, context.seed + 1)
    try:
        return _counted(context, rule, fresh)
    except OutOfBudget as stopped:
        return replace(_counted(context, rule, rows[1:]), limit=stopped.limit)


def _counted(context: ExplainContext, rule: Sequence[Condition], rows: Sequence[Values]) -> _Test:
    following = [row for row in rows if all(condition.holds(row) for condition in rule)]
    share = float(context.ask.agrees(following).mean()) if following else 0.0
    return _Test(precision=share, coverage=len(following) / len(rows), following=len(following))


def _explanation(
    context: ExplainContext, rule: Sequence[Condition], test: _Test, limit: str
) -> Explanation:
    conditions = tuple(str(condition) for condition in rule)
    is_enough = test.is_enough and test.precision >= ENOUGH
    sentence = _sentence(context.target.answer, conditions, test)
    return Explanation(
        method=NAME,
        title=TITLE,
        kind=KIND,
        target=context.target,
        prediction=float(context.ask([context.values])[0]),
        conditions=conditions,
        precision=test.precision if test.is_enough else None,
        coverage=test.coverage,
        sentence=sentence,
        alt=f"A rule with {len(conditions)} conditions. {sentence}",
        note=_ended(limit, test),
        is_complete=is_enough and not limit and not test.limit,
    )


def _ended(limit: str, test: _Test) -> str:
    if test.limit and not limit:
        return f"The rule was not tried on fresh cases: it ended after {test.limit}."
    return f"It looked at fewer cases than usual: it ended after {limit}." if limit else ""


def _sentence(answer: str, conditions: Sequence[str], test: _Test) -> str:
    if not test.is_enough:
        return _unknown(answer, conditions, test.following)
    share, coverage = formatting.percent(test.precision), formatting.percent(test.coverage)
    if not conditions:
        return f"The model says {answer} for {share} of typical cases: that needs no rule."
    rule_sentence = (
        f"of typical cases in which {formatting.listed(conditions)}, {share} get the answer {answer}. "
        f"{coverage[0].upper()}{coverage[1:]} of all typical cases are like that."
    )
    if test.precision >= ENOUGH:
        return f"{rule_sentence[0].upper()}{rule_sentence[1:]}"
    return f"No short rule makes this answer certain. The best one: {rule_sentence}"


def _unknown(answer: str, conditions: Sequence[str], following: int) -> str:
    """The sentence where hardly any case that was asked about follows the rule."""
    if not conditions:
        return f"Only {following} typical cases were asked about: too few to know what the answer {answer} needs."
    cases = {0: "no typical case", 1: "one typical case"}.get(
        following, f"{following} typical cases"
    )
    return (
        f"A rule may be that {formatting.listed(conditions)}, but {cases} that follow{'s' if following < 2 else ''} "
        f"it could be asked about: too few to know whether it makes the answer {answer}."
    )


def _categories_first(signature: Signature) -> list[Field]:
    """alibi 0.9.4 numbers its predicates simplest when no category stands between numbers."""
    return sorted(signature.inputs, key=lambda field: field.kind not in CATEGORIES)


def _alibi() -> Any:
    without_ray()
    from alibi import explainers

    return explainers
