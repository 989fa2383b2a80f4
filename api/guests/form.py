"""A model's form in plain HTML, and what was typed as values: numbers, choices, yes or no, and text.

What cannot be typed on a phone (a picture, a list) keeps the value of an example.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape

from mds_client.signature import Field, Signature

_LONGEST = 2_000
_TYPED = ("number", "integer", "boolean", "category", "text", "datetime")
_UNKNOWN = ""


@dataclass(frozen=True, kw_only=True)
class Control:
    """One field as a phone shows it, with what stands in it."""

    field: Field
    text: str = ""

    @property
    def name(self) -> str:
        return f"f_{self.field.name}"

    def html(self) -> str:
        """The label and the control."""
        unit = f" ({self.field.unit})" if self.field.unit else ""
        name = escape(self.name)
        label = f'<label for="{name}">{escape(self.field.title + unit)}</label>'
        return label + self._control(name)

    def _control(self, name: str) -> str:
        options = _options(self.field)
        if options:
            if not self.field.required:
                options = {_UNKNOWN: "unknown", **options}
            lines = "".join(
                f'<option value="{escape(value)}"{" selected" if value == self.text else ""}>{escape(words)}</option>'
                for value, words in options.items()
            )
            return f'<select id="{name}" name="{name}">{lines}</select>'
        if self.field.kind == "text":
            text = escape(self.text)
            return (
                f'<textarea id="{name}" name="{name}" rows=3 maxlength={_LONGEST}>{text}</textarea>'
            )
        mode = "decimal" if self.field.kind in ("number", "integer") else "text"
        return f'<input id="{name}" name="{name}" inputmode={mode} maxlength=60 value="{escape(self.text)}" autocomplete=off>'

    def value(self) -> object:
        """What was typed; None for nothing. Raises ValueError with a sentence."""
        if not self.text.strip():
            return None
        if self.field.kind == "boolean":
            return self.text == "yes"
        if self.field.kind == "category":
            return _chosen(self.field, self.text)
        if self.field.kind in ("number", "integer"):
            return _number(self.field, self.text)
        return self.text[:_LONGEST]


def controls(signature: Signature, values: Mapping[str, object] | None = None) -> list[Control]:
    """The fields that can be typed, filled with these values, or with the first example where there is none."""
    opening = {**signature.opening, **(values or {})}
    return [
        Control(field=field, text=_text(field, opening.get(field.name)))
        for _, fields in signature.groups()
        for field in fields
        if field.kind in _TYPED and not field.sensitive
    ]


def typed(signature: Signature, sent: Mapping[str, str]) -> list[Control]:
    """The same fields with what a guest sent."""
    return [replace(each, text=sent.get(each.name, "")[:_LONGEST]) for each in controls(signature)]


def values_of(signature: Signature, filled: list[Control]) -> tuple[dict[str, object], list[str]]:
    """One row of values, and what is wrong with it in sentences."""
    values: dict[str, object] = dict(signature.opening)
    problems = []
    for each in filled:
        try:
            values[each.field.name] = each.value()
        except ValueError as error:
            problems.append(str(error))
    if not problems:
        problems = [problem.sentence for problem in signature.check(values)]
    return values, problems


def untyped(signature: Signature) -> list[str]:
    """What cannot be typed on a phone, by title: it keeps the value of the example."""
    return [f.title for f in signature.inputs if f.kind not in _TYPED or f.sensitive]


def _options(field: Field) -> dict[str, str]:
    """What can be chosen, by its place: the values themselves may be of any kind."""
    if field.kind == "boolean":
        return {"yes": "yes", "no": "no"}
    if field.kind != "category" or not field.choices:
        return {}
    words = dict(zip(field.choices, field.choice_labels, strict=False))
    return {str(place): str(words.get(c, c)) for place, c in enumerate(field.choices)}


def _text(field: Field, value: object) -> str:
    if value is None:
        return ""
    if field.kind == "boolean":
        return "yes" if value else "no"
    if field.kind == "category" and value in field.choices:
        return str(field.choices.index(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _chosen(field: Field, text: str) -> object:
    if not field.choices:
        return text
    if text.isdecimal() and len(text) < 6 and int(text) < len(field.choices):
        return field.choices[int(text)]
    raise ValueError(f"{field.title}: choose one of the list.")


def _number(field: Field, text: str) -> float | int:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        raise ValueError(f"{field.title}: “{text[:20]}” is not a number.") from None
    if not math.isfinite(value):
        raise ValueError(f"{field.title}: enter a number.")
    if field.kind == "integer":
        if not value.is_integer():
            raise ValueError(f"{field.title}: enter a whole number.")
        return int(value)
    return value
