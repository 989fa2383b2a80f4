"""Which output is the answer, which says how sure the model is, and which is only beside them.

What a person said of the model counts first, then what the server declares, then the outputs' names, and only
then their data. Where several outputs could be the answer and nothing tells them apart, none is: the whole is
shown in the model's own form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from mds_client.prediction import Output
from mds_client.prediction.answer_head import head_of, surest
from mds_client.prediction.answer_parts import (
    Part,
    are_numbers,
    are_shares,
    by_data,
    is_json,
    is_label,
    part_of,
    place_of,
)
from mds_client.prediction.output_names import (
    answer_rank,
    is_beside,
    is_vector,
    meaning,
    names_classes,
    words_of,
)
from mds_client.prediction.shares import share_of
from mds_client.signature import Role, Signature

_HEADS = {"class", "number", "text", "segments"}
_SURE = {"probabilities", "probability", "score"}


def with_roles(
    signature: Signature,
    outputs: Sequence[Output],
    sent: Mapping[str, object] = MappingProxyType({}),
) -> tuple[Output, ...]:
    """Each output with its role in the answer. `sent` has the values within the inputs of the first row, by name: an
    output with the name of an input, or with the name and value of one of these, repeats what was asked; the only
    one does only with the value too."""
    declared = {field.name: field.role for field in signature.outputs if field.role}
    roles = {o.name: _as_declared(o, declared[o.name]) for o in outputs if o.name in declared}
    if signature.answer_roles:
        roles = _as_edited(signature.answer_roles, outputs, roles)
    unsaid = [output for output in outputs if output.name not in roles]
    if unsaid:
        echoed = _of_inputs(signature, unsaid) | _echoed(signature, unsaid, sent)
        roles |= _all_again(outputs, sent) or _guessed(echoed, outputs, roles, unsaid)
    # What dataclasses.replace does, without its search for the fields.
    return tuple(Output(**{**vars(o), "role": roles[o.name]}) for o in outputs)


def _as_declared(output: Output, declared: Role) -> Role:
    """What is declared, but a class for which there are several numbers: one probability a label."""
    if declared == "class" and len(output.row(0)) > 1 and are_shares(output.row(0)):
        return "probabilities"
    return declared


def _as_edited(
    edited: Mapping[str, Role], outputs: Sequence[Output], declared: Mapping[str, Role]
) -> dict[str, Role]:
    """The roles that a person gave: of the answer, then every other output is a detail; or of the probability
    alone."""
    answer = next((o for o in outputs if edited.get(o.name) == "class"), None)
    sure = next((o for o in outputs if edited.get(o.name) == "probability"), None)
    roles = dict(declared)
    if answer is not None:
        roles = {output.name: "detail" for output in outputs}
        roles[answer.name] = _answer_role(answer, sure)
    if sure is not None:
        heads: set[Role] = set(roles.values()) if answer else {"class"}
        roles[sure.name] = _probability_role(sure, heads)
    return roles


# By their names.


def _echoed(
    signature: Signature, outputs: Sequence[Output], sent: Mapping[str, object]
) -> set[str]:
    """The names of the outputs that repeat what was asked."""
    names = {_joined(field.name.rpartition(".")[2]) for field in signature.inputs}
    names |= {_joined(field.name) for field in signature.inputs}
    return {o.name for o in outputs if _joined(o.name) in names} | _repeated(outputs, sent)


def _all_again(outputs: Sequence[Output], sent: Mapping[str, object]) -> dict[str, Role]:
    """The only output as a detail, where it is the question again and no answer."""
    return dict.fromkeys(_repeated(outputs, sent), "detail") if len(outputs) == 1 else {}


def _repeated(outputs: Sequence[Output], sent: Mapping[str, object]) -> set[str]:
    """The names of the outputs with the name and the value of something that was sent."""
    values = {_joined(n): v for name, v in sent.items() for n in (name.rpartition(".")[2], name)}
    return {
        output.name
        for output in outputs
        if (joined := _joined(output.name)) in values
        and len(output.row(0)) == 1
        and _is_same(output.row(0)[0], values[joined])
    }


def _is_same(answered: object, sent: object) -> bool:
    """Whether both are one value: 3, 3.0 and "3" are."""
    try:
        return str(answered) == str(sent) or float(str(answered)) == float(str(sent))
    except ValueError:
        return False


def _of_inputs(signature: Signature, outputs: Sequence[Output]) -> set[str]:
    """The names of the outputs with a number for each of several inputs, which say what these mattered, or with the
    inputs' own names: no classes."""
    names = {_joined(f.name.rpartition(".")[2]) for f in signature.inputs}
    words = {o.name: o.labels or _texts(o) for o in outputs}
    return {name for name, listed in words.items() if listed and set(map(_joined, listed)) <= names}


