"""`mds jobs`: what runs, waits and has ended; pause a job, let it go on, or cancel it for good."""

from __future__ import annotations

import argparse

_ACTIONS = ("list", "show", "pause", "resume", "cancel")
STATES = ("waiting", "running", "done", "failed", "paused", "cancelled")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which job; without anything, a list."""
    parser.add_argument(
        "action",
        nargs="?",
        default="list",
        choices=_ACTIONS,
        help="pause: stop it, it can go on; resume: let it go on; cancel: stop it for good",
    )
    parser.add_argument(
        "id", nargs="?", default="", help="of the job to show, pause, resume or cancel"
    )
    parser.add_argument("--state", choices=STATES, help="list only jobs in this state")
    parser.add_argument("--person", default="", help="list only what this person asked for")
    parser.add_argument("--limit", type=int, default=50, help="list so many, the newest")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Look at the rows of jobs; workers see what is asked of them here."""
    from cli import job_rows  # the database is half a second that no other command should take

    return job_rows.run(chosen)
