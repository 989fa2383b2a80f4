"""What `mds dataset` does with the database and the file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from batch import exports
from cases.files import kept_value
from cli.dataset import FORMATS
from cli.output import GOOD, NotFound, Wrong, document, printable, say, table
from cli.token_rows import who
from db.case_search import CaseFilter
from db.engine import Sessions, close, make_sessions
from db.migrate import migrate
from feedback import data_set_choice, data_set_exports, data_sets
from feedback.data_set_choice import Chosen
from feedback.data_sets import SetView
from mds_client.signature import ModelRef
from settings import settings


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong, NotFound and MdsError."""
    works: dict[str, Callable[[Sessions, argparse.Namespace], int]] = {
        "freeze": _freeze,
        "export": _export,
        "list": _list,
    }
    url = settings().database_url.get_secret_value()
    migrate(url)
    sessions = make_sessions(url)
    try:
        return works[chosen.action](sessions, chosen)
    finally:
        close(sessions)


def _freeze(sessions: Sessions, chosen: argparse.Namespace) -> int:
    try:
        ref = ModelRef.parse(chosen.model)
    except ValueError as error:
        raise Wrong(f"{chosen.model!r} names no model. Write server/name.") from error
    wanted = CaseFilter(
        server=ref.server,
        model=ref.name,
        version=chosen.model_version or ref.version,
        judgement=chosen.judgement,
        channel=chosen.channel,
        since=chosen.since,
        until=chosen.until,
        answer=chosen.answer,
        truth=chosen.truth,
        is_drawn=chosen.drawn,
    )
    if not data_set_choice.look(sessions, data_set_choice.whole_model(wanted)).listed:
        raise NotFound(f"No case of {ref.server}/{ref.name} is known here.")
    told: list[Chosen] = []
    found = data_sets.freeze(sessions, wanted, name=chosen.name, person=who(), tell=told.append)
    if chosen.json:
        facts = {"listed": told[0].listed, "left_out": dict(told[0].left_out)}
        document({**asdict(found), **facts})
    else:
        words = f"{found.id}: {found.name}, version {found.version}: {told[0].words}"
        print(printable(words))
    return GOOD


def _export(sessions: Sessions, chosen: argparse.Namespace) -> int:
    ending = chosen.out.suffix.lower()
    if ending not in FORMATS:
        raise Wrong(f"The file must end in {', '.join(FORMATS)}.")
    found, rows = data_sets.take(sessions, chosen.id, person=who())
    write: dict[str, Callable[[], bytes]] = {
        ".jsonl": partial(data_set_exports.as_json_lines, rows),
        ".json": partial(
            data_set_exports.as_label_studio, found, rows, partial(kept_value, sessions)
        ),
        ".parquet": partial(data_set_exports.as_parquet, rows),
        ".csv": lambda: exports.inert_csv(data_set_exports.as_parquet(rows)),
    }
    content = write[ending]()
    try:
        chosen.out.write_bytes(content)
    except OSError as error:
        raise Wrong(f"{chosen.out} could not be written: {error.strerror}.") from error
    if gone := found.cases - len(rows):
        say(f"{gone:,} of {found.cases:,} rows were erased since it was frozen.")
    if chosen.json:
        document({**asdict(found), "rows": len(rows), "out": str(chosen.out)})
    else:
        print(chosen.out)
    return GOOD


def _list(sessions: Sessions, chosen: argparse.Namespace) -> int:
    found = data_sets.sets_of(sessions)
    if chosen.json:
        document([asdict(each) for each in found])
        return GOOD
    rows = [["ID", "MODEL", "DATA SET", "VERSION", "CASES", "FROZEN"]]
    rows += [_line(each) for each in found]
    table(rows)
    return GOOD


def _line(found: SetView) -> list[str]:
    model, name = printable(f"{found.server}/{found.model}"), printable(found.name)
    when = f"{found.created_at:%Y-%m-%d %H:%M}"
    return [found.id, model, name, str(found.version), f"{found.cases:,}", when]
