"""What `mds health --compare-with` does: choose what the newest inputs of a model are compared with."""

from __future__ import annotations

import argparse
import re
from datetime import date
from pathlib import Path

from cli.output import GOOD, Wrong, printable, say
from cli.rows_file import read_table
from cli.token_rows import who
from db.engine import close
from health import chosen_reference
from health.reference import FIRST, REGISTRY, Chosen
from mds_client.signature import ModelRef, Signature
from services import Services, build
from settings import settings
from tables.converting import converted
from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.mapping import sentence_on_unfed, suggest
from tables.table import Table

_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong for what names no reference or cannot be read, and MdsError."""
    if not chosen.model:
        raise Wrong("Of which model? mds health server/name --compare-with REFERENCE")
    try:
        ref = ModelRef.parse(chosen.model)
    except ValueError as error:
        raise Wrong(f"{chosen.model!r} names no model. Write server/name.") from error
    built = build(settings())
    try:
        made = _choose(built, ref, chosen.compare_with)
    finally:
        built.close()
        close(built.sessions)
    words = "its first cases" if made.source == FIRST else made.words
    print(printable(f"From now on the newest inputs of {chosen.model} are compared with {words}."))
    return GOOD


def _choose(built: Services, ref: ModelRef, wanted: str) -> Chosen:
    sessions, person = built.sessions, who()
    if wanted == FIRST:
        return chosen_reference.first(sessions, ref.server, ref.name, person=person)
    if days := _DAYS.fullmatch(wanted):
        try:
            since, until = (date.fromisoformat(day) for day in days.groups())
        except ValueError as error:
            raise Wrong(f"{wanted} are no days. Write 2026-03-01..2026-03-31.") from error
        of = (sessions, ref.server, ref.name, since, until)
        return chosen_reference.window(*of, person=person)
    signature = _signature(built, ref)
    is_registry = wanted == REGISTRY
    name = Path(wanted).name
    if is_registry:
        table, name = _of_registry(built, signature)
    else:
        table = read_table(Path(wanted), signature, None)
    return chosen_reference.of_rows(
        sessions,
        signature,
        _rows(table, signature),
        name=name,
        person=person,
        is_registry=is_registry,
    )


def _signature(built: Services, ref: ModelRef) -> Signature:
    built.catalogue.refresh()
    entry = built.catalogue.find(ref)
    if entry is None:
        raise Wrong(f"The model {ref} is not deployed now, so nobody knows its fields.")
    return built.signature(entry)


def _of_registry(built: Services, signature: Signature) -> tuple[Table, str]:
    """The table, and what it is called: the entry of the registry."""
    found = built.catalogue.reference(signature.model)
    if found is None:
        raise Wrong("No model registry keeps cases with this model.")
    try:
        return read_fitting(found.content, found.name, signature), found.entry
    except UnreadableFile as error:
        raise Wrong(printable(f"{found.entry}: {error.sentence} {error.advice}")) from error


def _rows(table: Table, signature: Signature) -> list[dict[str, object]]:
    mapping = suggest(table, signature)
    if unfed := sentence_on_unfed(mapping, signature):
        say(printable(unfed))
    found = converted(table, mapping, signature)
    if found.left_out:
        is_one = found.left_out == 1
        rows = "1 row cannot be read and is" if is_one else f"{found.left_out:,} rows cannot be read and are"  # fmt: skip
        say(f"{rows} left out.")
    return found.records()
