"""Cases found by a business key: the number of a patient, an order or a sample that was entered in a field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import db.case_keys
from cases.privacy import as_text, hash_of
from db.case_keys import KeySearch
from db.engine import Sessions, reading
from db.key_index import ModelField


def cases_of_keys(
    sessions: Sessions,
    values: Iterable[str],
    *,
    server: str,
    model: str,
    fields: Sequence[str],
    hash_key: bytes = b"",
) -> dict[str, tuple[str, ...]]:
    """The cases of a model that may be seen, by each of these values of its business keys, the newest case first.

    A value of no case is not in it. A number and its text are one value, 5 and 5.0 too. What was masked or not stored
    is not found; what is stored as a hash is found with the `hash_key`. Until the index has all cases of these fields it is one
    look through the cases of the model, however many values there are. Raises StorageError.
    """
    wanted = {value: key_search(value, [], hash_key) for value in dict.fromkeys(values)}
    by_text: dict[str, list[str]] = {}
    for value, search in wanted.items():
        for text in {*search.texts, search.hash} - {""}:
            by_text.setdefault(text, []).append(value)
    plain = {each for search in wanted.values() for each in (search.plain, search.hash)} - {""}
    found: dict[str, list[str]] = {}
    with reading(sessions) as session:
        stored = db.case_keys.with_texts(session, server, model, fields, by_text, plain)
        for case_id, texts in stored:
            for value in dict.fromkeys(value for text in texts for value in by_text[text]):
                found.setdefault(value, []).append(case_id)
    return {value: tuple(ids) for value, ids in found.items()}


def key_search(value: str, named: Sequence[ModelField], hash_key: bytes) -> KeySearch:
    """How a value of these fields may be stored: as it was entered, as another writing of the same number, as a hash."""
    plain = as_text(value)
    texts = [value.strip(), plain, *([f"{plain}.0"] if plain.lstrip("-").isdigit() else [])]
    return KeySearch(
        fields=tuple(named),
        texts=tuple(dict.fromkeys(text for text in texts if text)),
        plain=plain,
        hash=hash_of(value, hash_key) if hash_key and plain else "",
    )
