"""Seldon's prediction schema: what the columns of a request and of an answer mean, in our own words.

https://github.com/SeldonIO/ml-prediction-schema; names in snake_case and in camelCase are both in use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from math import prod

from mds_client.signature.facts import MAX_CHOICES, MAX_INPUTS, is_name, listed, text

Facts = Mapping[str, object]
_PLACES = ("prediction_schema", "predictionSchema")


def schema_in(metadata: object) -> Facts:
    """The schema among what a server says of a model, as an object or as its text; else empty."""
    facts = metadata if isinstance(metadata, Mapping) else {}
    schema = next((facts[place] for place in _PLACES if facts.get(place)), facts)
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except (ValueError, RecursionError):
            return {}
    return schema if isinstance(schema, Mapping) and listed(schema.get("requests")) else {}


def columns(schema: Facts) -> list[dict[str, object]]:
    """The columns of a row in their order, each in the words of docs/model-metadata.md.

    A feature of several columns (PROBA, ONE_HOT, TENSOR) is one column for each of them.
    """
    features = (f for f in listed(schema.get("requests")) if isinstance(f, Mapping))
    flat = (column for feature in features for column in _columns(feature))
    return list(islice(flat, MAX_INPUTS))


def labels(schema: Facts) -> list[str]:
    """The words for the classes of the first answer; none where it has no classes."""
    first = _first(schema)
    return [str(member["name"]) for member in _members(first)] or [*_categories(first).values()]


def with_words(metadata: Facts) -> Facts:
    """The metadata of the Open Inference Protocol with the schema that is in them worked in.

    It is among the parameters of the model or of its first input: MLServer passes on only the latter. What
    a tensor says of itself goes before.
    """
    inputs = [t for t in listed(metadata.get("inputs")) if isinstance(t, Mapping)]
    parameters = (place.get("parameters") for place in (metadata, *inputs[:1]))
    schema = next(filter(None, map(schema_in, parameters)), {})
    if not schema:
        return metadata
    outputs = [t for t in listed(metadata.get("outputs")) if isinstance(t, Mapping)]
    answered = _output_words(schema)
    return {
        **metadata,
        "inputs": list(_described(inputs, columns(schema))),
        "outputs": [_with_parameters(t, answered if i == 0 else {}) for i, t in enumerate(outputs)],
    }


def _output_words(schema: Facts) -> dict[str, object]:
    """The words for the first output."""
    words, first = labels(schema), _first(schema)
    if not words:
        return {}
    return {"labels": words, "role": "probabilities" if _members(first) else "class"}


def _first(schema: Facts) -> Facts:
    return next((r for r in listed(schema.get("responses")) if isinstance(r, Mapping)), {})


def _described(inputs: list[Facts], known: list[dict[str, object]]) -> Iterator[Facts]:
    """Tensors by their names; of the one matrix its columns."""
    by_name = {str(column["name"]): column for column in known}
    is_matrix = len(inputs) == 1 and inputs[0].get("name") not in by_name
    if is_matrix and listed(inputs[0].get("shape"))[1:] in ([-1], [len(known)]):
        yield _with_parameters(
            inputs[0], {"columns": [_words_carried_by(c, inputs[0]) for c in known]}
        )
        return
    for tensor in inputs:
        words = _words_carried_by(by_name.get(str(tensor.get("name")), {}), tensor)
        yield _with_parameters(
            tensor, {key: value for key, value in words.items() if key != "name"}
        )


def _with_parameters(tensor: Facts, words: Facts) -> Facts:
    parameters = tensor.get("parameters")
    return {
        **tensor,
        "parameters": {**words, **(parameters if isinstance(parameters, Mapping) else {})},
    }


def _words_carried_by(column: dict[str, object], tensor: Facts) -> dict[str, object]:
    """The words as far as the tensor's datatype can carry what they ask for."""
    is_text, choices = tensor.get("datatype") == "BYTES", listed(column.get("choices"))
    is_worded = column.get("kind") == "text" or isinstance(next(iter(choices), None), str)
    if is_text == is_worded or not (column.get("kind") or choices):
        return column
    kept = {key: value for key, value in column.items() if key in ("name", "label", "group")}
    if not choices:
        return kept
    words = listed(column.get("choice_labels")) or choices
    codes: list[object] = [*map(str, choices)] if is_text else [*range(len(choices))]
    return kept | {"choices": codes, "choice_labels": words}


def _columns(feature: Facts) -> Iterator[dict[str, object]]:
    name, type_name = feature.get("name"), str(feature.get("type")).upper()
    if not is_name(name):
        return
    if type_name in ("PROBA", "ONE_HOT"):
        for member in _members(feature):
            yield _member(str(name), str(member["name"]), type_name)
    elif type_name == "TENSOR":
        sizes = [s for s in listed(feature.get("shape")) if type(s) is int and s > 0]
        for place in range(min(prod(sizes), MAX_INPUTS)):
            yield {"name": f"{name} {place + 1}", "group": text(name)}
    else:
        yield {"name": name, **_words(feature, type_name)}


def _member(feature: str, name: str, type_name: str) -> dict[str, object]:
    """One column of several that belong together: a share, or whether it is this one."""
    limits = {"group": text(feature), "label": text(name), "minimum": 0, "maximum": 1}
    kind = {"kind": "integer"} if type_name == "ONE_HOT" else {"format": "fraction"}
    return {"name": f"{feature} {name}", **limits, **kind}


def _words(feature: Facts, type_name: str) -> dict[str, object]:
    if type_name == "TEXT":
        return {"kind": "text"}
    if type_name == "CATEGORICAL":
        return _choices(feature)
    types = {"INT": "integer", "FLOAT": "number", "STRING": "text"}
    kind = types.get(str(_either(feature, "data_type", "dataType")).upper())
    return {"kind": kind} if kind else {}


def _choices(feature: Facts) -> dict[str, object]:
    """Categories are sent as their codes, but as words where the column holds texts."""
    known = _categories(feature)
    if str(_either(feature, "data_type", "dataType")).upper() == "STRING":
        return {"choices": [*known.values()]} if known else {"kind": "text"}
    if known:
        return {"choices": [*known], "choice_labels": [*known.values()]}
    count = _either(feature, "n_categories", "nCategories")
    is_few = type(count) is int and 0 < count <= MAX_CHOICES
    return {"choices": [*range(count)]} if is_few and isinstance(count, int) else {}


def _categories(feature: Facts) -> dict[int, str]:
    """Code and word of each category, by code."""
    category_map = _either(feature, "category_map", "categoryMap")
    pairs = islice(category_map.items(), MAX_CHOICES) if isinstance(category_map, Mapping) else ()
    known = {int(code): text(word) for code, word in pairs if str(code).isdecimal()}
    return dict(sorted(known.items())) if all(known.values()) else {}


def _members(feature: Facts) -> list[Facts]:
    members = [m for m in listed(feature.get("schema"))[:MAX_INPUTS] if isinstance(m, Mapping)]
    return [member for member in members if is_name(member.get("name"))]


def _either(feature: Facts, *names: str) -> object:
    return next((feature[name] for name in names if name in feature), None)
