"""Verify the trail: every link of each chain, and that what it is about is still as it was when it was trailed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import db.audit_content
import db.audit_log
from audit_log.anchors import Anchor
from audit_log.hashing import digest, entry_hash, root
from db.audit_content import TRAILED
from db.audit_log import CLOSED, MAIN, NO_HASH, OPENED, EntryView, LeafView
from db.engine import Session, Sessions, reading

AT_ONCE = 100
MOST_FINDINGS = 100
Key = tuple[str, str]  # the kind of a record, and its id


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not as the trail says, at an entry of a chain: 0 where it is at none."""

    workspace: str
    number: int
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a verification found. `older` counts records from before the trail, which it cannot say anything of."""

    entries: int
    records: int
    older: int
    findings: tuple[Finding, ...]


@dataclass(kw_only=True)
class _Verification:
    """What is known on the way through the chains."""

    session: Session
    entries: int = 0
    records: int = 0
    began: datetime | None = None
    findings: list[Finding] = field(default_factory=list)


def verify(sessions: Sessions, anchors: Sequence[Anchor] = ()) -> Report:
    """Look at everything, as it is at one moment. People may work meanwhile.

    Of each chain only the first broken link is named: every later one follows from it. At most MOST_FINDINGS are.
    """
    with reading(sessions) as session:
        db.audit_log.hold_still(session)
        state = _Verification(session=session)
        heads = db.audit_log.heads(session)
        for workspace in sorted({*heads, *db.audit_log.workspaces(session)}):
            _check_chain(state, workspace, heads.get(workspace))
        state.findings += _workspace_problems(session, heads)
        state.findings += [f for anchor in anchors for f in _anchor_problems(session, anchor)]
        older = sum(_is_older(state, kind, *record) for kind, record in _not_trailed(session))
    return Report(
        entries=state.entries,
        records=state.records,
        older=older,
        findings=tuple(islice(state.findings, MOST_FINDINGS)),
    )


# The links.


def _check_chain(state: _Verification, workspace: str, head: db.audit_log.Head | None) -> None:
    """Follow one chain from its first entry to its end."""
    last, previous, broken = 0, NO_HASH, ""
    while page := db.audit_log.entries(state.session, workspace, after=last, limit=AT_ONCE):
        for entry in page:
            if not broken and (broken := _link_problem(entry, last, previous)):
                state.findings.append(_finding(entry, broken))
            last, previous = entry.number, entry.hash
            state.began = min(state.began or entry.created_at, entry.created_at)
        state.entries += len(page)
        _check_records(state, workspace, page)
    if not broken and head != (last, previous):
        state.findings.append(_end_finding(workspace, last, head))


def _link_problem(entry: EntryView, last: int, previous: str) -> str:
    """What is wrong with the link from the entry before; empty where nothing is."""
    if entry.number != last + 1:
        return f"Entry {last + 1:,} is missing: entry {last:,} is followed by {entry.number:,}."
    if entry.previous_hash != previous:
        return f"Entry {entry.number:,} does not follow from the entry before: one of both was changed."
    if entry_hash(entry) != entry.hash:
        return f"Entry {entry.number:,} was changed: it does not have the hash that it was written with."
    return ""


def _end_finding(workspace: str, last: int, head: db.audit_log.Head | None) -> Finding:
    recorded = f"{head[0]:,}" if head else "none"
    sentence = f"The chain ends with entry {last:,}, but its recorded end is {recorded} or has another hash."
    return Finding(workspace=workspace, number=last, sentence=sentence)


# What the main chain says of the other ones.


def _workspace_problems(
    session: Session, heads: Mapping[str, db.audit_log.Head]
) -> Iterator[Finding]:
    """Chains that no entry began, and closed ones that do not end as was noted."""
    entries = db.audit_log.workspace_entries(session)
    opened = {entry.record_id for entry in entries if entry.action == OPENED}
    for workspace in sorted(set(heads) - opened - {MAIN}):
        sentence = f"The main chain has no entry of the beginning of this one, {workspace}."
        yield Finding(workspace=workspace, number=0, sentence=sentence)
    for entry in entries:
        number, last = heads.get(entry.record_id, (0, NO_HASH))
        if entry.action == CLOSED and last != entry.before:
            sentence = (
                f"The chain {entry.record_id} was closed and does not end as was noted then: it has "
                f"{number:,} entries, and something was added, taken away or changed since."
            )
            yield _finding(entry, sentence)


# What the entries are about.


@dataclass(frozen=True, kw_only=True)
class _Trailed:
    """The digest that an entry has of a record."""

    entry: EntryView
    key: Key
    digest: str


def _check_records(state: _Verification, workspace: str, page: Sequence[EntryView]) -> None:
    leaves = db.audit_log.leaves(state.session, workspace, [entry.number for entry in page])
    trailed = [
        each for entry in page for each in _records_of(state, entry, leaves.get(entry.number))
    ]
    for kind in {each.key[0] for each in trailed}:
        some = [each for each in trailed if each.key[0] == kind]
        for start in range(0, len(some), AT_ONCE):
            _check_kind(state, kind, some[start : start + AT_ONCE])


def _records_of(
    state: _Verification, entry: EntryView, leaves: Sequence[LeafView] | None
) -> Iterator[_Trailed]:
    """The records of an entry, with the digests that it has of them."""
    if not leaves:
        if entry.after:
            yield _Trailed(entry=entry, key=(entry.kind, entry.record_id), digest=entry.after)
        return
    places = [leaf.place for leaf in leaves]
    if places != list(range(len(leaves))) or root([leaf.digest for leaf in leaves]) != entry.after:
        state.findings.append(
            _finding(entry, f"The list of the records of entry {entry.number:,} was changed.")
        )
    for leaf in (leaf for leaf in leaves if leaf.digest):
        yield _Trailed(entry=entry, key=(leaf.kind, leaf.record_id), digest=leaf.digest)


def _check_kind(state: _Verification, kind: str, trailed: Sequence[_Trailed]) -> None:
    ids = [record.key[1] for record in trailed]
    salts = db.audit_log.salts(state.session, kind, ids)
    contents = db.audit_log.contents(state.session, kind, ids)
    replaced = db.audit_log.replaced(state.session, ids) if kind == "feedback" else set()
    ends = db.audit_log.ended(state.session, kind, ids)
    for record in trailed:
        record_id = record.key[1]
        values = contents.get(record_id)
        wrong = ""
        if not _is_ended(record.entry, ends.get(record_id)):
            wrong = _record_problem(record, salts.get(record_id), values)
        if not wrong and kind == "feedback" and values:
            wrong = _current_problem(values, record_id in replaced)
        if wrong:
            where = f"{kind.capitalize()} {record_id} (entry {record.entry.number:,}) {wrong}."
            state.findings.append(_finding(record.entry, where))
    state.records += len(trailed)


def _is_ended(entry: EntryView, end: tuple[str, int] | None) -> bool:
    """Whether the salt of what an entry has of a record was taken away on purpose since."""
    return end is not None and (entry.workspace != end[0] or entry.number < end[1])


def _record_problem(
    trailed: _Trailed, salt: bytes | None, values: Mapping[str, object] | None
) -> str:
    """What is wrong with a record, to be said after its name; empty where it is as it was trailed."""
    if values is None:
        return "is gone, and no entry says that it was erased"
    if salt is None:
        return "has no salt any more, so its content cannot be checked, and no entry says that it was erased"
    try:
        content = db.audit_content.content(trailed.key[0], values, trailed.entry.form)
    except (AttributeError, TypeError, ValueError):  # a value that its column can never have held
        return "was changed"
    return "" if digest(salt, content) == trailed.digest else "was changed"


def _current_problem(values: Mapping[str, object], is_replaced: bool) -> str:
    if bool(values["is_current"]) != is_replaced:
        return ""
    if is_replaced:
        return "counts as current, though another statement replaces it"
    return "does not count as current, though no other statement replaces it"


# What is outside.


def _not_trailed(session: Session) -> Iterator[tuple[str, tuple[str, datetime]]]:
    for kind in TRAILED:
        for record in db.audit_log.not_trailed(session, kind):
            yield kind, record


def _is_older(state: _Verification, kind: str, record_id: str, at: datetime) -> bool:
    """Whether a record that no entry is about is from before the trail; else it is a finding."""
    if state.began is None or at < state.began:
        return True
    sentence = f"{kind.capitalize()} {record_id} is in no entry, though it is newer than the trail."
    state.findings.append(Finding(workspace="", number=0, sentence=sentence))
    return False


def _anchor_problems(session: Session, anchor: Anchor) -> Iterator[Finding]:
    """What the chain has where its exported head was."""
    entry = db.audit_log.entry(session, anchor.workspace, anchor.number)
    if entry is None:
        sentence = f"Entry {anchor.number:,} is missing: it was the newest at {anchor.at}."
    elif entry.hash != anchor.hash:
        sentence = (
            f"Entry {anchor.number:,} is not the one that was exported at {anchor.at}: "
            "it, or one before it, was rewritten."
        )
    else:
        return
    yield Finding(workspace=anchor.workspace, number=anchor.number, sentence=sentence)


def _finding(entry: EntryView, sentence: str) -> Finding:
    return Finding(workspace=entry.workspace, number=entry.number, sentence=sentence)