def _texts(output: Output) -> tuple[str, ...]:
    """The texts of the first row, where it has several."""
    values = output.row(0)
    return tuple(map(str, values)) if len(values) > 1 and output.datatype == "BYTES" else ()


def _joined(name: str) -> str:
    """The same for `bodyMass`, `body_mass` and `Body Mass`."""
    return "".join(words_of(name)) or name


def _guessed(
    echoed: Collection[str],
    outputs: Sequence[Output],
    declared: Mapping[str, Role],
    undeclared: Sequence[Output],
) -> dict[str, Role]:
    """The roles of outputs that nobody declared, by their names and then their data."""
    if len(outputs) == 1:
        return {undeclared[0].name: _alone_or_of_inputs(undeclared[0], echoed)}
    parts = [part_of(output, is_echo=output.name in echoed) for output in undeclared]
    known = set(declared.values())
    sure = None if known & _SURE else surest(parts)
    beside = sure.output if sure else _declared_surest(outputs, declared)
    head = None if known & _HEADS else head_of(parts, sure, beside)
    roles: dict[str, Role] = {part.name: _beside(part, head) for part in parts}
    if head is not None:
        roles[head.name] = _answer_role(head.output, beside, _words_for_classes(parts))
    if sure is not None:
        roles[sure.name] = _role_of_surest(sure, parts, {*roles.values(), *known}, head)
        roles |= _labels_beside(parts, sure, head)
    return roles | _bounds(parts, roles, head)


def _alone_or_of_inputs(output: Output, echoed: Collection[str]) -> Role:
    """The role of the only output: numbers for the inputs are a detail."""
    is_of_inputs = bool(output.labels) and output.name in echoed
    return "detail" if is_of_inputs else _alone(part_of(output, is_echo=False))


def _alone(part: Part) -> Role:
    """The role of the only output: by its data, whatever it is called."""
    role = by_data(part.output)
    if part.is_single and part.meaning in ("aside", "detail") and is_beside(part.name):
        return "detail" if role in ("text", "class", "number") else role
    if role == "probabilities" and not part.output.labels and is_vector(part.name):
        return "detail"
    if part.meaning == "probability" and role == "text":
        return "detail"  # how sure the model is, in words or as a list of numbers
    return "detail" if part.meaning == "detail" and role in ("text", "class") else role


def _declared_surest(outputs: Sequence[Output], declared: Mapping[str, Role]) -> Output | None:
    """The output that is declared as how sure the model is of a class."""
    surest = (o for o in outputs if declared.get(o.name) in ("probabilities", "probability"))
    return next(surest, None)


def _beside(part: Part, head: Part | None) -> Role:
    """The role of an output that is neither the answer nor its probability."""
    if part is head or part.meaning not in ("labels", "code", "answer"):
        return "detail"
    if part.meaning == "labels":
        return "detail" if is_json(part.output) else "labels"
    if part.meaning == "code":
        return "code"
    is_code = part.is_single and part.may_be_code and isinstance(part.first, int)
    return "code" if is_code and head is not None and head.is_worded else "detail"


def _has_label(sure: Output, head: Part) -> bool:
    """Whether the answer is among the words that have probabilities; truths and numbers have other words for them."""
    labels = set(map(_joined, sure.labels))
    values = {str(value) for value in head.output.data if value is not None}
    if not labels or not head.is_worded or all(label.isdigit() for label in labels):
        return True
    return any(_joined(value) in labels for value in values)


def _role_of_surest(
    sure: Part, parts: Sequence[Part], roles: Collection[Role], head: Part | None
) -> Role:
    """One probability that stands alone is the answer, where nothing else could be; those of other words than the
    answer are a detail."""
    if head is not None and not _has_label(sure.output, head):
        return "detail"
    role = _probability_role(sure.output, roles)
    if role == "probabilities" and head is None and _has_strange_words(sure, parts):
        return "detail"
    if role == "probabilities" or set(roles) & _HEADS:
        return role
    others = [p for p in parts if p is not sure and p.meaning not in ("detail", "labels")]
    return "detail" if others else "number"


