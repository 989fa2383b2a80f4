"""Which examples a signature takes: whole rows of one source, the most trusted that has some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mds_client.signature import Field
from mds_client.signature.facts import FieldFacts
from mds_client.signature.metadata import DECLARED
from mds_client.signature.source_ranks import rank_of


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The examples of one source, by field."""

    source: str
    examples: Mapping[str, tuple[object, ...]]

    def is_whole(self, inputs: Sequence[Field]) -> bool:
        return all(self.examples.get(field.name) for field in inputs)


def with_examples(
    inputs: tuple[Field, ...], known: Sequence[tuple[str, Mapping[str, FieldFacts]]]
) -> tuple[Field, ...]:
    """The fields with the examples of one source: the most trusted one with whole rows, else the most trusted
    with any."""
    own, first = _own_rows(inputs), None
    for rows in _offers(inputs, known, own):
        first = first or (rows if rows.examples else None)
        if rows.is_whole(inputs):
            first = rows
            break
    if first is None or first is own:
        return inputs
    return tuple(_with_rows(field, first) for field in inputs)


def _offers(
    inputs: Sequence[Field], known: Sequence[tuple[str, Mapping[str, FieldFacts]]], own: _Rows
) -> Iterator[_Rows]:
    """The examples of each source, the most trusted first. Each is checked only when its turn comes: checking
    takes time."""
    before = [place for place in known if rank_of(place[0]) <= rank_of(own.source)]
    for source, facts in before:
        yield _Rows(source=source, examples=dict(_sound(inputs, facts)))
    yield own
    for source, facts in known[len(before) :]:
        yield _Rows(source=source, examples=dict(_sound(inputs, facts)))


def _own_rows(inputs: Sequence[Field]) -> _Rows:
    declared = {field.name: field.examples for field in inputs if field.examples}
    origin = [f.provenance.get("examples", DECLARED) for f in inputs if f.examples]
    return _Rows(source=min(origin, key=rank_of, default=DECLARED), examples=declared)


def _sound(
    inputs: Sequence[Field], facts: Mapping[str, FieldFacts]
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The examples that could be sent. One bad example removes all of its field: positions in all fields belong
    together."""
    for field in inputs:
        examples = facts[field.name].examples if field.name in facts else None
        if examples and all(_is_example(field, example) for example in examples):
            yield field.name, examples


def _is_example(field: Field, value: object) -> bool:
    try:
        return field.check(value) is None
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False


def _with_rows(field: Field, rows: _Rows) -> Field:
    examples = rows.examples.get(field.name, ())
    origin = {n: source for n, source in field.provenance.items() if n != "examples"}
    if examples:
        origin["examples"] = rows.source
    return replace(field, examples=examples, provenance=origin)
