"""The form of a model: at most seven fields in sight, the others in named groups, a search in a long one."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from mds_client.signature import NUMERIC_KINDS, Field, Signature, Values
from mds_client.signature.checks import is_missing
from ui import fields
from ui.fields import _finder, _refused, _widget_state
from ui.fields._formats import holds_a_file
from ui.text import plain

IN_SIGHT = 7
MOST_DRAWN = 1_000
_REST = "More"
_MOST_IN_GROUP = 40
_PART = 20
_SHORT = 80
# Draws a field under a key, opened with a value, and gives back what it holds.
Render = Callable[[Field, str, object], object]


def draw(
    signature: Signature, opened_with: Values, key: str, render: Render = fields.render
) -> dict[str, object]:
    """Draw every field with `render`, opened with these values; give back what the widgets hold now.

    Of very many the first are drawn; the others stay as they were opened.
    """
    _widget_state.forget_others(key)
    form = _Form(key, opened_with, render, is_pressed=_was_pressed(key))
    form.values.update({f.name: opened_with.get(f.name) for f in signature.inputs[MOST_DRAWN:]})
    if form.values:
        _draw_left_out(signature)
        signature = replace(signature, inputs=signature.inputs[:MOST_DRAWN])
    groups = layout(signature)
    if len(groups) > 1:
        _draw_finder(form, groups)
    complaints = st.container()
    for number, (name, group) in enumerate(groups):
        with form.group(number, name, group) if name else st.container():
            form.draw(group, name)
    if any(holds_a_file(field) for field in signature.inputs):
        _refused.draw(key)
    form.complain(complaints, groups)
    return form.values


def _draw_left_out(signature: Signature) -> None:
    st.warning(
        f"This model takes {len(signature.inputs):,} inputs, more than a form can hold: here are the first "
        f"{MOST_DRAWN:,}. The others go as the example has them, else as unknown. Ask with a file to give all.",
        icon=":material/warning:",
    )


def layout(signature: Signature) -> list[tuple[str, list[Field]]]:
    """The fields in sight under the empty name, then the rest under their groups' names."""
    ordered = sorted(signature.inputs, key=lambda f: math.inf if f.order is None else f.order)
    if len(ordered) <= IN_SIGHT + 1:
        return [("", ordered)]
    rest = ordered[IN_SIGHT:]
    names = list(dict.fromkeys(_group(field) for field in rest))
    groups = [(name, [f for f in rest if _group(f) == name]) for name in names]
    return [("", ordered[:IN_SIGHT]), *(part for group in groups for part in _parts(*group))]


def heading(field: Field) -> str:
    """What a nested field belongs to: `address.city` to Address."""
    outer = field.name.split(".")[:-1]
    if not outer:
        return ""
    names = [part.replace("~1", ".").replace("~0", "~").replace("_", " ") for part in outer]
    nested = " › ".join(name.strip().capitalize() for name in names)
    return field.group or nested


def _group(field: Field) -> str:
    return field.group or heading(field) or _REST


def _parts(name: str, group: list[Field]) -> Iterator[tuple[str, list[Field]]]:
    """A group that is too long to look through, in parts named by their first and last field."""
    if len(group) <= _MOST_IN_GROUP:
        yield name, group
        return
    for start in range(0, len(group), _PART):
        part = group[start : start + _PART]
        span = f"{part[0].title} – {part[-1].title}"
        yield span if name == _REST else f"{name}: {span}", part


