"""Model registries, one file a kind. Every module in this folder is found by itself, and so are those that
other packages register under the entry point group `mds_client.registries`. Nothing here sends but
`RegistryClient`, which is the one HTTP client with a registry in place of a protocol.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import ClassVar, cast

import httpx

from mds_client.client.sync_client import MdsClient
from mds_client.errors import EndpointUnreachable, MdsError
from mds_client.errors.error_mapping import error_of
from mds_client.protocols.protocol import Conversation, Result, json_of, unreadable
from mds_client.server import Server
from mds_client.signature import ModelRef
from mds_client.signature.facts import Facts
from mds_client.transport.exchange import Response

log = logging.getLogger(__name__)
ENTRY_POINTS = "mds_client.registries"
_PAUSE = 60.0  # seconds for which a registry that does not answer is left alone


@dataclass(frozen=True, kw_only=True)
class RegistryServer(Server):
    """A registry at one URL. It describes the models of `servers`; of all, when none is named.

    `entries` says what a served model is called there: by `server/name@version`, `server/name` or `name`.
    """

    kind: str
    servers: tuple[str, ...] = ()
    entries: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 20.0
    max_answer_bytes: int = 8 * 1024 * 1024

    def describes(self, model: ModelRef) -> bool:
        return not self.servers or model.server in self.servers

    def entry(self, model: ModelRef) -> str:
        """What the settings call the model; empty where they do not name it."""
        names = (str(model), f"{model.server}/{model.name}", model.name)
        return next((self.entries[name] for name in names if name in self.entries), "")


@dataclass(frozen=True, kw_only=True)
class ReferenceFile:
    """A table that was kept with a model, with one case a row: of which registry and entry, the name of the file, and its bytes as they came."""

    registry: str
    entry: str
    name: str
    content: bytes


class Registry:
    """One kind of registry. A subclass in this folder is found by itself."""

    NAME: ClassVar[str]
    TITLE: ClassVar[str]

    def __init__(self, server: RegistryServer) -> None:
        self.server = server

    def facts(self, model: ModelRef) -> Conversation[Facts | None]:
        """What the registry knows of a served model; None where it does not know it. Raises MdsError.

        An error while sending is raised where the request was yielded: what is not needed may be left out.
        """
        raise NotImplementedError

    def reference(self, model: ModelRef) -> Conversation[ReferenceFile | None]:
        """The cases that were kept with a served model to compare others with; None where there are none, as in a kind of registry that
        keeps no files. Raises MdsError."""
        return None
        yield  # a conversation, also where nothing is asked

    def object_of(self, response: Response) -> Mapping[str, object] | None:
        """The object in an answer; None where the registry says that it has no such thing.

        Raises MdsError, also for a 404 that is not in a registry's words: the address may be wrong.
        """
        if response.status != 404 and not 200 <= response.status < 300:
            raise error_of(response)
        body = json_of(response)
        if not isinstance(body, Mapping):
            raise unreadable("an object", response)
        if response.status == 404 and not body.keys() & {"error", "error_code"}:
            raise unreadable(f"an answer of a {self.TITLE}", response)
        return None if response.status == 404 else body


class RegistryClient(MdsClient):
    """Asks one registry. Raises ValueError for a kind that is not known."""

    def __init__(
        self,
        server: RegistryServer,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.registry = registry_for(server)
        super().__init__(server, transport=transport, clock=clock)

    def facts(self, model: ModelRef) -> Facts | None:
        """What the registry knows of a served model; None where it does not know it. Raises MdsError."""
        if not self.registry.server.describes(model):
            return None
        return self._converse(self.registry.facts(model))

    def reference(self, model: ModelRef) -> ReferenceFile | None:
        """The cases that were kept with a served model to compare others with; None where there are none. Raises MdsError."""
        if not self.registry.server.describes(model):
            return None
        return self._converse(self.registry.reference(model))

    def _converse(self, conversation: Conversation[Result]) -> Result:
        """As MdsClient's, but the conversation may go on after an error."""
        try:
            request = next(conversation)
            while True:
                try:
                    response, _ = self._send(request)
                except MdsError as error:
                    request = conversation.throw(error)
                else:
                    request = conversation.send(response)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]


class Registries:
    """Several registries. Asking never raises; one that does not answer is not asked again for a minute."""

    def __init__(
        self, clients: Sequence[RegistryClient], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clients = tuple(clients)
        self._clock = clock
        self._not_before: dict[str, float] = {}
        self._notes: dict[str, str] = {}

    def facts(self, model: ModelRef) -> list[Facts]:
        """What the registries that answer know of a served model. Waits for the network."""
        answers = [self._facts(client, model) for client in self._clients]
        return [facts for facts in answers if facts]

    def reference(self, model: ModelRef) -> ReferenceFile | None:
        """The cases that the first registry has which has some, kept with a served model to compare others with; None where there are none.
        Waits for the network. Raises MdsError of a registry that does not answer, where no other has some."""
        problem: MdsError | None = None
        for client in self._clients:
            try:
                if found := client.reference(model):
                    return found
            except MdsError as error:
                problem = error
        if problem:
            raise problem
        return None

    def notes(self) -> list[str]:
        """A sentence for each registry that failed the last time it was asked."""
        return list(self._notes.values())

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def _facts(self, client: RegistryClient, model: ModelRef) -> Facts | None:
        name = client.server.name
        if self._clock() < self._not_before.get(name, -1.0):
            return None
        try:
            facts = client.facts(model)
        except MdsError as error:
            log.warning("registry %s, %s: %s", name, model, error.detail or error.sentence)
            if isinstance(error, EndpointUnreachable):
                self._not_before[name] = self._clock() + _PAUSE
            self._notes[name] = f"The registry {name} cannot be read: {error.sentence}"
            return None
        self._notes.pop(name, None)
        return facts


@cache
def registries() -> dict[str, type[Registry]]:
    """Every known kind of registry, by name."""
    modules = [
        importlib.import_module(f"{__name__}.{i.name}") for i in pkgutil.iter_modules(__path__)
    ]
    classes = [cast(type[Registry], module.REGISTRY) for module in modules]
    classes += [point.load() for point in entry_points(group=ENTRY_POINTS)]
    return {registry.NAME: registry for registry in classes}


def registry_for(server: RegistryServer) -> Registry:
    """The registry that a server is configured as. Raises ValueError with the known names."""
    try:
        return registries()[server.kind](server)
    except KeyError:
        known = ", ".join(registries())
        raise ValueError(f"unknown registry {server.kind!r}; known: {known}") from None
