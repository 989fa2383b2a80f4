"""An answer to several rows as one answer a row, wherever its list is; a row that failed as its error."""

from __future__ import annotations

from collections.abc import Mapping

from mds_client.codecs.json_answers.unwrapping import rows_of_frame
from mds_client.errors import NotReady
from mds_client.prediction.output_names import is_envelope, meaning, words_of
from mds_client.prediction.reported_failure import reported_failure

_DEEPEST = 6
_ERROR = "error"
_LARGE = 0.5


def rows_in(body: object, rows: int) -> list[object]:
    """One answer a row. What holds no list of so many is the one answer to all of them."""
    if rows == 1:
        return [body]
    answers = _listed(body, rows, 0)
    return [body] if answers is None else _with_errors(answers)


def _with_errors(answers: list[object]) -> list[object]:
    """Each row that only reports a failure as `{"error": …}`, beside those that were answered.

    Raises the error where all rows failed, or where one is not finished.
    """
    failures = [reported_failure(answer) for answer in answers]
    known = [failure for failure in failures if failure]
    if not known:
        return answers
    if len(known) == len(answers) or any(isinstance(failure, NotReady) for failure in known):
        raise known[0]
    return [
        {_ERROR: failure.detail or failure.sentence} if failure else answer
        for answer, failure in zip(answers, failures, strict=True)
    ]


def _listed(body: object, rows: int, depth: int) -> list[object] | None:
    """The answers, from the outermost list or lists of so many; None where there is none."""
    if isinstance(body, list):
        return body if len(body) == rows else None
    if not isinstance(body, Mapping) or depth > _DEEPEST:
        return None
    members = {str(name): member for name, member in body.items()}
    wrapped = (_listed(m, rows, depth + 1) for n, m in members.items() if is_envelope(n))
    framed: list[object] = [*rows_of_frame(members, rows)]
    return framed or _side_by_side(members, rows) or next(filter(None, wrapped), None)


def _side_by_side(members: Mapping[str, object], rows: int) -> list[object]:
    """The rows of lists that have a member for each; none where there is no such list."""
    lists = {n: m for n, m in members.items() if isinstance(m, list) and _is_of_rows(n, m, rows)}
    lists |= _words_of_rows(members, lists, rows)
    shared = {name: member for name, member in members.items() if name not in lists}
    return [_row(lists, shared, row) for row in range(rows)] if lists else []


def _words_of_rows(
    members: Mapping[str, object], lists: Mapping[str, list[object]], rows: int
) -> dict[str, list[object]]:
    """The list under `labels` that has the answer of each row, and not the words for the classes: beside one large
    probability a row and nothing else, or with a word twice."""
    if any(meaning(name) != "probability" for name in lists):
        return {}
    numbers = [c for column in lists.values() for c in column if isinstance(c, int | float)]
    is_one_each = 0 < len(numbers) == rows * len(lists)
    listed = _labels(members, rows) if is_one_each else []
    is_large = is_one_each and min(numbers) >= _LARGE
    return {n: m for n, m in listed if is_large or len(set(map(str, m))) < rows}


def _labels(members: Mapping[str, object], rows: int) -> list[tuple[str, list[object]]]:
    """The lists under `labels` with as many members as there are rows."""
    named = [(n, m) for n, m in members.items() if words_of(n)[-1:] == ("labels",)]
    return [(n, m) for n, m in named if isinstance(m, list) and len(m) == rows]


def _is_of_rows(name: str, member: list[object], rows: int) -> bool:
    """Whether a list has a member for each row, and is no list of the labels of a class."""
    is_shared = meaning(name) in ("labels", "aside") and not is_envelope(name)
    return len(member) == rows and not is_shared


def _row(lists: Mapping[str, list[object]], shared: Mapping[str, object], row: int) -> object:
    """One row of columns side by side; one list alone holds whole answers."""
    only = next(iter(lists.values()))[row]
    if len(lists) == 1 and isinstance(only, Mapping):
        return {**shared, **only}
    cells = {name: column[row] for name, column in lists.items()}
    return {**cells, **shared}
