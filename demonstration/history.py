"""Writes the history of the demonstration: cases asked of the real models, and what people said of some of them, in
a workspace of its own.

Everything goes through the functions that record what people do, with a clock handed in. It is written once for
each database, a part at a time: what was cut off is taken up with the part that is missing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from random import Random

from audit_log.workspaces import opened
from cases.attempt import Predictor
from cases.audit_sample import AuditPolicy
from cases.batch import RowsRequest, answered, predict_rows
from db.cases import CaseView
from db.engine import Sessions
from db.ids import id_at
from demonstration import reviews
from demonstration.incidents import accept_normal, as_measured, is_down, unreachable
from demonstration.plan import DAYS, DEPLOYMENTS, Deployment, Part, Visit, parts
from feedback.errors import AlreadyRecorded
from feedback.submission import submit
from health.day_counts import fold
from health.kept_standings import keep
from health.outliers.earlier import Earlier
from health.overview import standings
from health.prediction_sets import bring_up_to_date
from mds_client.errors import MdsError

HELD_OUT = "held_out.json"
SEED = 1
BY, TITLE = "demonstration", "The demonstration"
# The lottery draws more often than it does by itself: there are few cases, and much to tell of them.
AUDIT = AuditPolicy(probability=0.3)
# How likely a reviewer answers for a case that was drawn for audit, and an analyst for any other.
_REVIEWED, _VOLUNTEERED = 0.8, 0.06
# A number is right for these reviewers where it is this near to the truth, as a share of it.
_NEAR = 0.25
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Rows that a model never learned from, and the truth of each; None where nobody knows it."""

    rows: Sequence[Mapping[str, object]]
    truth: Sequence[object]


def held_out(models: Path, deployment: Deployment) -> HeldOut | None:
    """What the build of the models kept for a deployment; None where it kept nothing."""
    path = models / deployment.model / deployment.version / HELD_OUT
    if not path.is_file():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    return HeldOut(rows=kept["rows"], truth=kept["truth"])


def write(
    predictor: Callable[[Deployment], Predictor],
    sessions: Sessions,
    models: Path,
    *,
    until: datetime,
    seed: int = SEED,
) -> int:
    """Write the DAYS days before the day of `until`; how many cases came in.

    Raises CaseNotRecorded and FeedbackNotRecorded. A model that does not answer is left out, with a line in the log.
    """
    start = until.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
        days=DAYS
    )
    kept = {d: rows for d in DEPLOYMENTS if (rows := held_out(models, d))}
    plan = parts({d: len(rows.rows) for d, rows in kept.items()}, start, seed)
    missing = [part for part in plan if not answered(sessions, _key(part), len(_up(part)))]
    if not missing:
        return 0
    workspace = opened(sessions, "demo", person=BY, title=TITLE).name
    outliers = Earlier(sessions)
    count = sum(
        _write(predictor, sessions, outliers, part, kept[part.deployment], workspace, until)
        for part in missing
    )
    reviews.finish(sessions, until)
    for server in {predictor(deployment).ref.server for deployment in kept}:
        accept_normal(sessions, server, start, workspace)
    keep(sessions, standings(sessions, clock=lambda: until).values(), clock=lambda: until)
    fold(sessions)
    bring_up_to_date(sessions)
    return count


def _key(part: Part) -> str:
    return f"demonstration-{part.name}"


def _up(part: Part) -> list[Visit]:
    """The visits while the server answers."""
    return [visit for visit in part.visits if not is_down(visit.at, part.start)]


def _write(
    predictor: Callable[[Deployment], Predictor],
    sessions: Sessions,
    outliers: Earlier,
    part: Part,
    kept: HeldOut,
    workspace: str,
    until: datetime,
) -> int:
    random = Random(_key(part))  # noqa: S311
    # The same history has other ids once it was reset: an id is never used for a second case.
    of_ids = Random(f"{workspace}-{_key(part)}")  # noqa: S311
    asked = RowsRequest(
        model=predictor(part.deployment),
        sessions=sessions,
        key=_key(part),
        person=part.person,
        audit=AUDIT,
        random=random.random,
        purpose="demo",
        workspace=workspace,
        outliers=outliers,
    )
    try:
        cases = _ask(asked, part, _up(part), kept, random, of_ids)
    except MdsError as error:
        log.warning("%s has no history: %s", part.deployment.model, error.detail or error)
        return 0
    if cases:
        reviews.begin(sessions, cases[0].server, cases[0].model, cases[0].created_at, of_ids)
    for case, visit in zip(cases, _up(part), strict=True):
        _judge(sessions, case, kept.truth[visit.row], random, of_ids, until)
    return len(cases) + _ask_in_vain(asked, part, kept, random, of_ids)


def _ask(
    asked: RowsRequest,
    part: Part,
    visits: Sequence[Visit],
    kept: HeldOut,
    random: Random,
    of_ids: Random,
) -> list[CaseView]:
    """The cases of the visits, with their rows as they were measured on their day."""
    name, last = part.deployment.model, part.visits[-1].at
    rows = [as_measured(kept.rows[v.row], name, v.at, part.start, random) for v in visits]
    # A request that is sent again has an id of its own, too.
    times, moments = (chain((v.at for v in visits), repeat(last)) for _ in range(2))
    dated = replace(asked, clock=lambda: next(times), new_id=lambda: id_at(next(moments), of_ids))
    return [case for some in predict_rows(dated, rows, part.deployment.at_once) for case in some]


def _ask_in_vain(
    asked: RowsRequest, part: Part, kept: HeldOut, random: Random, of_ids: Random
) -> int:
    """The cases of the outage, one by one: they fail, and are recorded as any that fails; how many there are."""
    lost = [visit for visit in part.visits if is_down(visit.at, part.start)]
    for number, visit in enumerate(lost):
        down = replace(asked, model=unreachable(asked.model), key=f"{asked.key}-down-{number}")
        with suppress(MdsError):
            _ask(down, part, [visit], kept, random, of_ids)
    return len(lost)


def _judge(
    sessions: Sessions,
    case: CaseView,
    truth: object,
    random: Random,
    of_ids: Random,
    until: datetime,
) -> None:
    """What somebody says of the case hours later, where somebody does: reviewers of what was drawn, analysts of the rest. What
    would be after `until` is not said yet."""
    chance, hours, word = random.random(), random.uniform(0.1, 30.0), random.random()
    if not case.is_answered or truth is None:
        return
    item_id = reviews.ask(sessions, case, of_ids) if case.is_audited else ""
    if chance >= (_REVIEWED if case.is_audited else _VOLUNTEERED):
        return
    is_right = _is_right(case, truth)
    at = case.created_at + timedelta(hours=hours)
    statement: dict[str, object] = {
        "judgement": "correct" if is_right else "incorrect",
        "truth": None if is_right else truth,
        "reason": "" if is_right else "Wrong answer",
        "confidence": round(0.6 + 0.4 * word, 2),
    }
    if case.is_audited:
        reviews.read(sessions, case, item_id, statement, at, random, of_ids, until)
        return
    if at > until:
        return
    with suppress(AlreadyRecorded):
        submit(
            sessions,
            case_id=case.id,
            person=case.person,
            key=f"{case.idempotency_key}-feedback",
            clock=lambda: at,
            new_id=lambda: id_at(at, of_ids),
            **statement,  # type: ignore[arg-type]
        )


def _is_right(case: CaseView, truth: object) -> bool:
    if case.answer_number is not None and isinstance(truth, int | float):
        return abs(case.answer_number - truth) <= _NEAR * abs(truth)
    return case.answer_label == str(truth)
