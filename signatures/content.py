"""An overlay as plain data and back, in the words of docs/model-metadata.md, and its contradictions.

Reading never fails: what does not fit is left out. What is written is read back the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast, get_args

from mds_client.errors import Problem
from mds_client.signature import Layout
from mds_client.signature.facts import (
    MAX_INPUTS,
    Facts,
    FieldFacts,
    field_facts,
    fields_facts,
    is_name,
    listed,
    text,
    texts,
)

EDITED = "edited"
MAX_BYTES = 512 * 1024
_MOST_DIMENSIONS = 32
_DEEPEST = 20
_SAME = (
    "kind", "datatype", "content_type", "label", "description", "unit", "format", "pattern",
    "minimum", "maximum", "group", "order", "sensitive", "business_key",
    "protected",
)  # fmt: skip
_LISTS = ("shape", "choices", "choice_labels", "media_types")

Words = dict[str, object]


def read(content: object, source: str = EDITED) -> Facts:
    """The facts in plain data, as `written` makes it. Never raises."""
    given = content if isinstance(content, Mapping) else {}
    fields = given.get("fields")
    named = fields if isinstance(fields, Mapping) else {}
    known = {name: _with_wire(facts, named[name]) for name, facts in fields_facts(named).items()}
    layout = given.get("layout")
    return Facts(
        source=source,
        layout=cast(Layout, layout) if layout in get_args(Layout) else None,
        title=text(given.get("title")),
        question=text(given.get("question")),
        description=text(given.get("description")),
        inputs=_inputs(given.get("inputs")),
        fields={name: facts for name, facts in known.items() if facts.known()},
        labels=texts(given.get("labels")),
        answer=_output_name(given.get("answer")),
        probability=_output_name(given.get("probability")),
    )


def written(facts: Facts) -> Words:
    """The facts as plain data, without empty ones."""
    fields = {name: words_of(value) for name, value in facts.fields.items()}
    whole: Words = {
        "title": facts.title,
        "question": facts.question,
        "description": facts.description,
        "inputs": list(facts.inputs),
        "labels": list(facts.labels),
        "answer": facts.answer,
        "probability": facts.probability,
        "layout": facts.layout,
        "fields": {name: words for name, words in fields.items() if words},
    }
    return {word: value for word, value in whole.items() if value}


def words_of(facts: FieldFacts) -> Words:
    """What is said of one field. Files cannot be said: examples with one are left out."""
    words: Words = {w: getattr(facts, w) for w in _SAME if getattr(facts, w) is not None}
    words |= {w: list(getattr(facts, w)) for w in _LISTS if getattr(facts, w) is not None}
    if facts.typical is not None:
        words["min"], words["max"] = facts.typical
    if facts.required is not None:
        words["optional"] = not facts.required
    if facts.examples and all(map(_is_plain, facts.examples)):
        words["examples"] = list(facts.examples)
    return words


def field_of(words: object) -> FieldFacts:
    """What plain data says of one field. Never raises."""
    return _with_wire(field_facts(words), words)


def problems(facts: Facts) -> list[Problem]:
    """Everything that contradicts itself; an empty list when it can be published."""
    problems_found = [
        problem
        for name, field_facts in facts.fields.items()
        for problem in _problems(name, field_facts)
    ]
    if facts.answer and facts.answer == facts.probability:
        sentence = "One output cannot be both the answer and its probability."
        problems_found.append(Problem(field="", sentence=sentence))
    if len(set(facts.inputs)) < len(facts.inputs):
        problems_found.append(Problem(field="", sentence="Two inputs have the same name."))
    try:
        size = len(json.dumps(written(facts), ensure_ascii=False).encode("utf-8", "replace"))
    except (TypeError, ValueError, RecursionError):
        return [*problems_found, Problem(field="", sentence="An example is not plain data.")]
    if size > MAX_BYTES:
        sentence = (
            f"It takes {size / 1024:,.0f} kB; at most {MAX_BYTES / 1024:,.0f} kB can be kept."
        )
        problems_found.append(Problem(field="", sentence=sentence))
    return problems_found


def _problems(name: str, facts: FieldFacts) -> Iterator[Problem]:
    title = facts.label or name
    for words in (_wrong_range(facts), _wrong_choices(facts), _wrong_pattern(facts.pattern)):
        if words:
            yield Problem(field=name, sentence=f"{title}: {words}.")


def _wrong_range(facts: FieldFacts) -> str:
    low, high = facts.minimum, facts.maximum
    if low is not None and high is not None and low > high:
        return "the minimum is above the maximum"
    is_reversed = facts.typical is not None and facts.typical[0] > facts.typical[1]
    return "the usual range ends before it begins" if is_reversed else ""


def _wrong_choices(facts: FieldFacts) -> str:
    words, choices = facts.choice_labels or (), facts.choices or ()
    if not words or not choices or len(words) == len(choices):
        return ""
    return f"there are {len(words)} words for {len(choices)} choices"


def _wrong_pattern(pattern: str | None) -> str:
    """What RE2 says is wrong with a pattern; empty when nothing is."""
    if not pattern:
        return ""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        words = error.args[0] if error.args else ""
        text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
        return f"the pattern cannot be read: {text[:200]}"
    return ""


def _with_wire(facts: FieldFacts, words: object) -> FieldFacts:
    """With what only counts where a server declares nothing, and with examples that can be kept."""
    given = words if isinstance(words, Mapping) else {}
    choices, examples = facts.choices or (), facts.examples or ()
    return replace(
        facts,
        datatype=text(given.get("datatype"))[:40] or None,
        shape=_shape(listed(given.get("shape"))),
        choices=facts.choices if all(map(_is_choice, choices)) else None,
        examples=tuple(map(_kept, examples)) or None if all(map(_is_plain, examples)) else None,
    )


def _shape(sizes: Sequence[object]) -> tuple[int, ...] | None:
    """The sizes of a tensor, -1 for any; None for what is no shape."""
    is_shape = 0 < len(sizes) <= _MOST_DIMENSIONS and all(map(_is_size, sizes))
    return tuple(size for size in sizes if isinstance(size, int)) if is_shape else None


def _inputs(value: object) -> tuple[str, ...]:
    names = [name for name in listed(value)[:MAX_INPUTS] if isinstance(name, str) and is_name(name)]
    return tuple(dict.fromkeys(names))


def _output_name(value: object) -> str:
    return text(value) if is_name(value) else ""


def _is_size(size: object) -> bool:
    return isinstance(size, int) and not isinstance(size, bool) and -1 <= size < 2**31


def _is_choice(choice: object) -> bool:
    if isinstance(choice, str):
        return choice == "" or is_name(choice)
    return isinstance(choice, int | float) and _is_plain(choice)


def _kept(value: object) -> object:
    """Plain data that any database takes: without NUL characters and lone surrogates."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_kept(str(name)): _kept(item) for name, item in value.items()}
    return [_kept(item) for item in value] if isinstance(value, list) else value


def _is_plain(value: object, depth: int = 0) -> bool:
    """Whether JSON has it, and gives it back as it was."""
    match value:
        case None | bool() | str():
            return True
        case int():
            return abs(value) < 2**63
        case float():
            return math.isfinite(value)
        case list() if depth < _DEEPEST:
            return all(_is_plain(item, depth + 1) for item in value)
        case dict() if depth < _DEEPEST:
            return all(
                isinstance(n, str) and _is_plain(item, depth + 1) for n, item in value.items()
            )
    return False
