"""A data set as files: tables for a training run, and Label Studio's import form.

Of sensitive values an export has what the list of cases has: a mark, or the hash by which equal ones are found; never the
value itself.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from db.data_sets import SetView
from feedback import label_studio
from feedback.data_sets import Exported
from feedback.ground_truth import answered
from mds_client.sensitive_values import HASH, withheld

Read = Callable[[object], object]


def as_parquet(rows: Sequence[Exported]) -> bytes:
    """One row a case; the inputs are columns `input.<field>`."""
    flat = [_flat(each) for each in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    columns = {name: _column([row.get(name) for row in flat]) for name in names}
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def as_json_lines(rows: Iterable[Exported]) -> bytes:
    """One object a line; the inputs are an object of their own."""
    lines = [json.dumps(each, ensure_ascii=False) for each in records(rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def records(rows: Iterable[Exported]) -> list[dict[str, object]]:
    """Each row as plain data; what was entered is under `inputs`."""
    return [{**_facts(each), "inputs": dict(_inputs(each))} for each in rows]


def as_label_studio(found: SetView, rows: Iterable[Exported], read: Read) -> bytes:
    """A list of tasks as JSON, see `label_studio_tasks`."""
    return json.dumps(label_studio_tasks(found, rows, read), ensure_ascii=False).encode()


def label_studio_tasks(
    found: SetView, rows: Iterable[Exported], read: Read
) -> list[dict[str, Any]]:
    """Tasks with the model's answer as prediction and what is right as annotation; `read` gives the content of a kept
    file."""
    tasks = []
    for each in rows:
        facts = _facts(each)
        meta = {name: facts[name] for name in _META} | {"data_set": f"{found.name} {found.version}"}
        task = label_studio.task(dict(_inputs(each)), read)
        task["data"] |= {f"mds_{name}": value for name, value in meta.items()}
        size = _size(each, read)
        task["predictions"] = label_studio.predictions(each.case, size=size)
        right = label_studio.result(each.case, each.row.truth, size=size)
        task["annotations"] = [{"result": right}] if right else []
        tasks.append(task)
    return tasks


def _size(each: Exported, read: Read) -> tuple[int, int] | None:
    """The size of the picture that was asked about; None where there is none, or it was not kept."""
    contents = (read(value) for value in each.case.entered.values())
    data = next((found for c in contents if (found := getattr(c, "data", None))), None)
    return label_studio.size_of(data) if isinstance(data, bytes) else None


_META = ("case", "version", "signature", "channel", "weight", "agreement")


def _facts(each: Exported) -> dict[str, object]:
    case, row = each.case, each.row
    answer = answered(case)
    return {
        "case": case.id,
        "asked_at": case.created_at.isoformat(),
        "server": case.server,
        "model": case.model,
        "version": case.version,
        "signature": case.signature_fingerprint,
        "answer": next(
            (a for a in (answer.label, answer.number, answer.text) if a is not None), None
        ),
        "truth": row.truth,
        "channel": row.channel,
        "statements": row.statements,
        "agreement": row.agreement,
        "is_drawn": case.is_audited,
        "audit_probability": case.audit_probability,
        "weight": each.weight,
    }


def _inputs(each: Exported) -> Iterable[tuple[str, object]]:
    for name, value in each.case.entered.items():
        if withheld(value):
            assert isinstance(value, Mapping)  # noqa: S101 -- what withheld says
            yield name, value.get(HASH)
        else:
            yield name, value


def _flat(each: Exported) -> dict[str, object]:
    return {**_facts(each), **{f"input.{name}": value for name, value in _inputs(each)}}


def _column(values: Sequence[object]) -> pa.Array:
    """Numbers and truths as they are; what is mixed, or is no cell, as text."""
    known = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in known):
        return pa.array(values, type=pa.bool_())
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        return pa.array([None if v is None else float(v) for v in values], type=pa.float64())  # type: ignore[arg-type]
    return pa.array([_text(value) for value in values], type=pa.string())


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
