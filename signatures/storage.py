"""What records have of sensitive values, by the rules of the operator: the first that fits a model and a field counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from db.scope import Models
from mds_client.signature import Field, ModelRef, Signature, Storage


class Rule(Protocol):
    """A row of the settings. Without `fields` it is about those that a signature marks as sensitive."""

    @property
    def servers(self) -> list[str]: ...

    @property
    def models(self) -> list[str]: ...

    @property
    def fields(self) -> list[str]: ...

    @property
    def storage(self) -> Storage: ...


def with_storage(signature: Signature, rules: Sequence[Rule]) -> Signature:
    """The signature with what the rules say of its fields; one that a rule names is sensitive."""
    fitting = [rule for rule in rules if _fits(rule, signature.model)]
    if not fitting:
        return signature
    inputs = tuple(_with_storage(field, fitting) for field in signature.inputs)
    return signature if inputs == signature.inputs else replace(signature, inputs=inputs)


def _with_storage(field: Field, rules: Sequence[Rule]) -> Field:
    for rule in rules:
        if field.name in rule.fields or (field.sensitive and not rule.fields):
            return replace(field, sensitive=True, storage=rule.storage)
    return field


def _fits(rule: Rule, ref: ModelRef) -> bool:
    return any(
        Models(server=server, name=name).matches(ref.server, ref.name)
        for server in rule.servers
        for name in rule.models
    )