def _words_for_classes(parts: Sequence[Part]) -> Sequence[object]:
    """What the answer lists under a name for the words of classes."""
    known = [p for p in parts if p.meaning == "labels" and names_classes(p.name)]
    listed = known[0].output.row(0) if len(known) == 1 and not is_json(known[0].output) else ()
    is_list = len(listed) > 1 and len(set(map(str, listed))) == len(listed)
    return listed if is_list else ()


def _has_strange_words(sure: Part, parts: Sequence[Part]) -> bool:
    """Whether as many texts as numbers without names stand beside these, under a name that no rule knows."""
    width = len(sure.output.row(0))
    unknown = [p for p in parts if not p.meaning and p.output.datatype == "BYTES"]
    is_open = not sure.output.labels and not _labels_beside(parts, sure, None)
    is_listed = any(p.meaning == "labels" and len(p.output.row(0)) == width for p in parts)
    return is_open and not is_listed and any(len(p.output.row(0)) == width > 1 for p in unknown)


def _labels_beside(parts: Sequence[Part], sure: Part, head: Part | None) -> dict[str, Role]:
    """Texts under the name of a label are the words for the probabilities, where there are as many of both; so are
    those under the rest of the probabilities' name: `top3` beside `top3_scores`."""
    width = len(sure.output.row(0))
    worded = [
        p for p in parts if p.output.datatype == "BYTES" and len(p.output.row(0)) == width > 1
    ]
    of_same = [p for p in worded if _stem(words_of(p.name)) == _stem(words_of(sure.name)[:-1])]
    listed = [p for p in worded if p.meaning == "answer"] or (of_same if head is None else [])
    return {listed[0].name: "labels"} if len(listed) == 1 and not is_json(listed[0].output) else {}


def _stem(words: Sequence[str]) -> str:
    return "".join(words).removesuffix("s")


def _bounds(parts: Sequence[Part], roles: Mapping[str, Role], head: Part | None) -> dict[str, Role]:
    """Bounds and quantiles are numbers beside a number, and where there is no answer."""
    if head is not None and roles[head.name] != "number":
        return {}
    names = [part.name for part in parts if part.is_bound and roles[part.name] == "detail"]
    return dict.fromkeys(names, "number")


# What an output of a known part is by its data.


def _answer_role(output: Output, sure: Output | None, labels: Sequence[object] = ()) -> Role:
    """Whether the answer is a class, a number or a text, by its data and by what stands beside it: `labels` are the
    words for classes."""
    values = [value for value in output.data if value is not None]
    kinds = {type(value) for value in values}
    if len(output.row(0)) != 1:
        return by_data(output)
    if kinds == {bool} or _is_of_labels(values, labels):
        return "class"
    is_named = _is_of_class(output.name)
    if output.datatype != "BYTES" and not kinds & {str, bytes}:
        return "class" if _is_code(values, sure, is_named=is_named) else "number"
    return _worded_role(values, is_told=is_named or sure is not None)


def _worded_role(values: Sequence[object], *, is_told: bool) -> Role:
    return "class" if is_told and all(map(is_label, values)) else "text"


def _is_of_labels(values: Sequence[object], labels: Sequence[object]) -> bool:
    """Whether each value is one of the labels, or the place of one; numbers among labels are these themselves."""
    known = {str(label) for label in labels}
    if are_numbers(labels) or not all(isinstance(v, int | float) for v in values):
        return bool(known) and all(str(v) in known for v in values)
    return bool(known) and all(place_of(v, len(labels)) is not None for v in values)


def _is_of_class(name: str) -> bool:
    return answer_rank(name) == 1 or meaning(name) == "code"


def _is_code(values: Sequence[object], sure: Output | None, *, is_named: bool) -> bool:
    """Whether numbers are those of classes: whole, and named so or with something about how sure the model is."""
    if sure is not None and len(sure.row(0)) > 1:
        return all(isinstance(v, int | float) and float(v).is_integer() for v in values)
    is_whole = all(isinstance(value, int) for value in values)
    return is_whole and (is_named or sure is not None)


def _probability_role(output: Output, roles: Collection[Role]) -> Role:
    if len(output.row(0)) > 1 or output.labels:
        return "probabilities"
    values = [value for value in output.data if value is not None]
    is_share = all(share_of(output.name, value) is not None for value in values)
    return "probability" if is_share and "class" in roles else "score"
