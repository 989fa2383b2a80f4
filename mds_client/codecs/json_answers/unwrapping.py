"""One row's answer taken out of its wrappers: lists of one, `{"data": {"result": …}}`, pairs of label and score."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mds_client.prediction.object_detection import boxes_of
from mds_client.prediction.output_names import (
    Meaning,
    is_attribution,
    is_envelope,
    is_percentage,
    lists_what_was_found,
    may_be_label,
    meaning,
)
from mds_client.prediction.output_parsing import parsed
from mds_client.prediction.shares import (
    Shares,
    alone,
    may_hold_shares,
    share_of,
    shares_by_label,
    shares_by_names,
    shares_by_number,
)

_DEEPEST = 8
_PLACES = {"start", "end", "offset", "begin", "span", "start_char", "end_char"}
_BESIDE_A_PAIR = ("code", "detail", "aside")
_MOST_PAIRS = 5_000
_MOST_PRINTED = 10_000
_FRAMES = (("columns", "data"), ("fields", "values"), ("ColumnNames", "Values"))
_NUMBERED = re.compile(r"[pP]_?\d{1,3}", re.ASCII)
_OF_FRAMES = ("index", "ColumnTypes")

Members = dict[str, object]


def unwrapped(answer: object, depth: int = 0, under: str = "") -> object:
    """What a row was answered: members by name, probabilities by label, a list or a single value. `under` is the name
    of the member that holds it."""
    value = _without_text(_without_lists(answer))
    if isinstance(value, list):
        value = _paired(value) or _named_tensors(value) or value
    if isinstance(value, Shares):
        return {"probabilities": value, **value.beside} if value.beside else value
    if not isinstance(value, Mapping) or set(value) == {"b64"} or depth > _DEEPEST:
        return value
    return _members(value, depth, under)


def _members(value: Mapping[Any, object], depth: int, under: str) -> object:
    """An object's members by name, or the probabilities that they are."""
    if (single := _single_share(value, under)) is not None:
        return single
    value = _frame(value) or value
    shares = shares_by_label(under, value)
    return shares or _flat({str(name): member for name, member in value.items()}, depth)


def _single_share(value: Mapping[Any, object], under: str) -> Shares | None:
    """One label alone with its probability."""
    if len(value) != 1 or not may_hold_shares(under):
        return None
    (name, member), *_ = value.items()
    is_share = isinstance(member, float) and alone(str(name), member)
    return Shares({str(name): float(str(member))}) if is_share else None


def _flat(members: Members, depth: int) -> object:
    """The members, with those of the object that wraps the answer among them."""
    flat: Members = {}
    members = _without_lists_of_one(members)
    for name, member in members.items():
        read = _member(name, member, depth)
        if isinstance(read, Mapping) and _is_wrapper(name, read, members):
            _take(flat, name, read, members)
        else:
            flat[name] = read
        if isinstance(read, Shares):
            _take(flat, name, read.beside, members)
    return _with_shares(flat)


def _take(flat: Members, name: str, inner: Mapping[str, object], members: Members) -> None:
    """Put the members of an object among those around it, with its name where theirs is taken."""
    taken = flat.keys() | members.keys()
    flat |= {f"{name}.{n}" if n in taken else n: value for n, value in inner.items()}


def _with_shares(members: Members) -> Members:
    """Probabilities that are a member each as one."""
    probable = {n: value for n, value in members.items() if meaning(n) == "probability"}
    shares = shares_by_names(probable)
    if shares is None and not probable:
        probable = {name: value for name, value in members.items() if _NUMBERED.fullmatch(name)}
        shares = shares_by_number(probable)
    if shares is None:
        return members
    rest = {name: value for name, value in members.items() if name not in probable}
    return rest | {"probabilities": shares}


def _without_lists_of_one(members: Members) -> Members:
    """Each without its list of one: all of them where each is one, as a table of one row is written."""
    lists = [member for member in members.values() if isinstance(member, list)]
    is_row = len(lists) == len(members) and all(len(member) == 1 for member in lists)
    if is_row and not any(map(lists_what_was_found, members)):
        return {name: _without_lists(member) for name, member in members.items()}
    return {name: _without_list_of_one(name, member) for name, member in members.items()}


