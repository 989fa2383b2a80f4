"""What was entered in a case, as values that can be asked or explained again."""

from __future__ import annotations

from collections.abc import Mapping

from cases.files import is_named, kept_value
from cases.seen import may_look
from db.cases import CaseView
from db.engine import Sessions
from mds_client.sensitive_values import withheld
from mds_client.signature import File, Signature, Values


def inputs_of(sessions: Sessions, case: CaseView, signature: Signature) -> Values:
    """The values as entered. A file comes back where it is one of the model's examples, or was kept; a sensitive value
    where it was kept and may be looked at. Of all else None, which `lost` names."""
    return values_of(sessions, case.inputs if may_look(sessions, case) else case.entered, signature)


def values_of(sessions: Sessions, entered: Mapping[str, object], signature: Signature) -> Values:
    """What was entered, as far as it is there; of what is not, None."""
    return {f.name: _value(sessions, entered.get(f.name), f.examples) for f in signature.inputs}


def lost(case: CaseView, signature: Signature, values: Values) -> list[str]:
    """The fields whose values, files or large values are not there, by title and what is missing."""
    return [
        f"{field.title} ({_missing(case.entered[field.name])})"
        for field in signature.inputs
        if values.get(field.name) is None and _is_elsewhere(case.entered.get(field.name))
    ]


def _is_elsewhere(entered: object) -> bool:
    return is_named(entered) or bool(withheld(entered))


def _value(sessions: Sessions, entered: object, examples: tuple[object, ...]) -> object:
    if withheld(entered):
        return None
    if not is_named(entered) or not isinstance(entered, Mapping):
        return entered
    files = [example for example in examples if isinstance(example, File)]
    example = next((file for file in files if file.sha256 == entered["sha256"]), None)
    return example or kept_value(sessions, entered)


def _missing(entered: object) -> str:
    if mark := withheld(entered):
        return "sensitive, and not yours to see" if mark == "keep" else "sensitive, and not stored"
    facts = entered if isinstance(entered, Mapping) else {}
    return f"{facts.get('file') or 'a large value'}, {facts.get('size', 0):,} bytes"
