"""`mds person`: everything about a person, as a file, and erased."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("export", "erase"))
    parser.add_argument("name", help="of the person, as cases have it")
    parser.add_argument("file", nargs="?", type=Path, help="the ZIP file that `export` writes")
    parser.add_argument("--yes", action="store_true", help="erase without asking")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """With the database of the settings."""
    from cli import person_rows  # the database is half a second that no other command should take

    return person_rows.run(chosen)
