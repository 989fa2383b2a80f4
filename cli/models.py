"""`mds models`: what is deployed."""

from __future__ import annotations

import argparse

from cli import fleet
from cli.output import FAILED, GOOD, code_of, document, printable, say, table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", help="show only models in which every word occurs")
    parser.add_argument("--server", default="", help="ask this configured server alone")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """List the models; servers that cannot be asked are said on stderr."""
    listed = fleet.ask_all(fleet.servers(chosen.server))
    rows = [row for server in listed for row in _rows(server) if matches(row, chosen.words)]
    if chosen.json:
        document({"models": rows, "unreachable": _unreachable(listed)})
    else:
        show(rows)
    for server in listed:
        if server.error:
            say(f"{server.server.name}: {server.error.sentence} {server.error.advice}".rstrip())
    return _code(listed)


def _rows(listed: fleet.Listed) -> list[dict[str, str]]:
    explains = {
        each.model: ref.name for ref, each in listed.explainers.items() if each.model != ref
    }
    return [
        {
            "model": str(info.ref),
            "server": info.ref.server,
            "name": info.ref.name,
            "version": info.ref.version,
            "state": info.state,
            "reason": info.reason,
            "protocol": listed.protocol,
            "explains": explains.get(info.ref, ""),
            "watches": listed.detectors.get(info.ref.name, ""),
        }
        for info in listed.models
    ]


def matches(row: dict[str, str], words: list[str]) -> bool:
    """Whether every word occurs in a line of the list."""
    text = " ".join(row.values()).casefold()
    return all(word.casefold() in text for word in words)


def show(rows: list[dict[str, str]]) -> None:
    """The list as a table."""
    if not rows:
        say("No model was found.")
        return
    columns = ("model", "state", "version", "protocol")
    table(
        [
            [c.upper() for c in columns],
            *([_cell(row, column) for column in columns] for row in rows),
        ]
    )


def _cell(row: dict[str, str], column: str) -> str:
    """What stands in the table; explainers and detectors are told from the models."""
    text = printable(row[column]) or "-"
    if column != "model":
        return text
    beside = [f"{word} {printable(row[word])}" for word in ("explains", "watches") if row[word]]
    return f"{text} ({', '.join(beside)})" if beside else text


def _unreachable(listed: list[fleet.Listed]) -> list[dict[str, str]]:
    return [{"server": s.server.name, "sentence": s.error.sentence} for s in listed if s.error]


def _code(listed: list[fleet.Listed]) -> int:
    """Good as long as one server answered."""
    errors = [s.error for s in listed if s.error]
    if len(errors) < len(listed) or not errors:
        return GOOD
    return code_of(errors[0]) or FAILED
