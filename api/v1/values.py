"""A row of JSON as values of a model: files come as Base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from mds_client.errors import InvalidValues, Problem
from mds_client.signature import FILE_KINDS, Field, File, Signature, Values


def row_of(signature: Signature, row: Mapping[str, Any]) -> Values:
    """The values of a row. Raises InvalidValues for a file that cannot be read."""
    files = {field.name: field for field in signature.inputs if _is_file(field)}
    return {n: _file(files[n], v) if n in files else v for n, v in row.items()}


def _is_file(field: Field) -> bool:
    return field.kind in FILE_KINDS or (field.kind == "text" and field.content_type == "base64")


def _file(field: Field, value: object) -> object:
    """The file; a text alone is its content. What is neither is left to the check of the signature."""
    facts = value if isinstance(value, Mapping) else {"data": value}
    data = facts.get("data")
    if not isinstance(data, str):
        return value
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        sentence = f"{field.title}: the content of a file is sent as Base64."
        raise InvalidValues([Problem(field=field.name, sentence=sentence)]) from error
    return File(
        name=str(facts.get("name") or field.name),
        media_type=str(facts.get("media_type") or ""),
        data=content,
    )
