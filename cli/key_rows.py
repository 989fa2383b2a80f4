"""What `mds key` does with what the database has of a business key."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from cases import business_key
from cases.business_key import Found, Key
from cli.key import EVERY_KEY
from cli.output import GOOD, NotFound, Wrong, confirm_erasure, document, say
from cli.token_rows import who
from configured import hash_key_of
from db.engine import Sessions, close, make_sessions
from db.migrate import migrate
from settings import settings
from signatures.marked import marked


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong for what cannot be done, NotFound for a key of no case."""
    url = settings().database_url.get_secret_value()
    migrate(url)
    sessions = make_sessions(url)
    try:
        key = _key(sessions, chosen)
        found = business_key.find(sessions, key)
        if not found.ids:
            raise NotFound(
                f"No case has this value in {_place(chosen.field)}, unless it was masked or not stored."
            )
        action = _export if chosen.action == "export" else _erase
        action(sessions, chosen, key, found)
    finally:
        close(sessions)
    return GOOD


def _place(field: str) -> str:
    return "a business key" if field == EVERY_KEY else field


def _key(sessions: Sessions, chosen: argparse.Namespace) -> Key:
    """Raises Wrong where no model has a business key."""
    hash_key = hash_key_of(settings())
    if chosen.field != EVERY_KEY:
        return Key(field=chosen.field, value=chosen.value, hash_key=hash_key)
    named = marked(sessions, "business_key")
    if not named:
        raise Wrong("No published signature names a business key. Say in which field to look.")
    return Key(value=chosen.value, named=named, hash_key=hash_key)


def _export(sessions: Sessions, chosen: argparse.Namespace, key: Key, _found: Found) -> None:
    if chosen.file is None:
        raise Wrong("Name the file that is written: mds key export FIELD VALUE FILE")
    try:
        rows = business_key.export(sessions, key, chosen.file, by=who())
    except FileExistsError as error:
        raise Wrong(f"{chosen.file} is there already: name another file.") from error
    except OSError as error:
        raise Wrong(f"{chosen.file} cannot be written: {error.strerror or error}.") from error
    if chosen.json:
        document({"file": str(chosen.file), "rows": rows})
    else:
        print(f"{chosen.file} holds {sum(rows.values()):,} rows. Keep it as safe as the data.")


def _erase(sessions: Sessions, chosen: argparse.Namespace, key: Key, found: Found) -> None:
    for table, count in found.rows.items():
        say(f"{table}: {count:,}")
    if found.staying:
        say(f"{found.staying:,} cases stay: golden, held, or worked on.")
    if not chosen.yes:
        confirm_erasure("value", chosen.value)
    done = business_key.erase(sessions, key, by=who(), between=say)
    if chosen.json:
        document({**asdict(done), "staying": found.staying})
        return
    print(f"{done.cases:,} cases and {done.files:,} files erased.")
    if done.bodies:
        print(f"The bodies of {done.bodies:,} other cases went, too: they were sent together.")
