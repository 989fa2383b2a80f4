"""A request on its way to a resource: who asks, what they may use, and a thread to do it in."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import anyio
from anyio.lowlevel import RunVar
from fastapi import Depends, Request

from api.permissions import needs
from api.v1.caller import Caller
from api.v1.problems import Refused, of_error, of_storage, refused
from audit_log.chain import acting_from
from db.errors import StorageError
from mds_client.errors import MdsError
from people import tokens
from people.permissions import LEAST_ROLE
from services import Services

T = TypeVar("T")
# A model may take a minute: requests have threads of their own, so that pages and probes never wait for them.
THREADS = 40
# As many may wait for a thread; more are told to come again.
MOST_WAITING = 100
_threads: RunVar[anyio.CapacityLimiter] = RunVar("api_threads")
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`services` show what the caller may see; `key` is the same for what is asked for only once."""

    caller: Caller
    services: Services
    key: str


async def _asked(request: Request) -> Asked:
    asked: Asked = request.scope["asked"]
    _check_parameters(request)
    return asked


def _check_parameters(request: Request) -> None:
    """A filter that is misspelt would show everything. Raises Refused."""
    known = {each.alias for each in request.scope["route"].dependant.query_params}
    if unknown := sorted(set(request.query_params) - known):
        raise refused(
            422,
            "invalid",
            f"There is no parameter {unknown[0][:50]!r} here.",
            f"There are: {', '.join(sorted(known))}." if known else "",
        )


AskedNow = Annotated[Asked, Depends(_asked)]


def in_thread(work: Callable[..., T], permission: str) -> Callable[..., Any]:
    """`work`, whose first parameter is `asked: AskedNow`, as FastAPI takes it: in a thread, for who has the permission.

    Raises TypeError and ValueError where the app starts, for what cannot be called so.
    """
    if next(iter(inspect.signature(work).parameters), "") != "asked":
        raise TypeError(f"{work.__module__}.{work.__name__} must take `asked` first")
    if permission not in tokens.SCOPES:
        raise ValueError(f"{work.__name__}: no token can be for {permission!r}")

    @needs(permission)
    @functools.wraps(work)
    async def call(**given: Any) -> T:
        asked: Asked = given["asked"]
        _check(permission, asked.caller)
        limiter = _limiter()
        if limiter.statistics().tasks_waiting >= MOST_WAITING:
            raise refused(503, "busy", "Too many requests are waiting.", Retry_After="2")
        return await anyio.to_thread.run_sync(
            functools.partial(_perform, work, asked, given), limiter=limiter
        )

    return call


def _perform(work: Callable[..., T], asked: Asked, given: dict[str, Any]) -> T:
    """The work, with the errors of the services as problems; what it does is trailed with where it came from."""
    try:
        with acting_from(asked.caller.origin):
            return work(**given)
    except Refused:
        raise
    except MdsError as error:
        raise of_error(error) from error
    except StorageError as error:
        log.exception("the database did not serve %s", work.__name__)
        raise of_storage(error) from error
    except Exception as error:
        log.exception("%s broke", work.__name__)
        raise refused(
            500,
            "unexpected",
            "Something went wrong on our side.",
            "Try again; if it stays, tell the operator: the log has the details.",
        ) from error


def _check(permission: str, caller: Caller) -> None:
    """Raises Refused for a token that is for something else, and for who has no role."""
    if not caller.viewer.is_at_least(LEAST_ROLE[permission]):
        raise refused(
            403,
            "nothing_shared",
            f"You are known as {caller.person}, and no model is shared with you yet.",
            "Whoever runs the workbench can add you to its access table.",
        )
    if permission not in caller.scopes:
        held = ", ".join(name for name in tokens.SCOPES if name in caller.scopes)
        raise refused(
            403,
            "not_permitted",
            f"This token is for {held}, and this needs {permission}.",
            "Make one on the page You that is.",
        )


def _limiter() -> anyio.CapacityLimiter:
    try:
        return _threads.get()
    except LookupError:
        _threads.set(limiter := anyio.CapacityLimiter(THREADS))
        return limiter
