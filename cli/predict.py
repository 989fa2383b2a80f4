"""`mds predict`: ask a model."""

from __future__ import annotations

import argparse
import json
import mimetypes
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli import fleet, rows_file
from cli.output import GOOD, Wrong, code_of, document, printable, say
from cli.published import as_published
from cli.rows_file import Rows, rows_in
from explanations.formatting import percent
from mds_client.client.row_splitter import Chunk
from mds_client.errors import MdsError
from mds_client.prediction import Answer, Prediction
from mds_client.signature import FILE_KINDS, Field, File, Signature

_MOST_SHOWN = 4000
_YES, _NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="server/name[@version], or a name that only one server has")
    parser.add_argument(
        "values",
        nargs="*",
        metavar="name=value",
        help="values; name=@path for a file; - for JSON on stdin",
    )
    parser.add_argument(
        "--values", dest="text", metavar="TEXT", help="a JSON object, or a list of them"
    )
    parser.add_argument(
        "--file", type=Path, metavar="PATH", help="rows in a file: CSV, Excel, JSON and others"
    )
    rows_file.add_arguments(parser)
    parser.add_argument(
        "--example", type=int, metavar="N", help="begin with the model's example N, from 1"
    )
    parser.add_argument("--show-sent", action="store_true", help="say on stderr what was sent")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Ask for all rows, in as many requests as the server needs, and tell the answers in their order.

    A row that is refused is said on stderr, after which the exit code is that of its error.
    """
    chunks: list[Chunk] = []
    try:
        rows = _ask(chosen, chunks)
    except MdsError as error:  # of all rows: what was sent by then is still to be seen
        if chosen.show_sent:
            _say_sent(chunks)
            _say_exchange(error)
        raise
    if rows == 1 and not chosen.json:
        _print_answers(chunks[0], ())
    if chosen.show_sent:
        _say_sent(chunks)
    if chosen.json:
        document(_facts(chunks))
    return next((code_of(error) for chunk in chunks for error in chunk.failures.values()), GOOD)


def _ask(chosen: argparse.Namespace, chunks: list[Chunk]) -> int:
    """Append the outcome of each request to `chunks`; returns how many rows there are. Raises MdsError and
    Wrong."""
    with fleet.opened(chosen.model) as (client, ref):
        signature = as_published(client.signature(ref))
        rows, places = rows_of(signature, chosen)
        if len(rows) == 1:
            chunks.append(Chunk(rows=range(1), outcome=client.predict(signature, rows)))
        else:
            for chunk in client.predict_rows(signature, rows):
                chunks.append(chunk)
                if not chosen.json:
                    _print_answers(chunk, places)
    return len(rows)


def _print_answers(chunk: Chunk, places: Sequence[str]) -> None:
    """One line a row on stdout, so that answers and rows stay side by side."""
    for place, row in enumerate(chunk.rows):
        if error := chunk.failures.get(place):
            say(f"{places[row]}: {printable(error.sentence)}")
            print("not answered")
        else:
            print(in_words(chunk.answers[place]))


def _say_sent(chunks: Sequence[Chunk]) -> None:
    for chunk in chunks:
        _say_exchange(chunk.outcome)


def _say_exchange(outcome: Prediction | MdsError) -> None:
    """What was sent; of what failed also the status and the words that came back."""
    sent = outcome.exchange
    if sent is None:
        return
    say(f"{sent.method} {sent.url}\n{sent.request_body.decode('utf-8', 'replace')}")
    if isinstance(outcome, MdsError):
        words = printable(sent.response_body[:_MOST_SHOWN].decode("utf-8", "replace"))
        say(f"→ {sent.status} {words}".rstrip() if sent.status else "→ no answer")


def rows_of(signature: Signature, chosen: argparse.Namespace) -> Rows:
    """The rows that were given, in one of the ways there are. Raises Wrong."""
    single = [text for text in chosen.values if text != "-"]
    is_stdin = len(single) < len(chosen.values)
    if sum((is_stdin, chosen.text is not None, chosen.file is not None)) > 1:
        raise Wrong("Give rows in one way: --values, --file or -.")
    rows: list[dict[str, object]] = [{}]
    if is_stdin or chosen.text is not None:
        rows = _json_rows(sys.stdin.read() if is_stdin else chosen.text)
    base = {} if chosen.example is None else _example(signature, chosen.example)
    named = dict(pair_in(signature, text) for text in single)
    places = [f"Row {number}" for number in range(1, len(rows) + 1)]
    choices = rows_file.choices_in(chosen)
    if chosen.file:
        rows, places = rows_in(chosen.file, signature, {*base, *named}, read_file, choices)
    return Rows([{**base, **_read_files(signature, row), **named} for row in rows], places)


def _json_rows(text: str) -> list[dict[str, object]]:
    try:
        read: Any = json.loads(text)
    except ValueError as error:
        raise Wrong(f"The values are not JSON: {error}.") from error
    rows = read if isinstance(read, list) else [read]
    if not all(isinstance(row, dict) for row in rows):
        raise Wrong("The JSON must be an object of name and value, or a list of such objects.")
    return rows


def _example(signature: Signature, number: int) -> dict[str, object]:
    rows = signature.example_rows
    if not 1 <= number <= len(rows):
        raise Wrong(f"The model has {len(rows)} examples; there is no example {number}.")
    return rows[number - 1]


def pair_in(signature: Signature, text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Wrong(f"{text!r} is not name=value.")
    try:
        return name, _typed(signature[name], value)
    except KeyError:
        known = ", ".join(field.name for field in signature.inputs)
        raise Wrong(f"The model has no field {name!r}. It takes: {known}.") from None


def _typed(field: Field, text: str) -> object:
    """The text as the field's kind reads it; what does not fit is refused by the check that follows."""
    if _is_file(field) and text.startswith("@"):
        return read_file(Path(text[1:]))
    if text == "" and not field.required:
        return None
    if field.choices:
        return next((choice for choice in field.choices if str(choice) == text), text)
    if field.kind == "boolean":
        return text.casefold() in _YES if text.casefold() in _YES + _NO else text
    if field.kind in ("number", "integer", "tensor", "json"):
        return _number_or_json(text)
    return text


