"""What `mds health` says of the cases in the database."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from api.v1.resources.health import Told, known_of, of_all, whole
from cli.output import GOOD, NotFound, Wrong, document, printable, say, table
from db.engine import close
from db.ids import utc_now
from feedback.first_call_figures import first_call_figures
from health.calibration_words import sentence
from health.cohort import Cohort
from health.coming_in import as_known, coming_in
from health.error_sizes import full_sentence
from health.error_sizes import lines as sizes_lines
from health.objectives import of_model
from health.overview import Look, look
from health.report import HealthReport, cause_words, page
from health.server_metrics.readings import ASKED_ONCE, Reading
from health.service import Service, service, words
from health.standing import DAYS, MOST_DAYS, Standing, begin, in_order, standings
from health.status import left_out_words
from health.summary import demonstration_words, summarise
from health.wording import counted_words
from mds_client.signature import ModelRef
from services import Services, build
from settings import settings


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong for what cannot be done, NotFound for a model that nobody asked."""
    if chosen.html and not chosen.model:
        raise Wrong("Of which model? mds health server/name --html FILE")
    if chosen.days is None:
        chosen.days = DAYS
    if chosen.days < 0:
        raise Wrong("Days are counted from 0 on: 0 is all of them.")
    if chosen.days > MOST_DAYS:
        raise Wrong(f"At most {MOST_DAYS:,} days; 0 is all of them.")
    built = build(settings())
    try:
        return _one(built, chosen) if chosen.model else _all(built, chosen)
    finally:
        built.close()
        close(built.sessions)


def _all(built: Services, chosen: argparse.Namespace) -> int:
    every = standings(
        built.figures, titles=built.field_titles_in_jobs, units=built.answer_unit_in_jobs
    ).values()
    coming = coming_in(built.figures)
    known = [as_known(coming, each) for each in every]
    found = in_order(known)
    if chosen.version or chosen.value or chosen.days != DAYS:
        say(
            f"The words are about all cases of the last {DAYS} days: a version, days and a value are for one model alone."
        )
    if coming:
        say(coming.words)
    if chosen.json:
        built.catalogue.refresh()  # whose they are
        document(of_all(found, known_of(built)).model_dump(mode="json"))
    elif not found:
        say("Nobody has asked a model yet.")
    else:
        rows = [
            [
                printable(f"{s.server}/{s.model}"),
                s.status.word,
                str(s.accuracy),
                printable(full_sentence(s, built.answer_unit_in_jobs)),
            ]
            for s in found
        ]
        table([["MODEL", "HEALTH", "RIGHT [95 %]", "WHY"], *rows])
        if made_up := _made_up(found):
            say(made_up)
    return GOOD


def _made_up(found: Sequence[Standing]) -> str:
    counts = ((s.demonstration, s.cases, s.asked_again) for s in found)
    return demonstration_words(*map(sum, zip(*counts, strict=True)))


def _one(built: Services, chosen: argparse.Namespace) -> int:
    ref, cohort = _ref(built, chosen.model), _cohort(chosen, utc_now())
    built.catalogue.refresh()  # what its fields are called, and which are protected
    _check_field(built, ref, chosen)
    found = look(
        built.figures,
        ref.server,
        ref.name,
        cohort,
        protected=built.protected_fields(ref.server, ref.name),
        titles=built.field_titles,
        words=built.field_words,
        units=built.answer_unit,
    )
    known = known_of(built)
    coming = known.coming
    so_far = coming.words_of(ref.server, ref.name, is_asked=found is not None) if coming else ""
    if found is None:
        if so_far:
            raise NotFound(f"{so_far} Try again in a minute.")
        _not_asked(str(ref))
    found = replace(found, standing=as_known(coming, found.standing))
    if not found.standing.cases:
        _check_version(built, ref, chosen.version)
    wanted = of_model(built.settings.objectives, ref.server, ref.name)
    served = service(built.figures, ref.server, ref.name, wanted)
    reading = built.reading(ref.server, ref.name, ASKED_ONCE)
    if chosen.html:
        _write(built, chosen, found, cohort, served, reading)
    if chosen.json:
        called = first_call_figures(built.sessions, ref.server, ref.name)
        told = Told(served=served, called=called, reading=reading)
        document(whole(found, told, known, chosen.days).model_dump(mode="json"))
    elif not chosen.html:
        _say(built, chosen, found, _of_every_version(chosen, words(served, reading)))
    if so_far:
        say(so_far)
    return GOOD


def _say(built: Services, chosen: argparse.Namespace, found: Look, more: Sequence[str]) -> None:
    standing = found.standing
    status = standing.status
    lines = [f"{standing.server}/{standing.model}: {status.word}"]
    lines.append(f"{status.sentence} {status.action}")
    if made_up := demonstration_words(standing.demonstration, standing.cases, standing.asked_again):
        lines.append(made_up)
    if chosen.version or chosen.value or chosen.days != DAYS:
        lines.append(_chosen_words(found, chosen))
    lines += _figures(found)
    if found.causes:
        named = _titles(built, standing.server, standing.model)
        lines += [found.causes.sentence, *(cause_words(each, named) for each in found.causes.found)]
    for line in (*lines, *sizes_lines(found.details.sizes), *more):
        print(printable(line))


