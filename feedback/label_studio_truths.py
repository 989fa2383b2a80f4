"""The way back from Label Studio: the annotations of an export, as truths of the cases that its tasks were made of.

The export is that in JSON (labelstud.io/guide/export): a list of tasks with their `data` and `annotations`. A task that came
from a data set of the workbench has the id of its case in its data, as `mds_case`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.label_studio import ANSWER
from feedback.truths import TruthRow, Unmatched

CASE = "mds_case"
_MOST_NAMED = 60


@dataclass(frozen=True, kw_only=True)
class Annotated:
    """The truths of an export, and the annotations of which none can be made, with the reason."""

    rows: tuple[TruthRow, ...]
    unread: tuple[Unmatched, ...]


def is_export(content: object) -> bool:
    """Whether this is an export of Label Studio: a list of tasks with their data and annotations."""
    return (
        isinstance(content, list)
        and bool(content)
        and all(isinstance(t, Mapping) and "annotations" in t and "data" in t for t in content)
    )


def annotated(tasks: Sequence[Mapping[str, Any]]) -> Annotated:
    """What people said of each task. Two who say different things of one case are both there, and so contradict each
    other. A task that was skipped, and an annotation that is no class, number, text, box or segment, says nothing."""
    rows: list[TruthRow] = []
    unread: list[Unmatched] = []
    for number, task in enumerate(tasks, 1):
        case_id = _case_of(task)
        for place, annotation in _annotations(task, number):
            truth = _truth(annotation)
            if not case_id:
                truth = _Unread(
                    "The task is of no case of the workbench: its data has no mds_case."
                )
            if isinstance(truth, _Unread):
                unread.append(Unmatched(place=place, case_id=case_id, why=str(truth)))
            else:
                rows.append(TruthRow(place=place, case_id=case_id, truth=truth))
    return Annotated(rows=tuple(rows), unread=tuple(unread))


class _Unread(str):
    """Why nothing can be read, in a sentence."""

    __slots__ = ()


def _case_of(task: Mapping[str, Any]) -> str:
    data = task.get("data")
    return str(data.get(CASE) or "")[:_MOST_NAMED] if isinstance(data, Mapping) else ""


def _annotations(task: Mapping[str, Any], number: int) -> Iterator[tuple[str, object]]:
    """The annotations of a task, each with its place; none of a task that nobody has opened."""
    found = task.get("annotations")
    name = f"task {str(task.get('id') or number)[:_MOST_NAMED]}"
    listed = found if isinstance(found, list) else []
    for count, annotation in enumerate(listed, 1):
        yield (name if len(listed) == 1 else f"{name}, annotation {count}"), annotation


def _truth(annotation: object) -> str | float | _Unread:
    if not isinstance(annotation, Mapping):
        return _Unread("It is no annotation.")
    if annotation.get("was_cancelled"):
        return _Unread("The task was skipped.")
    results = _results(annotation.get("result"))
    if not results:
        return _Unread("It says no class, number or text, and has no boxes or segments.")
    kind = results[0]["type"]
    try:
        return _READ[kind]([each for each in results if each["type"] == kind])
    except (KeyError, TypeError, ValueError, IndexError):
        return _Unread(f"Its {kind} cannot be read.")


def _results(listed: object) -> list[Mapping[str, Any]]:
    """Those of the kinds that can be read: of the tag that our own projects label with, where there are any."""
    found = [r for r in listed if isinstance(r, Mapping)] if isinstance(listed, list) else []
    readable = [r for r in found if isinstance(r.get("type"), str) and r["type"] in _READ]
    return [r for r in readable if r.get("from_name") == ANSWER] or readable


def _class(results: Sequence[Mapping[str, Any]]) -> str | _Unread:
    chosen = [str(each) for result in results for each in result["value"]["choices"]]
    return chosen[0] if len(chosen) == 1 else _Unread("It chooses several classes.")


def _number(results: Sequence[Mapping[str, Any]]) -> float:
    return float(results[0]["value"]["number"])


def _text(results: Sequence[Mapping[str, Any]]) -> str:
    given = results[0]["value"]["text"]
    return given if isinstance(given, str) else "\n".join(map(str, given))


def _boxes(results: Sequence[Mapping[str, Any]]) -> str | _Unread:
    if any(result["value"].get("rotation") for result in results):
        return _Unread("It has a box that is turned, which cannot be kept.")
    return json.dumps([_box(result) for result in results], ensure_ascii=False)


def _box(result: Mapping[str, Any]) -> dict[str, object]:
    """In pixels of the picture; Label Studio has percent of its size."""
    value = result["value"]
    x, y = result["original_width"] / 100, result["original_height"] / 100
    left, top = value["x"] * x, value["y"] * y
    right, bottom = left + value["width"] * x, top + value["height"] * y
    corners = [round(edge, 3) for edge in (left, top, right, bottom)]
    return {"label": _label(value["rectanglelabels"]), "corners": corners}


def _segments(results: Sequence[Mapping[str, Any]]) -> str:
    values = [result["value"] for result in results]
    listed = [{"start": v["start"], "end": v["end"], "label": _label(v["labels"])} for v in values]
    return json.dumps(listed, ensure_ascii=False)


def _label(labels: Sequence[object]) -> str:
    return str(labels[0]) if labels else ""


_READ = {
    "choices": _class,
    "number": _number,
    "textarea": _text,
    "rectanglelabels": _boxes,
    "labels": _segments,
}
