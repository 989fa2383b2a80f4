"""The word for models in a line each, from their cases: all of them, or those in which something changed since they were looked at last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import db.health_cases
import db.health_days
import db.health_decisions
import db.health_figures
import db.health_references
from db.engine import Session, Sessions, snapshot
from db.health import Selection
from db.health_counting import DayCount
from db.health_decisions import DecisionView
from db.ids import utc_now
from health import days
from health.alarms.decisions import (
    accepted,
    acknowledged_by,
    closed,
    put_off_words,
    reference_of,
)
from health.closing import Closing
from health.details import NO_SIZES, Sizes, sizes
from health.drift.fields import FieldDrift
from health.estimates import Estimate, accuracy
from health.history import Answers
from health.input_drift import InputDrift, Model, input_drift, midnight
from health.known_standings import Kept, Told
from health.status import WORDS, DayFigures, History, Inputs, Status, judge
from health.summary import ESTIMATED, SERVED, asked_again, demonstration, groups, unchecked
from health.titles import Titles, Units, as_named, no_unit

# How far back alarms look.
DAYS = 120
# A century; longer ago there is no date to count from.
MOST_DAYS = 36_500
# So many models are read one by one: more of them all at once.
_FEW = 8


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A model in a line: its word and why, its accuracy, and who takes care of what goes on. `demonstration` of its cases
    are the history of a demonstration, `asked_again` were asked again to compare versions, and `unchecked` are drawn and not judged right or wrong. `put_off` says until when, and by
    whom, where it is put off. `sizes` are those of the errors of its numbers, of the cases that the word is of."""

    server: str
    model: str
    versions: tuple[str, ...]
    status: Status
    accuracy: Estimate
    cases: int
    acknowledged_by: str
    put_off: str = ""
    demonstration: int = 0
    asked_again: int = 0
    unchecked: int = 0
    sizes: Sizes = NO_SIZES


def in_order(found: Iterable[Standing]) -> list[Standing]:
    """What needs somebody first: by its word, and of one word what nobody put off before what is."""
    return sorted(found, key=lambda each: (WORDS.index(each.status.word), bool(each.put_off)))


# Of models that were asked, but not lately, None.
_known: Kept[Standing | None] = Kept()


def begin(now: datetime, days: int = DAYS) -> datetime:
    """The midnight (UTC) since when the last so many days are, today among them: of the word, unless told otherwise."""
    return midnight(now) - timedelta(days=days - 1)


def standings(
    sessions: Sessions,
    *,
    server: str | None = None,
    model: str | None = None,
    titles: Titles = as_named,
    units: Units = no_unit,
    clock: Callable[[], datetime] = utc_now,
) -> dict[Model, Standing]:
    """The word and the accuracy of every model that was asked, or of those of a server or a name, by (server, model). Sentences call fields by their `titles`, and
    numbers that are answered have their `units`. Raises StorageError."""
    now = clock()
    everything = Selection(purposes=SERVED, server=server, model=model)
    with snapshot(sessions) as session:
        ever = db.health_days.not_kept(session, everything)
        told = _told(session, everything, ever, (titles, units), now)
        revisions = db.health_days.revisions(session, everything)
        found = _known.of(told, revisions, now.date())
        rest = [of for of in told if of not in found]
        made: dict[Model, Standing | None] = dict.fromkeys(rest)
        for some in _selections(everything, rest):
            made |= _worked_out(session, some, ever, told, now)
    _known.keep(made.items(), told, revisions, now.date())
    every = {of: each for of, each in sorted((found | made).items()) if each}
    return {of: replace(e, put_off=put_off_words(told[of].steps, now)) for of, e in every.items()}


def _told(
    session: Session,
    everything: Selection,
    ever: Sequence[DayCount],
    named: tuple[Titles, Units],
    now: datetime,
) -> dict[Model, Told]:
    """Of every model that was asked, what is told beside its figures. `ever` is what db.health_days.not_kept finds."""
    models = db.health_figures.models(session, everything)
    steps = db.health_decisions.of_models(session)
    chosen = db.health_references.of_models(session, everything.server, everything.model)
    references = {of: reference_of(steps.get(of, ()), chosen.get(of)) for of in models}
    drift = input_drift(session, now, everything, references, ever)
    return {
        of: Told(
            steps=tuple(steps.get(of, ())),
            inputs=inputs_of(drift[of], of, *named),
        )
        for of in models
    }


def _selections(everything: Selection, models: Sequence[Model]) -> list[Selection]:
    """Of these models: each for itself where they are few, else of all at once."""
    if len(models) > _FEW:
        return [everything]
    return [replace(everything, server=server, model=model) for server, model in models]


