"""Rows that a model did not answer, among those of one request: it reports a failure, or gives no value.

A row whose prediction is null, NaN or infinite has no answer to judge. One with an error beside its prediction has
failed, whatever stands under the prediction.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import numpy as np

from mds_client.errors import EndpointFailed, MdsError
from mds_client.errors.error_text import one_line
from mds_client.prediction import Answer, Output
from mds_client.prediction.answer_parts import is_json, is_nothing
from mds_client.prediction.output_names import answer_rank, meaning
from mds_client.prediction.output_parsing import parsed
from mds_client.prediction.reported_failure import failure_of_row, names_a_failure, reason_in
from mds_client.signature import Signature
from mds_client.signature.datatypes import Numbers

_HEADS = ("class", "number", "text", "probabilities")
_NOT_NUMBERS = ("class", "text")


def row_failures(
    signature: Signature, outputs: Sequence[Output], answers: Sequence[Answer]
) -> dict[int, MdsError]:
    """The error of each row that has no answer, by the number of the row. `outputs` must have roles already.

    Raises the error that all of several rows report alike: asked alone, each says whether it means that row.
    """
    reported = dict(_reported(outputs, len(answers)))
    if len(answers) > 1 and len(reported) == len(answers) and _is_one(list(reported.values())):
        raise reported[0]
    return dict(_missing(signature, outputs, answers)) | reported


def _is_one(errors: Sequence[MdsError]) -> bool:
    return len({error.sentence for error in errors}) == 1


def _reported(outputs: Sequence[Output], rows: int) -> Iterator[tuple[int, MdsError]]:
    """The rows for which the server reports a failure."""
    if not any(names_a_failure(output.name) for output in outputs):
        return
    for row in range(rows):
        if failure := failure_of_row({o.name: _cell(o, row) for o in outputs}):
            yield row, failure


def _cell(output: Output, row: int) -> object:
    """What an output holds in a row: one value, or several as a list."""
    values = output.row(row)
    if len(values) != 1:
        return list(values)
    document = parsed(values[0]) if is_json(output) else None
    return values[0] if document is None else document


def _missing(
    signature: Signature, outputs: Sequence[Output], answers: Sequence[Answer]
) -> Iterator[tuple[int, MdsError]]:
    """The rows whose answer is null, NaN or infinite, and nothing else is the answer."""
    candidates = [output for output in outputs if _may_head(output, outputs)]
    for row in range(len(answers) if candidates else 0):
        empty = next((o for o in candidates if _is_empty(o, row)), None)
        if empty is not None and _is_headless(answers[row]):
            words = reason_in({o.name: _cell(o, row) for o in outputs})
            yield row, _no_answer(_what(signature, empty), words)


def _may_head(output: Output, outputs: Sequence[Output]) -> bool:
    is_head = output.role in _HEADS or len(outputs) == 1 or meaning(output.name) == "answer"
    return is_head and _has_gaps(output)


def _has_gaps(output: Output) -> bool:
    """Whether any of its values is missing: a quick look before that at each row."""
    if isinstance(output.data, Numbers):
        numbers = output.data.array
        return numbers.dtype.kind == "f" and not bool(np.isfinite(numbers).all())
    return is_json(output) or _lack_any(output.data)


def _lack_any(values: Sequence[object]) -> bool:
    """Whether one of many values is missing: floats are looked at together, of others each different one once."""
    if values and isinstance(values[0], float):
        with suppress(TypeError, ValueError):
            return not bool(np.isfinite(np.array(values, dtype=np.float64)).all())
    try:
        return any(map(is_nothing, set(values)))
    except TypeError:  # lists and objects
        return any(map(is_nothing, values))


def _is_empty(output: Output, row: int) -> bool:
    values = output.row(row)
    if is_json(output):
        return all(_holds_nothing(parsed(value)) for value in values)
    return bool(values) and all(map(is_nothing, values))


def _holds_nothing(document: object) -> bool:
    """Whether it is a list of missing values; an empty one may say that there is nothing."""
    return isinstance(document, list) and bool(document) and all(map(is_nothing, document))


def _is_headless(answer: Answer) -> bool:
    """Whether nothing but an empty value stands where the answer should be."""
    match answer.kind:
        case "tree":
            return True
        case "number":
            return answer.number is None or not math.isfinite(answer.number)
        case "class":
            return is_nothing(answer.label or None)
        case "text":
            return is_nothing(answer.text)
    return False


def _what(signature: Signature, output: Output) -> str:
    """What did not come, as far as it is known: a number, or an answer of any kind."""
    declared = next((f.role for f in signature.outputs if f.name == output.name), None)
    is_other = declared in _NOT_NUMBERS or answer_rank(output.name) == 1
    is_worded = any(isinstance(v, str) and not is_nothing(v) for v in output.data)
    return "answer" if is_other or is_worded else "number"


def _no_answer(what: str, words: str) -> MdsError:
    quoted = f" It said: “{one_line(words)}”" if words else ""
    return EndpointFailed(
        f"No {what} came back: the model answered null, NaN or infinity in its place.{quoted}",
        advice="Look at the values again; if it happens with others too, tell whoever runs the model.",
        detail=words[:4000],
    )


Failures = Mapping[int, MdsError]
__all__ = ["Failures", "row_failures"]
