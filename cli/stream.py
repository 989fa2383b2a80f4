"""`mds stream`: score the records of a topic as they come, and publish what the model says of each to another."""

from __future__ import annotations

import argparse

from cli.batch import add_record_arguments

BROKER_VARIABLE = "MDS_STREAM_BROKER"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where records come from and go to, which model, and what is recorded."""
    parser.add_argument("--model", required=True, help="server/name[@version], or a name")
    parser.add_argument(
        "--broker",
        default="",
        metavar="URL",
        help=f"nats://, redis://, amqp:// or kafka://host:port; else {BROKER_VARIABLE}, where it has a password",
    )
    parser.add_argument(
        "--from", dest="source", required=True, metavar="TOPIC", help="JSON objects"
    )
    parser.add_argument("--to", required=True, metavar="TOPIC", help="where predictions go")
    parser.add_argument(
        "--poison",
        default="",
        metavar="TOPIC",
        help="where records go that cannot be asked about, with the reason; FROM.poison by itself",
    )
    parser.add_argument(
        "--group",
        default="mds",
        help="under which name the broker remembers how far the topic was read; processes of one group share it",
    )
    parser.add_argument("--name", default="", help="what the metrics call it; MODEL/FROM by itself")
    parser.add_argument("--rows", type=int, default=200, help="at most so many in a request")
    add_record_arguments(parser, "records", "sample")
    parser.add_argument(
        "--person",
        default="",
        help="in whose name the cases are: their right to the model is looked at all the time",
    )
    parser.add_argument("--groups", default="", help="their groups, with commas between")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Read until SIGTERM or Ctrl+C."""
    from cli import stream_records  # the database and the client are a second

    return stream_records.run(chosen)
