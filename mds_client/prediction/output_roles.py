"""Which output is the answer, which says how sure the model is, and which is only beside them.

What a person said of the model counts first, then what the server declares, then the outputs' names, and only
then their data. Where several outputs could be the answer and nothing tells them apart, none is: the whole is
shown in the model's own form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mds_client.prediction import JSON_TEXT, Output
from mds_client.prediction.output_names import (
    Meaning,
    answer_rank,
    may_be_label,
    meaning,
    probability_rank,
)
from mds_client.prediction.output_parsing import quantile_of
from mds_client.prediction.shares import share_of
from mds_client.signature import Role, Signature

_HEADS = ("class", "number", "text", "segments")
_SAYS_NOTHING = {
    "ok",
    "okay",
    "success",
    "successful",
    "succeeded",
    "done",
    "completed",
    "complete",
    "ready",
    "200",
}
_EMPTY = (None, "", "[]", "{}")
_UNKNOWN = 9
_TEXTUAL = 4  # the rank of names for prose, which a label goes before
_MOST_LETTERS_OF_A_LABEL = 200


def with_roles(signature: Signature, outputs: Sequence[Output]) -> tuple[Output, ...]:
    """Each output with its role in the answer."""
    declared = {field.name: field.role for field in signature.outputs if field.role}
    roles = {o.name: _as_declared(o, declared[o.name]) for o in outputs if o.name in declared}
    if signature.answer_roles:
        roles = _as_edited(signature.answer_roles, outputs)
    unsaid = [output for output in outputs if output.name not in roles]
    if unsaid:
        roles |= _guessed(signature, outputs, roles, unsaid)
    # What dataclasses.replace does, without its search for the fields.
    return tuple(Output(**{**vars(o), "role": roles[o.name]}) for o in outputs)


def _as_declared(output: Output, declared: Role) -> Role:
    """What is declared, but a class for which there are several numbers: one probability a label."""
    if declared == "class" and len(output.row(0)) > 1 and _are_shares(output.row(0)):
        return "probabilities"
    return declared


def _as_edited(said: Mapping[str, Role], outputs: Sequence[Output]) -> dict[str, Role]:
    """What a person said: the answer and its probability; every other output is beside them."""
    names = {output.name for output in outputs}
    if not names & said.keys():
        return {}
    sure = next((o for o in outputs if said.get(o.name) == "probability"), None)
    roles: dict[str, Role] = {output.name: "detail" for output in outputs}
    for output in outputs:
        if said.get(output.name) == "class":
            roles[output.name] = _answer_role(output, sure)
    if sure is not None:
        roles[sure.name] = _probability_role(sure, set(roles.values()))
    return roles


# By their names.


@dataclass(frozen=True)
class _Part:
    """One output, and what its name says."""

    output: Output
    meaning: Meaning
    rank: int

    @property
    def first(self) -> object:
        """The first value that is not missing."""
        return next((value for value in self.output.data if value is not None), None)

    @property
    def is_single(self) -> bool:
        """Whether it holds one plain value in each row."""
        return len(self.output.row(0)) == 1 and not _is_json(self.output)

    @property
    def is_worded(self) -> bool:
        return self.is_single and isinstance(self.first, str | bytes)


def _guessed(
    signature: Signature,
    outputs: Sequence[Output],
    said: Mapping[str, Role],
    unsaid: Sequence[Output],
) -> dict[str, Role]:
    """The roles of outputs of which nobody said one."""
    has_head = any(said[o.name] in _HEADS for o in outputs if o.name in said)
    is_alone = len(outputs) == 1
    echoed = set() if is_alone else {field.name for field in signature.inputs}
    parts = [_part(output, echoed) for output in unsaid]
    by_shape = _alone(parts[0]) if is_alone else None
    if by_shape is not None:
        return {parts[0].output.name: by_shape}
    sure = _surest(parts, said)
    beside = sure.output if sure else _declared_surest(outputs, said)
    head = None if has_head else _head(parts, sure, beside)
    return _roles(parts, head, sure, beside, said)


def _part(output: Output, echoed: set[str]) -> _Part:
    found: Meaning = "detail" if output.name in echoed else meaning(output.name)
    return _Part(output, found, answer_rank(output.name) if found == "answer" else _UNKNOWN)


def _alone(part: _Part) -> Role:
    """The role of the only output: by its data, whatever it is called."""
    by_data = by_data_of(part.output)
    is_aside = part.meaning == "detail" and by_data in ("text", "class")
    return "detail" if is_aside else by_data


def by_data_of(output: Output) -> Role:
    """What an output looks like by its datatype and its values alone."""
    width = len(output.row(0))
    if output.labels:
        return "probabilities"
    if _is_json(output):
        return "detail"
    if output.datatype == "BYTES":
        return "text" if width == 1 else "detail"
    if output.datatype == "BOOL":
        return "class" if width == 1 else "detail"
    if width == 1 and output.data and output.data[0] is not None:
        return "number"
    return "probabilities" if _sums_to_one(output) else "detail"


def _surest(parts: Sequence[_Part], said: Mapping[str, Role]) -> _Part | None:
    """The output that says how sure the model is: all probabilities before one, a probability before a score."""
    if {"probabilities", "score", "probability"} & set(said.values()):
        return None
    lists = [p for p in parts if p.meaning not in ("detail", "aside") and _is_probable_list(p)]
    single = [
        p for p in parts if p.meaning == "probability" and p.is_single and p.first is not None
    ]
    single = [p for p in single if share_of(p.output.name, p.first) is not None or not p.is_worded]
    named = [p for p in lists if p.meaning == "probability"] or lists
    ordered = sorted(named or single, key=lambda part: probability_rank(part.output.name))
    return ordered[0] if ordered else None


def _declared_surest(outputs: Sequence[Output], said: Mapping[str, Role]) -> Output | None:
    """The output that is declared as how sure the model is of a class."""
    found = (o for o in outputs if said.get(o.name) in ("probabilities", "probability"))
    return next(found, None)


def _is_probable_list(part: _Part) -> bool:
    output = part.output
    if output.labels or (len(output.row(0)) > 1 and _sums_to_one(output)):
        return len(output.shape) <= 2
    is_named = part.meaning == "probability" and len(output.shape) == 2
    return is_named and len(output.row(0)) > 1 and _are_shares(output.row(0))


def _head(parts: Sequence[_Part], sure: _Part | None, beside: Output | None) -> _Part | None:
    """The output that is the answer; None where nothing tells. `beside` says how sure the model is of it."""
    open_to = [p for p in parts if p is not sure and p.first not in _EMPTY]
    open_to = [p for p in open_to if p.meaning not in ("probability", "labels", "detail")]
    open_to = [p for p in open_to if p.output.name not in _bounds(parts)]
    named = [p for p in open_to if p.meaning == "answer" and p.is_single]
    telling = [p for p in named if not _says_nothing(p)] or named
    if best := _most_telling(telling, parts):
        return best
    codes = [p for p in open_to if p.meaning == "code" and p.is_single]
    if named or codes:
        return codes[0] if len(codes) == 1 and not named else None
    return _only(open_to, parts, beside)


def _most_telling(named: Sequence[_Part], parts: Sequence[_Part]) -> _Part | None:
    """The one with the most telling name; where it is a class's number, the word for it."""
    if not named:
        return None
    if any(p.output.name.casefold() == "x" for p in parts):
        named = [p for p in named if p.output.name.casefold() != "y"]
    best = min((part.rank for part in named), default=_UNKNOWN)
    first = [part for part in named if part.rank == best]
    head = _of_equals(first)
    if head is None or not _may_be_code(head):
        return head
    worded = [p for p in named if p.is_worded and p.rank < _TEXTUAL and not _may_be_code(p)]
    return _of_equals(worded) if worded else head


