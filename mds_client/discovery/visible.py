"""A catalogue for a person who may not see every model: it has only those that the person may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mds_client.client.sync_client import MdsClient
from mds_client.discovery.catalogue import Catalogue
from mds_client.discovery.entries import Entry, ServerState
from mds_client.signature import ModelRef


class VisibleCatalogue(Catalogue):
    """Reads a catalogue, and leaves out what may not be seen. It watches nothing and closes nothing.

    `sees` is asked with the names of a server and a model, `sees_server` with that of a server. `refused` is told which
    models were looked for that are there, and not for this person.
    """

    def __init__(
        self,
        whole: Catalogue,
        sees: Callable[[str, str], bool],
        sees_server: Callable[[str], bool],
        refused: Callable[[ModelRef], None] = lambda _: None,
    ) -> None:
        self._whole, self._sees, self._sees_server = whole, sees, sees_server
        self._refused = refused

    @property
    def version(self) -> int:
        return self._whole.version

    def entries(self) -> list[Entry]:
        return [self._seen(entry) for entry in self._whole.entries() if self._is_seen(entry.ref)]

    def servers(self) -> list[ServerState]:
        """Those with a model that may be seen, without what they say of others."""
        states = self._whole.servers()
        return [replace(s, not_offered=()) for s in states if self._sees_server(s.server.name)]

    def notes(self) -> tuple[str, ...]:
        """Nothing: the notes name models of everybody, and are for those who run the workbench."""
        return ()

    def client(self, server: str) -> MdsClient:
        if not self._sees_server(server):
            raise KeyError(server)
        return self._whole.client(server)

    def find(self, ref: ModelRef) -> Entry | None:
        entry = self._whole.find(ref)
        if entry and not self._is_seen(ref):
            self._refused(ref)
            return None
        return self._seen(entry) if entry else None

    def refresh(self) -> None:
        self._whole.refresh()

    def watch(self, seconds: float) -> None:
        """Nothing: the whole catalogue watches."""

    def close(self) -> None:
        """Nothing: the whole catalogue closes what it opened."""

    def _is_seen(self, ref: ModelRef) -> bool:
        return self._sees(ref.server, ref.name)

    def _seen(self, entry: Entry) -> Entry:
        """The entry, without an explainer that may not be seen itself."""
        explainer = entry.explainer
        if explainer is None or self._is_seen(explainer.model):
            return entry
        return replace(entry, explainer=None)
