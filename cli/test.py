"""`mds test`: test a version of a model on a file whose right answers are known, or list the test runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli import rows_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    run_it = actions.add_parser(
        "run",
        help="ask a version about each row; exit code 1 where it does not pass, or where rows could not be tested",
    )
    run_it.add_argument("file", type=Path, help="a table with one case a row, and a column truth")
    run_it.add_argument(
        "--model", required=True, help="server/name[@version], or a name that one server has"
    )
    run_it.add_argument(
        "--against", default="", metavar="MODEL", help="another version, on the same rows"
    )
    run_it.add_argument(
        "--truth", default="", metavar="COLUMN", help="the column with the right answers"
    )
    run_it.add_argument("--parallel", type=int, default=4, metavar="N", help="requests at once (4)")
    run_it.add_argument(
        "--pass-mark", type=float, default=0.9, metavar="SHARE", help="right answers needed (0.9)"
    )
    run_it.add_argument(
        "--most-error", type=float, metavar="X", help="for numbers: the mean absolute error allowed"
    )
    run_it.add_argument(
        "--near", type=float, default=0.1, help="a number is right within this share of it (0.1)"
    )
    run_it.add_argument(
        "--leave-out",
        action="store_true",
        help="rows that cannot be tested do not fail the command",
    )
    run_it.add_argument("--junit", type=Path, metavar="FILE", help="write a report as JUnit XML")
    rows_file.add_arguments(run_it)
    actions.add_parser("list", help="the test runs of every model, the newest first")
    for each in actions.choices.values():
        each.add_argument("--json", action="store_true", help="one JSON document, for scripts")
        each.add_argument("--verbose", action="store_true", help="write the log to stderr")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """With the database and the servers of the settings."""
    from cli import test_run_rows  # the database is half a second that no other command should take

    return test_run_rows.run(chosen)