@dataclass
class _Form:
    """One drawing of the form: its values and problems as they come."""

    key: str
    opened_with: Values
    render: Render
    is_pressed: bool
    values: dict[str, object] = dataclasses.field(default_factory=dict)
    wrong: dict[str, str] = dataclasses.field(default_factory=dict)
    unfit: set[str] = dataclasses.field(default_factory=set)

    def group(
        self, number: int, name: str, group: Sequence[Field]
    ) -> st.delta_generator.DeltaGenerator:
        """A group to open; open where something inside is wrong, or was not filled in when it was last drawn and is
        sent now."""
        wrong = _widget_state.kept(_widget_state.own(self.key, "wrong"), frozenset[str])
        if self.is_pressed:
            wrong |= _widget_state.kept(_widget_state.own(self.key, "unfit"), frozenset[str])
        box = st.container(key=css_key(self.key, f"group{number}"))
        is_open = any(field.name in wrong for field in group)
        return box.expander(f"{plain(name)} ({len(group)})", expanded=is_open)

    def draw(self, shown: Sequence[Field], last: str) -> None:
        """Short inputs two abreast; nested ones under the name of what they belong to."""
        for pair in _pairs([_as_line(field, len(shown)) for field in shown]):
            if heading(pair[0]) != last and (last := heading(pair[0])):
                st.markdown(f"**{plain(last)}**")
            columns = st.columns(2) if len(pair) == 2 else [st.container()]
            for column, field in zip(columns, pair, strict=True):
                with column, st.container(key=css_key(self.key, field.name)):
                    self._draw_field(field)

    def _draw_field(self, field: Field) -> None:
        """The input, and what is wrong with what it holds: at once, but of an empty one after a press."""
        opened = self.opened_with.get(field.name)
        value = self.render(field, f"{self.key}_{field.name}", opened)
        self.values[field.name] = value
        problem = field.check(value)
        if problem:
            self.unfit.add(field.name)
        if problem and (self.is_pressed or not is_missing(value)):
            self.wrong[field.name] = problem.sentence
            st.markdown(f":material/error: **{plain(problem.sentence)}**")

    def complain(
        self,
        place: st.delta_generator.DeltaGenerator,
        groups: Sequence[tuple[str, Sequence[Field]]],
    ) -> None:
        """Say on top what is wrong inside a group, which may be closed."""
        _widget_state.keep(_widget_state.own(self.key, "wrong"), frozenset(self.wrong))
        _widget_state.keep(_widget_state.own(self.key, "unfit"), frozenset(self.unfit))
        counts = [(name, sum(f.name in self.wrong for f in group)) for name, group in groups]
        hidden = [f"{name} ({count})" for name, count in counts if name and count]
        if hidden:
            words = f"To correct: {', '.join(hidden)}."
            place.markdown(f":material/error: **{plain(words)}**")


def _draw_finder(form: _Form, groups: Sequence[tuple[str, Sequence[Field]]]) -> None:
    keys = {field.name: css_key(form.key, field.name) for _, group in groups for field in group}
    members = {
        css_key(form.key, f"group{n}"): [keys[f.name] for f in group]
        for n, (name, group) in enumerate(groups)
        if name
    }
    _finder.draw(form.key, {keys[f.name]: f for _, group in groups for f in group}, members)


def _was_pressed(key: str) -> bool:
    """Whether this form was ever sent: Streamlit keeps a press of its button for one run."""
    presses = [name for name in st.session_state if str(name).startswith("FormSubmitter:")]
    if any(st.session_state[name] for name in presses):
        return _widget_state.keep(_widget_state.own(key, "pressed"), True)
    return _widget_state.kept(_widget_state.own(key, "pressed"), bool)


def css_key(key: str, name: str) -> str:
    """A key that is a class name in the browser as it is, whatever the field is called."""
    return "field_" + hashlib.sha256(f"{key}|{name}".encode()).hexdigest()[:16]


def _as_line(field: Field, count: int) -> Field:
    """One of several texts with short examples is typed in one line."""
    if field.kind != "text" or field.format or field.content_type == "base64" or count == 1:
        return field
    is_short = all(len(str(e)) <= _SHORT and "\n" not in str(e) for e in field.examples)
    return replace(field, format="line") if is_short else field


def _pairs(shown: Sequence[Field]) -> list[list[Field]]:
    """Neighbours that fit beside each other, in order."""
    pairs: list[list[Field]] = []
    for field in shown:
        before = pairs[-1] if pairs else []
        if len(before) == 1 and _are_a_pair(before[0], field):
            before.append(field)
        else:
            pairs.append([field])
    return pairs


def _are_a_pair(one: Field, other: Field) -> bool:
    return _is_short(one) and _is_short(other) and heading(one) == heading(other)


def _is_short(field: Field) -> bool:
    is_line = field.kind == "text" and field.format in ("line", "identifier")
    return is_line or field.kind in NUMERIC_KINDS or field.kind == "datetime"
