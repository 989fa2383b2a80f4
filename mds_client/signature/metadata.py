"""Reads what a server declares about a model's tensors into fields (docs/model-metadata.md)."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from typing import cast, get_args

from mds_client.signature import FORMATS, Field, File, Kind, Layout, ModelRef, Role, Signature
from mds_client.signature.facts import day
from mds_client.signature.field_spec import NUMBERS_OF_A_ROW
from mds_client.signature.prediction_schema import with_words

DECLARED = "declared"
GUESSED = "guessed from datatype and shape"
_NO_TABLES = (
    "dict",
    "hf",
)  # request codecs of MLServer for tensors by name, where it has others too
_MAX_EXAMPLES = 50
_MAX_TEXT = 2000
_MOST_LINE = 200
_MOST_NAMES = 8

Facts = Mapping[str, object]


def signature_of(model: ModelRef, metadata: Facts) -> Signature:
    """The signature from an Open Inference Protocol model metadata answer (§ Model Metadata)."""
    metadata = with_words(metadata)
    inputs = _unique(_tensors(metadata, "inputs"))
    outputs = tuple(_output(tensor) for tensor in _tensors(metadata, "outputs"))
    layout, tensor, fields = _lay_out(inputs)
    if layout == "columns" and _parameters(metadata).get("content_type") in _NO_TABLES:
        layout = "tensors"
    first = _parameters(_tensors(metadata, "outputs")[0]) if outputs else {}
    of_model = {**first, **_parameters(metadata)}
    return Signature(
        model=model,
        inputs=fields,
        outputs=outputs,
        layout=layout,
        tensor=tensor,
        explains=_text(_parameters(metadata).get("explains") or first.get("explains")),
        owner=_line(of_model.get("owner")),
        trained=day(of_model.get("trained")),
        detectors=_names(of_model.get("detectors")),
        drift_detectors=_names(of_model.get("drift_detectors")),
        title=_text(first.get("title")),
        question=_text(first.get("question")),
        platform=_text(metadata.get("platform")),
    )


def unknown_input() -> Field:
    """The field of a model that declares nothing: any row of numbers."""
    return Field(
        name="input-0",
        kind="tensor",
        datatype="FP64",
        shape=(-1, -1),
        label=NUMBERS_OF_A_ROW,
        description="This model does not describe its inputs. Paste the numbers of one row, "
        "separated by commas, spaces or tabs.",
        provenance={"kind": GUESSED},
    )


def _lay_out(tensors: Sequence[Facts]) -> tuple[Layout, Field | None, tuple[Field, ...]]:
    """How rows become tensors; see `Signature.layout`."""
    if not tensors:
        return "unknown", None, (unknown_input(),)
    if len(tensors) == 1 and _parameters(tensors[0]).get("columns"):
        matrix = _field(tensors[0])
        return "matrix", matrix, _columns(matrix, _parameters(tensors[0])["columns"])
    fields = tuple(_field(tensor) for tensor in tensors)
    is_table = len(fields) > 1 and all(map(_is_cell, fields))
    return ("columns" if is_table else "tensors"), None, fields


def _is_cell(field: Field) -> bool:
    """Whether it is one value of a row. What HuggingFace's pipelines take is no table."""
    return _is_scalar(field.shape) and not field.content_type.startswith("hg_")


def _columns(matrix: Field, columns: object) -> tuple[Field, ...]:
    facts = [column for column in _list(columns) if isinstance(column, Mapping)]
    return tuple(
        described(str(column.get("name") or f"column {i + 1}"), matrix.datatype, (-1, 1), column)
        for i, column in enumerate(facts)
    )


def _field(tensor: Facts) -> Field:
    return described(
        str(tensor.get("name") or "input"),
        str(tensor.get("datatype") or "BYTES"),
        _shape(tensor.get("shape")),
        _parameters(tensor),
    )


def described(name: str, datatype: str, shape: tuple[int, ...], facts: Facts) -> Field:
    """An input of that datatype and shape with what the words of docs/model-metadata.md say of it."""
    choices = tuple(_list(facts.get("choices")))
    kind = _kind(facts, datatype, shape, choices)
    low, high = _number(facts.get("min")), _number(facts.get("max"))
    return Field(
        name=name,
        kind=kind,
        datatype=datatype,
        shape=shape,
        content_type=_text(facts.get("content_type")),
        label=_text(facts.get("label")),
        description=_text(facts.get("description")),
        unit=_text(facts.get("unit")),
        required=not facts.get("optional"),
        choices=choices,
        choice_labels=tuple(map(_text, _list(facts.get("choice_labels")))),
        format=_format(facts, kind, shape),
        pattern=_text(facts.get("pattern")),
        sensitive=facts.get("sensitive") is True,
        business_key=facts.get("business_key") is True,
        protected=facts.get("protected") is True,
        minimum=_number(facts.get("minimum")),
        maximum=_number(facts.get("maximum")),
        typical=(low, high) if low is not None and high is not None and low <= high else None,
        group=_text(facts.get("group")),
        order=_integer(facts.get("order")),
        examples=tuple(_example(kind, e) for e in _list(facts.get("examples"))[:_MAX_EXAMPLES]),
        media_types=tuple(str(m) for m in _list(facts.get("media_types"))),
        provenance={"kind": DECLARED if facts.get("kind") else GUESSED}
        | dict.fromkeys(facts, DECLARED),
    )


