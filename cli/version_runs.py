"""A run of a version on known answers, as `mds test` and `mds golden` have it: performed, kept, told, and listed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from cli import fleet
from cli.output import FAILED, GOOD, NotFound, Wrong, document, printable, say, table
from db.engine import Session, Sessions, close, make_sessions, writing
from db.migrate import migrate
from mds_client.discovery import Entry
from services import Services, build
from settings import settings

_MOST_SAID = 20


class Found(Protocol):
    """A run that is done, and not written yet."""

    @property
    def run(self) -> Any: ...

    @property
    def results(self) -> Sequence[Any]: ...

    def save(self, session: Session) -> str: ...


class Telling(Protocol):
    """How a run is told: to a person in lines, the wrong and the doubtful answers last, and to a pipeline as JUnit XML."""

    def lines(self, run: Any) -> Iterable[str]: ...
    def wrong(self, result: Any) -> str: ...
    def junit(self, found: Any) -> bytes: ...
    def is_good(self, run: Any) -> bool:
        """Whether a pipeline may go on."""
        ...


def run(
    chosen: argparse.Namespace,
    models: Iterable[str | None],
    perform: Callable[[Services, list[Entry]], Found],
    telling: Telling,
) -> int:
    """Run the first of these models; the exit code says whether it passed. Raises Wrong, NotFound and MdsError."""
    refs = []
    for model in filter(None, models):
        with fleet.opened(model) as (_, ref):  # which server is meant, and that it answers
            refs.append(ref)
    built = build(settings())
    try:
        built.catalogue.refresh()
        entries = [(ref, built.catalogue.find(ref)) for ref in refs]
        if missing := [ref for ref, entry in entries if entry is None]:
            raise NotFound(f"{missing[0]} is not deployed. `mds models` lists what there is.")
        found = perform(built, [entry for _, entry in entries if entry])
        with writing(built.sessions) as session:
            found.save(session)
    finally:
        built.close()
        close(built.sessions)
    if chosen.junit:
        _write(chosen.junit, telling.junit(found))
    if chosen.json:
        document({**asdict(found.run), "results": [asdict(each) for each in found.results]})
    else:
        _show(found, telling)
    return GOOD if telling.is_good(found.run) else FAILED


def listed(
    chosen: argparse.Namespace,
    read: Callable[[Sessions], Sequence[Any]],
    head: Sequence[str],
    row: Callable[[Any], Sequence[str]],
) -> int:
    """What the database has, as a table or as a document."""
    url = settings().database_url.get_secret_value()
    migrate(url)
    sessions = make_sessions(url)
    try:
        found = read(sessions)
    finally:
        close(sessions)
    if chosen.json:
        document([asdict(each) for each in found])
    else:
        table([list(head), *([printable(each) for each in row(one)] for one in found)])
    return GOOD


def _write(path: Path, report: bytes) -> None:
    try:
        path.write_bytes(report)
    except OSError as error:
        raise Wrong(f"{path} could not be written: {error.strerror}.") from error


def _show(found: Found, telling: Telling) -> None:
    for line in telling.lines(found.run):
        print(printable(line))
    told = [each for each in found.results if not each.is_right or each.detail]
    for each in told[:_MOST_SAID]:
        say(printable(telling.wrong(each)))
    if len(told) > _MOST_SAID:
        say(f"… and {len(told) - _MOST_SAID:,} more; --json has all of them.")
