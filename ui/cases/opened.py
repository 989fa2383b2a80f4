"""A case as its page has it: what was recorded, and what is known of its model now."""

from __future__ import annotations

from dataclasses import dataclass

from cases.files import kept_value
from cases.queries import CaseView
from mds_client.discovery import UNREACHABLE, Entry
from mds_client.errors import MdsError
from mds_client.sensitive_values import withheld
from mds_client.signature import Field, ModelRef, Signature, Values
from ui import model_picker
from ui.session import services


@dataclass(frozen=True, kw_only=True)
class Opened:
    """`signature` is what the model takes, if that is still what it took then; else what its fields are called by now.
    `current` is the version that would answer now; None where the model or its server is gone, which `gone` says."""

    case: CaseView
    signature: Signature
    current: Entry | None = None
    gone: str = ""

    @property
    def fields(self) -> dict[str, Field]:
        """The fields of the case that are known, by name."""
        return {field.name: field for field in self.signature.inputs}

    @property
    def values(self) -> Values:
        """What was entered, files included where they were kept; of what was not, and of what is sensitive, None."""
        entered = self.case.entered
        known = model_picker.restored(self.case, self.signature)
        return {
            name: None if withheld(value) else known.get(name, _kept(value))
            for name, value in entered.items()
        }


def opened(case: CaseView) -> Opened:
    """The case with what is known of its model. Never raises: a case needs neither its model nor its server."""
    ref = ModelRef(server=case.server, name=case.model, version=case.version_asked)
    current = services().catalogue.find(ModelRef(server=case.server, name=case.model))
    entry = services().catalogue.find(ref) or current
    signature = _signature(case, ref, entry)
    if current is None:
        gone = "The model of this case is not deployed any more. Everything below was recorded."
    elif current.info.state == UNREACHABLE:
        gone = "The server of this case does not answer now. Everything below was recorded."
    else:
        return Opened(case=case, signature=signature, current=current)
    return Opened(case=case, signature=signature, gone=gone)


def current_signature(entry: Entry) -> Signature | None:
    """What the current version takes; None while nobody says."""
    try:
        return model_picker.signature_of(entry)
    except MdsError:
        return None


def _signature(case: CaseView, ref: ModelRef, entry: Entry | None) -> Signature:
    now = current_signature(entry) if entry else None
    if now is None:
        return Signature(model=ref, inputs=(), question=case.question)
    if case.signature_fingerprint in (now.fingerprint, now.declared_fingerprint):
        return now
    known = tuple(_called(field) for field in now.inputs)
    return Signature(model=ref, inputs=known, question=case.question)


def _called(field: Field) -> Field:
    """A field of another version of the model: its name, its title, and that nobody lists its values. Its unit and its
    choices may be others."""
    return Field(name=field.name, kind=field.kind, label=field.label, sensitive=field.sensitive)


def _kept(entered: object) -> object:
    """A value, or the content of one that the case only names."""
    is_file = isinstance(entered, dict) and "sha256" in entered
    return kept_value(services().sessions, entered) if is_file else entered
