"""One request to one model of a server, for `mds doctor`: whether the credential opens more than the listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from cli.findings import Finding, of_error
from cli.output import printable
from mds_client.client.sync_client import MdsClient
from mds_client.errors import EndpointRefused, EndpointUnreachable, MdsError, NotAllowed
from mds_client.signature import Field, ModelRef, Signature

_MOST_NUMBERS = 10_000
Declared = Mapping[ModelRef, Signature | None]


def tried(client: MdsClient, ready: Sequence[ModelRef], declared: Declared) -> list[Finding]:
    """What came of asking the first model that can be asked with an example, else with made-up values."""
    if client.protocol().IS_COSTLY:
        return []
    known = [
        (ref, declared_signature) for ref in ready if (declared_signature := declared.get(ref))
    ]
    for ref, signature in sorted(known, key=lambda each: not each[1].example_rows):
        row = row_for(signature)
        if not signature.check(row):
            return [_outcome(client, ref, signature, row)]
    return []


def row_for(signature: Signature) -> dict[str, object]:
    """The model's own example, else what it opens with and made-up values for the rest that it needs."""
    row = dict(signature.opening)
    missing = [
        field for field in signature.inputs if field.required and row.get(field.name) is None
    ]
    return row | {field.name: _made_up(field) for field in missing}


def _made_up(field: Field) -> object:
    """A value of the field's kind; None where there is none to be made up."""
    if field.choices:
        return field.choices[0]
    low, high = field.typical or (field.minimum, field.maximum)
    number = low if low is not None else min(high, 0) if high is not None else 0
    values: dict[str, object] = {
        "number": float(number), "integer": int(number), "boolean": False, "text": "text",
        "datetime": date(2026, 1, 1).isoformat(), "tensor": _zeros(field.shape[1:]),
    }  # fmt: skip
    is_file = field.kind == "text" and field.content_type == "base64"
    return None if is_file else values.get(field.kind)


def _zeros(sizes: Sequence[int]) -> object:
    count = 1
    for size in sizes:
        count *= max(size, 1)
    if count > _MOST_NUMBERS:
        return None
    nested: object = 0
    for size in reversed(sizes):
        nested = [nested] * max(size, 1)
    return nested


def _outcome(
    client: MdsClient, ref: ModelRef, signature: Signature, row: Mapping[str, object]
) -> Finding:
    name, model = client.server.name, printable(ref)
    with_what = "its example" if signature.example_rows else "made-up values"
    try:
        client.predict(signature, row)
    except (NotAllowed, EndpointUnreachable) as error:
        return of_error(client.server, error)
    except EndpointRefused as error:
        sentence = f"It let a request to {model} in, which refused {with_what}: {printable(error.sentence)}"
        return Finding(
            mark="✓" if not signature.example_rows else "!", server=name, sentence=sentence
        )
    except MdsError as error:
        sentence = f"{model} was asked with {with_what}: {printable(error.sentence)}"
        return Finding(mark="!", server=name, sentence=sentence, advice=error.advice)
    return Finding(mark="✓", server=name, sentence=f"{model} answered a request with {with_what}.")
