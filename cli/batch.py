"""`mds batch`: ask a model about all rows of a file of any size, as a job; what is written down survives this command."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

from cli.output import Wrong

RECORDS = {
    "all": "each row becomes a case",
    "sample": "some rows do, and those that the audit draws",
    "drawn": "only those that the audit draws",
}


def add_record_arguments(
    parser: argparse.ArgumentParser, of: str, default: Literal["all", "sample"]
) -> None:
    """Which of the rows or records become cases."""
    parser.add_argument(
        "--record",
        choices=list(RECORDS),
        default=default,
        help="; ".join(f"{name}: {words}" for name, words in RECORDS.items()),
    )
    parser.add_argument(
        "--share",
        type=float,
        default=0.01,
        help=f"of the {of} in a sample: 0.01 is one in a hundred",
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to ask about, of which model, what is recorded, and where the result goes."""
    _add_what(parser)
    _add_how(parser)
    _add_reading(parser)
    _add_schedule_arguments(parser.add_argument_group("mds batch schedule add"))
    parser.set_defaults(run=run, keep_totals=False)


def _add_what(parser: argparse.ArgumentParser) -> None:
    """The file, the model, and where the result goes."""
    parser.add_argument(
        "file", nargs="?", default="", help="a path, or a URL such as s3://bucket/rows.parquet"
    )
    parser.add_argument(
        "words",
        nargs="*",
        default=[],
        help="after `schedule`: `add` with a folder, a URL or a database of the settings, `list`, or `remove` with an id",
    )
    parser.add_argument(
        "--model", default="", help="server/name[@version], or a name that one server has"
    )
    parser.add_argument(
        "--out",
        default="",
        metavar="PATH",
        help="where the result goes, a path or a URL: .parquet, .csv or .xlsx",
    )
    parser.add_argument(
        "--value",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="one value for all rows, of a field that has no column; may be given several times",
    )


def _add_how(parser: argparse.ArgumentParser) -> None:
    """What is recorded, who asks, and whether anything is sent at all."""
    add_record_arguments(parser, "rows", "all")
    parser.add_argument(
        "--engine",
        choices=["local", "ray"],
        default="",
        help="who asks: the workers here, or a Ray cluster; by itself as settings and size say",
    )
    parser.add_argument(
        "--resume",
        default="",
        metavar="JOB",
        help="go on with a batch that ended early, or wait for one and write its result",
    )
    parser.add_argument("--pause", default="", metavar="JOB", help="stop a batch; it can go on")
    parser.add_argument(
        "--cancel",
        default="",
        metavar="JOB",
        help="stop a batch for good; its result has the answers so far",
    )
    parser.add_argument(
        "--corrects",
        default="",
        metavar="JOB",
        help="the file has rows without an answer of that batch, corrected: the result is its whole file",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="read the file and tell the plan; nothing is sent"
    )
    parser.add_argument(
        "--problems", type=Path, metavar="PATH", help="write the rows that are not sent as CSV"
    )


def _add_reading(parser: argparse.ArgumentParser) -> None:
    """How the file is written, where that is not seen."""
    parser.add_argument(
        "--sheet", default="", help="the sheet of a workbook, or the list of a JSON"
    )
    parser.add_argument("--encoding", default="", help="its text encoding, as cp1252 or utf-16")
    parser.add_argument("--delimiter", default="", help="the sign between columns; tab for a tab")
    parser.add_argument(
        "--decimal",
        choices=[".", ","],
        metavar="SIGN",
        default="",
        help="the sign of decimals: . or ,",
    )
    parser.add_argument(
        "--header-row", type=int, metavar="N", help="the row of the names; 0 for none"
    )


def _add_schedule_arguments(group: argparse._ArgumentGroup) -> None:
    """What is looked for, how often, and in whose name."""
    group.add_argument("--every", default="1h", help="how often it is looked: 15m, 6h, 1d")
    group.add_argument("--pattern", default="*", help="only files whose names fit, as *.csv")
    group.add_argument(
        "--changed",
        choices=["tell", "again"],
        default="tell",
        help="what becomes of a file that changed since it was scored: it is told, or scored again",
    )
    group.add_argument("--query", default="", help="a SELECT whose new rows are scored")
    group.add_argument(
        "--key", default="", metavar="COLUMN", help="with --query: a key that only grows"
    )
    group.add_argument(
        "--person",
        default="",
        help="in whose name: their right to the model is looked at each time",
    )
    group.add_argument("--groups", default="", help="their groups, with commas between")


def run(chosen: argparse.Namespace) -> int:
    """Read the file, tell the plan, ask, and write the result; or see to schedules."""
    if chosen.file == "schedule":
        if chosen.value:
            raise Wrong("--value is for one file, not for a schedule.")
        from cli import batch_schedules  # as below

        return batch_schedules.run(chosen)
    if chosen.value and not chosen.file:
        raise Wrong("--value is for the rows of a file: name the file.")
    if chosen.words:
        raise Wrong(f"One file at a time: {chosen.file}, and not {' '.join(chosen.words)} as well.")
    from cli import (
        batch_rows,  # the database and Arrow are a second that no other command should take
    )

    return batch_rows.run(chosen)
