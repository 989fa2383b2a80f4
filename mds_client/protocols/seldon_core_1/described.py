"""What a deployment says of its inputs and outputs, as a signature."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mds_client.codecs.json_schema import MAX_FIELDS, Schema
from mds_client.signature import Field, ModelRef, Signature
from mds_client.signature.field_spec import NUMBERS_OF_A_ROW
from mds_client.signature.metadata import DECLARED, GUESSED, described, signature_of, unknown_input
from mds_client.signature.prediction_schema import columns, labels, schema_in

_MANY = 64
_ALONE = {"strData": ("Text", ""), "binData": ("File", "base64")}
Facts = Mapping[str, object]


def signature_in(model: ModelRef, metadata: Facts) -> Signature:
    inputs = _listed(metadata, "graphinputs") or _listed(metadata, "inputs")
    outputs = _listed(metadata, "graphoutputs") or _listed(metadata, "outputs")
    custom = metadata.get("custom")
    facts = custom if isinstance(custom, Mapping) else {}
    title, question = (str(facts.get(key) or "")[:2000] for key in ("title", "question"))
    platform = str(metadata.get("platform") or "")[:200]
    schema = schema_in(facts) or schema_in(metadata)
    signature = _input_signature(model, inputs[0] if inputs else {}, inputs)
    signature = _with_descriptions(signature, columns(schema))
    answered = tuple(field for o in outputs[:1] for field in _output_fields(o)) or _classes(schema)
    return replace(signature, outputs=answered, title=title, question=question, platform=platform)


def _input_signature(model: ModelRef, first: Facts, inputs: Sequence[Facts]) -> Signature:
    """What the first input says: Seldon sends one form of data, whatever a graph lists."""
    form, declared = str(first.get("messagetype") or ""), first.get("schema")
    schema = declared if isinstance(declared, Mapping) else {}
    if form == "jsonData":
        return _of_json(model, schema)
    if form in _ALONE:
        return _of_one_value(model, form)
    if "datatype" in first:
        return _of_tensors(model, inputs)
    return _of_numbers(model, form, names_in(schema), _sizes(schema))


def _of_one_value(model: ModelRef, form: str) -> Signature:
    """One text or one file, in a member of its own instead of `data`."""
    label, content_type = _ALONE[form]
    provenance = {"kind": DECLARED}
    field = Field(
        name=form, kind="text", label=label, content_type=content_type, provenance=provenance
    )
    return _formed(model, form, (field,), field)


def _of_numbers(
    model: ModelRef, form: str, names: Sequence[str], sizes: Sequence[int]
) -> Signature:
    """One field a column where they are named, or few; else one tensor; without sizes nothing is known."""
    width = math.prod(sizes) if sizes and min(sizes) > 0 else 0
    if names and width in (0, len(names)):
        return _formed(model, form, _columns(names), _row_tensor(form, (len(names),)))
    whole = _row_tensor(form, sizes or (-1,))
    if 0 < width <= _MANY and len(sizes) == 1:
        return _formed(model, form, _numbered(width), whole)
    if not sizes:
        return Signature(model=model, inputs=(unknown_input(),), layout="unknown", tensor=whole)
    field = replace(whole, label=NUMBERS_OF_A_ROW)
    return replace(_formed(model, form, (field,), field), layout="tensors")


def _with_descriptions(signature: Signature, known: Sequence[Facts]) -> Signature:
    """The columns as the prediction schema has them, where there are as many, or none are declared."""
    form = signature.tensor.content_type if signature.tensor else "ndarray"
    names = [field.name for field in signature.inputs]
    if not known or signature.layout not in ("matrix", "unknown"):
        return signature
    if signature.layout == "matrix" and len(known) != len(names):
        return signature
    are_named = signature.layout == "matrix" and not _are_guessed(signature.inputs)
    fields = tuple(
        _described(names[i] if are_named else str(column["name"]), column)
        for i, column in enumerate(known)
    )
    if any(field.datatype == "BYTES" for field in fields):
        form = "ndarray"
    return _formed(signature.model, form, fields, _row_tensor(form, (len(fields),)))


def _are_guessed(fields: Sequence[Field]) -> bool:
    return any(field.provenance.get("name") == GUESSED for field in fields)


def _described(name: str, column: Facts) -> Field:
    choices = column.get("choices")
    is_text = isinstance(choices[0], str) if isinstance(choices, list) else False
    is_text = is_text or column.get("kind") == "text"
    return described(name, "BYTES" if is_text else "FP64", (-1, 1), column)


def _classes(schema: Facts) -> tuple[Field, ...]:
    names = labels(schema)
    return _output_fields({"schema": {"names": names}})


def _formed(model: ModelRef, form: str, fields: tuple[Field, ...], whole: Field) -> Signature:
    layout = "tensors" if form in ("jsonData", "strData", "binData") else "matrix"
    return Signature(
        model=model,
        inputs=fields,
        layout=layout,  # type: ignore[arg-type]
        tensor=replace(whole, content_type=form or "ndarray"),
    )


def _of_json(model: ModelRef, schema: Facts) -> Signature:
    read = Schema(schema)
    fields = read.fields()
    if fields:
        whole = Field(name="object", kind="json")
        return _formed(model, "jsonData", fields, whole)
    field = replace(read.field("jsonData"), required=True)
    return _formed(model, "jsonData", (field,), replace(field, name="value"))


def _of_tensors(model: ModelRef, inputs: Sequence[Facts]) -> Signature:
    """The form of the Open Inference Protocol: each input is one column, or the one input the whole."""
    declared = signature_of(model, {"inputs": list(inputs[:MAX_FIELDS])})
    if len(declared.inputs) > 1:
        return replace(
            declared, layout="matrix", tensor=_row_tensor("ndarray", (len(declared.inputs),))
        )
    return replace(declared, tensor=declared.tensor or _row_tensor("ndarray", (-1,)))


def _columns(names: Sequence[str]) -> tuple[Field, ...]:
    """Seldon says names and no types: numbers is the weak guess."""
    return tuple(
        Field(
            name=name,
            kind="number",
            datatype="FP64",
            provenance={"name": DECLARED, "kind": GUESSED},
        )
        for name in dict.fromkeys(names)
    )


def _numbered(width: int) -> tuple[Field, ...]:
    """Columns without a name of their own; these names are not sent."""
    columns = _columns([f"column {i + 1}" for i in range(width)])
    return tuple(replace(c, provenance={"name": GUESSED, "kind": GUESSED}) for c in columns)


def _row_tensor(form: str, sizes: Sequence[int]) -> Field:
    return Field(
        name="data",
        kind="tensor",
        datatype="FP64",
        shape=(-1, *sizes),
        content_type=form or "ndarray",
        provenance={"shape": DECLARED},
    )


def _output_fields(output: Facts) -> tuple[Field, ...]:
    declared = output.get("schema")
    names = names_in(declared if isinstance(declared, Mapping) else {})
    if len(names) < 2:
        return ()
    shape = (-1, len(names))
    return (Field(name="output", kind="tensor", datatype="FP64", shape=shape, labels=tuple(names)),)


def _listed(metadata: Facts, key: str) -> list[Facts]:
    value = metadata.get(key)
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed[:MAX_FIELDS] if isinstance(item, Mapping)]


def names_in(schema: Facts) -> list[str]:
    names = schema.get("names")
    listed = names[:MAX_FIELDS] if isinstance(names, list) else []
    return [
        str(name)[:500] for name in listed if isinstance(name, str | int | float) and name != ""
    ]


def _sizes(schema: Facts) -> list[int]:
    shape = schema.get("shape")
    listed = shape[:8] if isinstance(shape, list) else []
    return [s if 0 < s < 10**9 else -1 for s in listed if type(s) is int]
