"""Commands through a workbench: `mds --workbench URL models`, with the token in MDS_TOKEN. What is asked is recorded
there, and only what its person may see is there."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

from cli.models import matches, show
from cli.output import GOOD, NotFound, Wrong, document, printable, say
from cli.predict import in_words, rows_of
from mds_client.signature import ModelRef
from mds_client.workbench import Possible, RecordedCase, WorkbenchClient, WorkbenchModel

TOKEN_VARIABLE = "MDS_TOKEN"  # noqa: S105 -- the name of the variable


def run(chosen: argparse.Namespace) -> int:
    """Run a command through the workbench. Raises Wrong for one that does not go through it, NotFound, and MdsError."""
    command = _COMMANDS.get(chosen.command)
    if command is None:
        known = " and ".join(f"`mds {name}`" for name in _COMMANDS)
        raise Wrong(f"{known} go through a workbench; `mds {chosen.command}` does not.")
    with _opened(chosen.workbench) as client:
        return command(client, chosen)


@contextmanager
def _opened(url: str) -> Iterator[WorkbenchClient]:
    if not url.startswith(("http://", "https://")):
        raise Wrong(f"The address of a workbench begins with http:// or https://, not {url!r}.")
    with WorkbenchClient(url, os.environ.get(TOKEN_VARIABLE, "")) as client:
        yield client


def _models(client: WorkbenchClient, chosen: argparse.Namespace) -> int:
    rows = [_row(listed) for listed in client.models()]
    wanted = [row for row in rows if chosen.server in ("", row["server"])]
    shown = [row for row in wanted if matches(row, chosen.words)]
    if chosen.json:
        document({"models": shown})
    else:
        show(shown)
    return GOOD


def _row(found: WorkbenchModel) -> dict[str, str]:
    return {
        "model": str(found.ref),
        "server": found.ref.server,
        "name": found.ref.name,
        "version": found.ref.version,
        "state": found.state,
        "reason": found.reason,
        "protocol": "",
        "explains": "",
    }


def _predict(client: WorkbenchClient, chosen: argparse.Namespace) -> int:
    if chosen.show_sent:
        raise Wrong("What was sent stands with the case: leave --show-sent out.")
    ref = _model_called(client, chosen.model)
    rows, places = rows_of(client.signature(ref), chosen)
    cases = client.predict(ref, rows)
    if chosen.json:
        document({"model": str(ref), "cases": [_facts(case) for case in cases]})
    else:
        for case, place in zip(cases, places, strict=True):
            _print(case, place)
    return GOOD if all(case.answer for case in cases) else _WITHOUT_ANSWER


def _model_called(client: WorkbenchClient, text: str) -> ModelRef:
    """The model with that name: `server/name[@version]`, or a name that only one server has."""
    try:
        named = ModelRef.parse(text if "/" in text else f"any/{text}")
    except ValueError as error:
        raise Wrong(f"{text!r} names no model. Write server/name or name.") from error
    if "/" in text:
        return named
    owners = {m.ref.server for m in client.models() if m.ref.name == named.name}
    if len(owners) > 1:
        several = ", ".join(f"{server}/{text}" for server in sorted(owners))
        raise Wrong(f"Several servers have a model {text!r}. Write one of: {several}.")
    if not owners:
        raise NotFound(f"No server has a model {text!r} that you may see.")
    return ModelRef(server=owners.pop(), name=named.name, version=named.version)


def _print(case: RecordedCase, place: str) -> None:
    """The answer on stdout, so that answers and rows stay side by side; the case on stderr."""
    if case.answer:
        print(in_words(case.answer))
        if case.possible:
            say(f"{place}: {possible_words(case.possible, case.answer.unit)}")
    else:
        say(f"{place}: {case.error}")
        print("not answered")
    say(f"Case {case.id}")


def _facts(case: RecordedCase) -> dict[str, object]:
    facts = {"case": case.id, "state": case.state, "version": case.version}
    if case.answer is None:
        return {**facts, "error": case.error, "advice": case.advice}
    answer = {"headline": case.answer.headline, "answer": case.answer}
    return {**facts, **answer, "possible": case.possible}


def possible_words(found: Possible, unit: str) -> str:
    """What else the right answer may be, with what that rests on; where newer cases refute it, that alone."""
    if found.is_refuted and found.held is not None:
        return (
            f"what else is possible can no longer be said: {found.held:.0%} of the newer checked cases were within what the older ones allow, "
            f"where {found.confidence:.0%} should be (from {found.n:,} checked cases)"
        )
    if found.bounds:
        low, high = found.bounds
        what = f"it lies between {low:.6g} and {high:.6g} {unit}".rstrip()
    else:
        what = f"it is {' or '.join(printable(label) for label in found.labels)}"
    held = f"; {found.held:.0%} of the newer ones were within" if found.held is not None else ""
    return f"with {found.confidence:.0%} confidence {what} (from {found.n:,} checked cases{held})"


_WITHOUT_ANSWER = 1
_COMMANDS = {"models": _models, "predict": _predict}
