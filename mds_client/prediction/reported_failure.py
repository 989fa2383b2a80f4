"""Finds a failure that came with the status of a success: what its JSON says, and which error it means.

Shapes: `{"status": "failed", "error": …}`, `{"success": false, "message": …}`, `{"error": …, "result": null}`,
`{"code": 50001, "msg": …, "data": null}`, `{"title": …, "status": 422, "detail": …}`, `{"detail": "Not
Found"}`; in an envelope or in a list of one too. Words under `error` beside a prediction are a failure, where no
probability stands there too. A model that predicts failures may answer the other words as well: beside a prediction
they are no failure, unless the server says so twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mds_client.errors import EndpointFailed, MdsError, NotReady
from mds_client.errors.error_text import one_line
from mds_client.prediction.answer_parts import is_nothing
from mds_client.prediction.output_names import answer_rank, is_envelope, meaning, words_of

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
# Words of one who works on it still; the others of these may be what was decided, or the state of a machine.
_SURELY_WAITING = tuple(word for word in _WAITING if word not in ("running", "accepted"))
_TELLING = 3  # the last rank of names under which a finished answer stands
_NUMBER = re.compile(r"[\s\d.,eE+\-±%]*")
# Codes of errors in words, as `InvalidInput` and `RATE_LIMITED`.
_FAULTY = re.compile(
    r"invalid|error|exception|not_?found|denied|missing|fail|time_?d?_?out|limit|throttl|unavailable|bad_?request",
    re.IGNORECASE,
)
_GOOD_CODES = {0, 200, 201, 202, 204}
_STATUS = {"status", "state", "result_status", "statuscode", "responsestatus"}
_FLAGS = {"success", "successful", "succeeded", "ok", "issuccess", "issuccessful"}
_BAD_FLAGS = {"error", "failed", "iserror", "haserror", "failure"}
_CODE = {"code", "status", "statuscode", "errorcode", "errcode", "errno", "retcode", "resultcode"}
_ERRORS = ("error", "errors", "exception", "errormessage", "errmsg", "errormsg", "failure", "failurereason",
           "errordetail", "errordetails", "errortext", "errordescription", "errorreason", "faultstring", "fault", "traceback")  # fmt: skip
# Under these there is an error whatever stands beside it; a `fault` may be what a model predicts.
_SURELY_ERRORS = tuple(name for name in _ERRORS if name not in ("failure", "fault"))
_NO_ERROR = (
    "none",
    "null",
    "no",
    "nan",
    "n/a",
    "na",
    "false",
    "ok",
    "success",
    "no error",
    "noerror",
    "0",
    "-",
)
_BEGINS = re.compile(
    r"(?:error|exception|failed|failure|traceback|fehler)\b\s*[:(!-]", re.IGNORECASE
)
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
_HTTP = """internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|bad request|not found
|unauthorized|forbidden|method not allowed|too many requests|unprocessable entity|(?:endpoint )?request time(?:d )?-?out|not implemented"""
# What only one who reports a failure says, as a whole or at the beginning of a short text.
_SAYS_FAILURE = re.compile(
    rf"(?:(?:http )?\d{{3}}[ :-]{{0,3}})?(?:{_HTTP.replace(chr(10), '')})[.!]?"
    r"|(?:the )?model (?:is |was |has )?not (?:been )?(?:yet )?"
    r"(?:loaded|found|ready|available|trained|initiali[sz]ed|deployed|fitted)\b.*"
    r"|no model\b.{0,30}",
    re.IGNORECASE,
)
_MOST_SAID = 300
_MESSAGES = ("message", "msg", "info", "statusmessage", "detail", "details", "reason")
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


def failure_in_words(text: str) -> MdsError | None:
    """The error that a text means which came in place of an answer; None for any other text."""
    words = text.strip()
    if len(words) > _MOST_SAID:
        return None
    return _error(words) if _SAYS_FAILURE.fullmatch(words) or _BEGINS.match(words) else None


def unfinished(status: str) -> MdsError:
    """The error for an answer that comes later, with the server's word for it."""
    what = (
        f"it answered “{one_line(status)}” and nothing else"
        if status
        else "it accepted the task, no more"
    )
    return NotReady(
        f"The model has not finished: {what}.",
        advice="This server answers later, in a way that cannot be waited for here. "
        "Ask whoever runs it for a route that answers at once.",
    )


def names_a_failure(name: str) -> bool:
    """Whether a failure may be reported under this name."""
    return _joined(name) in {*_ERRORS, *_STATUS, *_FLAGS}


def failure_of_row(members: Body) -> MdsError | None:
    """The error that what a model says of one row means; None for an answer."""
    return _failure(members, is_row=True)


def reason_in(members: Body) -> str:
    """The server's words on why there is no answer; empty where it says none."""
    known = {_joined(str(name)): value for name, value in members.items()}
    return _error_words(known) or _other_words(known)


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


