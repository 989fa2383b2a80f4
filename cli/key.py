"""`mds key`: everything about a business key, such as a customer's number, as a file, and erased."""

from __future__ import annotations

import argparse
from pathlib import Path

EVERY_KEY = "*"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("export", "erase"))
    parser.add_argument(
        "field",
        help=f"in which the key is entered; {EVERY_KEY} for each that a published signature names",
    )
    parser.add_argument("value", help="of the key")
    parser.add_argument("file", nargs="?", type=Path, help="the ZIP file that `export` writes")
    parser.add_argument("--yes", action="store_true", help="erase without asking")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """With the database of the settings."""
    from cli import key_rows  # the database is half a second that no other command should take

    return key_rows.run(chosen)
