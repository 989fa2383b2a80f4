"""A signature as a file: MLServer's model-settings.json, and a JSON Schema of the inputs.

mds_client/signature/metadata.py reads the first back as the same signature, mds_client/codecs/json_schema the second as
the same fields. What JSON Schema has no word for stands under `x-mds`, in the words of
docs/model-metadata.md.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Mapping, Sequence

from mds_client.codecs.json_schema import MAX_CHOICES, object_of
from mds_client.signature import FILE_KINDS, NUMERIC_KINDS, Field, File, Signature
from mds_client.signature.facts import FieldFacts
from signatures.content import words_of

EXTRA = "x-mds"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEEPEST = 8
_TEXTS = ("content_type", "label", "description", "unit", "format", "pattern", "group")
_FLAGS = ("sensitive", "business_key", "protected")
_LISTS = ("choices", "choice_labels", "media_types")
# What JSON Schema cannot say of a field, or says in fewer words.
_EXTRA_FACTS = (
    "datatype", "content_type", "format", "pattern", "group", "order", "sensitive", "business_key",
    "protected", "choice_labels", "media_types",
)  # fmt: skip
_TYPES = {"number": "number", "integer": "integer", "boolean": "boolean", "text": "string"}

Words = dict[str, object]


def model_settings(signature: Signature) -> bytes:
    """The signature as a model-settings.json, UTF-8. A title and a question need an output to stand at."""
    inputs = [] if signature.layout == "unknown" else _inputs(signature)
    outputs = [_tensor(field, _output_words(field)) for field in signature.outputs]
    if outputs:
        texts = {"title": signature.title, "question": signature.question}
        outputs[0]["parameters"] = {**_without_empty(texts), **_parameters(outputs[0])}
    whole = {"name": signature.model.name, "platform": signature.platform}
    return _text({**_without_empty(whole), "inputs": inputs, "outputs": outputs})


def json_schema(signature: Signature) -> bytes:
    """The inputs as a JSON Schema, UTF-8. Dotted names are nested; files are texts in base64."""
    schema: Words = {"$schema": _DIALECT, "type": "object", "properties": {}}
    schema |= _without_empty({"title": signature.title, "description": signature.description})
    inputs = () if signature.layout == "unknown" else signature.inputs
    are_rows = _are_rows(inputs)
    for field in inputs:
        _place(schema, field, _property(field, with_examples=not are_rows))
    if are_rows:
        schema["examples"] = [object_of(inputs, row) for row in signature.example_rows]
    extra = _extra(signature, inputs)
    return _text({**schema, EXTRA: extra} if extra else schema)


# model-settings.json


def _inputs(signature: Signature) -> list[Words]:
    if signature.layout != "matrix" or signature.tensor is None:
        return [_tensor(field, _words(field)) for field in signature.inputs]
    columns = [{"name": field.name, **_words(field)} for field in signature.inputs]
    return [_tensor(signature.tensor, {**_words(signature.tensor), "columns": columns})]


def _tensor(field: Field, words: Words) -> Words:
    return {
        "name": field.name,
        "datatype": field.datatype,
        "shape": list(field.shape),
        "parameters": words,
    }


def _words(field: Field) -> Words:
    words: Words = {"kind": field.kind}
    words |= {word: getattr(field, word) for word in (*_TEXTS, *_FLAGS) if getattr(field, word)}
    words |= {word: list(getattr(field, word)) for word in _LISTS if getattr(field, word)}
    limits = {"minimum": field.minimum, "maximum": field.maximum, "order": field.order}
    words |= {word: limit for word, limit in limits.items() if limit is not None}
    if field.typical is not None:
        words["min"], words["max"] = field.typical
    words |= {"optional": True} if not field.required else {}
    words |= {"examples": [_example(e) for e in field.examples]} if field.examples else {}
    return words


def _output_words(field: Field) -> Words:
    words = _words(field) | {"role": field.role}
    return words | ({"labels": list(field.labels)} if field.labels else {})


def _example(value: object) -> object:
    if not isinstance(value, File):
        return value
    data = b64encode(value.data).decode()
    return {"name": value.name, "media_type": value.media_type, "data": data}


def _parameters(tensor: Words) -> Words:
    parameters = tensor["parameters"]
    return parameters if isinstance(parameters, dict) else {}


# JSON Schema


def _place(schema: Words, field: Field, own: Words) -> None:
    """Put a property where its dotted name says; beside the others where another property is in the way."""
    parts = [part.replace("~1", ".").replace("~0", "~") for part in field.name.split(".")]
    *outer, last = parts if len(parts) <= _DEEPEST else [field.name]
    inner = schema
    for name in outer:
        member = _members(inner).setdefault(name, _object(field.group))
        if not isinstance(member, dict) or "properties" not in member:
            inner, last = schema, field.name
            break
        if field.required:
            _require(inner, name)
        inner = member
    if last in _members(inner):
        inner, last = schema, field.name
    _members(inner)[last] = own
    if field.required:
        _require(inner, last)


def _object(title: str) -> Words:
    return {**_without_empty({"title": title}), "type": "object", "properties": {}}


def _members(schema: Words) -> Words:
    properties = schema["properties"]
    return properties if isinstance(properties, dict) else {}


def _require(schema: Words, name: str) -> None:
    names = schema.setdefault("required", [])
    if isinstance(names, list) and name not in names:
        names.append(name)


def _property(field: Field, *, with_examples: bool) -> Words:
    texts = {"title": field.title, "description": field.description, "unit": field.unit}
    words = {**_without_empty(texts), **_typed(field)}
    limits = {"minimum": field.minimum, "maximum": field.maximum}
    words |= {word: limit for word, limit in limits.items() if limit is not None}
    examples = [e for e in field.examples if e is not None and not isinstance(e, File)]
    return words | ({"examples": examples} if examples and with_examples else {})


def _typed(field: Field) -> Words:
    """The keywords that json_schema reads the kind from."""
    if field.kind == "category" and _are_plain(field.choices):
        return {"enum": list(field.choices)}
    if field.kind == "datetime":
        return {"type": "string", "format": "date" if field.format == "date" else "date-time"}
    if field.kind in FILE_KINDS:
        media = field.media_types[0] if len(field.media_types) == 1 else f"{field.kind}/*"
        return {"type": "string", "contentEncoding": "base64", "contentMediaType": media}
    if field.kind == "tensor":
        return _array(field)
    if field.kind == "category":
        return {"type": "string" if field.datatype == "BYTES" else "number"}
    return {"type": _TYPES[field.kind]} if field.kind in _TYPES else {}


def _array(field: Field) -> Words:
    is_float = field.datatype.startswith(("FP", "BF"))
    inner: Words = {"type": "number" if is_float else "integer"}
    for size in reversed(field.shape[1:]):
        fixed = {"minItems": size, "maxItems": size} if size > 0 else {}
        inner = {"type": "array", "items": inner, **fixed}
    return inner


def _are_plain(choices: Sequence[object]) -> bool:
    """Whether they are an enumeration that is read as a category; truths alone are a boolean."""
    plain = all(isinstance(choice, str | int | float) for choice in choices)
    truths = all(isinstance(choice, bool) for choice in choices)
    return plain and not truths and 0 < len(choices) <= MAX_CHOICES


def _are_rows(fields: Sequence[Field]) -> bool:
    """Whether the examples are complete rows without files."""
    counts = {len(field.examples) for field in fields}
    files = any(isinstance(example, File) for field in fields for example in field.examples)
    return len(counts) == 1 and counts != {0} and not files


def _extra(signature: Signature, inputs: Sequence[Field]) -> Words:
    labels = next((field.labels for field in signature.outputs if field.labels), ())
    fields = {field.name: _extra_words(field) for field in inputs}
    return _without_empty(
        {
            "question": signature.question,
            "labels": list(labels),
            "fields": _without_empty(fields),
        }
    )


def _extra_words(field: Field) -> Words:
    extras = {name: getattr(field, name) or None for name in _EXTRA_FACTS if name != "order"}
    if field.kind not in NUMERIC_KINDS and field.datatype == "BYTES":
        extras["datatype"] = None  # what the kind means anyway
    is_category = field.kind == "category" and not _are_plain(field.choices)
    kind = field.kind if is_category else None
    return words_of(FieldFacts(**extras, kind=kind, order=field.order, typical=field.typical))


def _without_empty(words: Mapping[str, object]) -> Words:
    return {word: value for word, value in words.items() if value not in ("", [], {}, None)}


def _text(document: Words) -> bytes:
    text = json.dumps(_finite(document), indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8", "replace")


def _finite(value: object) -> object:
    """JSON has no NaN and no infinity."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {str(name): _finite(item) for name, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
    return value
