"""Puts a signature together from several sources, fact by fact: the most trusted that says something wins.

What crosses the wire is the server's own affair: datatypes and shapes that it declares are never changed,
and what does not fit them is passed over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, cast

from mds_client.signature import Field, Kind, Layout, Role, Signature
from mds_client.signature.facts import SOURCES, Facts, FieldFacts
from mds_client.signature.merge_examples import with_examples
from mds_client.signature.metadata import DECLARED, GUESSED
from mds_client.signature.source_ranks import by_trust, rank_of

__all__ = ["Facts", "FieldFacts", "merged"]

_EDITED = SOURCES[0]
_WIRE = ("datatype", "shape")
_CHOICE_LABELS = "choice_labels"
_LIMITS = ("minimum", "maximum")
_LATER = (_CHOICE_LABELS, *_LIMITS)
_WORDS = ("title", "question", "description")
_DEFAULTS = {f.name: f.default for f in fields(Field)}
_DATATYPES = {"number": "FP64", "integer": "INT64", "boolean": "BOOL", "tensor": "FP64"}
# Names that say nothing of what is meant: input-0, dense_input, column 3, serving_default_x:0.
_MEANINGLESS = {
    "arg", "args", "array", "col", "column", "data", "default", "dense", "dim", "f", "feat",
    "feature", "features", "field", "float", "fp", "i", "in", "input", "inputs", "int", "keras",
    "layer", "serving", "string", "tensor", "v", "value", "values", "var", "x",
}  # fmt: skip


def merged(signature: Signature, *facts: Facts, unfolds: bool = False) -> Signature:
    """The server's signature with what other sources know. Their order does not matter.

    Give all sources at once and the signature as the server declares it: merging again changes nothing.
    With `unfolds`, one tensor of rows of numbers becomes its columns where a source knows them all; the
    protocol must take the layout `matrix` (TensorFlow Serving and OpenAPI do not).
    """
    ranked = sorted(facts, key=by_trust)
    whole = _with_inputs(signature, ranked, unfolds=unfolds)
    known = [(f.source, _aligned(f, whole.inputs)) for f in ranked]
    inputs = tuple(
        _field(
            field,
            [(source, by_name[field.name]) for source, by_name in known if field.name in by_name],
        )
        for field in whole.inputs
    )
    result = replace(
        _with_words(whole, ranked),
        inputs=with_examples(inputs, known),
        outputs=_with_labels(whole.outputs, ranked),
        answer_roles=_answer_roles(ranked) or whole.answer_roles,
    )
    declared = signature.declared_fingerprint
    return result if result.fingerprint == declared else replace(result, declared_as=declared)


# The inputs themselves, where the server declares none.


def _with_inputs(signature: Signature, ranked: Sequence[Facts], *, unfolds: bool) -> Signature:
    source = next((facts for facts in ranked if _knows_inputs(facts)), None)
    if source is None:
        return signature
    if signature.layout == "unknown":
        new = tuple(_new(source, name) for name in source.inputs)
        return _laid_out(signature, new, source.layout)
    if unfolds and _is_row(signature, source):
        return _unfolded(signature, source)
    return signature


def _knows_inputs(facts: Facts) -> bool:
    """Whether the source names all inputs and says the kind of each."""
    named = (facts.fields.get(name, FieldFacts()).known() for name in facts.inputs)
    is_sound = 0 < len(facts.inputs) == len(set(facts.inputs))
    return is_sound and all("kind" in known for known in named)


def _new(facts: Facts, name: str) -> Field:
    known = facts.fields[name].known()
    kind = cast(Kind, known["kind"])
    datatype = str(known.get("datatype") or _datatype(kind, known.get("choices")))
    shape = cast(tuple[int, ...], known.get("shape") or ((-1, -1) if kind == "tensor" else (-1, 1)))
    origin = dict.fromkeys(("name", "kind", *_WIRE), facts.source)
    return Field(name=name, kind=kind, datatype=datatype, shape=shape, provenance=origin)


def _datatype(kind: Kind, choices: object) -> str:
    """What a kind is sent as where nobody says it."""
    if kind == "category" and _are_sent_as("INT64", cast(tuple[object, ...], choices or ("",))):
        return "INT64"
    return _DATATYPES.get(kind, "BYTES")


def _laid_out(
    signature: Signature, inputs: tuple[Field, ...], declared: Layout | None
) -> Signature:
    """The signature with inputs that the server does not declare: numbers alone are one matrix, which such
    servers mostly take."""
    if declared == "columns" or not all(
        _is_numeric(field.datatype) and _is_scalar(field) for field in inputs
    ):
        layout: Layout = "columns" if len(inputs) > 1 else "tensors"
        return replace(signature, inputs=inputs, layout=layout)
    datatypes = {field.datatype for field in inputs}
    datatype = datatypes.pop() if len(datatypes) == 1 else "FP64"
    tensor = signature.tensor or replace(
        signature.inputs[0], kind="tensor", datatype=datatype, shape=(-1, len(inputs))
    )
    columns = tuple(replace(f, datatype=datatype, shape=(-1, 1)) for f in inputs)
    return replace(signature, inputs=columns, layout="matrix", tensor=tensor)


def _is_row(signature: Signature, facts: Facts) -> bool:
    """Whether the one tensor that is declared is a row of the numbers that are known."""
    first, count = signature.inputs[0], len(facts.inputs)
    is_row = len(first.shape) == 2 and first.shape[1] in (-1, count)
    is_alone = signature.layout == "tensors" and len(signature.inputs) == 1
    new = [_new(facts, name) for name in facts.inputs]
    return (
        is_alone
        and is_row
        and first.kind == "tensor"
        and _is_numeric(first.datatype)
        and all(_is_numeric(field.datatype) and _is_scalar(field) for field in new)
    )


def _unfolded(signature: Signature, facts: Facts) -> Signature:
    tensor = signature.inputs[0]
    plain: Kind = "number" if tensor.datatype.startswith(("FP", "BF")) else "integer"
    columns = tuple(
        Field(
            name=name,
            kind=plain,
            datatype=tensor.datatype,
            provenance={"name": facts.source, "kind": GUESSED},
        )
        for name in facts.inputs
    )
    return replace(signature, inputs=columns, layout="matrix", tensor=tensor)


# One field.


def _aligned(facts: Facts, inputs: Sequence[Field]) -> Mapping[str, FieldFacts]:
    """The facts by the server's names of the fields; by position where those names mean nothing and there are
    as many."""
    names = [field.name for field in inputs]
    if len(facts.inputs) != len(names) or not all(map(_is_meaningless, names)):
        return facts.fields
    if set(names) & set(facts.inputs):
        return facts.fields
    pairs = zip(names, facts.inputs, strict=True)
    placed = {n: _labelled(facts.fields.get(known, FieldFacts()), known) for n, known in pairs}
    return {**placed, **facts.fields}


def _labelled(facts: FieldFacts, name: str) -> FieldFacts:
    """The facts with their own name as the label: the server goes on calling the field by its name."""
    if facts.label or _is_meaningless(name):
        return facts
    return replace(facts, label=name.replace("_", " ").strip().capitalize())


def _is_meaningless(name: str) -> bool:
    return _MEANINGLESS.issuperset(re.findall(r"[^\W\d_]+", name.lower()))


def _field(field: Field, known: Sequence[tuple[str, FieldFacts]]) -> Field:
    by_source = [(source, _fitting(field, source, facts)) for source, facts in known]
    chosen = _picked(field, [(source, _without(facts, _LATER)) for source, facts in by_source])
    worded = chosen if chosen.choices == field.choices else _unworded(chosen)
    words = [(source, _words_for(chosen.choices, facts)) for source, facts in by_source]
    return _limited(_picked(worded, words), field, by_source)


def _picked(field: Field, by_source: Sequence[tuple[str, dict[str, object]]]) -> Field:
    """The field with each fact of the most trusted source that says it, the server among them."""
    known_here = {name for name in _DEFAULTS if _is_declared(field, name)}
    picked: dict[str, object] = {}
    origin: dict[str, str] = {}
    for name in dict.fromkeys(name for _, facts in by_source for name in facts):
        source, value = next((source, facts[name]) for source, facts in by_source if name in facts)
        if name not in known_here or rank_of(source) <= rank_of(
            field.provenance.get(name, DECLARED)
        ):
            picked[name], origin[name] = value, source
    return replace(field, **cast(Any, picked), provenance={**field.provenance, **origin})


def _without(facts: Mapping[str, object], names: Sequence[str]) -> dict[str, object]:
    return {name: value for name, value in facts.items() if name not in names}


def _unworded(field: Field) -> Field:
    origin = {n: source for n, source in field.provenance.items() if n != _CHOICE_LABELS}
    return replace(field, choice_labels=(), provenance=origin)


def _words_for(choices: tuple[object, ...], facts: Mapping[str, object]) -> dict[str, object]:
    """The words for the choices; none where the facts have other choices or another number of words."""
    labels = cast(tuple[str, ...], facts.get(_CHOICE_LABELS, ()))
    is_for_these = facts.get("choices", choices) == choices and len(labels) == len(choices)
    return {_CHOICE_LABELS: labels} if labels and is_for_these else {}


def _is_declared(field: Field, name: str) -> bool:
    return name in ("name", "kind") or getattr(field, name) != _DEFAULTS[name]


def _fitting(field: Field, source: str, facts: FieldFacts) -> dict[str, object]:
    """The facts of a source without those that the datatype cannot carry. Examples come later: they are whole
    rows."""
    known = {n: v for n, v in facts.known().items() if n not in (*_WIRE, "examples")}
    choices = cast(tuple[object, ...], known.get("choices", ()))
    if choices and not (_is_scalar(field) and _are_sent_as(field.datatype, choices)):
        del known["choices"]
        known.pop(_CHOICE_LABELS, None)
        if known["kind"] == "category":
            del known["kind"]
    if known.get("kind", field.kind) not in _kinds_on(field):
        known.pop("kind", None)
    if "content_type" in known and field.content_type and source != _EDITED:
        del known["content_type"]
    return known


def _kinds_on(field: Field) -> tuple[str, ...]:
    """The kinds whose values the field's datatype and shape can carry."""
    if not _is_scalar(field):
        return (field.kind, "json") if field.datatype == "BYTES" else (field.kind, "tensor")
    if field.datatype == "BYTES":
        return ("text", "category", "datetime", "image", "audio", "json")
    if field.datatype == "BOOL":
        return ("boolean",)
    is_whole = not field.datatype.startswith(("FP", "BF"))
    return ("integer", "category") if is_whole else ("number", "integer", "category")


