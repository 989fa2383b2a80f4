"""What `mds retention` does with the cases in the database."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from cases import retention
from cases.errors import NoSuchCase
from cases.jobs.retention import sentence
from cases.retention import Due
from cli.output import GOOD, NotFound, Wrong, document, printable, say, table
from cli.token_rows import who
from db.engine import Sessions, close, make_sessions
from db.errors import Conflict
from db.ids import utc_now
from db.migrate import migrate
from settings import settings


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong for what cannot be done, NotFound for a case that is not there."""
    if chosen.action in ("hold", "release") and not chosen.case:
        raise Wrong(f"Which case? mds retention {chosen.action} ID")
    url = settings().database_url.get_secret_value()
    migrate(url)
    sessions = make_sessions(url)
    try:
        _ACTIONS[chosen.action](sessions, chosen)
    except NoSuchCase as error:
        raise NotFound(f"There is no case {chosen.case}.") from error
    finally:
        close(sessions)
    return GOOD


def _preview(sessions: Sessions, chosen: argparse.Namespace) -> None:
    due = retention.preview(sessions, settings().retention, utc_now())
    if chosen.json:
        document({"due": [asdict(each) for each in due]})
    elif not due:
        say("No rule of the settings fits a model that there are cases of: nothing is deleted.")
    else:
        _show(due)


def _show(due: Sequence[Due]) -> None:
    head = ["MODEL", "CASES", "FEEDBACK AND COMMENTS", "BODIES OF OTHERS", "OLD, BUT STAY"]
    rows = [
        [
            printable(f"{each.server}/{each.model}"),
            *(f"{n:,}" for n in (each.cases, each.statements, each.bodies, each.staying)),
        ]
        for each in due
    ]
    table([head, *rows])


def _run(sessions: Sessions, chosen: argparse.Namespace) -> None:
    between = (lambda _: None) if chosen.json else say
    done = retention.run(sessions, settings().retention, utc_now(), person=who(), between=between)
    if chosen.json:
        document({"deleted": [asdict(each) for each in done]})
    else:
        print(sentence(done))


def _hold(sessions: Sessions, chosen: argparse.Namespace) -> None:
    try:
        retention.hold(sessions, chosen.case, person=who(), reason=chosen.reason, now=utc_now())
    except Conflict as error:
        raise Wrong(f"Case {chosen.case} is held already.") from error
    say(f"Case {chosen.case} is held: neither retention nor erasing deletes it.")


def _release(sessions: Sessions, chosen: argparse.Namespace) -> None:
    if not retention.release(sessions, chosen.case, person=who()):
        raise NotFound(f"Case {chosen.case} is not held.")
    say(f"Case {chosen.case} is kept no longer than its rule says.")


def _held(sessions: Sessions, chosen: argparse.Namespace) -> None:
    held = retention.held(sessions)
    if chosen.json:
        document({"held": [{**vars(h), "created_at": h.created_at.isoformat()} for h in held]})
    elif not held:
        say("No case is held.")
    else:
        rows = [[h.case_id, f"{h.created_at:%Y-%m-%d}", h.person, h.reason] for h in held]
        table([["CASE", "SINCE", "PERSON", "REASON"], *([*map(printable, row)] for row in rows)])


_ACTIONS = {
    "preview": _preview,
    "run": _run,
    "hold": _hold,
    "release": _release,
    "held": _held,
}
