"""What deployed explainers answer, read into plain parts: alibi's JSON, Captum's, lists of amounts by name.

https://docs.seldon.io/projects/alibi/en/v0.9.4/ (the JSON of its explanations),
https://github.com/pytorch/serve/tree/master/ts/torch_handler (Captum in TorchServe).
Nothing of it is trusted: sizes are bounded, types checked, and what is no number is not a number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import orjson

from explanations.deployed.numbers import (
    MOST_PARTS,
    Numbers,
    floats,
    items,
    mapping,
    name,
    names,
    number,
    numbers,
    row,
    share,
)
from explanations.errors import ExplanationFailed

MOST_WRAPPERS = 6
MOST_CONDITIONS = 20
CELLS = 14  # a picture's amounts are added up to so many cells a side
_WRAPPERS = ("explanations", "explanation", "jsonData", "strData")
_NAMES = ("feature_names", "names", "features", "columns")
_AMOUNTS = (
    "shap_values",
    "attributions",
    "importances",
    "feature_importances",
    "amounts",
    "values",
    "ndarray",
)
_BASES = ("expected_value", "expected_values", "base_value", "base_values")


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """An amount for each name: one row for each output of the model, with where it starts from.

    Without `names` they are in the order of the fields. `chosen` is the output that the explainer itself
    calls the answer, `instance` the row that it says it explained; `is_text` says that the names are words.
    """

    maker: str = ""
    names: tuple[str, ...] = ()
    rows: tuple[tuple[float, ...], ...]
    bases: tuple[float, ...] = ()
    chosen: int | None = None
    instance: tuple[object, ...] = ()
    link: str = ""
    is_text: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Conditions that are enough for the answer. `columns` are the fields' places, where it says them."""

    maker: str = ""
    conditions: tuple[str, ...]
    columns: tuple[int, ...] = ()
    precision: float | None = None
    coverage: float | None = None
    is_weak: bool = False
    is_text: bool = False
    instance: tuple[object, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Heat:
    """Amounts over a picture, row by row from the top."""

    maker: str = ""
    cells: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Undrawn:
    """JSON that says nothing we can draw."""

    maker: str = ""


Read = Amounts | Rule | Heat | Undrawn


def read(body: object, fields: int) -> Read:
    """What an explainer of a model with so many fields answered. Raises ExplanationFailed for an answer
    about another number of rows."""
    body = unwrapped(body)
    if isinstance(body, Mapping):
        return _alibi(body, fields) or _captum(body) or _listed(body, fields) or _by_name(body)
    if isinstance(body, list):
        array = numbers(body)
        if array is not None and array.ndim >= 3 and min(array.shape[-2:]) > 1:
            return _heat(array, "") or Undrawn()
        if array is not None:
            return _amounts(array, fields) or Undrawn()
    return Undrawn()


def unwrapped(body: object) -> object:
    """Without what KServe, Seldon and others put around an explanation."""
    for _ in range(MOST_WRAPPERS):
        inner = _inside(body)
        if inner is body:
            break
        body = inner
    return body


def _inside(body: object) -> object:
    if isinstance(body, str):
        return _parsed(body)
    if isinstance(body, list):
        is_one = len(body) == 1 and isinstance(body[0], Mapping | str)
        return body[0] if is_one else body
    if not isinstance(body, Mapping):
        return body
    for key in _WRAPPERS:
        if key in body:
            return _with_names(body, body[key])
    data = body.get("data")
    is_seldon = isinstance(data, Mapping) and ("ndarray" in data or "tensor" in data)
    return data if is_seldon else body


def _with_names(around: Mapping[str, object], inner: object) -> object:
    """Names that stand beside a list of amounts go with it."""
    named = next((around[key] for key in _NAMES if key in around), None)
    is_bare = isinstance(inner, list) and not (inner and isinstance(inner[0], Mapping | str))
    return {"names": named, "values": inner} if named and is_bare else inner


def _parsed(text: str) -> object:
    if text[:1] not in ("{", "["):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return text


# What stands in the JSON.


def _alibi(body: Mapping[str, object], fields: int) -> Read | None:
    """alibi's envelope: `meta` says who made it, `data` has keys of its own for each explainer."""
    meta, data = body.get("meta"), body.get("data")
    if not isinstance(meta, Mapping) or not isinstance(data, Mapping):
        return None
    maker = name(meta.get("name"))
    if "segments" in data:
        return Undrawn(maker=maker)
    if isinstance(data.get("anchor"), list):
        return _rule(maker, data)
    if "shap_values" in data:
        return _shap(maker, meta, data, fields)
    if isinstance(data.get("attributions"), list):
        return _gradients(maker, data, fields)
    return Undrawn(maker=maker)


def _rule(maker: str, data: Mapping[str, object]) -> Rule:
    raw = mapping(data.get("raw"))
    anchor = data["anchor"]
    conditions = [name(part) for part in anchor if isinstance(part, str)]  # type: ignore[attr-defined]
    return Rule(
        maker=maker,
        conditions=tuple(conditions[:MOST_CONDITIONS]),
        columns=tuple(part for part in items(raw.get("feature")) if isinstance(part, int)),
        precision=share(data.get("precision")),
        coverage=share(data.get("coverage")),
        is_weak=raw.get("success") is False,
        is_text="text" in maker.casefold(),
        instance=row(raw.get("instance")),
    )


def _shap(
    maker: str, meta: Mapping[str, object], data: Mapping[str, object], fields: int
) -> Read | None:
    raw, params = mapping(data.get("raw")), mapping(meta.get("params"))
    amounts = numbers(data["shap_values"])
    groups = names(params.get("group_names")) if params.get("grouped") else ()
    if amounts is None:
        return Undrawn(maker=maker)
    chosen = next((p for p in items(raw.get("prediction")) if isinstance(p, int)), None)
    instances = items(raw.get("instances"))
    return _amounts(
        amounts,
        fields,
        named=groups or names(data.get("feature_names")),
        maker=maker,
        bases=floats(data.get("expected_value")),
        chosen=chosen,
        instance=row(instances[0]) if instances else (),
        link=str(params.get("link") or "")[:20],
    )


def _gradients(maker: str, data: Mapping[str, object], fields: int) -> Read:
    """One array for each input of the model; of several none can be told apart."""
    inputs = items(data.get("attributions"))
    gradients = numbers(inputs[0]) if len(inputs) == 1 else None
    if gradients is None:
        return Undrawn(maker=maker)
    if gradients.ndim >= 3 and min(gradients.shape[1:3]) > 1:
        return _heat(gradients, maker) or Undrawn(maker=maker)
    named = names(data.get("feature_names"))
    return _amounts(gradients, fields, named=named, maker=maker) or Undrawn(maker=maker)


def _captum(body: Mapping[str, object]) -> Amounts | None:
    """Words with their importances, as TorchServe's handlers for text answer."""
    words, importances = body.get("words"), numbers(body.get("importances"))
    if not isinstance(words, list) or importances is None or importances.shape != (len(words),):
        return None
    return Amounts(
        maker="Captum",
        names=tuple(name(word) for word in words[:MOST_PARTS]),
        rows=(tuple(importances[:MOST_PARTS].tolist()),),
        is_text=True,
    )


def _listed(body: Mapping[str, object], fields: int) -> Read | None:
    """A list of amounts, with or without a list of names beside it."""
    key = next((key for key in _AMOUNTS if key in body), None)
    amounts = numbers(body[key]) if key else None
    if amounts is None:
        return None
    named = next((names(body[key]) for key in _NAMES if key in body), ())
    bases = next((floats(body[key]) for key in _BASES if key in body), ())
    return _amounts(amounts, fields, named=named, bases=bases)


def _by_name(body: Mapping[str, object]) -> Read:
    """An object with nothing but a number for each name."""
    members = list(body.items())[:MOST_PARTS]
    known = [number(value) for _, value in members]
    is_plain = all(value is None or isinstance(value, int | float) for _, value in members)
    if not is_plain or not np.isfinite(known).any():
        return Undrawn()
    return Amounts(names=tuple(name(key) for key, _ in members), rows=(tuple(known),))


# Arrays.


def _amounts(
    array: Numbers,
    fields: int,
    *,
    named: tuple[str, ...] = (),
    maker: str = "",
    bases: tuple[float, ...] = (),
    chosen: int | None = None,
    instance: tuple[object, ...] = (),
    link: str = "",
) -> Amounts | None:
    """Amounts of one row in any of the usual layouts; None for another one."""
    rows = _by_output(array, len(named) or fields)
    if rows is None or not rows.size or rows.shape[1] > MOST_PARTS:
        return None
    if len(named) != rows.shape[1] or all(n.removeprefix("feature_").isdigit() for n in named):
        named = ()
    return Amounts(
        maker=maker,
        names=named,
        rows=tuple(tuple(row) for row in rows.tolist()),
        bases=bases if len(bases) == len(rows) else (),
        chosen=chosen,
        instance=instance,
        link=link,
    )


def _by_output(array: Numbers, width: int) -> Numbers | None:
    """(outputs, fields) of (F,), (1, F), (outputs, 1, F) as alibi has it, or (1, F, outputs) as shap has it."""
    if array.ndim == 1:
        return array[None]
    if array.ndim == 2:
        _one_row(array.shape[0])
        return array
    if array.ndim != 3:
        return None
    if array.shape[0] == 1 and array.shape[1] == width and array.shape[2] != width:
        return np.asarray(array[0].T)
    _one_row(array.shape[1])
    return np.asarray(array[:, 0])


def _one_row(rows: int) -> None:
    if rows != 1:
        raise ExplanationFailed(
            f"The deployed explainer answered about {rows} rows, and was asked about one.",
            advice="Tell whoever runs the explainer. The prediction itself is not affected.",
        )


def _heat(array: Numbers, maker: str) -> Heat | None:
    """Amounts of a picture's pixels, (1, channels, H, W) or (1, H, W, channels), added up to cells."""
    while array.ndim > 3 and array.shape[0] == 1:
        array = array[0]
    if array.ndim == 3:
        channels = 0 if array.shape[0] <= 4 else 2
        array = np.nansum(array, axis=channels)
    if array.ndim != 2 or min(array.shape) < 2 or not np.isfinite(array).any():
        return None
    rows, columns = (np.array_split(np.arange(size), min(size, CELLS)) for size in array.shape)
    known = np.nan_to_num(array)
    cells = [[float(known[np.ix_(row, column)].sum()) for column in columns] for row in rows]
    return Heat(maker=maker, cells=tuple(map(tuple, cells)))