def _of_equals(parts: Sequence[_Part]) -> _Part | None:
    """One of several with names that tell as much: the only one, the only one in words, or all say the same."""
    worded = [part for part in parts if part.is_worded]
    for some in (parts, worded):
        if len(some) == 1 or (some and len({str(list(p.output.data)) for p in some}) == 1):
            return some[0]
    return None


def _only(open_to: Sequence[_Part], parts: Sequence[_Part], beside: Output | None) -> _Part | None:
    """The only output that is left, with a name that no rule knows or that rarely is an answer's."""
    unknown = [part for part in open_to if not part.meaning]
    asides = [p for p in open_to if p.meaning == "aside" and may_be_label(p.output.name)]
    few = unknown or (asides if beside is not None and len(beside.row(0)) == 1 else [])
    if len(few) != 1 or not few[0].is_single or _says_nothing(few[0]):
        return None
    is_word = isinstance(few[0].first, bool) or (few[0].is_worded and _is_label(few[0].first))
    if few[0].meaning or beside is not None:
        return few[0] if is_word and _is_among(few[0], parts, beside) else None
    return few[0] if is_word or not few[0].is_worded else None


def _is_among(part: _Part, parts: Sequence[_Part], beside: Output | None) -> bool:
    """Whether it is one of the labels that have probabilities, where these are known."""
    listed = [value for p in parts if p.meaning == "labels" for value in p.output.data]
    known = {str(label) for label in listed} or set(beside.labels if beside else ())
    return not known or isinstance(part.first, bool) or str(part.first) in known


