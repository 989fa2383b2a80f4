"""Sentences for what is wrong with a request: FastAPI's checks, in words for its sender."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from api.v1.problems import FieldProblem
from api.v1.resource import TEXT
from db.ids import ID_PATTERN

_MOMENT = "It must be a moment with its time zone, such as 2026-11-29T04:00:00Z."
_SENTENCES = {
    "missing": "It is needed.",
    "extra_forbidden": "There is no such field.",
    "less_than_equal": "It must be {le} at most.",
    "less_than": "It must be less than {lt}.",
    "greater_than_equal": "It must be {ge} at least.",
    "greater_than": "It must be more than {gt}.",
    "too_short": "It must have {min_length} at least, and has {actual_length}.",
    "too_long": "It must have {max_length} at most, and has {actual_length}.",
    "string_too_short": "It must have {min_length} characters at least.",
    "string_too_long": "It must have {max_length} characters at most.",
    "string_type": "It must be a text.",
    "float_type": "It must be a number.",
    "float_parsing": "It must be a number.",
    "finite_number": "It must be a finite number.",
    "int_type": "It must be a whole number.",
    "int_parsing": "It must be a whole number.",
    "int_from_float": "It must be a whole number.",
    "bool_type": "It must be true or false.",
    "bool_parsing": "It must be true or false.",
    "list_type": "It must be a list.",
    "dict_type": "It must be an object.",
    "model_attributes_type": "It must be an object.",
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_aware": _MOMENT,
}
_PATTERNS = {
    TEXT: "It must hold no NUL character.",
    ID_PATTERN: "It must be an id of 26 letters and digits.",
}
_CHOICE = re.compile(r"\^\(([\w|]+)\)\$")


def problems_of(errors: Sequence[Mapping[str, Any]]) -> list[FieldProblem]:
    """A sentence for each error of pydantic; without the values, which may be long and are the sender's own."""
    return [
        FieldProblem(field=".".join(map(str, each["loc"])), sentence=_sentence(each))
        for each in errors
    ]


def _sentence(error: Mapping[str, Any]) -> str:
    context = error.get("ctx") or {}
    if error["type"] == "string_pattern_mismatch":
        return _of_pattern(str(context.get("pattern", "")))
    return _SENTENCES.get(error["type"], f"{error['msg']}.").format(**context)


def _of_pattern(pattern: str) -> str:
    if choice := _CHOICE.fullmatch(pattern):
        return f"It must be one of {', '.join(filter(None, choice[1].split('|')))}."
    return _PATTERNS.get(pattern, "It is not written as it must be.")
