"""What stands in a topic: a record as the values of a row, a prediction, and a record that cannot be asked about."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from mds_client.prediction import Answer
from mds_client.signature import ModelRef, Signature, Values

# Of a record that cannot be read, so much is handed on.
MOST_TEXT = 64 * 1024
_MOST_PROBLEMS = 5


@dataclass(frozen=True, kw_only=True)
class Poison:
    """Why a record is not asked about, and the record. `digest` is that of its bytes."""

    reason: str
    record: object
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A record that can be asked about: as it came, and the value of each field. `digest` is that of its bytes."""

    record: Mapping[str, object]
    values: Values
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What a model said of a record; `case_id` is empty where none was recorded."""

    record: Mapping[str, object]
    answer: Answer
    model: ModelRef
    case_id: str = ""
    digest: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


def row_of(body: bytes, signature: Signature) -> Row | Poison:
    """A record as a row: a JSON object with a member for each field; what the model does not take is handed on as it is."""
    try:
        record = orjson.loads(body)
    except ValueError:
        return Poison(reason="It is no JSON.", record=_as_text(body), digest=digest_of(body))
    if not isinstance(record, dict):
        return Poison(reason="It is no JSON object.", record=record, digest=digest_of(body))
    values = {each.name: record.get(each.name) for each in signature.inputs}
    problems = signature.check(values)
    if problems:
        said = " ".join(problem.sentence for problem in problems[:_MOST_PROBLEMS])
        more = len(problems) - _MOST_PROBLEMS
        words = said + (f" And {more} more." if more > 0 else "")
        return Poison(reason=words, record=record, digest=digest_of(body))
    return Row(record=record, values=values, digest=digest_of(body))


def digest_of(body: bytes) -> str:
    """What a record that comes again is known by: SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def message_of(scored: Scored, base: str = "") -> bytes:
    """A prediction as JSON: the answer in words and as what it is, who gave it, the case, and the record."""
    answer = scored.answer
    facts: dict[str, object] = {"answer": answer.headline, "kind": answer.kind}
    if answer.kind == "number":
        facts["number"] = answer.number
    if answer.label:
        facts["label"] = answer.label
    if answer.probabilities:
        facts |= {
            "probability": answer.probability,
            "probabilities": dict(answer.probabilities),
        }
    facts |= {
        "model": f"{scored.model.server}/{scored.model.name}",
        "version": scored.model.version,
        "case": scored.case_id or None,
        "digest": scored.digest,
        "record": scored.record,
    }
    if scored.case_id and base:
        facts["link"] = f"{base}/predict?case={scored.case_id}"
    return _dumped(facts)


def poison_message_of(poison: Poison, model: ModelRef) -> bytes:
    """A record that was not scored as JSON: the reason, and the record, as text where it is no JSON."""
    name = f"{model.server}/{model.name}"
    facts = {"reason": poison.reason, "model": name, "digest": poison.digest}
    return _dumped(facts | {"record": poison.record})


def _as_text(body: bytes) -> str:
    return body[:MOST_TEXT].decode("utf-8", "replace")


def _dumped(facts: Mapping[str, object]) -> bytes:
    return orjson.dumps(facts, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
