"""Models: what there is, and what each takes and answers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, Field

from api.v1.asked import Asked, AskedNow
from api.v1.problems import no_model, refused
from api.v1.resource import TEXT, Cursor, Limit, Resource
from api.v1.shapes import finite
from mds_client.discovery import Entry
from mds_client.signature import Field as ModelField
from mds_client.signature import ModelRef, Signature

RESOURCE = Resource("models")

ServerName = Annotated[str, Path(max_length=200, pattern=TEXT, examples=["demo"])]
ModelName = Annotated[str, Path(max_length=500, pattern=TEXT, examples=["penguins"])]
Version = Annotated[
    str, Query(max_length=200, pattern=TEXT, description="The newest, where none is given")
]


class Model(BaseModel):
    """A deployed model version."""

    model: str = Field(examples=["demo/penguins@v2"])
    server: str
    name: str
    version: str
    title: str = Field(examples=["Penguins"])
    question: str = Field(examples=["Which species is this penguin?"])
    state: str = Field(examples=["READY"])
    reason: str = ""


class Models(BaseModel):
    """A page of models."""

    items: list[Model]
    next: str = Field("", description="The `cursor` of the next page; empty at the end")


class SignatureField(BaseModel):
    """One named input or output."""

    name: str
    kind: str = Field(examples=["number"])
    title: str
    description: str = ""
    unit: str = ""
    required: bool
    choices: list[Any] = []
    minimum: float | None = None
    maximum: float | None = None
    typical: list[float | None] | None = None
    format: str = ""
    sensitive: bool = False
    business_key: bool = Field(
        False, description="It names what a case is about: cases are found by it"
    )
    protected: bool = Field(False, description="The error rates of its groups are compared")
    shape: list[int] = []
    provenance: dict[str, str] = Field({}, description="Where each fact is from")


class ModelWithSignature(Model):
    """A model with what it takes and answers."""

    description: str = ""
    fingerprint: str = Field(description="The same as long as what it takes and answers is")
    inputs: list[SignatureField]
    outputs: list[SignatureField]
    example: dict[str, Any] = Field(
        description="A row to begin with; files are only named",
        examples=[{"bill_length_mm": 39.1, "island": "Dream"}],
    )


@RESOURCE.get("/models")
def list_models(
    asked: AskedNow,
    q: Annotated[
        str,
        Query(max_length=200, pattern=TEXT, description="Only models in which every word occurs"),
    ] = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Models:
    """The models that you may see."""
    entries = asked.services.catalogue.search(q)
    start = _after(entries, cursor)
    shown = entries[start : start + limit]
    is_more = len(entries) > start + limit
    return Models(
        items=[_model(entry) for entry in shown], next=str(shown[-1].ref) if is_more else ""
    )


@RESOURCE.get("/models/{server}/{name:path}")
def get_model(
    asked: AskedNow, server: ServerName, name: ModelName, version: Version = ""
) -> ModelWithSignature:
    """One model with what it takes and answers, from every source. Nothing is asked of the model."""
    entry = entry_of(asked, ModelRef(server=server, name=name, version=version))
    signature = asked.services.signature(entry)
    return ModelWithSignature(
        **vars(_model(entry))
        | {"title": signature.title or entry.title, "question": signature.question},
        description=signature.description,
        fingerprint=signature.fingerprint,
        inputs=[_field(field) for field in signature.inputs],
        outputs=[_field(field) for field in signature.outputs],
        example=_example(signature),
    )


def entry_of(asked: Asked, ref: ModelRef) -> Entry:
    """The model that is meant. Raises Refused for one that is not there or may not be seen."""
    entry = asked.services.catalogue.find(ref)
    if entry is None:
        raise no_model(str(ref))
    return entry


def parsed(model: str) -> ModelRef:
    """Raises Refused for what names no model."""
    try:
        return ModelRef.parse(model)
    except ValueError as error:
        raise refused(
            422, "invalid", "This names no model.", "Write server/name or server/name@version."
        ) from error


def _after(entries: list[Entry], cursor: str) -> int:
    """The place after the model that the cursor names."""
    if not cursor:
        return 0
    place = next((n for n, entry in enumerate(entries) if str(entry.ref) == cursor), None)
    if place is None:
        raise refused(
            422,
            "bad_cursor",
            "The model at which this page began is gone.",
            "Begin again without a cursor.",
        )
    return place + 1


def _model(entry: Entry) -> Model:
    return Model(
        model=str(entry.ref),
        server=entry.ref.server,
        name=entry.ref.name,
        version=entry.ref.version,
        title=entry.title,
        question=entry.question,
        state=entry.info.state,
        reason=entry.info.reason,
    )


def _field(field: ModelField) -> SignatureField:
    return SignatureField(
        name=field.name,
        kind=field.kind,
        title=field.title,
        description=field.description,
        unit=field.unit,
        required=field.required,
        choices=[finite(choice) for choice in field.choices],
        minimum=finite(field.minimum),
        maximum=finite(field.maximum),
        typical=finite(field.typical),
        format=field.format,
        sensitive=field.sensitive,
        business_key=field.business_key,
        protected=field.protected,
        shape=list(field.shape),
        provenance={name: str(source) for name, source in field.provenance.items()},
    )


def _example(signature: Signature) -> dict[str, Any]:
    hidden = {field.name for field in signature.inputs if field.sensitive}
    return {n: finite(v) for n, v in signature.opening.items() if n not in hidden}
