"""What `mds golden` does with the database and the model."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from cli import fleet
from cli.output import FAILED, GOOD, NotFound, Wrong, document, printable, say, table
from cli.token_rows import who
from db.engine import close, make_sessions, writing
from db.ids import new_id
from db.migrate import migrate
from feedback import golden
from feedback.golden_junit import junit
from feedback.golden_runs import Found, perform
from mds_client.signature import ModelRef
from services import Services, build
from settings import settings

_MOST_SAID = 20


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong, NotFound and MdsError."""
    return _run(chosen) if chosen.action == "run" else _list(chosen)


def _run(chosen: argparse.Namespace) -> int:
    """The exit code says whether the version passed."""
    with fleet.opened(chosen.model) as (_, ref):
        pass  # which server is meant, and that it answers
    built = build(settings())
    try:
        found = _asked(built, ref, chosen.name)
        with writing(built.sessions) as session:
            found.save(session)
    finally:
        built.close()
        close(built.sessions)
    if chosen.junit:
        _write(chosen, found)
    if chosen.json:
        document({**asdict(found.run), "results": [asdict(each) for each in found.results]})
    else:
        _show(found)
    return GOOD if found.run.is_passed else FAILED


def _asked(built: Services, ref: ModelRef, name: str) -> Found:
    built.catalogue.refresh()
    entry = built.catalogue.find(ref)
    if entry is None:
        raise NotFound(f"{ref} is not deployed. `mds models` lists what there is.")
    return perform(
        built.sessions,
        model=entry.ref,
        name=name,
        ask=built.golden_asker(entry.ref),
        run_id=new_id(),
        person=who(),
    )


def _write(chosen: argparse.Namespace, found: Found) -> None:
    try:
        chosen.junit.write_bytes(junit(found.run, found.results, chosen.name))
    except OSError as error:
        raise Wrong(f"{chosen.junit} could not be written: {error.strerror}.") from error


def _show(found: Found) -> None:
    run = found.run
    print(printable(f"{run.server}/{run.model} version {run.version}: {golden.in_words(run)}."))
    print(f"{golden.verdict(run)}.")
    wrong = [each for each in found.results if not each.is_right]
    for each in wrong[:_MOST_SAID]:
        say(printable(f"case {each.case_id}: {each.outcome} {each.detail}"))
    if len(wrong) > _MOST_SAID:
        say(f"… and {len(wrong) - _MOST_SAID:,} more; --json has all of them.")


def _list(chosen: argparse.Namespace) -> int:
    url = settings().database_url.get_secret_value()
    migrate(url)
    sessions = make_sessions(url)
    try:
        found = golden.all_sets(sessions)
    finally:
        close(sessions)
    if chosen.json:
        document([asdict(each) for each in found])
        return GOOD
    rows = [["MODEL", "SET", "VERSION", "CASES", "NEWEST RUN"]]
    for each in found:
        golden_set, newest = each.golden_set, next(iter(each.runs), None)
        ran = f"{newest.version}: {golden.verdict(newest)}" if newest else "none"
        rows.append(
            [
                printable(f"{golden_set.server}/{golden_set.model}"),
                printable(golden_set.name),
                str(golden_set.version),
                f"{each.cases:,}",
                printable(ran),
            ]
        )
    table(rows)
    return GOOD
