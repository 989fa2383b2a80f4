"""The configured servers, and the one model that a person means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from cli.output import NotFound, Wrong, say
from mds_client.client.sync_client import MdsClient
from mds_client.errors import MdsError
from mds_client.protocols.detectors import answers_so, called_so, watched
from mds_client.protocols.explainers import explainers
from mds_client.server import ModelInfo, Server
from mds_client.signature import Explainer, ModelRef
from servers import server_of, sources_of
from settings import UnusableSettings, settings


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What one server said when it was asked for its models. `detectors` has by its name the model that each watches."""

    server: Server
    protocol: str = ""
    models: tuple[ModelInfo, ...] = ()
    explainers: Mapping[ModelRef, Explainer] = field(default_factory=dict)
    detectors: Mapping[str, str] = field(default_factory=dict)
    error: MdsError | None = None


def servers(name: str = "") -> list[Server]:
    """The servers of the settings and of its sources, or the one of that name. Raises NotFound and Wrong."""
    try:
        chosen = _configured(name)
        # Sources are read over the network: not for a server that the settings name.
        if not name or not chosen:
            chosen += _of_sources(name)
    except UnusableSettings:
        raise
    except ValueError as error:
        raise Wrong(
            f"The settings cannot be used: {error}. Set it, then run this again."
        ) from error
    if name and not chosen:
        known = ", ".join(s.name for s in settings().servers) or "none"
        raise NotFound(f"No server is called {name!r} in the settings. Configured: {known}.")
    return chosen


def _configured(name: str) -> list[Server]:
    """The servers of the settings, or the one of that name. Raises ValueError for what cannot be used."""
    return [server_of(s) for s in settings().servers if name in ("", s.name)]


def _of_sources(name: str) -> Iterator[Server]:
    """The servers that sources find, or those of that name; what they cannot see is said on stderr."""
    for source in sources_of(settings()):
        yield from (server for server in source.read() if name in ("", server.name))
        for note in source.notes():
            say(note)


def ask_all(servers_to_ask: list[Server]) -> list[Listed]:
    """Every server's models, all servers at once. Never raises MdsError."""
    with ThreadPoolExecutor(max_workers=max(1, min(len(servers_to_ask), 16))) as pool:
        return list(pool.map(_listed, servers_to_ask))


def _listed(server: Server) -> Listed:
    try:
        with MdsClient(server) as client:
            protocol, models = client.protocol(), tuple(client.models())
            # By their names: what each says of itself would cost one request a model.
            by_model = explainers(protocol, dict.fromkeys(info.ref for info in models))
            return Listed(
                server=server,
                protocol=protocol.NAME,
                models=models,
                explainers=by_model,
                detectors=_detectors(client, server, {info.ref.name for info in models}),
            )
    except MdsError as error:
        return Listed(server=server, error=error)
    except ValueError as error:
        raise Wrong(f"The server {server.name} cannot be asked: {error}") from error


def _detectors(client: MdsClient, server: Server, names: set[str]) -> dict[str, str]:
    """Those that the settings name, and of those that are called like one each whose metadata does not say otherwise."""
    found = watched(server)
    called = called_so(names - found.keys(), names)
    return found | {name: model for name, model in called.items() if _may_be_one(client, name)}


def _may_be_one(client: MdsClient, name: str) -> bool:
    try:
        return answers_so(client.model(name).signature())
    except MdsError:
        return True


@contextmanager
def opened(model: str) -> Iterator[tuple[MdsClient, ModelRef]]:
    """A client for the model that is meant. Raises NotFound, Wrong and MdsError."""
    ref = _model_called(model)
    (server,) = servers(ref.server)
    with MdsClient(server) as client:
        yield client, ref


def _model_called(text: str) -> ModelRef:
    """The model with that name: `server/name[@version]`, or a name that only one server has."""
    names = {server.name for server in servers()}
    if text.partition("/")[0] in names and "/" in text:
        try:
            return ModelRef.parse(text)
        except ValueError as error:
            raise Wrong(f"{text!r} names no model. Write server/name or name.") from error
    try:
        named = ModelRef.parse(f"any/{text}")
    except ValueError as error:
        raise Wrong(f"{text!r} names no model. Write server/name or name.") from error
    name, version = named.name, named.version
    listed = ask_all(servers())
    owners = {m.ref.server for s in listed for m in s.models if m.ref.name == name}
    if len(owners) > 1:
        several = ", ".join(f"{server}/{text}" for server in sorted(owners))
        raise Wrong(f"Several servers have a model {name!r}. Write one of: {several}.")
    if owners:
        return ModelRef(server=owners.pop(), name=name, version=version)
    _raise_if_unreachable(listed)
    raise NotFound(f"No server has a model {name!r}. `mds models` lists what there is.")


def _raise_if_unreachable(listed: list[Listed]) -> None:
    errors = [s.error for s in listed if s.error]
    if errors:
        raise errors[0]
