"""`mds retention`: what the rules would delete, delete it now, and hold cases that are to stay."""

from __future__ import annotations

import argparse

_ACTIONS = ("preview", "run", "hold", "release", "held")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=_ACTIONS)
    parser.add_argument("case", nargs="?", default="", help="the case to hold or release")
    parser.add_argument("--reason", default="", help="why a case is held")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """With the rules and the database of the settings."""
    from cli import (
        retention_rows,
    )  # the database is half a second that no other command should take

    return retention_rows.run(chosen)
