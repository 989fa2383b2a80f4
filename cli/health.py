"""`mds health`: the word for each model, or everything about one, as a page to print or as JSON."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", nargs="?", default="", help="server/name; without it, all models")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page that prints")
    parser.add_argument("--version", default="", help="cases of this version alone")
    parser.add_argument(
        "--days", type=int, help="cases of so many days (120, as for the word; 0 for all)"
    )
    parser.add_argument(
        "--value", default="", metavar="FIELD=VALUE", help="cases with this value alone"
    )
    parser.add_argument(
        "--compare-with",
        default="",
        metavar="REFERENCE",
        help="from now on, compare the newest inputs of the model with the rows of a file, `registry`, days as 2026-03-01..2026-03-31, or `first`: its first cases again",
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Say it, with the database of the settings."""
    if chosen.compare_with:
        from cli import health_reference

        return health_reference.run(chosen)
    from cli import health_words  # the database is half a second that no other command should take

    return health_words.run(chosen)
