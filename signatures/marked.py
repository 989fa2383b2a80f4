"""Which fields of a model are marked: as its business key (the patient, the order, the sample), or as protected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from db.engine import Sessions
from db.overlays import Model
from mds_client.discovery import Entry
from mds_client.signature.facts import Facts
from signatures import overlay

Mark = Literal["business_key", "protected"]


def marked(
    sessions: Sessions, mark: Mark, entries: Iterable[Entry] = ()
) -> dict[Model, tuple[str, ...]]:
    """The marked fields of every model that has any, by server and name.

    What people published counts, also of models that are gone; of what they do not say, what servers and registries of
    the `entries` do. Never raises.
    """
    published = overlay.published(sessions)
    declared = {(e.ref.server, e.ref.name): _declared(e, mark) for e in entries}
    found = {
        model: _fields(declared.get(model, ()), published.get(model), mark)
        for model in {*declared, *published}
    }
    return {model: fields for model, fields in sorted(found.items()) if fields}


def _declared(entry: Entry, mark: Mark) -> tuple[str, ...]:
    known = entry.known
    return tuple(field.name for field in known.inputs if getattr(field, mark)) if known else ()


def _fields(declared: tuple[str, ...], facts: Facts | None, mark: Mark) -> tuple[str, ...]:
    said = {name: getattr(own, mark) for name, own in facts.fields.items()} if facts else {}
    kept = [name for name in declared if said.get(name) is not False]
    return tuple(dict.fromkeys([*kept, *(name for name, is_marked in said.items() if is_marked)]))
