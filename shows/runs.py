"""A show that is presented: its workspace, what is on the stage, and whether an audience is let in.

What is asked during a run has the purpose `show` and its workspace, so that it counts nowhere (db/cases.py); a reset of the workspace
removes it (cases/workspaces.py).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import db.shows
import db.workspaces
from audit_log import workspaces
from audit_log.chain import Record, append
from db.audit_log import WORKSPACE
from db.cases import SHOW as PURPOSE
from db.engine import Session, Sessions, reading, writing
from db.ids import utc_now
from db.person import known
from db.scope import Models, Scope
from db.shows import RunView, ShowView
from people.viewer import Viewer
from shows.errors import AudienceClosed, NoSuchShow

__all__ = [
    "PURPOSE",
    "RunView",
    "Stage",
    "begin",
    "begin_anew",
    "close_audience",
    "current",
    "end",
    "guest_viewer",
    "is_any_open",
    "let_in",
    "open_audience",
    "put_on_stage",
    "stage_of",
]

AUDIENCE_HOURS = 12
# Without what can be taken for another character.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 8


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What the audience sees: the question, inputs and answer in words, and of which model.

    `case_id` is the case of the show, by which votes are counted; `share` is how likely the answer is, 0 to 1. `values` of the
    inputs are what the form opens with in which they ask the model themselves, and `picture` is a small one of the case, as WebP in
    base64. Of a sound, `sound` is its beginning as WAV in base64, `peaks` how loud its stretches are in percent of the loudest, and
    `marked` what was found in it, in shares of its length.
    """

    case_id: str
    server: str
    model: str
    version: str = ""
    question: str
    inputs: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    picture: str = ""
    sound: str = ""
    peaks: tuple[int, ...] = ()
    marked: tuple[tuple[float, float], ...] = ()
    answer: str = ""
    share: float | None = None
    place: int = 1
    count: int = 1


def current(sessions: Sessions, show_id: str) -> RunView | None:
    """The run of a show that is open. Raises StorageError."""
    with reading(sessions) as session:
        return db.shows.open_run(session, show_id)


def begin(
    sessions: Sessions,
    show: ShowView,
    *,
    person: str,
    clock: Callable[[], datetime] = utc_now,
) -> RunView:
    """The run of a show that is open, or a new one with a workspace of its own. Raises NoSuchShow and StorageError."""
    return _begun(sessions, show, person, secrets.token_hex(32), clock)


def begin_anew(
    sessions: Sessions,
    show: ShowView,
    before: RunView,
    *,
    person: str,
    clock: Callable[[], datetime] = utc_now,
) -> RunView:
    """A new run for the audience of the one before, which was ended and removed: the same code lets in, and who is in stays in.

    Nothing else is taken over. Raises NoSuchShow and StorageError.
    """
    run = _begun(sessions, show, person, before.guest_key, clock)
    return open_audience(sessions, run, person=person, code=before.code, clock=clock)


def _begun(
    sessions: Sessions, show: ShowView, person: str, guest_key: str, clock: Callable[[], datetime]
) -> RunView:
    with reading(sessions) as session:
        if db.shows.by_id(session, show.id) is None:
            raise NoSuchShow(show.id)
        found = db.shows.open_run(session, show.id)
    if found is not None:
        return found
    opened = workspaces.opened(sessions, PURPOSE, person=person, title=show.name, clock=clock)
    run = RunView(
        workspace=opened.name,
        show_id=show.id,
        stage=None,
        code="",
        guest_key=guest_key,
        audience_until=None,
    )
    with writing(sessions) as session:
        db.shows.add_run(session, run)
    return run


def put_on_stage(sessions: Sessions, run: RunView, stage: Stage) -> None:
    """What the audience sees from now on. Raises StorageError."""
    facts = _facts(stage)
    if run.stage != facts:
        with writing(sessions) as session:
            db.shows.set_stage(session, run.workspace, facts)


def stage_of(run: RunView) -> Stage | None:
    """What is on the stage now; None before anything was."""
    if run.stage is None:
        return None
    facts: dict[str, object] = dict(run.stage)
    facts["peaks"] = tuple(facts.get("peaks", ()))  # type: ignore[arg-type]
    for name in ("inputs", "marked"):
        facts[name] = tuple((one, other) for one, other in facts.get(name, ()))  # type: ignore[attr-defined]
    return Stage(**facts)  # type: ignore[arg-type]


def open_audience(
    sessions: Sessions,
    run: RunView,
    *,
    person: str,
    code: str = "",
    clock: Callable[[], datetime] = utc_now,
) -> RunView:
    """Let in whoever has the code of the run, for so many hours; the run with its code, a new one unless it is given.

    Raises NoSuchShow for a run of somebody else, and StorageError.
    """
    if _is_open(run, clock()):
        return run
    code = code or "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    until = clock() + timedelta(hours=AUDIENCE_HOURS)
    with writing(sessions) as session:
        _set_audience(session, run, code, until)
        record = Record(kind=WORKSPACE, id=run.workspace)
        append(session, "open-audience", [record], person=known(person))
    return replace(run, code=code, audience_until=until)


def close_audience(sessions: Sessions, run: RunView, *, person: str) -> RunView:
    """Let nobody in any more, those with a cookie included. Once is enough. Raises NoSuchShow and StorageError."""
    if not run.code:
        return run
    with writing(sessions) as session:
        _set_audience(session, run, "", None)
        record = Record(kind=WORKSPACE, id=run.workspace)
        append(session, "close-audience", [record], person=known(person))
    return replace(run, code="", audience_until=None)


def end(
    sessions: Sessions,
    run: RunView,
    *,
    person: str,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Close a run: nothing more is recorded in it, and nobody is let in. Raises NoSuchShow and StorageError."""
    close_audience(sessions, run, person=person)
    with writing(sessions) as session:
        _set_audience(session, run, "", None)
        db.workspaces.close(session, run.workspace, clock(), known(person))


def is_any_open(sessions: Sessions, *, clock: Callable[[], datetime] = utc_now) -> bool:
    """Whether any show is open to an audience. Raises StorageError."""
    with reading(sessions) as session:
        return db.shows.is_any_open(session, clock())


def let_in(sessions: Sessions, *, code: str, clock: Callable[[], datetime] = utc_now) -> RunView:
    """The run that a code leads to.

    `sessions` see everything: it is not known yet who asks. Raises AudienceClosed and StorageError.
    """
    with reading(sessions) as session:
        run = db.shows.by_code(session, code.strip().upper()[: _CODE_LENGTH + 1])
    if run is None or not _is_open(run, clock()):
        raise AudienceClosed
    return run


def guest_viewer(run: RunView) -> Viewer:
    """Who a guest of this run is: they see the model on its stage and nothing that anybody recorded.

    All guests of a run are one person, who reads no case: not even what another guest asked.
    """
    stage = stage_of(run)
    name = f"audience of {run.workspace}"
    seen = (Models(server=stage.server, name=stage.model),) if stage else ()
    return Viewer(name=name, role="", scope=Scope(person=name, seen=seen, show=run.workspace))


def _set_audience(session: Session, run: RunView, code: str, until: datetime | None) -> None:
    if not db.shows.set_audience(session, run.workspace, code, until):
        raise NoSuchShow(run.show_id)


def _is_open(run: RunView, now: datetime) -> bool:
    return bool(run.code) and run.audience_until is not None and now < run.audience_until


def _facts(stage: Stage) -> Mapping[str, object]:
    listed = {name: [list(pair) for pair in getattr(stage, name)] for name in ("inputs", "marked")}
    return {**vars(stage), **listed, "peaks": list(stage.peaks)}
