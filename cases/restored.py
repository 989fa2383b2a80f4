"""What was entered in a case, as values that can be asked or explained again."""

from __future__ import annotations

from collections.abc import Mapping

from cases.files import is_named, kept_value
from db.cases import CaseView
from db.engine import Sessions
from mds_client.signature import File, Signature, Values


def inputs_of(sessions: Sessions, case: CaseView, signature: Signature) -> Values:
    """The values as entered. A file comes back where it is one of the model's examples, or was kept."""
    return {
        f.name: _value(sessions, case.entered.get(f.name), f.examples) for f in signature.inputs
    }


def lost(case: CaseView, signature: Signature, values: Values) -> list[str]:
    """The fields whose files or large values were not kept, by title and name of the file."""
    return [
        f"{field.title} ({_file_words(case.entered[field.name])})"
        for field in signature.inputs
        if values.get(field.name) is None and is_named(case.entered.get(field.name))
    ]


def _value(sessions: Sessions, entered: object, examples: tuple[object, ...]) -> object:
    if not is_named(entered) or not isinstance(entered, Mapping):
        return entered
    files = [example for example in examples if isinstance(example, File)]
    example = next((file for file in files if file.sha256 == entered["sha256"]), None)
    return example or kept_value(sessions, entered)


def _file_words(entered: object) -> str:
    facts = entered if isinstance(entered, Mapping) else {}
    return f"{facts.get('file') or 'a large value'}, {facts.get('size', 0):,} bytes"
