"""The commands and their arguments."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cli import demo


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code says whether it worked."""
    parser = argparse.ArgumentParser(prog="mds", description="MDS Workbench")
    commands = parser.add_subparsers(dest="command", required=True)
    demo.add_arguments(commands.add_parser("demo", help="start the app with its own model server"))
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))
