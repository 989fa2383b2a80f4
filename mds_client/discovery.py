"""Which models are there, in what state. One dead server never delays or hides the others.

A `Catalogue` keeps what it last saw of every server: when a server stops answering, its models stay
listed as unreachable, with since when. What a server lists is published at once; what its models take
is read afterwards, a few at a time. An entry that did not change stays the same object.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial

from mds_client.client import MdsClient
from mds_client.detection import Detection
from mds_client.errors import MdsError, NotAllowed
from mds_client.explainers import explainers, explaining_others
from mds_client.facts import Facts
from mds_client.ladder import merged
from mds_client.protocols import dialects
from mds_client.registries import Registries
from mds_client.server import ModelInfo, Server
from mds_client.signature import Explainer, ModelRef, Signature
from mds_client.sources import FoundServer, Said, Source

log = logging.getLogger(__name__)
UNREACHABLE = "UNREACHABLE"
SIGNATURE_WORKERS = 8  # for each server
SIGNATURE_RETRY = timedelta(minutes=2)
FACTS_KEPT = timedelta(hours=1)
_FIRST_RETRY = 0.5  # seconds: a server that is starting is asked again soon
_TICK = 0.1
_BATCH = 64  # signatures that are published together
_MOST_AT_ONCE = 64  # servers; those that wait longest go first
_RETIREMENT = timedelta(minutes=5)
_SAY_NOTHING = Said()
_NO_MORE: Mapping[tuple[str, str], str] = {}

Entries = Mapping[ModelRef, "Entry"]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One deployed model version, as last seen.

    `since` is when it came into its state; `signature` is what its server declares, None as long as that
    could not be read; `facts` are what registries know besides. `explainer` is deployed beside it; what
    `is_explainer` is there to explain another model.
    """

    info: ModelInfo
    signature: Signature | None = None
    facts: tuple[Facts, ...] = ()
    takes_matrix: bool = False
    explainer: Explainer | None = None
    is_explainer: bool = False
    since: datetime

    @property
    def ref(self) -> ModelRef:
        return self.info.ref

    @cached_property
    def known(self) -> Signature | None:
        """The declared signature with what registries know."""
        if self.signature is None or not self.facts:
            return self.signature
        return merged(self.signature, *self.facts, unfolds=self.takes_matrix)

    @property
    def title(self) -> str:
        declared = self.known.title if self.known else ""
        return declared or self.ref.name.replace("-", " ").replace("_", " ").capitalize()

    @property
    def question(self) -> str:
        return self.known.question if self.known else ""

    @cached_property
    def text(self) -> str:
        """What a search looks through; put together once."""
        inputs = self.known.inputs if self.known else ()
        words = [str(self.ref), self.title, self.question, *(f.kind for f in inputs)]
        return " ".join([*words, *(f.title for f in inputs)]).casefold()


@dataclass(frozen=True, kw_only=True)
class ServerState:
    """Whether a server answered the last time, and since when that is so.

    `sentence` says what happened where it did not, `advice` what to do where that is for people here.
    `protocol` is its protocol's title, empty while it is not known. `detected` says how it was
    recognised; None when the protocol is configured or nobody has answered yet.
    """

    server: Server
    is_reachable: bool
    sentence: str = ""
    advice: str = ""
    since: datetime
    protocol: str = ""
    detected: Detection | None = None


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """When a signature was asked for: `since` is that of the state in which the model was."""

    since: datetime
    at: datetime
    is_known: bool