def _of_every_version(chosen: argparse.Namespace, lines: Sequence[str]) -> Sequence[str]:
    """What is said of the service, and which requests it is about where others are chosen."""
    is_part = chosen.version or chosen.value or chosen.days != DAYS
    return ["The service, of every version, whatever is chosen:", *lines] if is_part else lines


def _figures(found: Look) -> Iterator[str]:
    """The shares of the cases that are looked at, each with its interval and n."""
    yield f"Right answers: {found.standing.accuracy}."
    yield f"Failed requests, of those sent: {counted_words(found.failed)}."
    if words_of_probabilities := sentence(found.details.calibration):
        yield words_of_probabilities
    if found.unlike.n:
        yield f"Newest cases unlike all earlier ones: {counted_words(found.unlike)}; by chance up to 1 in 100."


def _check_field(built: Services, ref: ModelRef, chosen: argparse.Namespace) -> None:
    """Raises Wrong for a value of an input that the model does not have, as far as its inputs are known."""
    name, names = chosen.value.partition("=")[0], list(_titles(built, ref.server, ref.name))
    if name and names and name not in names:
        raise Wrong(f"{ref} has no input {name!r}. It has {', '.join(names)}.")


def _check_version(built: Services, ref: ModelRef, version: str) -> None:
    """Raises Wrong for a version that nobody has asked."""
    rows = summarise(built.figures, server=ref.server, model=ref.name) if version else []
    asked = [row.version for row in rows if row.version]
    if version and version not in asked:
        had = f" It was asked as {', '.join(asked)}." if asked else ""
        raise Wrong(f"Nobody has asked a version {version!r} of {ref}.{had}")


def _chosen_words(found: Look, chosen: argparse.Namespace) -> str:
    """What is known of the cases that were chosen; the word is of all."""
    right, of = found.standing.accuracy, ", ".join(_words(chosen))
    known, left_out = "too few are checked to say how many are right", ""
    if right.value is not None and right.low is not None and right.high is not None:
        ends = f"{right.low * 100:.0f}–{right.high * 100:.0f} %"
        known = f"{right.value * 100:.0f} % are right ({ends}), n={right.n:,}"
    left_out = left_out_words(right)
    if not found.answered:
        return f"The word is about all cases of the last {DAYS} days. There is no answer of these: {of}."
    return f"The word is about all cases of the last {DAYS} days. Of {right.of or found.answered:,} answers ({of}) {known}. {left_out}".rstrip()


def _write(
    built: Services,
    chosen: argparse.Namespace,
    found: Look,
    cohort: Cohort,
    served: Service,
    reading: Reading | None,
) -> None:
    standing = found.standing
    told = HealthReport(
        look=found,
        rows=summarise(built.figures, server=standing.server, model=standing.model, cohort=cohort),
        title=built.model_title(standing.server, standing.model),
        titles=_titles(built, standing.server, standing.model),
        words=built.field_words(standing.server, standing.model),
        unit=built.answer_unit(standing.server, standing.model),
        chosen=_words(chosen),
        cohort=cohort,
        at=utc_now(),
        service=served,
        reading=reading,
    )
    try:
        chosen.html.write_text(page(told), encoding="utf-8")
    except OSError as error:
        raise Wrong(f"{chosen.html} could not be written: {error.strerror}.") from error
    say(f"{chosen.html} is written.")


def _titles(built: Services, server: str, model: str) -> Mapping[str, str]:
    return built.field_titles(server, model)


def _ref(built: Services, text: str) -> ModelRef:
    """`server/name`, or a name that was asked on one server alone."""
    if "/" not in text:
        owners = [row.server for row in summarise(built.figures, model=text)]
        if len(set(owners)) > 1:
            several = ", ".join(f"{server}/{text}" for server in sorted(set(owners)))
            raise Wrong(f"Several servers have a model {text!r}. Write one of: {several}.")
        return ModelRef(server=owners[0], name=text) if owners else _not_asked(text)
    try:
        return ModelRef.parse(text)
    except ValueError as error:
        raise Wrong(f"{text!r} names no model. Write server/name or name.") from error


def _not_asked(text: str) -> NoReturn:
    raise NotFound(f"Nobody has asked a model {text}. `mds health` lists those that somebody did.")


def _cohort(chosen: argparse.Namespace, now: datetime) -> Cohort:
    name, _, value = chosen.value.partition("=")
    if chosen.value and not (name and value):
        raise Wrong("Write --value FIELD=VALUE.")
    return Cohort(
        version=chosen.version or None,
        since=begin(now, chosen.days) if chosen.days else None,
        values=((name, value),) if chosen.value else (),
    )


def _words(chosen: argparse.Namespace) -> list[str]:
    found = [f"the last {chosen.days:,} days" if chosen.days else "all days"]
    found += [f"version {chosen.version}"] if chosen.version else []
    return found + ([chosen.value.replace("=", " is ", 1)] if chosen.value else [])