def _failure(body: Body, *, is_row: bool = False) -> MdsError | None:
    known = {_joined(str(name)): value for name, value in body.items()}
    words = _error_words(known)
    if _status(known) in _SURELY_WAITING and not _is_finished(body):
        return _error(words) if words else unfinished(_status(known))
    if answer_words := _told_as_the_answer(body):
        return _error(answer_words)
    if _has_answer(body):
        for_all = _words_for_all(known, most=_MOST_MEMBERS if is_row else 1)
        return _beside_an_answer(body, known, words, is_told=bool(for_all))
    return _failure_in_message(known) or _without_an_answer(known, words)


def _without_an_answer(known: Body, words: str) -> MdsError | None:
    """The failure in a body that holds no answer."""
    status = _status(known)
    if words or _has_code(known) or _is_failed(status, known, has_answer=False):
        return _error(words or _other_words(known) or status)
    return unfinished(status) if status in _WAITING else None


def _beside_an_answer(body: Body, known: Body, words: str, *, is_told: bool) -> MdsError | None:
    """The failure beside an answer: where an error has words, a status means a break or a flag denies the success, and
    there is no probability; beside one only where it is reported twice."""
    status, others = _status(known), _other_words(known)
    is_failed = _is_failed(status, known, has_answer=True)
    is_told_twice = bool(words) and (is_failed or _answers_a_failure(body))
    is_told = is_told or status in _BROKEN or _is_denied(known)
    if is_told_twice or (is_told and not _is_sure(body)):
        told = (words, others, *(_text(known.get(name)) for name in ("result", "text", "content")))
        return _error(next(filter(None, told), status))
    return None


def _failure_in_message(known: Body) -> MdsError | None:
    """The failure in a message beside which there is no answer."""
    messages = (v for name in _MESSAGES if isinstance(v := known.get(name), str))
    return next(filter(None, map(failure_in_words, messages)), None)


def _is_finished(body: Body, depth: int = 0) -> bool:
    """Whether an answer stands in it under the name of one: an id, a place in a queue or an amount is none."""
    return any(
        _is_finished(value, depth + 1)
        if isinstance(value, Mapping) and depth < _DEEPEST
        else not _is_empty(value) and _names_an_answer(str(name))
        for name, value in body.items()
    )


def _names_an_answer(name: str) -> bool:
    known = meaning(name)
    return known in ("probability", "code") or (known == "answer" and answer_rank(name) <= _TELLING)


def _is_denied(known: Body) -> bool:
    """Whether a flag says that it was no success: as a number only where there are words for it."""
    if any(known.get(flag) is True for flag in ("iserror", "haserror")):
        return True
    no = (False, "false") if _other_words(known) else ("false",)
    return any(known.get(flag) is False or known.get(flag) in no for flag in _FLAGS)


def _answers_a_failure(body: Body) -> bool:
    """Whether what stands as the answer is a word for a failure."""
    answers = (v for n, v in body.items() if meaning(str(n)) == "answer")
    return any(
        isinstance(v, str) and re.sub(r"[^a-z]", "", v.casefold()) in _FAILED for v in answers
    )


def _told_as_the_answer(body: Body) -> str:
    """The words about a failure that stand as the only answer: `{"predictions": "error: no such field"}`."""
    answers = [v for n, v in body.items() if _names_an_answer(str(n)) and not _is_empty(v)]
    words = answers[0] if len(answers) == 1 and isinstance(answers[0], str) else ""
    return words if len(words) <= _MOST_SAID and _BEGINS.match(words) else ""


def _words_for_all(known: Body, most: int) -> str:
    """The words of an error; of a list only where it has at most so many: a longer one may have one for each row."""
    named = [known.get(name) for name in _SURELY_ERRORS]
    named += [known.get(name) for name in _WORDS if _BEGINS.match(_text(known.get(name)))]
    texts = (_wrong(v) for v in named if not isinstance(v, list) or len(v) <= most)
    return next(filter(None, texts), "")


def _wrong(value: object) -> str:
    """The words about an error; empty for a number in a text, and for words that say that there is none."""
    words = _text(value)
    return "" if words.casefold() in _NO_ERROR or _NUMBER.fullmatch(words) else words


def _is_failed(status: str, known: Body, *, has_answer: bool) -> bool:
    """Whether its status or a flag says so; `error: true` says it only where there is no answer."""
    if status in _FAILED or _is_denied(known):
        return True
    return not has_answer and any(known.get(flag) is True for flag in _BAD_FLAGS)


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
    if not _other_words(known):
        return False
    if any(isinstance(c := known.get(n), str) and _FAULTY.search(c) for n in _CODE):
        return True
    has_empty = any(_is_empty(v) and meaning(n) in ("answer", "aside") for n, v in known.items())
    return any(400 <= code < 600 or (has_empty and code not in _GOOD_CODES) for code in codes)


def _error_words(known: Body) -> str:
    """The words under the name of an error."""
    words = next((text for name in _ERRORS if (text := _wrong(known.get(name)))), "")
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
        names = (*_WORDS, *_ERRORS, "text", "name", "type", "code")
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
    return (
        value == "" or is_nothing(value) or (isinstance(value, list) and all(map(_is_empty, value)))
    )


__all__ = [
    "failure_in_words",
    "failure_of_row",
    "names_a_failure",
    "reason_in",
    "reported_failure",
    "unfinished",
]