class _Listing:
    """All entries in their order, and where to find each. Never changed once made."""

    def __init__(self, by_server: Mapping[str, Entries]) -> None:
        self.entries = [
            entry for server in sorted(by_server) for entry in _sorted(by_server[server].values())
        ]
        self.models = [entry for entry in self.entries if not entry.is_explainer]
        self.by_ref = {entry.ref: entry for entry in self.entries}
        # The last of a name is its newest version.
        self.newest = {(entry.ref.server, entry.ref.name): entry for entry in self.entries}


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
        self._found: dict[str, Server] = {}  # by a source, with what it says now
        self._retired: list[tuple[datetime, MdsClient]] = []
        self._entries: dict[str, Entries] = {}
        self._servers: dict[str, ServerState] = {}
        self._notes: tuple[str, ...] = ()
        self._read: dict[ModelRef, _Reading] = {}
        self._version = 0
        self._listing: tuple[int, _Listing] = (0, _Listing({}))
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._busy: set[str] = set()
        self._thread: threading.Thread | None = None

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

    def client(self, server: str) -> MdsClient:
        """The client of a server. Raises KeyError when there is no such server."""
        return self._clients[server]

    def search(self, words: str, more: Mapping[tuple[str, str], str] = _NO_MORE) -> list[Entry]:
        """The entries in which every word occurs, or in what else is said of the model: `more`, by server
        and name."""
        found = self.entries()
        texts = {model: text.casefold() for model, text in more.items()}
        for word in words.casefold().split():
            known = {model for model, text in texts.items() if word in text}
            found = [e for e in found if word in e.text or (e.ref.server, e.ref.name) in known]
        return found

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
        with ThreadPoolExecutor(max_workers=min(len(names), _MOST_AT_ONCE) or 1) as pool:
            list(pool.map(self._refresh_server, names))

    def watch(self, seconds: float) -> None:
        """Refresh in the background, at once and then every so many seconds, until `close`."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._watch, args=(seconds,), name="catalogue", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """Stop watching, and close the clients of the servers that sources found."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=5)
        found = [self._clients[name] for name in self._found if name in self._clients]
        for client in [*found, *(client for _, client in self._retired)]:
            client.close()
        if self._registries:
            self._registries.close()

    # Watching: every server in its own rhythm, so that one that hangs holds up nobody.

    def _watch(self, seconds: float) -> None:
        rhythm = _Rhythm(seconds)
        while not self._stop.is_set():
            if self._sources and rhythm.is_due(""):
                self._start("", self._read_sources, partial(rhythm.done, "", is_well=True))
            for name in rhythm.due(list(self._clients)):
                self._start(name, partial(self._round, name), partial(self._paced, rhythm, name))
            self._stop.wait(_TICK)

    def _start(self, task: str, work: Callable[[], None], after: Callable[[], None]) -> None:
        """Run it in a thread of its own, unless it still runs or too many do."""
        with self._lock:
            if task in self._busy or len(self._busy) >= _MOST_AT_ONCE:
                return
            self._busy.add(task)

        def run() -> None:
            try:
                work()
            except Exception:  # the watch outlives whatever one round runs into
                if not self._stop.is_set():
                    log.exception("refreshing the catalogue failed")
            finally:
                after()
                with self._lock:
                    self._busy.discard(task)

        threading.Thread(target=run, name=f"catalogue {task}", daemon=True).start()

    def _round(self, name: str) -> None:
        """List a server; its signatures are read beside the rounds, which go on."""
        self._list(name)
        self._start(f"{name}/", partial(self._read_signatures, name), lambda: None)
        if self._registries:
            self._start(f"{name}//", partial(self._describe, name), lambda: None)

    def _paced(self, rhythm: _Rhythm, name: str) -> None:
        state = self._servers.get(name)
        rhythm.done(name, is_well=state is not None and state.is_reachable)

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
            self._lost(name, client, error)
            return
        said = _said(self._found.get(name))
        with self._lock:
            if self._clients.get(name) is not client:
                return  # its server changed or went away while it was asked
            old = self._entries.get(name, {})
            infos = [_with_said(info, said.get(info.ref.name, _SAY_NOTHING)) for info in listed]
            self._publish(name, [self._entry(old.get(info.ref), info) for info in infos])
            self._note(self._state(client))

    def _entry(self, old: Entry | None, info: ModelInfo) -> Entry:
        if old is None or old.info.state != info.state:
            if old is None:
                return Entry(info=info, since=self._clock())
            return replace(old, info=info, since=self._clock())
        return old if old.info == info else replace(old, info=info)

    def _lost(self, name: str, client: MdsClient, error: MdsError) -> None:
        now, said = self._clock(), _said(self._found.get(name))
        with self._lock:
            if self._clients.get(name) is not client:
                return
            gone = self._entries.get(name, {}).values()
            lost = [_unreachable(e, said.get(e.ref.name, _SAY_NOTHING), error, now) for e in gone]
            self._publish(name, lost)
            self._note(self._state(client, error))

    def _only_said(self, name: str, known: Entries) -> list[Entry]:
        """Models that a source tells of, while their server itself has not listed them."""
        refs = {ModelRef(server=name, name=n): s for n, s in _said(self._found.get(name)).items()}
        names = {ref.name for ref in known}
        return [
            Entry(info=ModelInfo(ref=ref, state=s.state, reason=s.reason), since=self._clock())
            for ref, s in refs.items()
            if ref.name not in names
        ]

    def _state(self, client: MdsClient, error: MdsError | None = None) -> ServerState:
        detected = client.detected
        name = detected.protocol if detected else client.server.protocol
        dialect = dialects().get(name)
        return ServerState(
            server=client.server,
            is_reachable=error is None,
            sentence=error.sentence if error else "",
            advice=error.advice if isinstance(error, NotAllowed) else "",
            since=self._clock(),
            protocol=dialect.TITLE if dialect else "",
            detected=detected,
        )

    def _read_signatures(self, name: str) -> None:
        """Read what is not known yet, a few at a time; publish batch by batch."""
        client = self._clients.get(name)
        wanted = [e for e in self._entries.get(name, {}).values() if self._is_wanted(e)]
        if client is None or not wanted:
            return
        with ThreadPoolExecutor(max_workers=min(SIGNATURE_WORKERS, len(wanted))) as pool:
            for start in range(0, len(wanted), _BATCH):
                if self._stop.is_set():
                    return
                batch = wanted[start : start + _BATCH]
                read = list(pool.map(lambda entry: _signature(client, entry.ref), batch))
                self._know(name, batch, read)

    def _is_wanted(self, entry: Entry) -> bool:
        """Whether to read its signature: once for each time that it became ready, and again after a
        while when that failed."""
        last = self._read.get(entry.ref)
        if not entry.info.is_ready:
            return False
        if last is None or last.since != entry.since:
            return True
        return not last.is_known and self._clock() - last.at >= SIGNATURE_RETRY

    def _know(self, name: str, asked: Sequence[Entry], read: Sequence[Signature | None]) -> None:
        with self._lock:
            entries, now = dict(self._entries.get(name, {})), self._clock()
            for old, signature in zip(asked, read, strict=True):
                is_known = signature is not None
                self._read[old.ref] = _Reading(since=old.since, at=now, is_known=is_known)
                current = entries.get(old.ref)
                if current and signature and current.signature != signature:
                    entries[old.ref] = replace(
                        current, signature=signature, takes_matrix=self._takes_matrix(name)
                    )
            self._publish(name, list(entries.values()))

    def _takes_matrix(self, name: str) -> bool:
        client = self._clients.get(name)
        return client is not None and client.dialect().TAKES_MATRIX

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
        """Let servers come and go. Names of configured servers are theirs."""
        found: dict[str, Server] = {}
        notes: list[str] = []
        for source in self._sources:
            try:
                found |= {s.name: s for s in source.read()}
                notes += source.notes()
            except Exception:  # a source of another package: what it found stays
                log.exception("reading the source %s failed", source.name)
                found |= {n: s for n, s in self._found.items() if _source(s) == source.name}
                notes.append(f"The source {source.name} could not be read.")
        configured = set(self._clients) - set(self._found)
        self._close_retired()
        with self._lock:
            notes += self._replace_found({n: s for n, s in found.items() if n not in configured})
            self._version += tuple(notes) != self._notes
            self._notes = tuple(notes)

    def _replace_found(self, found: Mapping[str, Server]) -> list[str]:
        """Take these in place of the last ones; a sentence for each that cannot be called."""
        for name in set(self._found) - set(found):
            self._forget(name)
        changed = [s for n, s in found.items() if _address(s) != _address(self._found.get(n))]
        problems = [problem for problem in map(self._begin, changed) if problem]
        self._found = {n: s for n, s in found.items() if n in self._clients}
        for name in self._found:
            known = self._entries.get(name, {})
            told = self._only_said(name, known)
            if told:
                self._publish(name, [*known.values(), *told])
        return problems

    def _begin(self, server: Server) -> str:
        """Make the client of a new or changed server; what is wrong when that cannot be."""
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
            self._read.pop(ref, None)

    def _retire(self, name: str) -> None:
        """A call may still be on its way: the client is closed later."""
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
            if server not in self._clients and server not in self._found:
                return  # it went away while it was asked
            entries = self._matched(server, entries)
            new, old = {entry.ref: entry for entry in entries}, self._entries.get(server, {})
            if len(new) != len(old) or any(old.get(ref) is not e for ref, e in new.items()):
                self._entries[server] = new
                self._version += 1

    def _matched(self, server: str, entries: Sequence[Entry]) -> Sequence[Entry]:
        """The entries with what explains them, as far as is known by now."""
        client = self._clients.get(server)
        dialect = client.spoken if client else None
        if dialect is None:
            return entries
        found = explainers(dialect, {entry.ref: entry.signature for entry in _sorted(entries)})
        explaining = explaining_others(found)
        return [_with_explainer(e, found.get(e.ref), e.ref in explaining) for e in entries]

    def _note(self, state: ServerState) -> None:
        with self._lock:
            old = self._servers.get(state.server.name)
            if old and old.is_reachable == state.is_reachable:
                state = replace(state, since=old.since)
            if old != state:
                self._servers[state.server.name] = state
                self._version += 1

    def _listed(self) -> _Listing:
        """The entries in order, sorted again only after a change."""
        with self._lock:
            version, listing = self._listing
            if version != self._version:
                listing = _Listing(self._entries)
                self._listing = (self._version, listing)
            return listing