def _are_sent_as(datatype: str, choices: Sequence[object]) -> bool:
    if datatype == "BYTES":
        return all(isinstance(choice, str) for choice in choices)
    is_whole = not datatype.startswith(("FP", "BF"))
    types: tuple[type, ...] = (int,) if is_whole else (int, float)
    plain = all(isinstance(c, types) and not isinstance(c, bool) for c in choices)
    return plain and _is_numeric(datatype)


def _is_numeric(datatype: str) -> bool:
    return datatype.startswith(("FP", "BF", "INT", "UINT"))


def _is_scalar(field: Field) -> bool:
    return all(size == 1 for size in field.shape[1:])


def _limited(
    chosen: Field, field: Field, by_source: Sequence[tuple[str, Mapping[str, object]]]
) -> Field:
    """The field with the limits of the most trusted sources; a limit that leaves no number between both is
    skipped."""
    limits_so_far: dict[str, float] = {}
    origin = {name: by for name, by in chosen.provenance.items() if name not in _LIMITS}
    for source, name, value in sorted(
        _limits(field, by_source), key=lambda limit: rank_of(limit[0])
    ):
        both = {name: value, **limits_so_far}
        if name not in limits_so_far and both.get("minimum", value) <= both.get("maximum", value):
            limits_so_far, origin[name] = both, source
    limits: Any = {name: limits_so_far.get(name) for name in _LIMITS}
    return replace(chosen, **limits, provenance=origin)