def _roles(
    parts: Sequence[_Part],
    head: _Part | None,
    sure: _Part | None,
    beside: Output | None,
    said: Mapping[str, Role],
) -> dict[str, Role]:
    roles: dict[str, Role] = {part.output.name: _beside(part, head) for part in parts}
    if head is not None:
        roles[head.output.name] = _answer_role(head.output, beside)
    if sure is not None:
        roles[sure.output.name] = _role_of_surest(sure, parts, roles, said)
    if head is None or roles[head.output.name] == "number":
        bounds = (name for name in _bounds(parts) if roles[name] == "detail")
        roles |= dict.fromkeys(bounds, "number")
    return roles


def _beside(part: _Part, head: _Part | None) -> Role:
    """The role of an output that is neither the answer nor its probability."""
    if part is head or part.meaning not in ("labels", "code", "answer"):
        return "detail"
    if part.meaning == "answer":
        is_code = head is not None and head.is_worded and part.is_single and _may_be_code(part)
        return "code" if is_code and isinstance(part.first, int) else "detail"
    return part.meaning


def _role_of_surest(
    sure: _Part, parts: Sequence[_Part], roles: Mapping[str, Role], said: Mapping[str, Role]
) -> Role:
    """One probability that stands alone is the answer, where nothing else could be."""
    found = _probability_role(sure.output, {*roles.values(), *said.values()})
    if found == "probabilities" or {*roles.values(), *said.values()} & set(_HEADS):
        return found
    others = [p for p in parts if p is not sure and p.meaning not in ("detail", "labels")]
    return "detail" if others else "number"


def _answer_role(output: Output, sure: Output | None) -> Role:
    """Whether the answer is a class, a number or a text, by its data and by what stands beside it."""
    values = [value for value in output.data if value is not None]
    if len(output.row(0)) != 1:
        return by_data_of(output)
    if values and all(isinstance(value, bool) for value in values):
        return "class"
    if output.datatype == "BYTES" or any(isinstance(value, str | bytes) for value in values):
        is_label = all(_is_label(value) for value in values)
        return (
            "class" if is_label and (sure is not None or answer_rank(output.name) == 1) else "text"
        )
    has_list = sure is not None and len(sure.row(0)) > 1
    is_whole = all(isinstance(v, int | float) and float(v).is_integer() for v in values)
    is_integer = all(isinstance(value, int) for value in values)
    named = answer_rank(output.name) == 1 or meaning(output.name) == "code"
    is_class = is_whole and (has_list or (is_integer and (sure is not None or named)))
    return "class" if is_class else "number"


def _probability_role(output: Output, roles: Collection[Role]) -> Role:
    if len(output.row(0)) > 1 or output.labels:
        return "probabilities"
    values = [value for value in output.data if value is not None]
    is_share = all(share_of(output.name, value) is not None for value in values)
    return "probability" if is_share and "class" in roles else "score"


def _bounds(parts: Sequence[_Part]) -> list[str]:
    """Outputs that are named like bounds or quantiles of a number."""
    single = [
        p
        for p in parts
        if p.is_single and isinstance(p.first, int | float) and p.meaning in ("", "aside", "answer")
    ]
    return [p.output.name for p in single if quantile_of(p.output.name) is not None]


def _may_be_code(part: _Part) -> bool:
    """Whether a number may be that of a class, or a share of one."""
    value = part.first
    if isinstance(value, bool) or (isinstance(value, str) and value.strip().isdigit()):
        return True
    return isinstance(value, int) or (
        isinstance(value, float) and (value.is_integer() or 0 <= value <= 1)
    )


def _says_nothing(part: _Part) -> bool:
    """A word for success: what stands under `result` or `output` then is no answer."""
    return (
        isinstance(part.first, str)
        and part.rank > 1
        and part.first.strip().casefold() in _SAYS_NOTHING
    )


def _is_label(value: object) -> bool:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return len(text) <= _MOST_LETTERS_OF_A_LABEL and "\n" not in text


def _is_json(output: Output) -> bool:
    return output.content_type == JSON_TEXT


def _are_shares(values: Sequence[object]) -> bool:
    return all(isinstance(v, int | float) and 0 <= v <= 1 for v in values)


def _sums_to_one(output: Output) -> bool:
    numbers = [v for v in output.row(0) if isinstance(v, int | float) and not isinstance(v, bool)]
    whole = len(numbers) == len(output.row(0)) > 1
    return whole and all(0 <= v <= 1 for v in numbers) and abs(sum(numbers) - 1) < 1e-3