def _member(name: str, member: object, depth: int) -> object:
    """One member: pairs and percent as probabilities, an object inside and JSON in a text read too."""
    value = _first_of_frame(member)
    value = _without_text(value) if is_envelope(name) else value
    if isinstance(value, list):
        return _paired(value) or _named_tensors(value) or _numbers_in_texts(name, value) or value
    if isinstance(value, Mapping) and set(value) != {"b64"}:
        return _object(name, value, depth)
    # A text in percent under a name that says so is kept: the number alone would be read as percent again.
    is_share = meaning(name) == "probability" and isinstance(value, str) and not is_percentage(name)
    share = share_of(name, value) if is_share else None
    return value if share is None else share


def _object(name: str, value: Mapping[str, object], depth: int) -> object:
    """An object under a name: probabilities, words for the classes by their numbers, one value, or members."""
    shares = shares_by_label(name, value)
    if shares is not None:
        return shares
    if meaning(name) == "labels":
        return _in_order(value) or value
    if meaning(name) == "probability" and len(value) == 1:
        return next(iter(value.values()))
    return unwrapped(value, depth + 1, name) if meaning(name) != "detail" else value


def _in_order(value: Mapping[str, object]) -> list[object]:
    """The words of `{"0": "stays", "1": "leaves"}`; none of a mapping with other keys."""
    places = [str(place) for place in range(len(value))]
    return [value[place] for place in places] if set(value) == set(places) else []


def _without_list_of_one(name: str, member: object) -> object:
    """A list of one without its list, under the name of a part of an answer, or where it holds such parts or a list."""
    if lists_what_was_found(name):
        return member
    value = _without_lists(member)
    is_known = meaning(name) in ("answer", "probability", "code") or is_envelope(name)
    return value if is_known or _holds_an_answer(value) or isinstance(value, list) else member


def _without_text(value: object) -> object:
    """The JSON in a text, as gateways in front of a function write it, where it holds parts of an answer or is a list
    of numbers; and what Python prints of such an object."""
    document = (parsed(value) or _printed(value)) if isinstance(value, str) else None
    is_list = isinstance(document, list) and _are_numbers(document)
    return document if is_list or _holds_an_answer(document) else value


def _printed(text: str) -> object:
    """The object that Python printed: `{'label': 'yes'}`; None for any other text."""
    if not text.lstrip().startswith("{'") or len(text) > _MOST_PRINTED:
        return None
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _are_numbers(values: Sequence[object]) -> bool:
    return bool(values) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )


def _numbers_in_texts(name: str, values: Sequence[object]) -> list[float] | None:
    """The probabilities of a list of texts: `["0.1", "0.9"]`."""
    if meaning(name) != "probability" or not all(isinstance(value, str) for value in values):
        return None
    shares = [share for value in values if (share := share_of(name, value)) is not None]
    return shares if len(shares) == len(values) > 1 else None


def _named_tensors(listed: Sequence[object]) -> Members | None:
    """The members of `[{"name": "label", "data": ["yes"], …}, …]`, as the Open Inference Protocol lists outputs."""
    tensors = [one for one in listed if isinstance(one, Mapping) and {"name", "data"} <= set(one)]
    is_protocol = all({"shape", "datatype"} & set(one) for one in tensors)
    if not tensors or len(tensors) < len(listed) or not is_protocol:
        return None
    return {str(tensor["name"]): _without_lists(tensor["data"]) for tensor in tensors}


def _holds_an_answer(value: object) -> bool:
    """Whether it is an object with the answer, or with how sure the model is of it."""
    names = {meaning(str(name)) for name in value} if isinstance(value, Mapping) else set()
    return bool(names & {"answer", "probability"})


def _is_wrapper(name: str, inner: Mapping[str, object], members: Members) -> bool:
    """Whether the answer is inside: under a name for it, or in the one object that says what it holds."""
    if isinstance(inner, Shares) or set(inner) == {"b64"} or boxes_of(inner):
        return False
    if is_attribution(name):
        return False
    if is_envelope(name) or meaning(name) == "answer":
        return True
    objects = [m for n, m in members.items() if isinstance(m, Mapping) and meaning(n) != "detail"]
    return meaning(name) != "detail" and len(objects) == 1 and _holds_an_answer(inner)


