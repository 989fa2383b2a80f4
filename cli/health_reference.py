"""What `mds health --compare-with` does: choose what the newest inputs of a model are compared with."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from cli.output import GOOD, NotFound, Wrong, printable, say
from cli.rows_file import read_table, say_reading
from cli.token_rows import who
from db.engine import close
from health import chosen_reference
from health.reference import FIRST, REGISTRY, Chosen
from health.summary import summarise
from mds_client.signature import ModelRef, Signature
from services import Services, build
from settings import settings
from tables.converting import Converted, as_far_as_it_fits, converted
from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.fixes import kinds_of
from tables.mapping import suggest
from tables.table import Table

_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong for what names no reference or cannot be read, and MdsError."""
    if not chosen.model:
        raise Wrong("Of which model? mds health server/name --compare-with REFERENCE")
    built = build(settings())
    try:
        ref = _known(built, chosen.model)
        made = _choose(built, ref, chosen.compare_with)
    finally:
        built.close()
        close(built.sessions)
    words = "its first cases" if made.source == FIRST else made.words
    print(
        printable(
            f"From now on the newest inputs of {ref.server}/{ref.name} are compared with {words}."
        )
    )
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
    found = _read(table, signature)
    return chosen_reference.of_rows(
        sessions,
        signature,
        found.records(),
        name=name,
        person=person,
        is_registry=is_registry,
        left_out=found.left_out,
    )


def _known(built: Services, text: str) -> ModelRef:
    """The model, which is deployed or was asked. Raises NotFound and Wrong."""
    built.catalogue.refresh()
    asked = {(row.server, row.model) for row in summarise(built.figures)}
    deployed = {(each.ref.server, each.ref.name) for each in built.catalogue.entries()}
    if "/" not in text:
        found = sorted(of for of in asked | deployed if of[1] == text)
        if len(found) > 1:
            several = ", ".join(f"{server}/{name}" for server, name in found)
            raise Wrong(f"Several servers have a model {text!r}. Write one of: {several}.")
        ref = ModelRef(server=found[0][0], name=text) if found else None
    else:
        try:
            ref = ModelRef.parse(text)
        except ValueError as error:
            raise Wrong(f"{text!r} names no model. Write server/name or name.") from error
        ref = ref if (ref.server, ref.name) in asked | deployed else None
    if ref is None:
        raise NotFound(f"No server has a model {text}, and nobody has asked one.")
    return ref


def _signature(built: Services, ref: ModelRef) -> Signature:
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


def _read(table: Table, signature: Signature) -> Converted:
    """The rows that can be read, with the fields that have a column. Raises Wrong where none has."""
    anything = tuple(replace(field, required=False) for field in signature.inputs)
    signature = replace(signature, inputs=anything)
    mapping = suggest(table, signature)
    if not mapping.matches:
        raise Wrong("No column of the file is a field of the model.")
    say_reading(table, mapping)
    if lacking := [f.title for f in signature.inputs if not mapping.column(f.name)]:
        say(printable(f"Without a column, so not compared: {', '.join(lacking)}."))
    found = converted(table, mapping, signature)
    signature, unfit = as_far_as_it_fits(found, table, mapping, signature)
    if unfit:
        say(printable(f"Not compared, as none of its values can be read: {', '.join(unfit)}."))
        found = converted(table, mapping, signature)
    if found.left_out:
        first = kinds_of(found.problems, signature)[0]
        is_one = found.left_out == 1
        rows = "1 row cannot be read and is" if is_one else f"{found.left_out:,} rows cannot be read and are"  # fmt: skip
        say(printable(f"{rows} left out, as row {first.rows[0]}: {first.sentence}"))
    return found
