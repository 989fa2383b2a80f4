"""The question to the server while a case is on the stage: in a thread, so that a server that hangs holds nobody up."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TimedOut
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial

from cases.answers import answer_of
from cases.queries import CaseView
from cases.recording import Recorded, predict_and_record
from cases.restored import lost
from cases.scenarios import NEVER
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import ModelRef, Signature
from shows.runs import RunView
from ui import model_picker, session
from ui.cases.opened import Opened, current_signature
from ui.session import services

# A presenter can wait for so long, and no longer.
LIVE_SECONDS = 3.0
# A server that is away, or a model that took too long, is not asked again for so long: the next cases come at once.
PAUSE_SECONDS = 20.0
_NO_ANSWER = "The server does not answer"
_TOO_SLOW = f"The model did not answer within {LIVE_SECONDS:.0f} s"
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="stage")


@dataclass(frozen=True, kw_only=True)
class Live:
    """What became of asking the server: its answer and the version that gave it, or why there is none."""

    answer: Answer | None = None
    version: str = ""
    problem: str = ""
    is_away: bool = False
    is_slow: bool = False


@dataclass(kw_only=True)
class _Asked:
    """What this session knows by now, by workspace and case; and until when a server, or one model of it, is left alone."""

    answers: dict[tuple[str, str], Live] = field(default_factory=dict)
    paused: dict[str, float] = field(default_factory=dict)
    slow: dict[tuple[str, str], float] = field(default_factory=dict)


def known(run: RunView, found: CaseView) -> Live | None:
    """What the server answered in this run, or that it is left alone; None where it is to be asked."""
    asked, now = _asked(), time.monotonic()
    if now < asked.paused.get(found.server, 0.0):
        return Live(problem=_NO_ANSWER, is_away=True)
    if now < asked.slow.get((found.server, found.model), 0.0):
        return Live(problem=_TOO_SLOW, is_slow=True)
    return asked.answers.get((run.workspace, found.id))


def signature_to_ask(shown: Opened) -> Signature | None:
    """With what to ask: the version that was asked for, else the newest. None where there is no server to ask, something is
    missing of what it is to be asked, or the version of now takes something else."""
    case = shown.case
    asked = ModelRef(server=case.server, name=case.model, version=case.version_asked)
    entry = services().catalogue.find(asked) or shown.current
    signature = current_signature(entry) if entry and shown.current else None
    if signature is None:
        return None
    values = model_picker.restored(case, signature)
    is_whole = not lost(case, signature, values) and not signature.check(values)
    return signature if is_whole else None


def ask(shown: Opened, signature: Signature, run: RunView) -> Live:
    """Ask the server about the inputs of a case. Never raises: a show goes on."""
    try:
        recorded = _begun(shown, signature, run).result(LIVE_SECONDS)
    except TimedOut:
        live = Live(problem=_TOO_SLOW, is_slow=True)
    except MdsError as error:
        live = _failed(error)
    else:
        answer = None if recorded.error else answer_of(recorded.case)
        live = Live(answer=answer, version=recorded.case.version)
        if recorded.error:
            live = _failed(recorded.error)
    _keep(shown, run, live)
    return live


def _failed(error: MdsError) -> Live:
    if error.kind == "unreachable":
        return Live(problem=_NO_ANSWER, is_away=True)
    if error.kind == "timeout":
        return Live(problem=_TOO_SLOW, is_slow=True)
    return Live(problem=error.sentence.rstrip("."))


def _begun(shown: Opened, signature: Signature, run: RunView) -> Future[Recorded]:
    """The question on its way: a case of the show's workspace, which counts nowhere."""
    found = services()
    call = partial(
        predict_and_record,
        found.model(signature.model, signature),
        model_picker.restored(shown.case, signature),
        sessions=found.sessions,
        key=uuid.uuid4().hex,
        person=session.person(),
        audit=NEVER,
        purpose="show",
        workspace=run.workspace,
        keep_bytes=found.settings.kept_file_bytes,
        hash_key=found.hash_key,
    )
    return _threads.submit(copy_context().run, call)


def _keep(shown: Opened, run: RunView, live: Live) -> None:
    asked, case, until = _asked(), shown.case, time.monotonic() + PAUSE_SECONDS
    if live.is_away:
        asked.paused[case.server] = until
    elif live.is_slow:  # its other models may answer
        asked.slow[case.server, case.model] = until
    else:
        asked.answers[run.workspace, case.id] = live


def _asked() -> _Asked:
    return session.remembered(session.STAGE, _Asked)