def _limits(
    field: Field, by_source: Sequence[tuple[str, Mapping[str, object]]]
) -> Iterator[tuple[str, str, float]]:
    """Each limit with its source: first those of the sources, then the server's own."""
    declared = {name: getattr(field, name) for name in _LIMITS}
    for source, facts in (*by_source, ("", declared)):
        for name in _LIMITS:
            value = facts.get(name)
            if isinstance(value, int | float):
                yield source or field.provenance.get(name, DECLARED), name, value


# Examples: whole rows of one source.


# The model as a whole.


def _with_words(signature: Signature, ranked: Sequence[Facts]) -> Signature:
    words: dict[str, str] = {}
    origin = dict(signature.provenance)
    for word in _WORDS:
        facts = next((f for f in ranked if getattr(f, word)), None)
        own_rank = rank_of(origin.get(word, DECLARED)) if getattr(signature, word) else math.inf
        if facts and rank_of(facts.source) <= own_rank:
            words[word], origin[word] = getattr(facts, word), facts.source
    return replace(signature, **cast(Any, words), provenance=origin)


def _with_labels(outputs: tuple[Field, ...], ranked: Sequence[Facts]) -> tuple[Field, ...]:
    """The words for the classes go to every output that tells one; to the first where none says so."""
    facts = next((f for f in ranked if f.labels), None)
    if facts is None or not outputs:
        return outputs
    with_classes = {field.name for field in outputs if field.role in ("class", "probabilities")}
    return tuple(
        _with_classes(f, facts) if f.name in (with_classes or _first(outputs)) else f
        for f in outputs
    )


def _answer_roles(ranked: Sequence[Facts]) -> dict[str, Role]:
    """Which output is the answer, and which its probability, where a source says so."""
    facts_on_roles = next((facts for facts in ranked if facts.answer or facts.probability), None)
    if facts_on_roles is None:
        return {}
    roles: dict[str, Role] = {
        facts_on_roles.probability: "probability",
        facts_on_roles.answer: "class",
    }
    return {name: role for name, role in roles.items() if name}


def _first(outputs: Sequence[Field]) -> set[str]:
    """The first output, if it may be the index of a class or its name."""
    first = outputs[0]
    is_class = not first.role and first.kind in ("integer", "text", "category")
    return {first.name} if is_class else set()


def _with_classes(field: Field, facts: Facts) -> Field:
    own_rank = rank_of(field.provenance.get("labels", DECLARED)) if field.labels else math.inf
    if rank_of(facts.source) > own_rank:
        return field
    origin = {**field.provenance, "labels": facts.source}
    return replace(field, labels=facts.labels, role=field.role or "class", provenance=origin)
