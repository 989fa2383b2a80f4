"""Label Studio's forms: tasks, and answers as results of their labelling tags (labelstud.io/guide/predictions).

An answer is a class (Choices), a number (Number), a text (TextArea), boxes on a picture (RectangleLabels, in percent of its
size) or segments of a sound (Labels, in seconds). The object that is labelled is a picture, a sound, a text, or a table of
everything that was entered. A project may name its tags as it likes: `Tags` are those of its configuration.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from PIL import Image

from db.cases import CaseView
from feedback import regions
from feedback.ground_truth import answered

INPUTS, ANSWER = "inputs", "answer"
_OBJECTS = ("Image", "Audio", "Text", "HyperText", "Table")
# By the kind of an answer: the labelling tag, and the `type` of its results.
_TAGS = {
    "class": ("Choices", "choices"),
    "number": ("Number", "number"),
    "boxes": ("RectangleLabels", "rectanglelabels"),
    "segments": ("Labels", "labels"),
}
_TEXT = ("TextArea", "textarea")
KINDS = (*_TAGS, "text")
_VARIABLE = re.compile(r"\$([A-Za-z_][\w.-]*)")


class Unusable(ValueError):
    """A configuration that cannot be read, or has no tag for the answers of the model."""


@dataclass(frozen=True, kw_only=True)
class Tags:
    """The names of a project: `from_name` of what is labelled, `to_name` of what is looked at, `variable` in the data."""

    from_name: str = ANSWER
    to_name: str = INPUTS
    variable: str = INPUTS


def config(kind: str, labels: Sequence[str], object_tag: str) -> str:
    """A labelling configuration for a model whose answers are of this kind, about a picture, sound, text or table."""
    tag, _ = _TAGS.get(kind, _TEXT)
    child = {"Choices": "Choice", "RectangleLabels": "Label", "Labels": "Label"}.get(tag, "")
    values = "".join(f"<{child} value={quoteattr(label)}/>" for label in labels) if child else ""
    looked_at = f'<{object_tag} name="{INPUTS}" value="${INPUTS}"/>'
    return f'<View>{looked_at}<{tag} name="{ANSWER}" toName="{INPUTS}">{values}</{tag}></View>'


def tags_of(label_config: str, kind: str) -> Tags:
    """The tags of a project that take answers of this kind. Raises Unusable."""
    tag, _ = _TAGS.get(kind, _TEXT)
    if "<!" in label_config:  # no document type, so no entities
        raise Unusable("The labelling configuration has a document type, which is not read.")
    try:
        root = ElementTree.fromstring(label_config)  # noqa: S314 -- without entities, see above
    except ElementTree.ParseError as error:
        raise Unusable("The labelling configuration is not XML.") from error
    objects = {each.get("name"): each for each in root.iter() if each.tag in _OBJECTS}
    for each in root.iter(tag):
        looked_at = objects.get(each.get("toName"))
        if looked_at is not None:
            named = _VARIABLE.search(looked_at.get("value", ""))
            return Tags(
                from_name=str(each.get("name")),
                to_name=str(each.get("toName")),
                variable=named[1] if named else INPUTS,
            )
    raise Unusable(f"The labelling configuration has no {tag} for the answers of this model.")


def task(inputs: Mapping[str, object], read: Callable[[object], object]) -> dict[str, Any]:
    """A task about what was entered: a kept picture or sound as a data URL, a single text as it is, else a table."""
    if len(inputs) == 1:
        ((_, value),) = inputs.items()
        content = read(value)
        data, media_type = getattr(content, "data", None), getattr(content, "media_type", "")
        if isinstance(data, bytes):
            encoded = base64.b64encode(data).decode()
            return {"data": {INPUTS: f"data:{media_type or 'image/png'};base64,{encoded}"}}
        if isinstance(value, str):
            return {"data": {INPUTS: value}}
    return {"data": {INPUTS: dict(inputs)}}


def predictions(
    case: CaseView, tags: Tags = Tags(), size: tuple[int, int] | None = None
) -> list[dict[str, Any]]:
    """The answer of a case as what a project starts from; none where there is no answer that a tag has."""
    answer = answered(case)
    truth = next((t for t in (answer.label, answer.number, answer.text) if t is not None), None)
    found = result(case, truth, tags, size) if case.is_answered else []
    if not found:
        return []
    shares = (case.answer or {}).get("probabilities")
    score = shares.get(answer.label) if isinstance(shares, Mapping) else None
    scored = {"score": float(score)} if isinstance(score, int | float) else {}
    return [{"model_version": case.version, "result": found, **scored}]


def result(
    case: CaseView,
    truth: str | float | None,
    tags: Tags = Tags(),
    size: tuple[int, int] | None = None,
) -> list[dict[str, Any]]:
    """An answer, or what is right, as the results of a labelling tag. Boxes need the `size` of their picture in pixels."""
    if truth is None:
        return []
    kind = str((case.answer or {}).get("kind"))
    _, form = _TAGS.get(kind, _TEXT)
    if form == "choices":
        values: list[dict[str, Any]] = [{"choices": [truth]}]
    elif form == "number":
        values = [{"number": truth}]
    elif form == "textarea":
        values = [{"text": [truth]}]
    else:
        marked = regions.of_text(truth) or ()
        values = [value for each in marked if (value := _region(each, form, size))]
    whole = {"original_width": size[0], "original_height": size[1]} if size else {}
    extra = whole if form == "rectanglelabels" else {}
    named = {"from_name": tags.from_name, "to_name": tags.to_name, "type": form}
    return [{"id": f"r{n}", **named, **extra, "value": v} for n, v in enumerate(values)]


def size_of(content: bytes) -> tuple[int, int] | None:
    """The width and height of a picture in pixels; None for what is none."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.size
    except (OSError, ValueError):
        return None


def _region(
    region: regions.Region, form: str, size: tuple[int, int] | None
) -> dict[str, Any] | None:
    if region.kind == regions.SEGMENTS:
        start, end = region.edges
        return {"start": start, "end": end, "channel": 0, form: [region.label]}
    if size is None:
        return None
    left, top, right, bottom = region.edges
    x, y = 100 / size[0], 100 / size[1]
    edges = {"x": left * x, "y": top * y, "width": (right - left) * x, "height": (bottom - top) * y}
    return {**edges, "rotation": 0, form: [region.label]}
