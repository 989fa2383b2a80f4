"""Writes the history of the demonstration: cases asked of the real models, what people said of some of them, and what Health found
in those days, in a workspace of its own.

Everything goes through the functions that record what people do, with a clock handed in, and in the order of time. It is written once
for each database, a part at a time: what was cut off is taken up with the part that is missing.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain, groupby, repeat
from pathlib import Path
from random import Random

from audit_log.workspaces import complete, current, opened
from cases.audit_sample import AuditPolicy
from cases.batch import RowsRequest, answered, predict_rows
from cases.outliers import Outliers
from cases.queries import case as find_case
from cases.workspaces import demonstration_cases
from db.cases import CaseView
from db.engine import Sessions
from db.ids import id_at
from demonstration import again, first_calls, reviews, statements
from demonstration.in_turn import bring_in_turn
from demonstration.incidents import as_measured, is_down, times_as_long, unreachable
from demonstration.looks import ACCEPTED_DAY, Looking, moment_of
from demonstration.plan import DAYS, DEPLOYMENTS, Deployment, Part, Visit, parts
from demonstration.timeline import Timeline
from demonstration.times import Times, measured, refused
from health.day_counts import fold
from health.outliers.earlier import Earlier
from health.prediction_sets import bring_up_to_date
from health.titles import Titles, Units, as_named, no_unit
from mds_client import Model
from mds_client.errors import MdsError

HELD_OUT = "held_out.json"
SEED = 1
# What is planned: another number for another plan, so that a history of a former one is not taken for a part of this.
PLAN = 2
BY, TITLE = "demonstration", "The demonstration"
# The lottery draws more often than it does by itself: there are few cases, and much to tell of them.
AUDIT = AuditPolicy(probability=0.3)
# Within so many days people have said what they say of a case: of what was cut off it may be missing.
_SAID_WITHIN = 4
# After so many days days are counted for good.
_FOLDED = 10
log = logging.getLogger(__name__)
# The cases of a part, and what is drawn with by chance: what people do, and ids.
_Asked = tuple[list[CaseView], Random, Random]


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


def _kept(models: Path) -> dict[Deployment, HeldOut]:
    return {each: rows for each in DEPLOYMENTS if (rows := held_out(models, each))}


def write(
    predictor: Callable[[Deployment], Model],
    sessions: Sessions,
    models: Path,
    *,
    until: datetime,
    seed: int = SEED,
    outliers: Outliers | None = None,
    titles: Titles = as_named,
    units: Units = no_unit,
) -> int:
    """Write the DAYS days before the day of `until`; how many cases came in. `outliers` says which are unlike earlier ones,
    `titles` what fields are called, `units` those of the numbers that are answered. What was begun on an earlier day is taken up as it was begun.

    Raises CaseNotRecorded and FeedbackNotRecorded. A model that does not answer is left out, with a line in the log.
    """
    there = current(sessions, "demo")
    begun = (there.opened_at if there else until).astimezone(UTC)
    start, kept = _start(begun), _kept(models)
    plan = list(parts({d: len(rows.rows) for d, rows in kept.items()}, start, seed))
    missing = _missing(sessions, plan, there.name if there else "")
    if not missing:
        return 0
    timeline = Timeline(begun)
    workspace = opened(sessions, "demo", person=BY, title=TITLE, clock=lambda: begun).name
    writing = _Writing(
        predictor=cache(lambda deployment: _known(predictor(deployment))),
        sessions=sessions,
        kept=kept,
        plan=plan,
        workspace=workspace,
        outliers=outliers or Earlier(sessions),
        timeline=timeline,
    )
    looking = writing.looking(start, titles, units)
    count = _lived(writing, looking, missing)
    if count:
        _finish(looking, until)
        complete(sessions, workspace, clock=lambda: until)
    return count


def _start(begun: datetime) -> datetime:
    """The midnight with which a history begins that was begun to be written at that moment."""
    return begun.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS)


def _finish(looking: Looking, until: datetime) -> None:
    """What is done once all of it stands, as jobs do it."""
    reviews.finish(looking.sessions, until)
    looking.last(until)
    fold(looking.sessions)
    bring_up_to_date(looking.sessions)


def _known(model: Model) -> Model:
    """The model with its signature, as the pages have it: a request asks for the answer alone. Raises MdsError."""
    return replace(model, known=model.signature())


def _key(part: Part) -> str:
    return f"demonstration-{PLAN}-{part.name}"


def _is_missing(sessions: Sessions, part: Part, workspace: str) -> bool:
    """Whether a part has not been asked. Of a model that is asked row by row since it fails at times, the first may have no answer."""
    visits = _up(part)
    if not visits or answered(sessions, _key(part), len(visits)):
        return False
    if part.deployment.at_once > 1:
        return True
    first = find_case(sessions, id_at(visits[0].at, _ids(part, workspace)))
    return first is None or first.outcome != "failed"


def _ids(part: Part, workspace: str) -> Random:
    """What ids are drawn with: the same history has others once it was reset, for an id is never used for a second case."""
    return Random(f"{workspace}-{_key(part)}")  # noqa: S311


def _missing(sessions: Sessions, plan: Sequence[Part], workspace: str) -> set[str]:
    """The names of the parts that are to be written: none beside a history of another plan, which stays until somebody resets it."""
    missing = {part.name for part in plan if _is_missing(sessions, part, workspace)}
    if len(missing) < len(plan) or not demonstration_cases(sessions):
        return missing
    log.warning("A history of a former release stands: `mds demo reset` makes room for this one.")
    return set()


def _up(part: Part) -> list[Visit]:
    """The visits while the server answers."""
    return [visit for visit in part.visits if not is_down(visit.at, part.start)]


def _lived(writing: _Writing, looking: Looking, missing: set[str]) -> int:
    """All that is missing, in the order of time, with a look of Health at the end of each step; how many cases came in."""
    plan = writing.plan
    first = min(part.first for part in plan if part.name in missing)
    known, count, start = looking.known_until(), 0, looking.start
    looking.timeline.add(start + timedelta(days=ACCEPTED_DAY), looking.accept_normal)
    for last, step in groupby(plan, key=lambda part: part.last):
        asked = writing.step(list(step), missing, takes_up=last > first - _SAID_WITHIN)
        if last == again.DAY + 1 and asked:
            writing.ask_again(start)
        now = moment_of(start, last - 1)
        looking.timeline.run(now)
        if last % _FOLDED == 0:
            fold(writing.sessions)  # else each look would count everything anew
        if asked and now > known:
            looking.at(now)
        count += asked
    looking.timeline.run(datetime.max.replace(tzinfo=UTC))
    return count


@dataclass(kw_only=True)
class _Writing:
    """Where the cases of a history go, and what is known of its models: how long their answers take, and how long it takes to
    hear that there is none."""

    predictor: Callable[[Deployment], Model]
    sessions: Sessions
    kept: Mapping[Deployment, HeldOut]
    plan: Sequence[Part]
    workspace: str
    outliers: Outliers
    timeline: Timeline
    in_turn: set[Deployment] = field(default_factory=set)
    times: dict[tuple[str, str], Times] = field(default_factory=dict)
    refused: Future[Times] | None = None

    def looking(self, start: datetime, titles: Titles, units: Units) -> Looking:
        """Where Health looks at what is written."""
        return Looking(
            sessions=self.sessions,
            server=self.predictor(next(iter(self.kept))).ref.server,
            models=sorted({deployment.model for deployment in self.kept}),
            workspace=self.workspace,
            start=start,
            titles=titles,
            timeline=self.timeline,
            units=units,
        )

    def step(self, some: Sequence[Part], missing: set[str], *, takes_up: bool) -> int:
        """Write the parts of a step that are missing, and take up the others; how many cases came in."""
        count = self.write([part for part in some if part.name in missing])
        if takes_up:
            self.take_up([part for part in some if part.name not in missing])
        return count

    def write(self, some: Sequence[Part]) -> int:
        """Ask the cases of the parts of a step, one model after the other, and let people say what they will say of them; how many cases
        there are."""
        by_model: dict[str, list[Part]] = defaultdict(list)
        for part in some:
            by_model[part.deployment.model].append(part)
        asked = dict(chain.from_iterable(map(self._asked, by_model.values())))
        return sum(self._end(part, *asked[part.name]) for part in some if part.name in asked)

    def _asked(self, some: Sequence[Part]) -> list[tuple[str, _Asked]]:
        """By the name of the part, its cases and what chance is drawn with; without one whose model does not answer."""
        found = []
        for part in some:
            random, of_ids = Random(_key(part)), _ids(part, self.workspace)  # noqa: S311
            try:
                self._bring_in_turn(part)
                found.append((part.name, (self._ask(part, random, of_ids), random, of_ids)))
            except MdsError as error:
                log.warning("%s has no history: %s", part.deployment.model, error.detail or error)
        return found

    def _end(self, part: Part, cases: list[CaseView], random: Random, of_ids: Random) -> int:
        self.times_refused(part.deployment)  # which waits beside all that follows
        first = cases[0]
        reviews.begin(self.sessions, first.server, first.model, first.created_at, of_ids)
        self._let_people_speak(part, dict(enumerate(cases)))
        return len(cases) + self._ask_in_vain(part, random, of_ids)

    def _bring_in_turn(self, part: Part) -> None:
        """Of a model that is asked row by row since it fails at times."""
        of = part.deployment
        if of.at_once == 1 and of not in self.in_turn:
            self.in_turn.add(of)
            earlier = [p for p in self.plan if p.deployment == of and p.first < part.first]
            asked = sum(len(_up(each)) for each in earlier)
            bring_in_turn(self.predictor(of), self.kept[of].rows[0], asked)

    def take_up(self, some: Sequence[Part]) -> None:
        """Let people say of the cases of parts what they had not come to when it was cut off."""
        for part in some:
            self._let_people_speak(part, answered(self.sessions, _key(part), len(_up(part))))

    def _let_people_speak(self, part: Part, cases: Mapping[int, CaseView]) -> None:
        truth, visits = self.kept[part.deployment].truth, _up(part)
        told = [
            (case, truth[visits[number].row])
            for number, case in cases.items()
            if not first_calls.is_called(case)
        ]
        statements.plan(self.sessions, told, self.timeline)

    def ask_again(self, start: datetime) -> None:
        """Compare two versions on the same cases."""
        compared = [part for part in self.plan if _of(part.deployment) == (again.MODEL, again.OF)]
        cases = [
            case
            for part in compared
            for case in answered(self.sessions, _key(part), len(_up(part))).values()
        ]
        model = self.predictor(next(d for d in self.kept if _of(d) == (again.MODEL, again.ASKED)))
        with suppress(MdsError):
            again.ask(self.sessions, model, again.wanted(cases, start), start)

    def _ask(self, part: Part, random: Random, of_ids: Random) -> list[CaseView]:
        """The cases while the server answers, with their rows as they were measured on their day."""
        visits = _up(part)
        if not first_calls.is_of(part):
            return list(self._rows(part, self._request(part, random), visits, random, of_ids))
        asking = first_calls.Asking(
            model=self.predictor(part.deployment),
            sessions=self.sessions,
            key=_key(part),
            part=part,
            audit=AUDIT,
            workspace=self.workspace,
            outliers=self.outliers,
            timeline=self.timeline,
        )
        kept = self.kept[part.deployment]
        truths = [kept.truth[visit.row] for visit in visits]
        return first_calls.ask(asking, self._measured(part, visits, random), truths, random, of_ids)

    def _request(self, part: Part, random: Random) -> RowsRequest:
        return RowsRequest(
            model=self.predictor(part.deployment),
            sessions=self.sessions,
            key=_key(part),
            person=part.person,
            audit=AUDIT,
            random=random.random,
            purpose="demo",
            workspace=self.workspace,
            outliers=self.outliers,
            as_known=self._timed(part),
        )

    def _rows(
        self,
        part: Part,
        asked: RowsRequest,
        visits: Sequence[Visit],
        random: Random,
        of_ids: Random,
    ) -> Iterator[CaseView]:
        rows, last = self._measured(part, visits, random), part.visits[-1].at
        # A request that is sent again has an id of its own, too.
        times, moments = (chain((v.at for v in visits), repeat(last)) for _ in range(2))
        dated = replace(
            asked, clock=lambda: next(times), new_id=lambda: id_at(next(moments), of_ids)
        )
        for some in predict_rows(dated, rows, part.deployment.at_once):
            yield from some

    def _measured(
        self, part: Part, visits: Sequence[Visit], random: Random
    ) -> list[dict[str, object]]:
        rows, model = self.kept[part.deployment].rows, part.deployment.model
        return [as_measured(rows[v.row], model, v.at, part.start, random) for v in visits]

    def _timed(self, part: Part) -> Callable[[CaseView], CaseView]:
        """What gives each case a time of its own; those that are asked alone have one."""
        deployment, drawn = part.deployment, Random(f"{_key(part)}-times")  # noqa: S311
        if deployment.at_once == 1:
            return lambda case: case
        if _of(deployment) not in self.times:
            rows = self.kept[deployment].rows
            self.times[_of(deployment)] = measured(self.predictor(deployment), rows)
        times = self.times[_of(deployment)]
        return lambda case: times.drawn(
            case, drawn.random, times_as_long(case.created_at, part.start)
        )

    def _ask_in_vain(self, part: Part, random: Random, of_ids: Random) -> int:
        """The cases of the outage, one by one: they fail, and are recorded as any that fails; how many there are."""
        lost = [visit for visit in part.visits if is_down(visit.at, part.start)]
        asked, drawn = self._request(part, random), Random(f"{_key(part)}-refused")  # noqa: S311
        for number, visit in enumerate(lost):
            times = self.times_refused(part.deployment).result()
            down = replace(
                asked,
                model=unreachable(asked.model),
                key=f"{asked.key}-down-{number}",
                as_known=lambda case, times=times: times.drawn(case, drawn.random),
            )
            with suppress(MdsError):
                list(self._rows(part, down, [visit], random, of_ids))
        return len(lost)

    def times_refused(self, deployment: Deployment) -> Future[Times]:
        """How long it takes to hear that a server does not answer: most of it is waiting, during which the rest is written."""
        if self.refused is None:
            row, pool = self.kept[deployment].rows[0], ThreadPoolExecutor(1)
            self.refused = pool.submit(refused, self.predictor(deployment), row)
            pool.shutdown(wait=False)
        return self.refused


def _of(deployment: Deployment) -> tuple[str, str]:
    return deployment.model, deployment.version
