"""What `mds person` does with what the database has of a person."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from cases import erasure
from cases.erasure import Found, StillWorking
from cli.output import GOOD, NotFound, Wrong, confirm_erasure, document, say
from cli.token_rows import who
from db.engine import Sessions, close, make_sessions
from db.migrate import migrate
from settings import settings


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong for what cannot be done, NotFound for a person whom nothing names."""
    url = settings().database_url.get_secret_value()
    migrate(url)
    sessions = make_sessions(url)
    try:
        counts = erasure.find(sessions, chosen.name)
        if not counts.rows:
            raise NotFound(f"Nothing names {chosen.name}.")
        action = _export if chosen.action == "export" else _erase
        action(sessions, chosen, counts)
    finally:
        close(sessions)
    return GOOD


def _export(sessions: Sessions, chosen: argparse.Namespace, _found: Found) -> None:
    if chosen.file is None:
        raise Wrong("Name the file that is written: mds person export NAME FILE")
    try:
        rows = erasure.export(sessions, chosen.name, chosen.file, by=who())
    except FileExistsError as error:
        raise Wrong(f"{chosen.file} is there already: name another file.") from error
    except OSError as error:
        raise Wrong(f"{chosen.file} cannot be written: {error.strerror or error}.") from error
    if chosen.json:
        document({"file": str(chosen.file), "rows": rows})
    else:
        print(f"{chosen.file} holds {sum(rows.values()):,} rows. Keep it as safe as the data.")


def _erase(sessions: Sessions, chosen: argparse.Namespace, found: Found) -> None:
    for table, count in found.rows.items():
        say(f"{table}: {count:,}")
    if found.staying:
        say(f"{found.staying:,} cases stay, with what was said on them: golden or held.")
    say("The trail goes on to name who did what and when.")
    if not chosen.yes:
        confirm_erasure("name", chosen.name)
    try:
        done = erasure.erase(sessions, chosen.name, by=who(), between=say)
    except StillWorking as error:
        raise Wrong(
            f"{error} of their jobs are under way: stop them with `mds jobs cancel`."
        ) from error
    if chosen.json:
        document({**asdict(done), "staying": found.staying})
        return
    print(
        f"{done.cases:,} cases, {done.statements:,} statements elsewhere, {done.files:,} files erased."
    )
    if done.changed:
        print(f"{done.changed:,} signatures kept the name: see `mds audit verify`.")
