"""What is known of one named input or output, without what is done with it: `FieldSpec`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "number",
    "integer",
    "boolean",
    "category",
    "text",
    "datetime",
    "image",
    "audio",
    "tensor",
    "json",
]
Role = Literal[
    "", "class", "probabilities", "probability", "number", "text", "score", "segments", "boxes", "code", "labels", "detail"
]  # fmt: skip
"""What an output is in an answer: `probability` is that of the answered class alone, `boxes` what was found in a picture and
where, `code` the class as a number beside its words, `labels` the words for the probabilities.
"""
Storage = Literal["keep", "mask", "hash", "omit"]
"""What a record of a question has of a sensitive value: it, that there was one, a keyed hash of it, or nothing."""
Layout = Literal["columns", "matrix", "tensors", "unknown"]
Values = Mapping[str, object]

PIXEL_FORMATS = ("pixels", "pixels-1", "pixels-255", "pixels-signed", "pixels-imagenet")
FORMATS = (
    "line",
    "long",
    "identifier",
    "date",
    "time",
    "date-time",
    "currency",
    "percent",
    "fraction",
    "list",
    "map",
    *PIXEL_FORMATS,
    "numbers",
)
"""How a value is typed: a text as one line, at length or as an identifier; a date without or with a time, or
a time alone; a number as money, in percent, or as a fraction shown in percent; JSON as a list or a map; a tensor
as the picture whose pixels it holds, or as numbers although it looks like one."""
NUMERIC_KINDS = ("number", "integer")
TABULAR_KINDS = ("number", "integer", "boolean", "category")
FILE_KINDS = ("image", "audio")
NUMBERS_OF_A_ROW = "Numbers of one row"
"""What the one field of a model is called that does not describe its inputs."""
MAX_FILE_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class File:
    """A file as a value of an image or audio field."""

    name: str
    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, kw_only=True)
class FieldSpec:
    """One named input or output of a model.

    `datatype` is an Open Inference Protocol datatype; `shape` has -1 for a free dimension, the first
    being the batch. `minimum`/`maximum` are hard limits; `typical` is the usual range, outside which a
    person is warned. `choice_labels` are the words for the choices, in their order. `format` is a word of
    FORMATS: how a value of the kind is typed. `pattern` is what a text must look like as a whole (RE2). A
    `business_key` names what a row is about, such as a patient, an order or a sample. A `protected` one has groups that must be
    served alike: their error rates are compared. A `sensitive` value is asked for but never listed; `storage` says what a record has of it, which is nobody's fact about
    the model but its operator's policy. `examples` are aligned: position i in every field is the
    same example row.
    """

    name: str
    kind: Kind
    datatype: str = "BYTES"
    shape: tuple[int, ...] = (-1, 1)
    content_type: str = ""
    label: str = ""
    description: str = ""
    unit: str = ""
    required: bool = True
    choices: tuple[object, ...] = ()
    choice_labels: tuple[str, ...] = ()
    format: str = ""
    pattern: str = ""
    sensitive: bool = False
    business_key: bool = False
    protected: bool = False
    storage: Storage = "keep"
    minimum: float | None = None
    maximum: float | None = None
    typical: tuple[float, float] | None = None
    group: str = ""
    order: int | None = None
    examples: tuple[object, ...] = ()
    media_types: tuple[str, ...] = ()
    max_bytes: int = MAX_FILE_BYTES
    role: Role = ""
    labels: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_withheld(self) -> bool:
        """Whether no record has its values."""
        return self.sensitive and self.storage != "keep"

    @property
    def title(self) -> str:
        """What a person calls the field: its label, else its name made readable."""
        return self.label or self.name.replace("_", " ").replace("-", " ").strip().capitalize()

    def word_for(self, value: object) -> str:
        """What one of the choices is called; empty where no word stands for a value."""
        if isinstance(value, list | tuple | Mapping) or value not in self.choices:
            return ""
        return str(dict(zip(self.choices, self.choice_labels, strict=False)).get(value, ""))
