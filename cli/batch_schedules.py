"""`mds batch schedule`: have a model asked about whatever is new in a folder, a bucket or a database."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import services
from batch import schedules
from batch.errors import ScheduleRefused
from batch.jobs import schedule_look
from batch.schedules import FILES, QUERY, ScheduleView
from cli.output import GOOD, NotFound, Wrong, document, printable, say, table
from cli.rows_file import choices_in
from cli.token_rows import who
from db.ids import new_id, utc_now
from jobs import store
from mds_client.signature import ModelRef
from settings import settings

_READING = ("encoding", "delimiter", "decimal", "header_row")


def run(chosen: argparse.Namespace) -> int:
    """Add a schedule, list them, or remove one. Raises Wrong, NotFound and MdsError."""
    action, *rest = chosen.words or ["list"]
    works: dict[str, Callable[[services.Services, argparse.Namespace, list[str]], int]] = {
        "add": _add,
        "list": _list,
        "remove": _remove,
    }
    if action not in works:
        raise Wrong(f"mds batch schedule {' | '.join(works)}, not {action}.")
    built = services.build(settings())
    try:
        return works[action](built, chosen, rest)
    finally:
        built.close()


def _add(built: services.Services, chosen: argparse.Namespace, rest: list[str]) -> int:
    if len(rest) != 1:
        raise Wrong("Name one folder, URL or database: mds batch schedule add /data/in --model …")
    if not chosen.model:
        raise Wrong("Which model? --model server/name")
    ref = _model(built, chosen.model)
    try:
        schedule = _wanted(chosen, ref, rest[0])
        if not schedules.may_ask(
            built.settings_now.access, schedule, built.kinds[schedule_look.NAME]
        ):
            raise Wrong(f"{schedule.person} may not ask {ref.server}/{ref.name}.")
        if schedule.source == FILES:
            found = built.files_in(schedule.place, schedule.pattern)
            say(f"{len(found):,} files are there now; the first look scores them.")
        schedules.add(built.sessions, built.settings, schedule, by=who())
    except ScheduleRefused as error:
        raise Wrong(f"{error.sentence} {error.advice}".strip()) from error
    if chosen.json:
        document(_facts(schedule))
    else:
        say(f"It is looked every {schedules.in_words(schedule.every_seconds)}.")
        print(schedule.id)
    workers = store.living(built.sessions, settings().lost_seconds)
    if not any(worker.role == "worker" for worker in workers):
        say("No worker runs, so nothing is looked at. The app has one, or start `mds worker`.")
    return GOOD


def _model(built: services.Services, text: str) -> ModelRef:
    """The model with its server; a version where one was typed. Raises Wrong and NotFound."""
    from cli.batch_rows import signature_of

    typed = ModelRef.parse(text if "/" in text else f"any/{text}")
    found = signature_of(built, text).model
    return ModelRef(server=found.server, name=found.name, version=typed.version)


def _wanted(chosen: argparse.Namespace, ref: ModelRef, place: str) -> ScheduleView:
    is_query = bool(chosen.query)
    is_local = not is_query and "://" not in place
    choices = choices_in(chosen)
    reading = {n: v for n in _READING if (v := getattr(choices, n)) not in ("", None)}
    groups = [word.strip() for word in chosen.groups.split(",") if word.strip()]
    now = utc_now()
    return ScheduleView(
        id=new_id(),
        server=ref.server,
        model=ref.name,
        version=ref.version,
        person=chosen.person or who(),
        groups=groups if chosen.person else None,
        created_at=now,
        source=QUERY if is_query else FILES,
        place=str(Path(place).expanduser().absolute()) if is_local else place,
        pattern=chosen.pattern,
        query=chosen.query,
        key_column=chosen.key,
        every_seconds=schedules.seconds_of(chosen.every),
        changed=chosen.changed,
        record=chosen.record,
        share=chosen.share,
        reading=reading,
        next_at=now,
    )


def _list(built: services.Services, chosen: argparse.Namespace, rest: list[str]) -> int:
    found = schedules.listed(built.sessions)
    if chosen.json:
        document({"schedules": [_facts(each) for each in found]})
    elif not found:
        say("There is no schedule.")
    else:
        head = ["ID", "STATE", "MODEL", "WHERE", "EVERY", "PERSON", "LAST LOOK"]
        table([head, *map(_line, found)])
    return GOOD


def _remove(built: services.Services, chosen: argparse.Namespace, rest: list[str]) -> int:
    if len(rest) != 1:
        raise Wrong("Which one? mds batch schedule remove ID")
    try:
        schedules.end(built.sessions, rest[0], person=who())
    except ScheduleRefused as error:
        raise NotFound(f"{error.sentence} {error.advice}") from error
    say("It is looked at no more. Batches that it began go on.")
    return GOOD


def _line(found: ScheduleView) -> list[str]:
    looked = f"{found.looked_at:%Y-%m-%d %H:%M} " if found.looked_at else ""
    words = [
        found.id,
        "ended" if found.ended_at else "goes on",
        f"{found.server}/{found.model}" + (f"@{found.version}" if found.version else ""),
        found.place,
        schedules.in_words(found.every_seconds),
        found.person,
        f"{looked}{found.words}".strip() or "none so far",
    ]
    return [printable(word) for word in words]


def _facts(found: ScheduleView) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(found).items()
    }
