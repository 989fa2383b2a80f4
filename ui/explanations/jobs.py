"""Explanations on their way: jobs, found again by their case; what they find is kept where it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from explanations import requests
from explanations.background.store import Background
from explanations.contract import Budget, Explanation
from explanations.jobs import explanation
from explanations.requests import request_of
from jobs import store
from jobs.errors import JobUnderWay
from jobs.store import JobView
from mds_client.errors import MdsError
from mds_client.signature import Signature
from ui import errors, jobs, session
from ui.explanations import kinds
from ui.explanations.answered_case import AnsweredCase
from ui.explanations.background import background_of
from ui.session import services

_MOST = 50


class CaseJobs:
    """The newest job of each method about a case."""

    def __init__(self, answered: AnsweredCase) -> None:
        newest = store.newest(
            services().sessions,
            kind=explanation.NAME,
            subject=explanation.subject_of(answered.case.id),
            limit=_MOST,
        )
        self._newest = {explanation.method_of(job): job for job in reversed(newest)}
        self._seen = _seen()
        self._seen |= {job.id for job in self._newest.values() if job.is_under_way}

    def newest(self, method: str) -> JobView | None:
        """The last job of this method, whatever became of it."""
        return self._newest.get(method)

    def running(self, method: str) -> JobView | None:
        """The explanation that is on its way, whoever asked for it."""
        job = self._newest.get(method)
        return job if job and job.is_under_way else None

    def failure(self, method: str) -> MdsError | None:
        """Why the last one came to nothing; that somebody stopped it is told who saw it run."""
        job = self._newest.get(method)
        if job is None or (job.state == "cancelled" and job.id not in self._seen):
            return None
        return jobs.failure(job)


def background(signature: Signature) -> Background | None:
    """What cases of a table are compared with now."""
    return background_of(signature) if signature.is_tabular else None


def start(
    answered: AnsweredCase,
    method: str,
    options: Mapping[str, object] | None = None,
    *,
    begun: Callable[[], None] = lambda: None,
) -> str:
    """Begin to explain the case in this way; `options` are in the method's own words. What is under way already
    is not begun again. `begun` is called once it is, before the run of the script can end. The id of the job, empty where none
    was begun."""
    available, person, seen = services(), session.person(), _seen()
    request = request_of(
        available.sessions,
        method=method,
        server=available.catalogue.client(answered.signature.model.server).server,
        signature=answered.signature,
        values=answered.values,
        answer=answered.answer,
        case_id=answered.case.id,
        most_seconds=available.settings.explanation_seconds,
        options=options or {},
    )
    try:
        job = explanation.start(
            available.here, available.kinds[explanation.NAME], request, person=person
        )
        begun()
        seen.add(job.id)
    except JobUnderWay:
        return ""
    except MdsError as error:
        errors.show(error)
        return ""
    return job.id


def budget(method: str, signature: Signature) -> Budget:
    """What the method asks for, but never longer than the operator allows."""
    return requests.budget(method, signature, services().settings.explanation_seconds)


def draw(answered: AnsweredCase, method: str, job: JobView) -> None:
    """Progress and what is known by then, until the job ends; then the whole page draws what it found."""

    def draw_rough(rough: object) -> None:
        if isinstance(rough, Explanation):
            kinds.draw(rough, answered.values)

    jobs.watch(job.id, draw_rough=draw_rough, key=f"stop_{answered.case.id}_{method}")


def _seen() -> set[str]:
    """The jobs that this session saw on their way."""
    return session.remembered(session.JOBS, set)
