"""The client of a workbench.

with WorkbenchClient("http://127.0.0.1:8501", token) as workbench:
    case = workbench.predict("demo/penguins", row)[0]
    print(case.answer.headline if case.answer else case.error)
    workbench.feedback(case.id, "correct")
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx

from mds_client.errors import (
    EndpointFailed,
    EndpointRefused,
    EndpointTimedOut,
    EndpointUnreachable,
    InvalidValues,
    MdsError,
    ModelNotFound,
    NotAllowed,
    NotReady,
    Problem,
    UnreadableAnswer,
)
from mds_client.signature import ModelRef, Signature, Values
from mds_client.workbench.records import (
    Facts,
    GivenFeedback,
    RecordedCase,
    WorkbenchModel,
    case_of,
    feedback_of,
    model_of,
    signature_of,
)
from mds_client.workbench.values import json_of

T = TypeVar("T")
_TRIES = 3
_LONGEST_WAIT = 10.0
_PREFIX = "/api/v1"


class WorkbenchClient:
    """Talks to one workbench. Safe to share between threads. Close it, or use it in a `with` block.

    `url` is its address, `token` what the page You or `mds token` made. What is done carries a key, so that a request
    which got lost is repeated without being done twice. Every error is an MdsError with the workbench's own sentence.
    `transport` is the seam for tests, `sleep` waits before a request is repeated.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        timeout: float = 90.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._url = url.rstrip("/")
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=self._url + _PREFIX,
            headers={**headers, "Accept": "application/json"},
            timeout=timeout,
            transport=transport,
            trust_env=False,
        )

    def models(self, words: str = "") -> Iterator[WorkbenchModel]:
        """The models that may be seen; only those in which every word occurs. Raises MdsError."""
        cursor = ""
        while True:
            page = self._get("/models", q=words, cursor=cursor, limit=200)
            yield from self._read(lambda found: [model_of(each) for each in found["items"]], page)
            cursor = page.get("next", "")
            if not cursor:
                return

    def signature(self, model: str | ModelRef) -> Signature:
        """What a model takes and answers. Raises MdsError."""
        ref = ModelRef.parse(model) if isinstance(model, str) else model
        path = f"/models/{quote(ref.server, safe='')}/{quote(ref.name)}"
        return self._read(signature_of, self._get(path, version=ref.version))

    def health(self, model: str | ModelRef) -> Facts:
        """Everything about the condition of a model, as the workbench's API describes it (`HealthOfModel`): the `word`, its
        `sentence`, `accuracy` with its interval, `alarms`, and who is right how often where people answered first
        (`first_calls`), and how far numbers are from the truth (`sizes`). Raises MdsError."""
        ref = ModelRef.parse(model) if isinstance(model, str) else model
        return self._get(f"/health/{quote(ref.server, safe='')}/{quote(ref.name)}")

    def predict(
        self, model: str | ModelRef, rows: Values | Sequence[Values], *, key: str = ""
    ) -> list[RecordedCase]:
        """Ask about one row or several, and have a case recorded for each, in their order.

        A single row that fails raises its error, as does what meets all rows alike; of several rows each case has
        its own. `key` is the same for what is asked only once, also by another process.
        """
        several = [rows] if isinstance(rows, Mapping) else list(rows)
        body = {"model": str(model), "rows": [json_of(row) for row in several]}
        cases = self._post("/predictions", body, key)
        return self._read(lambda told: [case_of(each) for each in told["cases"]], cases)

    def case(self, case_id: str) -> RecordedCase:
        """A case that may be seen. Raises MdsError."""
        return self._read(case_of, self._get(f"/cases/{quote(case_id, safe='')}"))

    def feedback(
        self,
        case_id: str,
        judgement: str,
        *,
        truth: str | float | None = None,
        reason: str = "",
        comment: str = "",
        confidence: float | None = None,
        answers: Mapping[str, str | float | bool] | None = None,
        key: str = "",
    ) -> GivenFeedback:
        """Say whether an answer was `correct`, `incorrect`, or that you are `unsure`; `answers` are to what the owner of the
        model asks, by question. Raises MdsError."""
        body = {
            "judgement": judgement,
            "truth": truth,
            "reason": reason,
            "comment": comment,
            "confidence": confidence,
            **({"answers": dict(answers)} if answers else {}),
        }
        path = f"/cases/{quote(case_id, safe='')}/feedback"
        return self._read(feedback_of, self._post(path, body, key))

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _get(self, path: str, **parameters: str | int) -> Facts:
        given = {name: value for name, value in parameters.items() if value != ""}
        return self._asked("GET", path, params=given)

    def _post(self, path: str, body: Facts, key: str) -> Facts:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return self._asked("POST", path, json=body, headers=headers)

    def _asked(self, method: str, path: str, **what: Any) -> Facts:
        """The answer; asked again where that does no harm. Raises MdsError."""
        for tries_left in reversed(range(_TRIES)):
            try:
                response = self._http.request(method, path, **what)
            except httpx.TimeoutException as error:
                raise self._away(EndpointTimedOut, "did not answer in time", error) from error
            except httpx.TransportError as error:
                if not tries_left:
                    raise self._away(EndpointUnreachable, "cannot be reached", error) from error
                self._sleep(0.2)
                continue
            wait = _wait(response)
            if wait is None or not tries_left:
                return self._facts(response)
            self._sleep(wait)
        raise AssertionError  # the last try answers or raises

    def _facts(self, response: httpx.Response) -> Facts:
        try:
            facts = response.json()
        except ValueError:
            facts = None
        if not isinstance(facts, dict):
            raise UnreadableAnswer(
                f"What answers at {self._url} is no workbench.",
                advice="Check its address.",
                detail=response.text[:500],
            )
        if response.is_success:
            return facts
        raise _error(response.status_code, facts)

    def _read(self, read: Callable[[Facts], T], facts: Facts) -> T:
        try:
            return read(facts)
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableAnswer(
                f"The workbench at {self._url} answers in a form that this client does not know.",
                advice="They may be of different versions.",
                detail=str(error),
            ) from error

    def _away(self, kind: type[MdsError], what: str, error: Exception) -> MdsError:
        return kind(f"The workbench at {self._url} {what}.", detail=str(error))


def _wait(response: httpx.Response) -> float | None:
    """How long to wait before the same is asked again; None where it should not be."""
    if response.status_code not in (409, 429, 503):
        return None
    seconds = response.headers.get("retry-after", "")
    return min(float(seconds), _LONGEST_WAIT) if seconds.isdigit() else None


def _error(status: int, problem: Facts) -> MdsError:
    """The problem as an error of the tree, in the workbench's own words."""
    sentence = str(problem.get("detail") or problem.get("title") or f"Status {status}.")
    advice = str(problem.get("advice") or "")
    case = problem.get("case")
    detail = f"It is recorded as case {case}." if case else ""
    wrong = [e for e in problem.get("errors", ()) if isinstance(e, Mapping)]
    if status == 422 and wrong:
        problems = [
            Problem(field=str(e.get("field")), sentence=str(e.get("sentence"))) for e in wrong
        ]
        error: MdsError = InvalidValues(problems)
        error.detail = detail
        return error
    kinds: dict[int, type[MdsError]] = {
        401: NotAllowed,
        403: NotAllowed,
        404: ModelNotFound,
        429: NotReady,
        503: NotReady,
        504: EndpointTimedOut,
    }
    kind = kinds.get(status, EndpointFailed if status >= 500 else EndpointRefused)
    return kind(sentence, advice=advice, detail=detail)
