"""Which models are there, in what state. One dead server never delays or hides the others."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from mds_client.client.sync_client import MdsClient
from mds_client.discovery.entries import (
    Entries,
    Entry,
    Listing,
    ServerState,
    as_unreachable,
    state_of,
    with_explainer,
)
from mds_client.discovery.found_servers import (
    NO_REPORT,
    address_of,
    reports_of,
    source_of,
    with_report,
)
from mds_client.discovery.readings import Readings
from mds_client.discovery.schedule import MOST_AT_ONCE, Schedule, Tasks
from mds_client.discovery.searching import matching
from mds_client.discovery.sources import Source
from mds_client.errors import MdsError
from mds_client.protocols.detectors import watching
from mds_client.protocols.explainers import explainers, explaining_others
from mds_client.registries import ReferenceFile, Registries
from mds_client.server import ModelInfo, Server
from mds_client.signature import ModelRef, Signature
from mds_client.signature.facts import Facts

log = logging.getLogger(__name__)
SIGNATURE_WORKERS = 8  # for each server
FACTS_KEPT = timedelta(hours=1)
_TICK = 0.1
_BATCH = 64  # signatures that are published together
_RETIREMENT = timedelta(minutes=5)
_NO_MORE: Mapping[tuple[str, str], str] = {}


def utc_now() -> datetime:
    return datetime.now(UTC)


class Catalogue:
    """The models of all servers. Reading never waits for the network; refreshing does.

    `clients` are of the configured servers, by name; `sources` find more, and `connect` makes their
    clients. `registries` know more of models than their servers say. `version` moves only when something that can be read here has changed. Safe to share
    between threads.
    """

    def __init__(
        self,
        clients: Mapping[str, MdsClient],
        *,
        sources: Sequence[Source] = (),
        connect: Callable[[Server], MdsClient] = MdsClient,
        registries: Registries | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._clients = dict(clients)
        self._sources = tuple(sources)
        self._connect = connect
        self._registries = registries
        self._described: dict[ModelRef, datetime] = {}
        self._clock = clock
        self._discovered: dict[str, Server] = {}  # by a source, with what it says now
        self._retired: list[tuple[datetime, MdsClient]] = []
        self._entries: dict[str, Entries] = {}
        self._servers: dict[str, ServerState] = {}
        self._notes: tuple[str, ...] = ()
        self._read = Readings()
        self._version = 0
        self._listing: tuple[int, Listing] = (0, Listing({}))
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._tasks = Tasks(self._stop)
        self._thread: threading.Thread | None = None
        self._heard: list[Callable[[str], None]] = []

    @property
    def version(self) -> int:
        return self._version

    def entries(self) -> list[Entry]:
        """Every model version last seen, by server, name and version; explainers belong to their models."""
        return list(self._listed().models)

    def servers(self) -> list[ServerState]:
        with self._lock:
            return [self._servers[name] for name in self._clients if name in self._servers]

    def notes(self) -> tuple[str, ...]:
        """What the sources and registries could not see the last time, in sentences."""
        return (*self._notes, *(self._registries.notes() if self._registries else ()))

    @property
    def has_registries(self) -> bool:
        """Whether a registry describes models here."""
        return self._registries is not None

    def reference(self, model: ModelRef) -> ReferenceFile | None:
        """The cases that a registry keeps with a model to compare others with; None where none does. Waits for the network. Raises MdsError."""
        return self._registries.reference(model) if self._registries else None

    def client(self, server: str) -> MdsClient:
        """The client of a server. Raises KeyError when there is no such server."""
        return self._clients[server]

    def search(self, words: str, more: Mapping[tuple[str, str], str] = _NO_MORE) -> list[Entry]:
        """The entries in which every word occurs, as searching.matching finds them. `more` holds further text to search,
        by server and name of a model."""
        return matching(self.entries(), words, more)

    def find(self, ref: ModelRef) -> Entry | None:
        """The entry of a reference; without a version, the newest of that name."""
        listed = self._listed()
        if ref.version:
            return listed.by_ref.get(ref)
        return listed.newest.get((ref.server, ref.name))

    def refresh(self) -> None:
        """Ask every source and server again, all at once, signatures included. Never raises."""
        self._read_sources()
        names = list(self._clients)
        with ThreadPoolExecutor(max_workers=min(len(names), MOST_AT_ONCE) or 1) as pool:
            list(pool.map(self._refresh_server, names))

    def watch(self, seconds: float) -> None:
        """Refresh in the background, at once and then every so many seconds, until `close`."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._watch, args=(seconds,), name="catalogue", daemon=True
            )
            self._thread.start()

    def when_listed(self, call: Callable[[str], None]) -> None:
        """Have this called with the name of each server that the watch has listed, in a thread of its own; what it raises
        goes to the log."""
        self._heard.append(call)

    def close(self) -> None:
        """Stop watching, and close the clients of the servers that sources found."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=5)
        discovered = [self._clients[name] for name in self._discovered if name in self._clients]
        for client in [*discovered, *(client for _, client in self._retired)]:
            client.close()
        if self._registries:
            self._registries.close()

    # Watching: every server in its own schedule, so that one that hangs holds up nobody.

    def _watch(self, seconds: float) -> None:
        schedule = Schedule(seconds)
        while not self._stop.is_set():
            if self._sources and schedule.is_due(""):
                self._tasks.start("", self._read_sources, partial(schedule.done, "", is_well=True))
            for name in schedule.due(list(self._clients)):
                self._tasks.start(
                    name,
                    partial(self._refresh_in_turn, name),
                    partial(self._note_outcome, schedule, name),
                )
            self._stop.wait(_TICK)

    def _refresh_in_turn(self, name: str) -> None:
        """List a server, then start reading its signatures in a thread of its own: the next listing does not
        wait for it."""
        self._list(name)
        self._tasks.start(f"{name}/", partial(self._read_signatures, name), lambda: None)
        if self._registries:
            self._tasks.start(f"{name}//", partial(self._describe, name), lambda: None)
        for place, call in enumerate(self._heard):
            self._tasks.start(f"{name}///{place}", partial(call, name), lambda: None)

    def _note_outcome(self, schedule: Schedule, name: str) -> None:
        state = self._servers.get(name)
        schedule.done(name, is_well=state is not None and state.is_reachable)

    # One server.

    def _refresh_server(self, name: str) -> None:
        try:
            self._list(name)
            self._read_signatures(name)
            self._describe(name)
        except Exception:  # one server's surprise is not another's
            log.exception("refreshing the server %s failed", name)

    def _list(self, name: str) -> None:
        client = self._clients.get(name)
        if client is None:
            return
        try:
            listed = client.models()
        except MdsError as error:
            self._mark_unreachable(name, client, error)
            return
        reports = reports_of(self._discovered.get(name))
        with self._lock:
            if self._clients.get(name) is not client:
                return  # its server changed or went away while it was asked
            old = self._entries.get(name, {})
            infos = [with_report(info, reports.get(info.ref.name, NO_REPORT)) for info in listed]
            self._publish(name, [self._entry(old.get(info.ref), info) for info in infos])
            self._note(state_of(client, self._clock()))

    def _entry(self, old: Entry | None, info: ModelInfo) -> Entry:
        if old is None or old.info.state != info.state:
            if old is None:
                return Entry(info=info, since=self._clock())
            return replace(old, info=info, since=self._clock())
        return old if old.info == info else replace(old, info=info)

    def _mark_unreachable(self, name: str, client: MdsClient, error: MdsError) -> None:
        now, reports = self._clock(), reports_of(self._discovered.get(name))
        with self._lock:
            if self._clients.get(name) is not client:
                return
            gone = self._entries.get(name, {}).values()
            lost = [as_unreachable(e, reports.get(e.ref.name, NO_REPORT), error, now) for e in gone]
            self._publish(name, lost)
            self._note(state_of(client, now, error))

    def _only_in_source(self, name: str, known: Entries) -> list[Entry]:
        """Entries of models that a source reports and that their server itself has not listed."""
        refs = {
            ModelRef(server=name, name=n): s
            for n, s in reports_of(self._discovered.get(name)).items()
        }
        names = {ref.name for ref in known}
        return [
            Entry(info=ModelInfo(ref=ref, state=s.state, reason=s.reason), since=self._clock())
            for ref, s in refs.items()
            if ref.name not in names
        ]

    def _read_signatures(self, name: str) -> None:
        """Read what is not known yet, a few at a time; publish batch by batch."""
        client = self._clients.get(name)
        wanted = [
            e
            for e in self._entries.get(name, {}).values()
            if self._read.is_wanted(e, self._clock())
        ]
        if client is None or not wanted:
            return
        with ThreadPoolExecutor(max_workers=min(SIGNATURE_WORKERS, len(wanted))) as pool:
            for start in range(0, len(wanted), _BATCH):
                if self._stop.is_set():
                    return
                batch = wanted[start : start + _BATCH]
                read = list(pool.map(lambda entry: _signature(client, entry.ref), batch))
                self._keep_signatures(name, batch, read)

    def _keep_signatures(
        self, name: str, entries_read: Sequence[Entry], read: Sequence[Signature | None]
    ) -> None:
        with self._lock:
            entries, now = dict(self._entries.get(name, {})), self._clock()
            for old, signature in zip(entries_read, read, strict=True):
                self._read.note(old, now, is_known=signature is not None)
                current = entries.get(old.ref)
                if current and signature and current.signature != signature:
                    entries[old.ref] = replace(
                        current, signature=signature, takes_matrix=self._takes_matrix(name)
                    )
            self._publish(name, list(entries.values()))

    def _takes_matrix(self, name: str) -> bool:
        client = self._clients.get(name)
        return client is not None and client.protocol().TAKES_MATRIX

    def _describe(self, name: str) -> None:
        """Ask the registries of each model, one after the other: they are slow, and change seldom."""
        if self._registries is None:
            return
        for entry in list(self._entries.get(name, {}).values()):
            last = self._described.get(entry.ref)
            if self._stop.is_set():
                return
            if entry.signature and (last is None or self._clock() - last >= FACTS_KEPT):
                facts = tuple(self._registries.facts(entry.ref))
                if not self._registries.notes():  # what is known stays while a registry is away
                    self._described[entry.ref] = self._clock()
                    self._take_facts(name, entry.ref, facts)

    def _take_facts(self, name: str, ref: ModelRef, facts: tuple[Facts, ...]) -> None:
        with self._lock:
            entries = dict(self._entries.get(name, {}))
            current = entries.get(ref)
            if current and current.facts != facts:
                entries[ref] = replace(current, facts=facts)
                self._publish(name, list(entries.values()))

    # Sources.

    def _read_sources(self) -> None:
        """Read all sources: servers appear and disappear. A found server never replaces a configured one of its
        name."""
        servers: dict[str, Server] = {}
        notes: list[str] = []
        for source in self._sources:
            try:
                servers |= {s.name: s for s in source.read()}
                notes += source.notes()
            except Exception:  # a source of another package: what it found stays
                log.exception("reading the source %s failed", source.name)
                servers |= {
                    n: s for n, s in self._discovered.items() if source_of(s) == source.name
                }
                notes.append(f"The source {source.name} could not be read.")
        configured = set(self._clients) - set(self._discovered)
        self._close_retired()
        with self._lock:
            notes += self._replace_discovered(
                {n: s for n, s in servers.items() if n not in configured}
            )
            self._version += tuple(notes) != self._notes
            self._notes = tuple(notes)

    def _replace_discovered(self, servers: Mapping[str, Server]) -> list[str]:
        """Replace the servers that sources found; returns a sentence for each one that cannot be called."""
        for name in set(self._discovered) - set(servers):
            self._forget(name)
        changed = [
            s for n, s in servers.items() if address_of(s) != address_of(self._discovered.get(n))
        ]
        problems = [problem for problem in map(self._add_client, changed) if problem]
        self._discovered = {n: s for n, s in servers.items() if n in self._clients}
        for name in self._discovered:
            known = self._entries.get(name, {})
            without_signature = self._only_in_source(name, known)
            if without_signature:
                self._publish(name, [*known.values(), *without_signature])
        return problems

    def _add_client(self, server: Server) -> str:
        """Make the client of a new or changed server; returns what is wrong where that fails, else an empty
        text."""
        try:
            client = self._connect(server)
        except ValueError as error:  # a protocol that is not known here
            return f"The server {server.name} cannot be asked: {error}."
        self._retire(server.name)
        self._clients[server.name] = client
        return ""

    def _forget(self, name: str) -> None:
        self._retire(name)
        self._version += 1
        self._servers.pop(name, None)
        for ref in self._entries.pop(name, {}):
            self._read.forget(ref)

    def _retire(self, name: str) -> None:
        """Close the client later: a call of it may still be on its way."""
        if name in self._clients:
            self._retired.append((self._clock(), self._clients.pop(name)))

    def _close_retired(self) -> None:
        with self._lock:
            old = [c for at, c in self._retired if self._clock() - at > _RETIREMENT]
            self._retired = [(at, c) for at, c in self._retired if c not in old]
        for client in old:
            client.close()

    # What is published.

    def _publish(self, server: str, entries: Sequence[Entry]) -> None:
        with self._lock:
            if server not in self._clients and server not in self._discovered:
                return  # it went away while it was asked
            entries = self._matched(server, entries)
            new, old = {entry.ref: entry for entry in entries}, self._entries.get(server, {})
            if len(new) != len(old) or any(old.get(ref) is not e for ref, e in new.items()):
                self._entries[server] = new
                self._version += 1

    def _matched(self, server: str, entries: Sequence[Entry]) -> Sequence[Entry]:
        """The entries with their explainers, as far as these are known by now."""
        client = self._clients.get(server)
        protocol = client.known_protocol if client else None
        if protocol is None:
            return entries
        declared = {entry.ref: entry.signature for entry in entries}
        explainer_of = explainers(protocol, declared)
        watched_by = watching(protocol.server, declared, self._read.first_of(entries))
        if (
            not explainer_of
            and not watched_by
            and not any(e.explainer or e.is_explainer for e in entries)
        ):
            return entries
        beside = explaining_others(explainer_of) | {
            e.ref for e in entries if e.ref.name in watched_by
        }
        return [with_explainer(e, explainer_of.get(e.ref), e.ref in beside) for e in entries]

    def _note(self, state: ServerState) -> None:
        with self._lock:
            old = self._servers.get(state.server.name)
            if old and old.is_reachable == state.is_reachable:
                state = replace(state, since=old.since)
            if old != state:
                self._servers[state.server.name] = state
                self._version += 1

    def _listed(self) -> Listing:
        """The entries in order, sorted again only after a change."""
        with self._lock:
            version, listing = self._listing
            if version != self._version:
                listing = Listing(self._entries)
                self._listing = (self._version, listing)
            return listing


def _signature(client: MdsClient, ref: ModelRef) -> Signature | None:
    try:
        return client.signature(ref)
    except MdsError as error:
        log.warning("no signature of %s: %s", ref, error.detail or error.sentence)
        return None
