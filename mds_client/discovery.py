"""Which models are there, in what state. One dead server never delays or hides the others.

A `Catalogue` keeps what it last saw of every server: when a server stops answering, its models stay
listed as unreachable, with since when.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mds_client.client import MdsClient
from mds_client.errors import MdsError
from mds_client.server import ModelInfo, Server
from mds_client.signature import ModelRef, Signature

log = logging.getLogger(__name__)
UNREACHABLE = "UNREACHABLE"
_FIRST_RETRY = 0.5  # seconds: a server that is starting is asked again soon


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One deployed model version, as last seen.

    `since` is when it came into its state; `signature` is None as long as it could not be read.
    """

    info: ModelInfo
    signature: Signature | None = None
    since: datetime

    @property
    def ref(self) -> ModelRef:
        return self.info.ref

    @property
    def title(self) -> str:
        declared = self.signature.title if self.signature else ""
        return declared or self.ref.name.replace("-", " ").replace("_", " ").capitalize()

    @property
    def question(self) -> str:
        return self.signature.question if self.signature else ""

    @property
    def text(self) -> str:
        """What a search looks through."""
        inputs = self.signature.inputs if self.signature else ()
        words = [str(self.ref), self.title, self.question, *(f.kind for f in inputs)]
        return " ".join([*words, *(f.title for f in inputs)]).casefold()


@dataclass(frozen=True, kw_only=True)
class ServerState:
    """Whether a server answered the last time, and since when that is so."""

    server: Server
    is_reachable: bool
    sentence: str = ""
    since: datetime


class Catalogue:
    """The models of all configured servers. Reading never waits for the network; refreshing does.

    `clients` are by server name. Safe to share between threads.
    """

    def __init__(
        self, clients: Mapping[str, MdsClient], *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._clients = dict(clients)
        self._clock = clock
        self._entries: dict[ModelRef, Entry] = {}
        self._servers: dict[str, ServerState] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def entries(self) -> list[Entry]:
        """Every model version last seen, by server, name and version."""
        with self._lock:
            found = list(self._entries.values())
        return sorted(found, key=lambda e: (e.ref.server, e.ref.name, e.ref.version))

    def servers(self) -> list[ServerState]:
        with self._lock:
            return [self._servers[name] for name in self._clients if name in self._servers]

    def search(self, words: str) -> list[Entry]:
        """The entries in which every word occurs."""
        wanted = words.casefold().split()
        return [entry for entry in self.entries() if all(word in entry.text for word in wanted)]

    def find(self, ref: ModelRef) -> Entry | None:
        """The entry of a reference; without a version, the newest of that name."""
        same = [e for e in self.entries() if (e.ref.server, e.ref.name) == (ref.server, ref.name)]
        if ref.version:
            return next((e for e in same if e.ref.version == ref.version), None)
        return same[-1] if same else None

    def refresh(self) -> None:
        """Ask every server again, all at once. Never raises."""
        with ThreadPoolExecutor(max_workers=max(len(self._clients), 1)) as pool:
            list(pool.map(self._refresh_server, self._clients))

    def watch(self, seconds: float) -> None:
        """Refresh in the background, at once and then every so many seconds, until `close`."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._watch, args=(seconds,), name="catalogue", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=5)

    def _watch(self, seconds: float) -> None:
        soon = _FIRST_RETRY
        while not self._stop.is_set():
            try:
                self.refresh()
            except Exception:  # the watch outlives whatever one round runs into
                log.exception("refreshing the catalogue failed")
            is_complete = all(state.is_reachable for state in self.servers())
            soon = _FIRST_RETRY if is_complete else min(soon * 1.5, seconds)
            self._stop.wait(seconds if is_complete else soon)

    def _refresh_server(self, name: str) -> None:
        client = self._clients[name]
        try:
            listed = client.models()
        except MdsError as error:
            self._lost(name, error)
            return
        self._replace(name, [self._entry(client, info) for info in listed])
        self._note(ServerState(server=client.server, is_reachable=True, since=self._clock()))

    def _entry(self, client: MdsClient, info: ModelInfo) -> Entry:
        old = self._entries.get(info.ref)
        is_same = old is not None and old.info.state == info.state
        signature = old.signature if old else None
        if info.is_ready and not (is_same and signature):
            signature = _signature(client, info) or signature
        since = old.since if old and is_same else self._clock()
        return Entry(info=info, signature=signature, since=since)

    def _lost(self, name: str, error: MdsError) -> None:
        now = self._clock()
        server = self._clients[name].server
        gone = [entry for entry in self.entries() if entry.ref.server == name]
        self._replace(name, [_unreachable(entry, error, now) for entry in gone])
        state = ServerState(server=server, is_reachable=False, sentence=error.sentence, since=now)
        self._note(state)

    def _replace(self, server: str, entries: Sequence[Entry]) -> None:
        with self._lock:
            kept = {ref: e for ref, e in self._entries.items() if ref.server != server}
            self._entries = kept | {entry.ref: entry for entry in entries}

    def _note(self, state: ServerState) -> None:
        with self._lock:
            old = self._servers.get(state.server.name)
            if old and old.is_reachable == state.is_reachable:
                state = replace(state, since=old.since)
            self._servers[state.server.name] = state


def _signature(client: MdsClient, info: ModelInfo) -> Signature | None:
    try:
        return client.signature(info.ref)
    except MdsError as error:
        log.warning("no signature of %s: %s", info.ref, error.detail or error.sentence)
        return None


def _unreachable(entry: Entry, error: MdsError, now: datetime) -> Entry:
    if entry.info.state == UNREACHABLE:
        return entry
    info = replace(entry.info, state=UNREACHABLE, reason=error.sentence)
    return replace(entry, info=info, since=now)