def _output(tensor: Facts) -> Field:
    name, facts = str(tensor.get("name") or "output"), _parameters(tensor)
    datatype, shape = str(tensor.get("datatype") or "BYTES"), _shape(tensor.get("shape"))
    labels = tuple(str(label) for label in _list(facts.get("labels")))
    low, high = _number(facts.get("min")), _number(facts.get("max"))
    return Field(
        name=name,
        kind=_kind(facts, datatype, shape, ()),
        datatype=datatype,
        shape=shape,
        content_type=_text(facts.get("content_type")),
        label=_text(facts.get("label")),
        description=_text(facts.get("description")),
        unit=_text(facts.get("unit")),
        minimum=_number(facts.get("minimum")),
        maximum=_number(facts.get("maximum")),
        typical=(low, high) if low is not None and high is not None and low <= high else None,
        role=_role(facts, name, labels, shape),
        labels=labels,
    )


def _kind(facts: Facts, datatype: str, shape: tuple[int, ...], choices: tuple[object, ...]) -> Kind:
    declared = facts.get("kind")
    if declared in get_args(Kind):
        return cast(Kind, declared)
    if choices:
        return "category"
    if not _is_scalar(shape):
        return "tensor" if datatype != "BYTES" else "json"
    if datatype == "BYTES":
        return _BYTES_KINDS.get(_text(facts.get("content_type")), "text")
    if datatype == "BOOL":
        return "boolean"
    return "number" if datatype.startswith(("FP", "BF")) else "integer"


_BYTES_KINDS: dict[str, Kind] = {
    "pillow_image": "image",
    "datetime": "datetime",
    "pd_json": "json",
    "hg_json": "json",
    "hg_jsonlist": "json",
    "hg_conversation": "json",
}


def _format(facts: Facts, kind: Kind, shape: tuple[int, ...]) -> str:
    """What is declared; several texts in a row are a list."""
    if facts.get("format") in FORMATS:
        return _text(facts.get("format"))
    return "list" if kind == "json" and len(shape) == 2 and not _is_scalar(shape) else ""


def _role(facts: Facts, name: str, labels: tuple[str, ...], shape: tuple[int, ...]) -> Role:
    """A number for each label is how likely each is; one alone is the label or its index."""
    declared = facts.get("role")
    if declared in get_args(Role):
        return cast(Role, declared)
    is_each = len(labels) > 1 and shape[1:] == (len(labels),)
    if is_each or name in ("predict_proba", "probabilities", "probs", "proba"):
        return "probabilities"
    if labels:
        return "class"
    return ""


def _is_scalar(shape: tuple[int, ...]) -> bool:
    return all(size == 1 for size in shape[1:])


def _example(kind: Kind, example: object) -> object:
    if kind not in ("image", "audio") or not isinstance(example, Mapping):
        return example
    try:
        data = base64.b64decode(str(example.get("data", "")), validate=True)
    except binascii.Error:
        data = b""
    return File(
        name=_text(example.get("name")) or "example",
        media_type=_text(example.get("media_type")),
        data=data,
    )


def _tensors(metadata: Facts, key: str) -> list[Facts]:
    return [tensor for tensor in _list(metadata.get(key)) if isinstance(tensor, Mapping)]


def _unique(tensors: Sequence[Facts]) -> list[Facts]:
    """The HuggingFace runtime lists an input once for every content type that it accepts."""
    return list({str(tensor.get("name")): tensor for tensor in reversed(tensors)}.values())[::-1]


def _parameters(tensor: Facts) -> Facts:
    """What a tensor says of itself; early releases of MLServer called it tags."""
    places = [tensor[key] for key in ("tags", "parameters") if isinstance(tensor.get(key), Mapping)]
    return {name: fact for facts in places for name, fact in cast(Facts, facts).items()}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str | bytes) else []


def _shape(value: object) -> tuple[int, ...]:
    """The declared shape with the batch dimension in front: one that begins with a size is that of a single row."""
    sizes = tuple(size for size in map(_size, _list(value)) if size is not None) or (-1,)
    return (-1, *sizes) if sizes[0] > 1 else sizes


def _size(value: object) -> int | None:
    """Protobuf's JSON writes whole numbers of 64 bits as texts."""
    if isinstance(value, str):
        digits = value.removeprefix("-")
        is_size = digits.isascii() and digits.isdigit() and len(digits) < 10
        return int(value) if is_size else None
    return value if isinstance(value, int) else None


def _text(value: object) -> str:
    return str(value)[:_MAX_TEXT] if isinstance(value, str | int | float) else ""


def _line(value: object) -> str:
    """One line for a person to read."""
    return " ".join(_text(value).split())[:_MOST_LINE]


def _names(value: object) -> tuple[str, ...]:
    """Names of models, one or a list of them; they may be anything, and are checked before they are used."""
    listed = [value] if isinstance(value, str) else _list(value)
    return tuple(dict.fromkeys(_text(name) for name in listed[:_MOST_NAMES]))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
