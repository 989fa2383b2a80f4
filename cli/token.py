"""`mds token`: make, list and revoke API tokens."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do; a new token needs a name and a person."""
    parser.add_argument("action", choices=("create", "list", "revoke"))
    parser.add_argument(
        "which",
        nargs="?",
        default="",
        metavar="name|id",
        help="a new one's name, or which to revoke",
    )
    parser.add_argument("--person", default="", help="whose token it is; with list, only theirs")
    parser.add_argument(
        "--groups", default="", help="groups of the person, with commas, until they sign in again"
    )
    parser.add_argument(
        "--scopes",
        default="read",
        help="what it is for: read, predict, explain, feedback, with commas",
    )
    parser.add_argument("--days", type=float, default=90.0, help="for how long it is valid")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Make, list or revoke, with the database of the settings."""
    from cli import token_rows  # the database is half a second that no other command should take

    return token_rows.run(chosen)
