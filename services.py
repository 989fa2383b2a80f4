"""The composition root: from settings to what pages and routes may use.

Built once a process at start-up; a test installs its own.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import db.engine
from batch import partition
from batch.folder import BatchFolder
from batch.partition import Facts
from cases.asked_golden import ask_golden
from cases.asked_test import ask_test
from cases.chunks import ChunkRecorder, Record
from cases.exchanged import exchanged
from cases.jobs.batch import give_way
from cases.queries import CaseView, ExplanationView, add_explanation
from cases.restored import values_of
from configured import app_version, audit_policy, batches_root, targets_of
from db.engine import Session, make_sessions
from db.feedback import FeedbackView
from db.ids import new_id, utc_now
from db.limits import check_declared
from db.migrate import migrate
from db.outbox import routed
from doors import Doors
from explanations.contract import Explanation
from explanations.worker import Explainers, connect
from feedback import test_runs
from feedback.deliveries import SERVER, WEBHOOK, Send
from feedback.golden_runs import Ask
from feedback.jobs import golden_run
from feedback.webhooks import Webhook
from health import drift_detectors, test_figures
from health.outliers.deployed import Detectors
from health.outliers.earlier import Earlier
from jobs.contract import Kind
from jobs.embedded import EmbeddedWorker
from jobs.heartbeat import worker_id
from jobs.here import Here
from jobs.kinds import kinds
from jobs.rights import by_table
from jobs.worker import Worker
from mds_client.client.sync_client import MdsClient
from mds_client.discovery import Catalogue
from mds_client.errors import InvalidValues, Problem
from mds_client.protocols.detectors import Verdict, refusal
from mds_client.server import Server
from mds_client.signature import ModelRef, Signature, Values
from mds_client.transport.redaction import Hiding
from people import trail
from people.table import AccessTable
from servers import registries_of, server_of, sources_of
from settings import ROOT, AccessSettings, Settings
from shows.listener import Listener

if TYPE_CHECKING:
    from tables.streaming.listing import Listed

_LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
log = logging.getLogger(__name__)

_ROOMS = ("batch", "cases", "feedback", "health", "explanations", "signatures", "tables")
# Those with a `jobs/` folder; looked for on the disk, so that no other is imported for it.
_WITH_JOBS = [room for room in _ROOMS if (ROOT / room / "jobs" / "__init__.py").exists()]


@dataclass(frozen=True, kw_only=True)
class Services(Doors):
    """The doors, and what joins two rooms behind them for jobs and pages."""

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """The kinds of job, made with these services."""
        return kinds(self, _WITH_JOBS)

    @property
    def batches_root(self) -> Path:
        """The folder in which each large file has its own."""
        return batches_root(self.settings)

    def recorder(
        self, ref: ModelRef, signature: Signature, key: str, person: str, record: str, share: float
    ) -> ChunkRecorder:
        """What asks for the rows of a large file and makes cases of those that are recorded. Raises KeyError."""
        return ChunkRecorder(
            model=self.model(ref, signature),
            signature=self.stored(signature),
            key=key,
            person=person,
            record=cast(Record, record),
            share=share,
            audit=self.audit,
            hash_key=self.hash_key,
            outliers=self.outliers,
        )

    def write_rows(
        self,
        url: str,
        signature: Signature,
        reading: Mapping[str, object],
        folder: BatchFolder,
        report: Callable[[int], None],
    ) -> Facts:
        """The rows of a file, read, checked and on the disk as a batch asks about them; none where a field that a form would
        ask for has no column. Raises MdsError."""
        # Here: reading files takes time to import that only a worker should take.
        from tables.errors import UnreadableFile
        from tables.mapping import sentence_on_unfed, suggest
        from tables.streaming.blocks import blocks, sampled
        from tables.streaming.source import Source
        from tables.table import Choices

        sample = sampled(Source.of(url), signature, Choices(**cast(dict[str, Any], reading)))
        mapping = suggest(sample.table, signature)
        if unfed := sentence_on_unfed(mapping, signature, ()):  # nobody is there to look at it
            raise UnreadableFile(unfed, advice="Give its columns the names of the fields.")
        return partition.write(
            folder,
            blocks(sample, mapping, signature),
            columns=sample.table.columns,
            signature=signature,
            name=sample.source.name,
            row_word=sample.table.row_word,
            report=report,
        )

    def files_in(self, place: str, pattern: str) -> Sequence[Listed]:
        """The files of a folder or a bucket, where the operator allowed it. Raises MdsError."""
        from tables.streaming.listing import allowed_files

        return allowed_files(place, pattern, self.settings.batch_sources)

    def drift_detectors(self) -> list[tuple[tuple[str, str], str]]:
        """Each model of a configured server with each of its drift detectors; a worker looks once for what models say."""
        self._look_once()
        servers = [client.server for client in self.clients.values()]
        return drift_detectors.named(servers, (e.signature for e in self.catalogue.entries()))

    def field_titles_in_jobs(self, server: str, model: str) -> Mapping[str, str]:
        """What people call the fields of a model; a worker does not watch the servers, and looks once."""
        self._look_once()
        return self.field_titles(server, model)

    def model_title_in_jobs(self, server: str, model: str) -> str:
        """What people call a model, likewise."""
        self._look_once()
        return self.model_title(server, model)

    def answer_unit_in_jobs(self, server: str, model: str) -> str:
        """The unit of the numbers that a model answers, likewise."""
        self._look_once()
        return self.answer_unit(server, model)

    def _look_once(self) -> None:
        if not self.catalogue.entries():
            self.catalogue.refresh()

    def ask_drift_detector(
        self, model: tuple[str, str], detector: str, entered: Sequence[Mapping[str, object]]
    ) -> tuple[Verdict, int]:
        """What a detector says of what was entered in cases of its model, and of how many of these: those that are whole and fit
        what the model takes now. Raises MdsError."""
        if problem := refusal(self.clients[model[0]].server, model[1], detector):
            raise InvalidValues([Problem(field="", sentence=problem)])
        signature = self.deployed(ModelRef(server=model[0], name=model[1]))
        rows = [values_of(self.sessions, each, signature) for each in entered]
        whole = [row for row in rows if not signature.check(row)]
        if not whole:
            raise InvalidValues([Problem(field="", sentence="No recent case is kept as a whole.")])
        return self.clients[model[0]].ask_detector(signature, detector, whole), len(whole)

    def give_way(self, server: str) -> bool:
        """Wait for a moment while somebody waits for the answer to one case of this server."""
        return give_way(self.figures, server)

    def save_explanation(self, session: Session, case_id: str, found: Explanation) -> str:
        """Keep an explanation with its case, within the transaction that ends its job; under which id."""
        view = ExplanationView(
            id=new_id(),
            case_id=case_id,
            created_at=utc_now(),
            method=found.method,
            status="complete" if found.is_complete else "partial",
            rows=found.rows,
            calls=found.calls,
            seconds=found.seconds,
            seed=found.seed,
            result=json.loads(found.to_json()),
            sentence=found.sentence,
            error="",
        )
        return add_explanation(session, view).id

    def worker(self, name: str = "") -> Worker:
        """What takes jobs from the queues in this process; not started. Imports the engine, which takes a second."""
        self._for_the_operator_alone()
        from jobs.dbos_engine import DbosEngine

        name = name or worker_id("worker")
        url = self.settings.database_url.get_secret_value()
        return Worker(
            self.sessions,
            self.kinds,
            DbosEngine(url, executor=name, version=app_version()),
            version=app_version(),
            lost_seconds=self.settings.lost_seconds,
            keep_days=self.settings.job_days,
            name=name,
            may_go_on=by_table(lambda: self.settings_now.access),
        )

    def golden_asker(self, ref: ModelRef, purpose: str = "golden") -> Ask:
        """What asks a version of a model about golden cases, or again for another purpose. Raises MdsError where there is
        no such version."""
        signature = self.deployed(ref)

        def ask(ref: ModelRef, case: CaseView, *, key: str, person: str) -> CaseView:
            return ask_golden(
                self.model(ref, signature),
                of=case,
                sessions=self.sessions,
                key=key,
                person=person,
                hash_key=self.hash_key,
                purpose=purpose,
            )

        return ask

    def test_asker(self, ref: ModelRef) -> test_runs.Ask:
        """What asks a version of a model about the rows of a test. Raises MdsError where there is no such version."""
        model = self.model(ref, self.deployed(ref))

        def ask(values: Values, *, key: str, person: str) -> CaseView:
            return ask_test(
                model,
                values,
                sessions=self.sessions,
                key=key,
                person=person,
                hash_key=self.hash_key,
            )

        return ask

    @property
    def test_figures(self) -> test_runs.Figures:
        """What makes figures of the rows of a test."""
        return test_figures

    @cached_property
    def sends(self) -> Mapping[str, Send]:
        """What sends feedback to each target of the settings, by its name."""
        found: dict[str, Send] = {
            f"{WEBHOOK}{each.name}": Webhook(
                url=each.url, secret=each.secret(), seconds=each.timeout
            )
            for each in self.settings.webhooks
        }
        if any(server.feedback for server in self.settings.servers):
            found[SERVER] = self._send_to_server
        return found

    def _send_to_server(self, delivery_id: str, case: CaseView, said: FeedbackView) -> bool:
        """Tell the server of a case whether its answer was right; whether it takes that. Raises MdsError."""
        exchange = exchanged(self.sessions, case.id)
        if exchange is None or case.server not in self.clients:
            return False
        return self.clients[case.server].feedback(
            *exchange,
            is_right=said.judgement == "correct",
            truth=said.truth,
            request_id=case.request_id,
        )

    def run_golden(self, server: str) -> None:
        """Begin to run the golden cases that a new version of a server's models has not been run on. Called by the watch
        over the servers, each time that one was listed; the database is asked when what is deployed has changed, and once a minute."""
        deployed = frozenset(
            entry.ref
            for entry in self.catalogue.entries()
            if entry.ref.server == server and entry.info.is_ready
        )
        now = time.monotonic()
        if (last := self._looked.get(server)) and last[0] == deployed and now < last[1]:
            return
        golden_run.start_new(self.sessions, self.kinds, deployed, person="")
        self._looked[server] = (deployed, now + GOLDEN_SECONDS)

    @cached_property
    def _looked(self) -> dict[str, tuple[frozenset[ModelRef], float]]:
        return {}

    def start(self) -> None:
        """Begin to watch the servers and to warm up what explains, and start the worker beside the app."""
        self._for_the_operator_alone()
        self.catalogue.when_listed(self.run_golden)
        self._note_settings(self.settings.access)
        self.table.on_change = self._note_settings
        self.catalogue.watch(self.settings.refresh_seconds)
        self.explainers.warm()
        self.here.open()
        if self.beside:
            self.beside.start()

    def _note_settings(self, access: Sequence[AccessSettings]) -> None:
        """Note in the trail what the settings are, with this access table, where they were others before."""
        now = self.settings.model_copy(update={"access": list(access)})
        trail.settings_changed(self.sessions, now.model_dump(mode="json"))

    def close(self) -> None:
        """Stop everything that `start` began. Jobs that run here are handed on before what works on them ends."""
        self._for_the_operator_alone()
        self.catalogue.close()
        self.here.close()
        if self.beside:
            self.beside.close()
        self.explainers.close()
        if self.audience:
            self.audience.close()
        if self.userinfo:
            self.userinfo.close()
        for send in self.sends.values():
            if isinstance(send, Webhook):
                send.close()
        for client in self.clients.values():
            client.close()

    def database_state(self) -> str:
        """ "well", "unreadable" or "unwritable"."""
        return db.engine.state(self.sessions)


# So often it is looked whether a golden case came in for a version that has been there before.
GOLDEN_SECONDS = 60.0
_installed: list[Services] = []
_lock = threading.Lock()


def hide_secrets_in_logs() -> None:
    """Take the secrets that any client knows out of every line that the root logger writes."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Hiding(_LINE))


