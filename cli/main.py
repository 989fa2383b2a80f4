"""The commands and their arguments."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence

from cli import (
    audit,
    backup,
    batch,
    dataset,
    demo,
    describe,
    doctor,
    golden,
    health,
    jobs,
    key,
    models,
    person,
    predict,
    restore,
    retention,
    stream,
    test,
    token,
    truth,
    worker,
)
from cli.output import (
    EXIT_CODES,
    FAILED,
    INTERRUPTED,
    NOT_FOUND,
    WRONG,
    NotFound,
    Wrong,
    report,
    say,
)
from db.errors import StorageError
from mds_client.errors import MdsError
from mds_client.transport.redaction import Hiding
from settings import UnusableSettings

_COMMANDS = (
    ("models", models, "list what is deployed"),
    ("describe", describe, "show what a model takes and answers"),
    ("predict", predict, "ask a model"),
    ("batch", batch, "ask a model about all rows of a file of any size"),
    ("stream", stream, "score the records of a topic as they come"),
    ("doctor", doctor, "find out whether servers can be used, and what to set"),
    ("backup", backup, "write all that is in the database to one file"),
    ("restore", restore, "put a backup into an empty database"),
    ("audit", audit, "verify the trail of who did what, or export its signed end"),
    ("person", person, "export everything about a person, or erase it"),
    ("key", key, "export everything about a value of a field, or erase it"),
    ("retention", retention, "delete what is older than its rule, or hold cases that are to stay"),
    ("health", health, "say how models are doing, or write a page about one that prints"),
    ("golden", golden, "run a version of a model on its golden cases"),
    ("dataset", dataset, "freeze judged cases as a data set, or export one"),
    ("test", test, "test a version on a file whose right answers are known"),
    ("truth", truth, "record right answers that come later, from a file"),
    ("token", token, "make, list or revoke tokens of the API"),
    ("jobs", jobs, "list what runs without a page; stop a job, or let it go on"),
    ("worker", worker, "run jobs until Ctrl+C; as many workers as wanted on one PostgreSQL"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code says whether it worked."""
    chosen = _chosen(arguments)
    if (
        chosen.command != "demo"
    ):  # a command tells its error itself; the log's detail is for --verbose
        logging.basicConfig(level=logging.INFO if chosen.verbose else logging.CRITICAL)
        for handler in logging.getLogger().handlers:
            handler.setFormatter(Hiding(logging.BASIC_FORMAT))
    try:
        code = _run(chosen)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes once more at its end, and would complain of the same pipe again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(chosen: argparse.Namespace) -> int:
    try:
        return int(_command(chosen)(chosen))
    except MdsError as error:
        return report(error)
    except NotFound as error:
        say(str(error))
        return NOT_FOUND
    except Wrong as error:
        say(str(error))
        return WRONG
    except StorageError as error:
        say(str(error))
        return FAILED
    except UnusableSettings as error:
        say(str(error))
        return WRONG


def _command(chosen: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    """What runs the command: here, or through a workbench."""
    if not chosen.workbench:
        command: Callable[[argparse.Namespace], int] = chosen.run
        return command
    from cli import workbench

    return workbench.run


def _chosen(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was typed. argparse takes a list in one piece; words may also follow options."""
    parser = _parser()
    chosen, rest = parser.parse_known_args(arguments)
    several = next((name for name in ("values", "words") if hasattr(chosen, name)), "")
    if rest and (not several or any(text.startswith("-") and text != "-" for text in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if several:
        setattr(chosen, several, [*getattr(chosen, several), *rest])
    return chosen


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="mds", description="MDS Workbench", epilog=EXIT_CODES, formatter_class=shape
    )
    parser.add_argument(
        "--workbench",
        default="",
        metavar="URL",
        help="ask through this workbench, which records it, with the token in MDS_TOKEN: models, predict",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    demo.add_arguments(commands.add_parser("demo", help="start the app with its own model server"))
    for name, command, words in _COMMANDS:
        own = commands.add_parser(
            name, help=words, description=words, epilog=EXIT_CODES, formatter_class=shape
        )
        own.add_argument("--json", action="store_true", help="one JSON document, for scripts")
        own.add_argument("--verbose", action="store_true", help="write the log to stderr")
        command.add_arguments(own)
    return parser
