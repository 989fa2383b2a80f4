"""`mds dataset`: freeze judged cases as a version of a data set, list the versions, or write one to a file."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

FORMATS = (".csv", ".parquet", ".jsonl", ".json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    freeze = actions.add_parser("freeze", help="a new version, of the cases that are chosen")
    freeze.add_argument("name", help="of the data set")
    freeze.add_argument("--model", required=True, help="server/name")
    freeze.add_argument("--model-version", default="", help="only cases of this version")
    freeze.add_argument("--judgement", choices=["correct", "incorrect"], default="")
    freeze.add_argument(
        "--channel", choices=["volunteered", "audit", "review", "upload", "api"], default=""
    )
    freeze.add_argument("--since", type=_moment, metavar="DAY", help="asked on that day or later")
    freeze.add_argument("--until", type=_moment, metavar="DAY", help="asked before that day")
    freeze.add_argument("--answer", default="", metavar="CLASS", help="that was answered")
    freeze.add_argument("--truth", default="", metavar="CLASS", help="that is right")
    freeze.add_argument("--drawn", action="store_true", help="only cases drawn for a check")
    export = actions.add_parser("export", help="write a version to a file")
    export.add_argument("id", help="of the version, as `mds dataset list` has it")
    export.add_argument(
        "out", type=Path, help=".csv, .parquet, .jsonl, or .json for Label Studio's import"
    )
    actions.add_parser("list", help="the versions of the data sets of every model")
    for each in actions.choices.values():
        each.add_argument("--json", action="store_true", help="one JSON document, for scripts")
        each.add_argument("--verbose", action="store_true", help="write the log to stderr")
    parser.set_defaults(run=run)


def _moment(text: str) -> datetime:
    """A day, or a moment. Raises ArgumentTypeError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no day. Write it like 2026-05-01."
        ) from error
    return found if found.tzinfo else found.astimezone()


def run(chosen: argparse.Namespace) -> int:
    """With the database of the settings."""
    from cli import dataset_rows  # the database is half a second that no other command should take

    return dataset_rows.run(chosen)