def install(services: Services) -> None:
    """Make these the services of this process."""
    _installed[:] = [services]


def services() -> Services:
    """The services of this process."""
    with _lock:
        if not _installed:
            raise RuntimeError("no services: the app was not started through app.py")
        return _installed[0]


def build(settings: Settings, guests: Callable[..., Any] | None = None) -> Services:
    """The real services. Migrates the database; starts nothing. `guests` is the ASGI application for an audience.

    Raises StorageError, also for a table of which nothing says who may see it.
    """
    check_declared()
    url = settings.database_url.get_secret_value()
    migrate(url)
    password = db.engine.password_of(url)
    clients = {s.name: _client(server_of(s), password) for s in settings.servers}
    sessions, table = routed(make_sessions(url), targets_of(settings)), AccessTable()
    may_go_on = by_table(lambda: table.rows(settings.access))
    catalogue = Catalogue(
        clients,
        sources=sources_of(settings),
        registries=registries_of(settings),
        connect=partial(_client, hidden=password),
    )
    return Services(
        settings=settings,
        table=table,
        clients=clients,
        catalogue=catalogue,
        sessions=sessions,
        explainers=Explainers(
            connect=partial(connect, hidden=password), is_eager=settings.warm_explainers
        ),
        audit=audit_policy(settings),
        outliers=Earlier(sessions, detectors=Detectors(catalogue.client)),
        here=Here(sessions, app_version(), settings.lost_seconds, may_go_on=may_go_on),
        beside=EmbeddedWorker(sessions) if settings.embedded_worker else None,
        audience=_audience(settings, guests) if guests else None,
    )


def _audience(settings: Settings, guests: Callable[..., Any]) -> Listener:
    """A port that somebody named is the one that is let through; that of ours gives way to other programs, as to a workbench
    that stepped over 8501."""
    is_named = "audience_port" in settings.model_fields_set
    return Listener(
        guests,
        host=settings.audience_host,
        port=settings.audience_port,
        url=settings.audience_url,
        further=0 if is_named else 20,
    )


def _client(server: Server, hidden: str) -> MdsClient:
    """A client that keeps `hidden` out of what its server answers, besides its own credentials."""
    client = MdsClient(server)
    client.secrets.add(hidden)
    return client
