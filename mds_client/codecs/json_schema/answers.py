"""What the schema of an answer says of its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mds_client.codecs.json_schema.keywords import Facts, first_of
from mds_client.codecs.json_schema.schema import Schema
from mds_client.signature import Field, Role


def output_fields(schema: Schema) -> tuple[Field, ...]:
    """What an answer's schema says: labels of a class, names of probabilities, plain members."""
    if _are_probabilities(schema.facts):
        return (_probabilities("output", schema.facts),)
    if not schema.facts.get("properties"):
        return (_as_output(schema.field("output")),) if schema.facts.get("type") else ()
    outputs = []
    for name, member in first_of(schema.facts["properties"]).items():
        facts = schema.resolved(member)
        is_mapping = _are_probabilities(facts)
        field = Schema(member, schema.root).field(name)
        outputs.append(
            _probabilities(name, facts) if is_mapping else _as_output(replace(field, name=name))
        )
    return tuple(outputs)


def _as_output(field: Field) -> Field:
    role: Role = "class" if field.kind == "category" else ""
    labels = tuple(str(choice) for choice in field.choices) if field.datatype == "BYTES" else ()
    return replace(field, role=role, labels=labels, examples=(), required=True)


def _are_probabilities(facts: Facts) -> bool:
    """Two or more members that are all numbers from 0 to 1 by declaration."""
    members = first_of(facts.get("properties"))
    return len(members) > 1 and all(
        isinstance(m, Mapping)
        and m.get("type") == "number"
        and m.get("minimum") in (0, 0.0)
        and m.get("maximum") in (1, 1.0)
        for m in members.values()
    )


def _probabilities(name: str, facts: Facts) -> Field:
    labels = tuple(first_of(facts.get("properties")))
    return Field(
        name=name, kind="tensor", datatype="FP64", shape=(-1, len(labels)),
        role="probabilities", labels=labels,
    )  # fmt: skip
