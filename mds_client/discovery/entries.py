"""Deployed models and their servers as they were last seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from mds_client.client.sync_client import MdsClient
from mds_client.discovery.sources import ModelReport
from mds_client.errors import MdsError, NotAllowed
from mds_client.protocols import protocols
from mds_client.protocols.detection import Detection
from mds_client.server import ModelInfo, NotOffered, Server
from mds_client.signature import Explainer, ModelRef, Signature
from mds_client.signature.facts import Facts, day
from mds_client.signature.merge_facts import merged

UNREACHABLE = "UNREACHABLE"
_DATED = ("registered", "released")  # what registries say, in the past tense
Entries = Mapping[ModelRef, "Entry"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One deployed model version, as last seen.

    `since` is when it came into its state; `signature` is what its server declares, None as long as that could
    not be read; `facts` are what registries add. `explainer` is the explainer deployed beside it;
    `is_explainer` says that it explains another model, or watches it as a detector.
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
    def owner(self) -> str:
        """Whose it is, as its server says, else a registry; empty where nobody does."""
        declared = self.signature.owner if self.signature else ""
        return declared or next(
            (o for facts in self.facts if (o := facts.about.get("owner", ""))), ""
        )

    @property
    def dated(self) -> tuple[str, str]:
        """What happened to this version when, as its server says, else a registry: "trained" and a day in ISO 8601; empty
        where nobody says."""
        if self.signature and self.signature.trained:
            return "trained", self.signature.trained
        named = ((word, day(facts.about.get(word))) for facts in self.facts for word in _DATED)
        return next((found for found in named if found[1]), ("", ""))

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
    recognised; None when the protocol is configured or nobody has answered yet. `not_offered` is what it has that
    cannot be asked from here.
    """

    server: Server
    is_reachable: bool
    sentence: str = ""
    advice: str = ""
    since: datetime
    protocol: str = ""
    detected: Detection | None = None
    not_offered: tuple[NotOffered, ...] = ()


class Listing:
    """All entries in their order, and where to find each. Never changed once made."""

    def __init__(self, by_server: Mapping[str, Entries]) -> None:
        self.entries = [
            entry for server in sorted(by_server) for entry in in_order(by_server[server].values())
        ]
        self.models = [entry for entry in self.entries if not entry.is_explainer]
        self.by_ref = {entry.ref: entry for entry in self.entries}
        # The last of a name is its newest version.
        self.newest = {(entry.ref.server, entry.ref.name): entry for entry in self.entries}


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda e: (e.ref.name, e.ref.version))


def with_explainer(entry: Entry, explainer: Explainer | None, is_explainer: bool) -> Entry:
    if (entry.explainer, entry.is_explainer) == (explainer, is_explainer):
        return entry
    return replace(entry, explainer=explainer, is_explainer=is_explainer)


def as_unreachable(entry: Entry, report: ModelReport, error: MdsError, now: datetime) -> Entry:
    """The entry of a server that did not answer: with the state and reason that its source reports, where it
    does."""
    known = report.state not in ("READY", "UNKNOWN")
    state, reason = (report.state, report.reason) if known else (UNREACHABLE, error.sentence)
    if entry.info.state == state:
        return entry
    return replace(entry, info=replace(entry.info, state=state, reason=reason), since=now)


def state_of(client: MdsClient, now: datetime, error: MdsError | None = None) -> ServerState:
    """What is known of a client's server; the error says why it did not answer."""
    detected = client.detected
    name = detected.protocol if detected else client.server.protocol
    protocol = protocols().get(name)
    return ServerState(
        server=client.server,
        is_reachable=error is None,
        sentence=error.sentence if error else "",
        advice=error.advice if isinstance(error, NotAllowed) else "",
        since=now,
        protocol=protocol.TITLE if protocol else "",
        detected=detected,
        not_offered=client.known_protocol.not_offered if client.known_protocol else (),
    )