def _without_lists(value: object) -> object:
    """A list of one is what it holds, but for what is one of several by nature: a box, a part of a text."""
    for _ in range(_DEEPEST):
        if not isinstance(value, list) or len(value) != 1 or boxes_of(value):
            return value
        if isinstance(value[0], Mapping) and _is_of_a_list(value[0]):
            return value
        value = value[0]
    return value


def _is_of_a_list(item: Mapping[object, object]) -> bool:
    names = {str(name) for name in item}
    return bool(names & _PLACES) and not any(
        meaning(name) == "answer" and "answer" in name for name in names
    )


def _frame(value: Mapping[object, object]) -> Members | None:
    """One row of a table with its columns aside."""
    framed = rows_of_frame(value, 1)
    return framed[0] if framed else _columns_of_one_row(value)


def rows_of_frame(value: Mapping[Any, object], count: int) -> list[Members]:
    """So many rows of a table with its columns aside, as pandas, Watson and Azure's studio write it; none of anything
    else."""
    for names, cells in _FRAMES:
        columns, rows = value.get(names), value.get(cells)
        if not isinstance(columns, list) or not isinstance(rows, list) or len(rows) != count:
            continue
        if all(isinstance(row, list) and len(row) == len(columns) for row in rows):
            beside = {str(n): v for n, v in value.items() if n not in {names, cells, *_OF_FRAMES}}
            named = [dict(zip(map(str, columns), row, strict=True)) for row in rows]
            return [beside | members for members in named]
    return []


def _columns_of_one_row(value: Mapping[object, object]) -> Members | None:
    """The row of `{"label": {"7": "yes"}, "score": {"7": 0.9}}`: columns whose cells have the number of their row."""
    columns = [column for column in value.values() if isinstance(column, Mapping)]
    places = {str(place) for column in columns for place in column}
    is_row = len(columns) == len(value) > 1 and len(places) == 1 and next(iter(places)).isdigit()
    if not is_row or any(len(column) != 1 for column in columns):
        return None
    cells = (next(iter(column.values())) for column in columns)
    return {str(name): cell for name, cell in zip(value, cells, strict=True)}


def _first_of_frame(value: object) -> object:
    """The only cell of a column with its row's number, as pandas writes it: `{"0": "yes"}`."""
    return value["0"] if isinstance(value, Mapping) and set(value) == {"0"} else value


def _paired(listed: Sequence[object]) -> Shares | None:
    """Pairs of a label and its probability, as HuggingFace's pipelines answer, as one mapping."""
    shares, beside = Shares(), dict[str, dict[str, object]]()
    for item in listed[:_MOST_PAIRS]:
        pair = _pair(item) if isinstance(item, Mapping) else None
        if pair is None or pair.label in shares:
            return None
        shares[pair.label] = pair.share
        for name, value in pair.beside.items():
            beside.setdefault(name, {})[pair.label] = value
    shares.beside = beside
    return shares if len(shares) > 1 else None


class _Pair(NamedTuple):
    """A label, its probability, and what else was said of it."""

    label: str
    share: float
    beside: Members


def _pair(item: Mapping[object, object]) -> _Pair | None:
    """A label and its probability; None for an object with anything else than single values beside them."""
    by_meaning = {meaning(str(name)): (str(name), value) for name, value in item.items()}
    if not _is_plain_pair(item, set(by_meaning)):
        return None
    named_parts = (by_meaning.get(part) for part in ("answer", "code", "aside"))
    part_name, label = next(filter(None, named_parts), ("", None))
    share_name, probability = by_meaning["probability"]
    share = share_of(share_name, probability)
    if meaning(part_name) == "aside" and not may_be_label(part_name):
        return None  # a word of a text, and no class
    if share is None or isinstance(label, bool) or not isinstance(label, str | int):
        return None
    beside = {str(n): v for n, v in item.items() if n not in (part_name, share_name)}
    return _Pair(str(label), share, beside)


def _is_plain_pair(item: Mapping[object, object], meanings: set[Meaning]) -> bool:
    """Whether it holds a probability and single values, and no place in a text."""
    if "probability" not in meanings or meanings - {"answer", "probability", *_BESIDE_A_PAIR}:
        return False
    is_plain = not any(isinstance(member, list | Mapping) for member in item.values())
    return is_plain and not _PLACES & set(map(str, item))