def _is_file(field: Field) -> bool:
    return field.kind in FILE_KINDS or (field.kind == "text" and field.content_type == "base64")


def _number_or_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def read_file(path: Path) -> File:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Wrong(f"The file {path} could not be read: {error.strerror}.") from error
    return File(name=path.name, media_type=mimetypes.guess_type(path.name)[0] or "", data=data)


def _read_files(signature: Signature, row: dict[str, object]) -> dict[str, object]:
    """Rows name their files as @path."""
    files = {field.name for field in signature.inputs if _is_file(field)}
    return {
        n: read_file(Path(v[1:])) if n in files and isinstance(v, str) and v.startswith("@") else v
        for n, v in row.items()
    }


def _facts(chunks: Sequence[Chunk]) -> dict[str, object]:
    """The answers in the order of the rows; where one request held them all, its facts beside them."""
    answers = [facts for chunk in chunks for facts in _of_rows(chunk)]
    requests = [facts for chunk in chunks if (facts := _request(chunk))]
    return (
        {**requests[0], "answers": answers}
        if len(chunks) == len(requests) == 1
        else {
            "answers": answers,
            "requests": requests,
        }
    )


def _of_rows(chunk: Chunk) -> list[dict[str, object]]:
    failures = chunk.failures
    return [
        {"error": failures[place].sentence, "advice": failures[place].advice}
        if place in failures
        else {"headline": chunk.answers[place].headline, "answer": chunk.answers[place]}
        for place in range(len(chunk.rows))
    ]


def _request(chunk: Chunk) -> dict[str, object]:
    if not isinstance(chunk.outcome, Prediction):
        return {}
    return {
        "model": str(chunk.outcome.model),
        "request_id": chunk.outcome.exchange.request_id,
        "seconds": chunk.outcome.exchange.seconds,
        "outputs": chunk.outcome.outputs,
    }


def share_words(share: float) -> str:
    """A probability as on the pages, with a plain space."""
    return printable(percent(share))


def in_words(answer: Answer) -> str:
    """The headline with how sure the model is; what it answered in a form of its own as JSON."""
    words = printable(answer.headline)
    if answer.kind == "tree" or not words:
        details = json.dumps(dict(answer.details), default=str, ensure_ascii=False)
        return printable(f"{words}: {details}" if words else details)
    if answer.kind == "multilabel" and answer.likely:
        return ", ".join(
            f"{printable(label)} ({share_words(answer.probabilities[label])})"
            for label in answer.likely
        )
    if answer.probability is not None:
        return f"{words}  ({share_words(answer.probability)})"
    if answer.score is not None:
        return f"{words}  ({printable(answer.score_name) or 'score'} {answer.score:.4g})"
    return words
