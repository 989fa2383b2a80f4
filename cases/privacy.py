"""What a case has of sensitive values: by the policy of its model they are kept apart, masked, hashed or not stored.

In the place of such a value stands a mark, `{"withheld": "mask"}`. A value that is kept lies in a column of its own,
`sensitive`, so that lists, searches, copies and reports have the mark unless they ask for more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from cases.inputs import plain_inputs, plain_value
from db.cases import CaseView
from mds_client.sensitive_values import HASH, WITHHELD, withheld
from mds_client.signature import Field, Signature, Storage, Values

_DIGITS = 32
_WHOLE = re.compile(r"-?[0-9]+\.0+")


def hash_of(value: object, key: bytes) -> str:
    """A keyed hash of a value, by which equal ones are found: HMAC-SHA256 (RFC 2104), 128 bits of it in hex.

    A number and its text have the same, 5 and 5.0 too, and what stands around a text does not count.
    """
    return hmac.new(key, as_text(value).encode(), hashlib.sha256).hexdigest()[:_DIGITS]


def protected(case: CaseView, signature: Signature | None, values: Values, key: bytes) -> CaseView:
    """The draft of a case with no more of sensitive values than their policy says.

    Without a `key` a value that would be hashed is masked.
    """
    fields = _sensitive(signature, values) if signature else []
    if not fields:
        return case
    marks = dict(_marks(fields, values, key))
    kept = {f.name for f in fields if f.storage == "keep" and values[f.name] is not None}
    plain = plain_inputs({name: values[name] for name in kept})
    return replace(case, entered={**case.entered, **marks}, sensitive=plain or None)


def digest_of(signature: Signature, values: Values, key: bytes) -> str:
    """A keyed digest of what a case would keep of these values, so that the same inputs are known again: 64 digits in hex.
    Values that no case keeps do not count."""
    fields = _sensitive(signature, values)
    kept = plain_inputs(values) | {
        name: mark for name, mark in _marks(fields, values, key) if withheld(mark) != "keep"
    }
    text = json.dumps(kept, sort_keys=True)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _sensitive(signature: Signature, values: Values) -> list[Field]:
    """The sensitive fields that have a value; also what is no field of a model that has any: it may be one misspelt."""
    sensitive = [f for f in signature.inputs if f.sensitive]
    if not sensitive:
        return []
    storage: Storage = "omit" if any(f.is_withheld for f in sensitive) else "keep"
    known = {f.name for f in signature.inputs}
    unknown = [
        Field(name=name, kind="text", sensitive=True, storage=storage)
        for name in values
        if name not in known
    ]
    return [f for f in sensitive if f.name in values] + unknown


def _marks(fields: list[Field], values: Values, key: bytes) -> Iterator[tuple[str, object]]:
    for field in fields:
        value = values[field.name]
        if field.storage == "omit":
            yield field.name, {WITHHELD: "omit"}
        elif value is None:
            yield field.name, None
        elif field.storage == "hash" and key:
            yield field.name, {WITHHELD: "hash", HASH: hash_of(value, key)}
        else:
            yield field.name, {WITHHELD: "keep" if field.storage == "keep" else "mask"}


def as_text(value: object) -> str:
    """What equal values have in common: 5, 5.0, "5" and "5.0" are one."""
    plain = plain_value(value)
    if isinstance(plain, str) and _WHOLE.fullmatch(plain.strip()):
        return plain.strip().partition(".")[0]
    if isinstance(plain, float) and plain.is_integer():
        plain = int(plain)
    if isinstance(plain, Mapping | list):
        return json.dumps(plain, sort_keys=True)
    return str(plain).strip()
