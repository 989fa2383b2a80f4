"""`mds truth import FILE`: right answers that come later, by the ids of their cases or by a business key."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("import",))
    parser.add_argument(
        "file",
        type=Path,
        help="a table with the columns case (or key, with --model) and truth, in any format of the page; or Label Studio's export in JSON",
    )
    parser.add_argument(
        "--near",
        type=float,
        default=None,
        help="a number is right within this share of the truth (0.1: a tenth) and wrong beyond; "
        "without it a number that differs is kept as the truth, and decides nothing",
    )
    parser.add_argument(
        "--model",
        default="",
        help="server/name of the model whose business key the column key holds",
    )
    parser.add_argument(
        "--all",
        dest="is_for_all",
        action="store_true",
        help="a truth is right for every case with its key; without it a key that several cases have matches none",
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """With the database of the settings."""
    from cli import truth_rows  # the database is half a second that no other command should take

    return truth_rows.run(chosen)