class _Rhythm:
    """When each task is due next: soon again after a failure, ever less soon, never later than usual."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due: dict[str, float] = {}
        self._soon: dict[str, float] = {}

    def is_due(self, task: str) -> bool:
        return self._due.get(task, 0.0) <= time.monotonic()

    def due(self, tasks: Iterable[str]) -> list[str]:
        """What is due, that which waits longest first."""
        return sorted(filter(self.is_due, tasks), key=lambda task: self._due.get(task, 0.0))

    def done(self, task: str, *, is_well: bool) -> None:
        last = self._soon.get(task, _FIRST_RETRY / 1.5)
        self._soon[task] = _FIRST_RETRY / 1.5 if is_well else min(last * 1.5, self._seconds)
        self._due[task] = time.monotonic() + (self._seconds if is_well else self._soon[task])


def _with_explainer(entry: Entry, explainer: Explainer | None, is_explainer: bool) -> Entry:
    if (entry.explainer, entry.is_explainer) == (explainer, is_explainer):
        return entry
    return replace(entry, explainer=explainer, is_explainer=is_explainer)


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda e: (e.ref.name, e.ref.version))


def _signature(client: MdsClient, ref: ModelRef) -> Signature | None:
    try:
        return client.signature(ref)
    except MdsError as error:
        log.warning("no signature of %s: %s", ref, error.detail or error.sentence)
        return None


def _unreachable(entry: Entry, said: Said, error: MdsError, now: datetime) -> Entry:
    """As it was last seen; where its source knows why it cannot answer, that is the state."""
    known = said.state not in ("READY", "UNKNOWN")
    state, reason = (said.state, said.reason) if known else (UNREACHABLE, error.sentence)
    if entry.info.state == state:
        return entry
    return replace(entry, info=replace(entry.info, state=state, reason=reason), since=now)


def _said(server: Server | None) -> Mapping[str, Said]:
    return server.said if isinstance(server, FoundServer) else {}


def _source(server: Server) -> str:
    return server.source if isinstance(server, FoundServer) else ""


def _address(server: Server | None) -> Server | None:
    """What a client is made from: what is said of the models makes no other client."""
    return replace(server, said={}) if isinstance(server, FoundServer) else server


def _with_said(info: ModelInfo, said: Said) -> ModelInfo:
    """A server is believed when it says ready; otherwise its source knows better why not."""
    if info.is_ready or said.state == "UNKNOWN":
        return info
    return replace(info, state=said.state, reason=said.reason)
