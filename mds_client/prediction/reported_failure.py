"""Finds a failure that came with the status of a success: what its JSON says, and which error it means.

Shapes: `{"status": "failed", "error": …}`, `{"success": false, "message": …}`, `{"error": …, "result": null}`,
`{"code": 50001, "msg": …, "data": null}`, `{"title": …, "status": 422, "detail": …}`, `{"detail": "Not
Found"}`; in an envelope or in a list of one too. A model that predicts failures may answer such words as well:
beside a prediction they are no failure, unless the server says so twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from mds_client.errors import EndpointFailed, MdsError, NotReady
from mds_client.errors.error_text import one_line
from mds_client.prediction import Output
from mds_client.prediction.output_names import is_envelope, meaning, words_of

# With these a server says that it broke; the others may be what a model answers.
_BROKEN = (
    "failed",
    "failure",
    "error",
    "errored",
    "exception",
    "crashed",
    "timeout",
    "timedout",
    "internalerror",
)
_FAILED = (*_BROKEN, "fail", "ko", "nok", "invalid", "aborted", "cancelled", "canceled", "unavailable", "badrequest",
           "notfound", "failedprecondition")  # fmt: skip
_WAITING = ("starting", "processing", "pending", "queued", "running", "inprogress", "inqueue", "accepted", "submitted",
            "scheduled")  # fmt: skip
_GOOD_CODES = {0, 200, 201, 202, 204}
_STATUS = {"status", "state", "result_status", "statuscode", "responsestatus"}
_FLAGS = {"success", "successful", "succeeded", "ok", "issuccess", "issuccessful"}
_BAD_FLAGS = {"error", "failed", "iserror", "haserror", "failure"}
_CODE = {"code", "status", "statuscode", "errorcode", "errcode", "errno", "retcode", "resultcode"}
_ERRORS = ("error", "errors", "exception", "errormessage", "errmsg", "errormsg", "failure", "failurereason",
           "errordetail", "errordetails", "faultstring", "fault", "traceback")  # fmt: skip
_WORDS = (
    "message",
    "msg",
    "detail",
    "details",
    "reason",
    "description",
    "info",
    "title",
    "statusmessage",
    "body",  # of AWS Lambda's proxy
)
_MOST_MEMBERS = 100
_DEEPEST = 4

Body = Mapping[str, object]


def reported_failure(body: object) -> MdsError | None:
    """The error that a body means although its status was a success; None for an answer."""
    for inner in _places(body, 0):
        failure = _failure(inner)
        if failure:
            return failure
    return None


def failure_in(outputs: Sequence[Output]) -> MdsError | None:
    """The error that outputs side by side mean; None for an answer. Only looked for in those of one row."""
    names = {_joined(output.name) for output in outputs}
    if not names & {*_ERRORS, *_STATUS, *_FLAGS} or any(len(o.data) > 1 for o in outputs):
        return None
    return _failure({output.name: next(iter(output.data), None) for output in outputs})


def _places(body: object, depth: int) -> Iterator[Body]:
    """The object itself, and the objects that it wraps."""
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if not isinstance(body, Mapping) or depth > _DEEPEST or len(body) > _MOST_MEMBERS:
        return
    yield body
    for name, member in body.items():
        if is_envelope(str(name)) and isinstance(member, Mapping | list):
            yield from _places(member, depth + 1)


def _failure(body: Body) -> MdsError | None:
    known = {_joined(str(name)): value for name, value in body.items()}
    words, has_answer = _error_words(known), _has_answer(body)
    if has_answer:
        return _beside_an_answer(body, known, words)
    status = _status(known)
    if words or _has_code(known) or _is_failed(status, known, has_answer=False):
        return _error(words or _other_words(known) or status)
    return _unfinished(status) if status in _WAITING else None


def _beside_an_answer(body: Body, known: Body, words: str) -> MdsError | None:
    """The failure beside an answer: only where it is reported twice, or where its status means a break and
    there is no probability."""
    status = _status(known)
    is_told_twice = bool(words) and _is_failed(status, known, has_answer=True)
    if is_told_twice or (status in _BROKEN and not _is_sure(body)):
        return _error(words or _other_words(known) or _text(known.get("result")) or status)
    return None


def _is_failed(status: str, known: Body, *, has_answer: bool) -> bool:
    """Whether its status or a flag says so; `error: true` says it only where there is no answer."""
    if status in _FAILED or any(known.get(flag) is False for flag in _FLAGS):
        return True
    return not has_answer and any(known.get(flag) is True for flag in _BAD_FLAGS)


def _unfinished(status: str) -> MdsError:
    return NotReady(
        f"The model has not finished: it answered “{status}” and nothing else.",
        advice="This server answers later, in a way that cannot be waited for here. "
        "Ask whoever runs it for a route that answers at once.",
    )


def _error(words: str) -> MdsError:
    line = one_line(words)
    return EndpointFailed(
        "The model answered that it failed." + (f" It said: “{line}”" if line else ""),
        advice="Look at the values again; if it happens with others too, tell whoever runs the model.",
        detail=words[:4000],
    )


def _joined(name: str) -> str:
    return "".join(words_of(name))


def _status(known: Body) -> str:
    """What stands as the status, in small letters and one word."""
    status = next((known[name] for name in _STATUS if isinstance(known.get(name), str)), "")
    return re.sub(r"[^a-z]", "", str(status).casefold())


def _has_code(known: Body) -> bool:
    """Whether it has the number of an error, or an empty answer under a number that is not known as good; with
    words for it."""
    codes = [c for name in _CODE if type(c := known.get(name)) is int]
    if not codes or not _other_words(known):
        return False
    has_empty = any(_is_empty(v) and meaning(n) in ("answer", "aside") for n, v in known.items())
    return any(400 <= code < 600 or (has_empty and code not in _GOOD_CODES) for code in codes)


def _error_words(known: Body) -> str:
    """The words under the name of an error."""
    words = next((text for name in _ERRORS if (text := _text(known.get(name)))), "")
    if words or len(known) > 1:
        return words
    return _text(known.get("detail"))  # FastAPI's way, whatever the status is


def _other_words(known: Body) -> str:
    return next((text for name in _WORDS if (text := _text(known.get(name)))), "")


def _text(value: object, depth: int = 0) -> str:
    """The words in a text, a list of them or an object about an error."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and depth < _DEEPEST:
        return "; ".join(filter(None, (_text(item, depth + 1) for item in value[:3])))
    if isinstance(value, Mapping) and depth < _DEEPEST:
        known = {_joined(str(name)): member for name, member in value.items()}
        names = (*_WORDS, *_ERRORS, "name", "type", "code")
        words = next((text for name in names if (text := _text(known.get(name), depth + 1))), "")
        return words or _by_field(value, depth)
    return ""


def _by_field(value: Body, depth: int) -> str:
    """What is wrong with each field: `age: required`."""
    by_field = [(str(name), _text(member, depth + 1)) for name, member in list(value.items())[:3]]
    return "; ".join(f"{name}: {words}" for name, words in by_field if words)


def _has_answer(body: Body) -> bool:
    """Whether it holds anything but details and empty members."""
    return any(not _is_empty(value) and _may_answer(str(name)) for name, value in body.items())


def _is_sure(body: Body) -> bool:
    """Whether a probability stands beside it: then its words are the model's answer."""
    return any(not _is_empty(v) and meaning(str(n)) == "probability" for n, v in body.items())


def _may_answer(name: str) -> bool:
    joined = _joined(name)
    if joined in {*_WORDS, *_CODE, *_FLAGS, *_STATUS, *_ERRORS, "type", "instance", "data"}:
        return joined == "data"
    return meaning(name) not in ("detail", "aside")


def _is_empty(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_empty, value.values()))
    return value is None or value == "" or (isinstance(value, list) and all(map(_is_empty, value)))


__all__ = ["failure_in", "reported_failure"]
