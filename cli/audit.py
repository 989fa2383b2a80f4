"""`mds audit`: verify the trail of who did what, and export its end."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("verify", "anchor"))
    parser.add_argument("file", nargs="?", type=Path, help="the file that `anchor` appends to")
    parser.add_argument("--anchors", type=Path, help="compare with the anchors in this file")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Verify or export, with the database of the settings."""
    from cli import audit_trail  # the database is half a second that no other command should take

    return audit_trail.run(chosen)
