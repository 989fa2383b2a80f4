"""The doors to the network, the database and the worker processes, as wide as somebody may go."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Self

from cases.audit_sample import AuditPolicy
from cases.key_search import cases_of_keys, key_search
from configured import hash_key_of
from db.case_keys import KeySearch
from db.engine import Sessions, limited
from db.scope import EVERYTHING, Scope
from explanations.worker import Explainers
from health.outliers.earlier import Earlier
from health.server_metrics.readings import Reading, Readings
from health.titles import ANSWER, FieldWords, Measured, words_of
from jobs.embedded import EmbeddedWorker
from jobs.here import Here
from mds_client.client.model import Model
from mds_client.client.sync_client import MdsClient
from mds_client.discovery import Catalogue, Entry
from mds_client.discovery.visible import VisibleCatalogue
from mds_client.errors import ModelNotFound
from mds_client.server import Server
from mds_client.signature import Field, ModelRef, Signature
from people import trail
from people.errors import NotPermitted
from people.oidc import UserInfo
from people.permissions import may_without_model
from people.table import AccessTable
from settings import Settings
from shows.listener import Listener
from signatures import overlay
from signatures.known import signature_of, with_facts
from signatures.marked import marked
from signatures.storage import with_storage

MOST_SCOPES = 500
_lock = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Doors:
    """The settings, and what leads to the servers, the database and the worker processes, as wide as `scope` says.

    `figures` are sessions for counts that name nobody: they see every case of the models that may be seen.
    """

    settings: Settings
    clients: dict[str, MdsClient]
    catalogue: Catalogue
    sessions: Sessions
    explainers: Explainers
    audit: AuditPolicy
    here: Here
    outliers: Earlier
    beside: EmbeddedWorker | None = None
    scope: Scope = EVERYTHING
    table: AccessTable = field(default_factory=AccessTable)
    readings: Readings = field(default_factory=Readings)
    # Where the audience of a show is served; None where nothing serves it, as on the command line.
    audience: Listener | None = None

    @property
    def settings_now(self) -> Settings:
        """The settings, with the access table as its file has it now."""
        rows = self.table.rows(self.settings.access)
        if rows is self.settings.access:
            return self.settings
        return self.settings.model_copy(update={"access": list(rows)})

    @cached_property
    def userinfo(self) -> UserInfo | None:
        """Asks the provider of sign-ins who somebody is now; None where there is none."""
        return UserInfo(self.settings.oidc) if self.settings.oidc else None

    @cached_property
    def hash_key(self) -> bytes:
        """The key of hashed values; nothing while no rule is about sensitive values. Raises OSError."""
        return hash_key_of(self.settings)

    @cached_property
    def figures(self) -> Sessions:
        return limited(self.sessions, replace(self.scope, is_of_all_people=True))

    @cached_property
    def _narrowed(self) -> dict[Scope, Self]:
        return {}

    def seen_by(self, scope: Scope) -> Self:
        """The same services for somebody who may see no more than `scope`; the same object for the same scope."""
        if scope == self.scope:
            return self
        self._for_the_operator_alone()  # else what was narrowed could be made wide again
        with _lock:  # what caches by its sessions must find the same ones again
            if len(self._narrowed) >= MOST_SCOPES:
                self._narrowed.clear()
            return self._narrowed.setdefault(scope, self._narrow(scope))

    def _narrow(self, scope: Scope) -> Self:
        return replace(
            self,
            scope=scope,
            sessions=limited(self.sessions, scope),
            catalogue=self.catalogue
            if scope.is_all
            else VisibleCatalogue(
                self.catalogue,
                scope.sees,
                scope.sees_server,
                partial(_refused, self.sessions, scope),
            ),
            clients={n: c for n, c in self.clients.items() if scope.sees_server(n)},
            here=self.here.limited(scope),
        )

    def operator_sessions(self) -> Sessions:
        """Sessions that see everything, for who operates every model: to keep, export and erase what is about all.

        Raises NotPermitted.
        """
        if not may_without_model(self.scope, "operate"):
            raise NotPermitted("Only people who operate every model may do this.")
        return limited(self.sessions, EVERYTHING)

    def _for_the_operator_alone(self) -> None:
        """Raises NotPermitted for services that were narrowed: what concerns everybody is not theirs."""
        if not self.scope.is_all:
            raise NotPermitted("Only the operator of everything may do this.")

    def server(self, name: str) -> Server:
        """A server of the settings or of a source, looked for anew where it is not known. Raises KeyError."""
        try:
            return self.catalogue.client(name).server
        except KeyError:
            self.catalogue.refresh()
            return self.catalogue.client(name).server

    def reading(self, server: str, model: str, patience: float | None = None) -> Reading | None:
        """What a model's server reports of it; None where it may not be seen or is gone, or the settings do not say where to
        read that."""
        if not self.scope.sees(server, model):
            return None
        try:
            return self.readings.of(self.server(server), model, patience)
        except KeyError:  # it is gone, and its cases are not
            return None

    def model(self, ref: ModelRef, signature: Signature | None = None) -> Model:
        """A handle on a model of a server of the settings or of a source.

        Raises KeyError for any other, and for one that may not be seen.
        """
        if not self.scope.sees(ref.server, ref.name):
            raise KeyError(str(ref))
        if signature is not None:
            signature = self.stored(signature)
        return self.catalogue.client(ref.server).model(ref.name, ref.version, signature=signature)

    def signature(self, entry: Entry) -> Signature:
        """What a model takes and answers, with everything that is known of it. Raises MdsError where nothing is."""
        known = signature_of(self.sessions, entry, lambda: self.model(entry.ref).signature())
        return self.stored(known)

    def business_keys(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The fields that name what a case is about, by server and name of the models that have any."""
        return marked(self.sessions, "business_key", self.catalogue.entries())

    def protected_fields(self, server: str, model: str) -> tuple[str, ...]:
        """The fields of a model whose groups must be served alike; none of a model that may not be seen."""
        return marked(self.sessions, "protected", self.catalogue.entries()).get((server, model), ())

    def field_titles(self, server: str, model: str) -> Mapping[str, str]:
        """What people call the fields of a model, by their names; nothing where it is gone, or its server never said."""
        return {field.name: field.label or field.name for field in self._fields(server, model)}

    def field_words(self, server: str, model: str) -> FieldWords:
        """What people call the choices of the fields of a model, where they have words, and numbers with their units; the answer among them."""
        unit = self.answer_unit(server, model)
        answer = {ANSWER: Measured(unit)} if unit else {}
        return {**words_of(self._fields(server, model)), **answer}

    def answer_unit(self, server: str, model: str) -> str:
        """The unit of the numbers that a model answers; empty where it has none, or nobody knows."""
        known = self._known(server, model)
        output = known.output("number") if known else None
        return output.unit if output else ""

    def _fields(self, server: str, model: str) -> tuple[Field, ...]:
        """The inputs of a model; none where nobody knows."""
        known = self._known(server, model)
        return known.inputs if known else ()

    def _known(self, server: str, model: str) -> Signature | None:
        """The signature of a model as its server said last, with what people say of it; None where nobody knows."""
        entry = self.catalogue.find(ModelRef(server=server, name=model))
        if entry is None or entry.signature is None:
            return None
        facts = overlay.current(self.sessions, entry.ref)
        return with_facts(self.sessions, entry, entry.signature, facts)

    def model_title(self, server: str, model: str) -> str:
        """What people call a model: a published title counts most. Empty where it is gone."""
        entry = self.catalogue.find(ModelRef(server=server, name=model))
        facts = overlay.current(self.sessions, entry.ref) if entry else None
        return (facts.title if facts else "") or (entry.title if entry else "")

    def key_search(self, value: str) -> KeySearch:
        """The search for a value among the business keys of all models that may be seen."""
        named = [
            (*model, each) for model, fields in self.business_keys().items() for each in fields
        ]
        return key_search(value, named, self.hash_key)

    def cases_of_keys(self, ref: ModelRef, values: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The cases of a model that may be seen, by the values of its business keys, the newest first; none where nobody
        named a business key. Raises StorageError."""
        fields = self.business_keys().get((ref.server, ref.name), ())
        return cases_of_keys(
            self.sessions,
            values,
            server=ref.server,
            model=ref.name,
            fields=fields,
            hash_key=self.hash_key,
        )

    def deployed(self, ref: ModelRef) -> Signature:
        """What a deployed version takes; without a version, the newest. Raises ModelNotFound."""
        entry = self.catalogue.find(ref)
        if entry is None:  # a worker has not looked since it was built
            self.catalogue.refresh()
            entry = self.catalogue.find(ref)
        if entry is None:
            raise ModelNotFound(f"{ref} is not deployed.")
        return self.signature(entry)

    def stored(self, signature: Signature) -> Signature:
        """The signature with what the settings say of its sensitive fields."""
        return with_storage(signature, self.settings.sensitive)


def _refused(sessions: Sessions, scope: Scope, ref: ModelRef) -> None:
    """Note that somebody asked for a model that they may not see; beside, so that the time tells them nothing."""
    name = f"{ref.server}/{ref.name}"
    note = partial(trail.refused, sessions, scope.person, "model", name)
    threading.Thread(target=copy_context().run, args=(note,), daemon=True).start()
