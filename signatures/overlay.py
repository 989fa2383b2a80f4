"""What people added to or corrected in a model's signature: versions, published one after the other.

Nothing is overwritten: going back to an old version makes a new one. Two who publish at once do not
lose anything: the second is told of the newer version, and can take the changes over to it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from weakref import WeakKeyDictionary

import db.overlays
from audit_log.chain import Record, append
from db.engine import Session, Sessions, reading, writing
from db.errors import Conflict, StorageError
from db.ids import new_id as make_id
from db.ids import utc_now
from db.overlays import OverlayView
from db.person import known
from db.tables import MAX_KEY, SENTENCE
from db.types import clip
from mds_client.errors import Problem
from mds_client.signature import Field, ModelRef, Signature
from mds_client.signature.facts import Facts, FieldFacts
from mds_client.signature.merge_facts import merged
from signatures.content import EDITED, problems, read, written
from signatures.errors import (
    AlreadyPublished,
    NewerVersion,
    NoSuchVersion,
    OverlayNotRecorded,
    OverlayRefused,
)

__all__ = [
    "EMPTY",
    "UNCERTAIN",
    "OverlayView",
    "confirmed",
    "current",
    "facts_of",
    "history",
    "latest",
    "publish",
    "rebased",
    "restore",
    "together",
    "uncertain",
]

log = logging.getLogger(__name__)
EMPTY = Facts(source=EDITED)
FRESH_SECONDS = 2.0
MOST_VERSIONS = 100
# Words of provenance of what nobody declared.
UNCERTAIN = ("guessed", "learned", "probed")
_FACTS = {f.name for f in fields(FieldFacts)}
_WORDS = ("title", "question", "description", "inputs", "labels", "answer", "probability")


# What a page shows.


def together(
    signature: Signature,
    *,
    overlay: Facts | None,
    others: Sequence[Facts] = (),
    unfolds: bool = False,
) -> Signature:
    """The signature that the server declares, merged with the overlay and all other facts.

    `unfolds`: see mds_client.signature.merge_facts.merged.
    """
    facts = [*others, overlay] if overlay else list(others)
    return merged(signature, *facts, unfolds=unfolds) if facts else signature


def uncertain(field: Field) -> list[str]:
    """The facts of a field that nobody declared: guessed, learned or probed."""
    return [name for name in field.provenance if name in _FACTS and _is_uncertain(field, name)]


def confirmed(signature: Signature, field: str, fact: str) -> FieldFacts:
    """One fact of a field as a person's own. Raises KeyError for a field or a fact that is not there."""
    spec = signature[field]
    if fact not in _FACTS:
        raise KeyError(fact)
    return FieldFacts(**{fact: getattr(spec, fact)})


def _is_uncertain(field: Field, name: str) -> bool:
    return field.provenance[name].startswith(UNCERTAIN)


# Reading: a page is drawn again at every click, so what is known stays known for a moment.


@dataclass(kw_only=True)
class _Cache:
    """What this process knows of the overlays in one database."""

    heads: Mapping[db.overlays.Model, int] = field(default_factory=dict)
    read_at: float = float("-inf")
    contents: dict[db.overlays.Model, tuple[int, Facts]] = field(default_factory=dict)


_caches: WeakKeyDictionary[Sessions, _Cache] = WeakKeyDictionary()
_lock = threading.Lock()


def current(
    sessions: Sessions, ref: ModelRef, *, clock: Callable[[], float] = time.monotonic
) -> Facts | None:
    """What is published of a model; None when nothing is. Never raises: while the database does not
    answer, it is what was known last. Another process's version is seen after FRESH_SECONDS.
    """
    with _lock:
        cache = _caches.setdefault(sessions, _Cache())
    try:
        return _current(sessions, cache, (ref.server, ref.name), clock)
    except StorageError as error:
        log.warning("the overlay of %s cannot be read: %s", ref, error)
        return cache.contents.get((ref.server, ref.name), (0, None))[1]


def published(
    sessions: Sessions, *, clock: Callable[[], float] = time.monotonic
) -> dict[db.overlays.Model, Facts]:
    """What is published, by server and name of each model that has anything. Never raises, as `current`."""
    with _lock:
        cache = _caches.setdefault(sessions, _Cache())
    try:
        _refresh(sessions, cache, clock)
        with reading(sessions) as session:
            return {m: _content_of(session, cache, m, number) for m, number in cache.heads.items()}
    except StorageError as error:
        log.warning("the overlays cannot be read: %s", error)
        return {model: facts for model, (_, facts) in cache.contents.items()}


def _current(
    sessions: Sessions, cache: _Cache, model: db.overlays.Model, clock: Callable[[], float]
) -> Facts | None:
    _refresh(sessions, cache, clock)
    number = cache.heads.get(model, 0)
    if not number:
        return None
    if cache.contents.get(model, (0, None))[0] == number:
        return cache.contents[model][1]
    with reading(sessions) as session:
        return _content_of(session, cache, model, number)


def _refresh(sessions: Sessions, cache: _Cache, clock: Callable[[], float]) -> None:
    if clock() - cache.read_at >= FRESH_SECONDS:
        cache.read_at = clock()
        with reading(sessions) as session:
            cache.heads = db.overlays.heads(session)


def _content_of(session: Session, cache: _Cache, model: db.overlays.Model, number: int) -> Facts:
    if cache.contents.get(model, (0, None))[0] != number:
        view = db.overlays.by_number(session, *model, number)
        cache.contents[model] = (number, facts_of(view))
    return cache.contents[model][1]


def _forget(sessions: Sessions) -> None:
    with _lock:
        _caches.pop(sessions, None)


