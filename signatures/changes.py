"""What differs between two signatures, or between two overlays, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mds_client.signature import Field, File, Role, Signature
from mds_client.signature.facts import Facts, FieldFacts

NOTHING = "none"
FACTS: Mapping[str, str] = {
    "kind": "kind",
    "label": "label",
    "description": "help",
    "unit": "unit",
    "required": "needed",
    "minimum": "minimum",
    "maximum": "maximum",
    "typical": "usual range",
    "choices": "choices",
    "choice_labels": "labels of the choices",
    "format": "format",
    "pattern": "pattern",
    "sensitive": "sensitive",
    "business_key": "business key",
    "protected": "protected",
    "group": "group",
    "order": "position",
    "examples": "examples",
    "content_type": "content type",
    "media_types": "kinds of file",
    "datatype": "datatype",
    "shape": "shape",
}
"""The facts of a field in words, in the order in which they are told."""
_WORDS = {"title": "title", "question": "question", "description": "description"}
_PARTS: Mapping[Role, str] = {"class": "the answer", "probability": "its probability"}
_MOST_LETTERS = 80
_MOST_MEMBERS = 6


def diff(before: Signature, after: Signature) -> list[str]:
    """What changes for whoever uses the model: `age: label: none → Age of the customer`."""
    return list(_differences(before, after))


def passed_over(overlay: Facts, signature: Signature) -> list[str]:
    """The facts of an overlay that the merged signature does not have: the datatype cannot carry them, or there
    is no such field."""
    fields = {field.name: field for field in signature.inputs}
    return [
        sentence
        for name, facts in overlay.fields.items()
        for sentence in _ignored(name, facts, fields.get(name))
    ]


def confirmations(before: Facts, after: Facts, signature: Signature) -> list[str]:
    """Facts that a person states now and that the signature had anyway: they count for more from then on."""
    fields = {field.name: field for field in signature.inputs}
    return [
        f"{name}: {FACTS[fact]}: {shown(value)} (confirmed)"
        for name, facts in after.fields.items()
        for fact, value in facts.known().items()
        if name in fields
        and fact not in before.fields.get(name, FieldFacts()).known()
        and getattr(fields[name], fact) == value
    ]


def shown(value: object) -> str:
    """A fact in words, short."""
    match value:
        case None | "" | ():
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case File():
            return value.name
        case tuple() | list():
            members = [shown(item) for item in value[:_MOST_MEMBERS]]
            return ", ".join(members) + (", …" if len(value) > _MOST_MEMBERS else "")
    text = " ".join(str(value).split())
    return text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1] + "…"


def _differences(before: Signature, after: Signature) -> Iterator[str]:
    for attribute, word in _WORDS.items():
        yield from _change(word, getattr(before, attribute), getattr(after, attribute))
    yield from _change("classes", _labels(before), _labels(after))
    for role, word in _PARTS.items():
        yield from _change(word, _output_of(before, role), _output_of(after, role))
    old, new = ({f.name: f for f in s.inputs} for s in (before, after))
    yield from (f"{name}: no longer a field" for name in old if name not in new)
    yield from (f"{name}: a new field, {new[name].kind}" for name in new if name not in old)
    for name in (name for name in new if name in old):
        yield from _field_changes(old[name], new[name])


def _field_changes(before: Field, after: Field) -> Iterator[str]:
    for fact, word in FACTS.items():
        yield from _change(f"{after.name}: {word}", getattr(before, fact), getattr(after, fact))


def _change(what: str, before: object, after: object) -> Iterator[str]:
    if before != after:
        yield f"{what}: {shown(before)} → {shown(after)}"


def _labels(signature: Signature) -> Sequence[str]:
    return next((field.labels for field in signature.outputs if field.labels), ())


def _output_of(signature: Signature, role: Role) -> str:
    """The output to which a person gave this role."""
    return next(
        (name for name, given_role in signature.answer_roles.items() if given_role == role), ""
    )


def _ignored(name: str, facts: FieldFacts, field: Field | None) -> Iterator[str]:
    if field is None:
        yield f"{name}: the model has no such field now; its description is kept until it has."
        return
    for fact, value in facts.known().items():
        word = FACTS[fact]
        if fact not in ("datatype", "shape") and getattr(field, fact) != value:
            yield (
                f"{name}: {word} {shown(value)} is ignored: it does not fit what the server "
                f"takes, {field.datatype} {list(field.shape)}."
            )