def _worked_out(
    session: Session,
    everything: Selection,
    ever: Sequence[DayCount],
    told: Mapping[Model, Told],
    now: datetime,
) -> dict[Model, Standing]:
    """Of the models of a selection that were asked lately. `ever` may be of more models."""
    since = begin(now)
    selection = replace(everything, since=since)
    counted = [each for each in db.health_days.since(ever, since) if _is_of(each, everything)]
    counts: dict[Model, list[DayCount]] = defaultdict(list)
    for count in db.health_days.by_version(session, selection, counted):
        counts[count.key.server, count.key.model].append(count)
    by_day = db.health_figures.by_day(session, selection, days.KINDS, counted)
    numeric = db.health_cases.answering_numbers(session, counts)
    return {
        of: standing_of(
            of,
            found,
            [days.of_numbers(day, numbers) for day, numbers in by_day[of].items()],
            steps=told[of].steps,
            closing=closing_of(session, everything, of, told[of].steps, since),
            now=now,
            inputs=told[of].inputs,
            far_off=_sizes(session, selection, of, found) if of in numeric else NO_SIZES,
        )
        for of, found in counts.items()
    }


def _is_of(count: DayCount, selection: Selection) -> bool:
    key = count.key
    return selection.server in (None, key.server) and selection.model in (None, key.model)


def standing_of(
    model: Model,
    counts: Sequence[DayCount],
    by_day: Sequence[DayFigures],
    *,
    steps: Sequence[DecisionView],
    closing: Closing | None,
    now: datetime,
    inputs: Inputs,
    far_off: Sizes = NO_SIZES,
) -> Standing:
    """`counts` need not be by day."""
    found, waiting = accuracy(groups(counts)), unchecked(counts)
    in_order = sorted(counts, key=lambda count: (count.day, count.key.version))
    history = History(
        days=days.without_gaps(by_day, now.date()),
        today=now.date(),
        accuracy=found,
        accepted=accepted(steps),
        inputs=inputs,
        closed=closing,
        ahead=days.ahead(by_day, now.date()),
        unchecked=waiting,
    )
    status = judge(history)
    return Standing(
        server=model[0],
        model=model[1],
        versions=tuple(dict.fromkeys(count.key.version for count in in_order)),
        status=status,
        accuracy=found,
        cases=sum(count.cases for count in counts),
        acknowledged_by="" if status.word == "Healthy" else acknowledged_by(steps),
        put_off=put_off_words(steps, now),
        demonstration=demonstration(counts),
        asked_again=asked_again(counts),
        unchecked=waiting,
        sizes=far_off,
    )


def _sizes(
    session: Session, selection: Selection, model: Model, counts: Sequence[DayCount]
) -> Sizes:
    """How far the numbers of a model are off, of all of its cases that the word is of."""
    server, name = model
    estimated = replace(selection, purposes=ESTIMATED, server=server, model=name)
    return sizes(session, estimated, groups(counts))


def inputs_of(drift: InputDrift, of: Model, titles: Titles, units: Units) -> Inputs:
    """With fields as people call them, and the unit of numbers that are answered; both are looked for where something is told of them."""
    (before, now), reference = drift.cases, drift.reference
    named = titles(*of) if drift.flagged or drift.unfit else {}
    changed, unfit = (
        tuple(named.get(name, name) for name in names) for names in (drift.flagged, drift.unfit)
    )
    return Inputs(
        changed=changed,
        before=before,
        now=now,
        accepted=reference.accepted.date() if reference.accepted else None,
        chosen=reference.chosen.words if reference.chosen else "",
        is_compared=bool(drift.fields or drift.joint),
        unfit=unfit,
        since=drift.since,
        answers=_answers_of(drift.answer, partial(units, *of)),
    )


def _answers_of(found: FieldDrift | None, unit: Callable[[], str]) -> Answers | None:
    """How answers changed; None where they did not."""
    if found is None or not found.is_flagged:
        return None
    grown = found.grown
    if grown is None:
        return Answers(word="", before=0.0, now=0.0, since=found.since)
    before, now = grown.before / found.before, grown.after / found.after
    word = f"{grown.words} {unit() if found.is_number else ''}".rstrip()
    return Answers(word=word, before=before, now=now, since=found.since)


def closing_of(
    session: Session,
    everything: Selection,
    model: Model,
    steps: Sequence[DecisionView],
    since: datetime,
) -> Closing | None:
    """How the last alarm of a model ended, with what was asked on that day afterwards; None where that is long ago."""
    found = closed(steps)
    if found is None or found.at < since:
        return None
    server, name = model
    rest = replace(everything, server=server, model=name, since=found.at, until=found.until)
    day = days.figures(found.at.date(), db.health_days.by_day(session, rest))
    return found.with_rest(day.right, day.wrong, day.answered, day.failed)