def facts_of(view: OverlayView | None) -> Facts:
    """What a version says; nothing, for none."""
    return read(view.content) if view else EMPTY


def latest(sessions: Sessions, ref: ModelRef) -> OverlayView | None:
    """The newest version of a model's overlay, straight from the database. Raises OverlayNotRecorded."""
    try:
        with reading(sessions) as session:
            return db.overlays.newest(session, ref.server, ref.name)
    except StorageError as error:
        raise OverlayNotRecorded(str(error)) from error


def history(sessions: Sessions, ref: ModelRef) -> list[OverlayView]:
    """The versions of a model's overlay, the newest first. Raises OverlayNotRecorded."""
    try:
        with reading(sessions) as session:
            return db.overlays.of_model(session, ref.server, ref.name, MOST_VERSIONS)
    except StorageError as error:
        raise OverlayNotRecorded(str(error)) from error


# Writing.


def publish(
    sessions: Sessions,
    ref: ModelRef,
    facts: Facts,
    *,
    author: str,
    key: str,
    based_on: int,
    comment: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> OverlayView:
    """Make these facts the overlay of a model. `based_on` is the number of the version that was edited,
    0 for none; `key` is an idempotency key of at most MAX_KEY characters.

    Raises `OverlayRefused`, `NewerVersion`, `AlreadyPublished` and `OverlayNotRecorded`.
    """
    if not 0 < len(key) <= MAX_KEY:
        raise ValueError(f"an idempotency key has 1 to {MAX_KEY} characters")
    wrong = problems(facts)
    if len(comment.strip()) > SENTENCE:
        sentence = (
            f"A note has at most {SENTENCE:,} characters, and this one {len(comment.strip()):,}."
        )
        wrong.append(Problem(field="", sentence=sentence))
    if wrong:
        raise OverlayRefused(wrong)
    version = OverlayView(
        id=new_id(),
        server=ref.server,
        model=ref.name,
        number=based_on + 1,
        author=known(author),
        created_at=clock(),
        comment=clip(comment.strip(), SENTENCE),
        content=written(read(written(facts))),
        idempotency_key=key,
    )
    return _kept(sessions, version)


def restore(
    sessions: Sessions, ref: ModelRef, number: int, *, author: str, key: str, based_on: int
) -> OverlayView:
    """Publish an old version again as a new one; 0 is what the sources say, without any overlay.

    Raises NoSuchVersion, and what `publish` raises.
    """
    comment = f"Back to version {number}" if number else "Back to what the sources say"
    facts = _facts_at(sessions, ref, number)
    return publish(sessions, ref, facts, author=author, key=key, based_on=based_on, comment=comment)


def _facts_at(sessions: Sessions, ref: ModelRef, number: int) -> Facts:
    if number == 0:
        return EMPTY
    try:
        with reading(sessions) as session:
            view = db.overlays.by_number(session, ref.server, ref.name, number)
    except StorageError as error:
        raise OverlayNotRecorded(str(error)) from error
    if view is None:
        raise NoSuchVersion(number)
    return facts_of(view)


def _kept(sessions: Sessions, version: OverlayView) -> OverlayView:
    try:
        try:
            with writing(sessions) as session:
                return _add(session, version)
        except Conflict:  # somebody was quicker by a moment: now it can be seen who
            with writing(sessions) as session:
                return _add(session, version)
    except StorageError as error:
        raise OverlayNotRecorded(str(error)) from error
    finally:
        _forget(sessions)


def _add(session: Session, version: OverlayView) -> OverlayView:
    # The key last: who sees another's version must not miss that it is their own.
    newest = db.overlays.newest(session, version.server, version.model)
    stored = db.overlays.by_key(session, version.idempotency_key)
    if stored is not None:
        return _the_same(stored, version)
    if newest is not None and newest.number >= version.number:
        raise NewerVersion(newest)
    if version.number != (newest.number if newest else 0) + 1:
        raise NoSuchVersion(version.number - 1)
    kept = db.overlays.add(session, version)
    before = _record(newest) if newest else None
    append(session, "publish", [_record(kept)], person=kept.author, before=before)
    return kept


def _record(view: OverlayView) -> Record:
    return Record(kind="overlay", id=view.id, values=vars(view))


def _the_same(stored: OverlayView, version: OverlayView) -> OverlayView:
    if _content(stored) != _content(version):
        raise AlreadyPublished(f"The idempotency key belongs to overlay {stored.id}.")
    return stored


def _content(view: OverlayView) -> tuple[object, ...]:
    return view.server, view.model, view.number, view.author, view.comment, view.content


# Taking changes over to a newer version.


def rebased(mine: Facts, *, base: Facts, newer: Facts) -> Facts:
    """The newer version with what was changed between `base` and `mine`, fact by fact; of two changes of
    one fact mine counts."""
    words = {word: _changed(mine, base, newer, word) for word in _WORDS}
    names = dict.fromkeys([*newer.fields, *mine.fields])
    merged_fields = {name: _rebased(name, mine, base, newer) for name in names}
    known_fields = {name: facts for name, facts in merged_fields.items() if facts.known()}
    return replace(newer, **words, fields=known_fields)  # type: ignore[arg-type]


def _rebased(name: str, mine: Facts, base: Facts, newer: Facts) -> FieldFacts:
    own, old, new = (facts.fields.get(name, FieldFacts()) for facts in (mine, base, newer))
    return FieldFacts(**{fact: _changed(own, old, new, fact) for fact in _FACTS})  # type: ignore[arg-type]


def _changed(mine: object, base: object, newer: object, name: str) -> object:
    my_value = getattr(mine, name)
    return my_value if my_value != getattr(base, name) else getattr(newer, name)
