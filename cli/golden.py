"""`mds golden`: run a version of a model on its golden cases, or list the sets and what came of them."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    run_it = actions.add_parser(
        "run", help="ask a version about each golden case; exit code 1 where it does not pass"
    )
    run_it.add_argument("model", help="server/name[@version], or a name that only one server has")
    run_it.add_argument("--set", dest="name", default="default", metavar="NAME", help="which set")
    run_it.add_argument("--junit", type=Path, metavar="FILE", help="write a report as JUnit XML")
    actions.add_parser("list", help="the sets of every model, with their newest run")
    for each in actions.choices.values():
        each.add_argument("--json", action="store_true", help="one JSON document, for scripts")
        each.add_argument("--verbose", action="store_true", help="write the log to stderr")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """With the database and the servers of the settings."""
    from cli import golden_rows  # the database is half a second that no other command should take

    return golden_rows.run(chosen)
