"""What a server said in an error answer, read out of whatever shape it has.

Shapes: `{"error": text}`, `{"error": {"message"}}`, `{"detail": text}`, `{"detail": [{"loc", "msg"}]}`,
Seldon's `{"status": {"info", "reason"}}`, MLflow's `{"error_code", "message"}`, TorchServe's
`{"type", "message"}`, a pipeline's `text : {json}`, plain text, HTML, a traceback, nothing at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import orjson

_MOST = 300
_MOST_OF_A_NAME = 200
_MOST_READ = 100_000
_MOST_SEARCHED = 4000

_TRACEBACK = "Traceback (most recent call last)"
_EXCEPTION = re.compile(
    r"^(?:(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning)|(?:[a-z_]\w*\.)+[A-Z]\w*)\s*:\s*",
    re.ASCII,
)
# nginx, Envoy, HAProxy, Kong, Traefik and the cloud providers' balancers.
_OF_A_GATEWAY = re.compile(
    r"\bupstream\b|bad gateway|gateway time-?out|no (?:healthy|available|live) (?:upstream|server|backend)"
    r"|no server is available|service (?:is )?(?:temporarily )?unavailable|ring-balancer|no endpoints available"
    r"|backend (?:fetch|connection)|default backend",
    re.IGNORECASE,
)
_NOISE = re.compile(r"^\[request id: [^\]]{0,100}\] ")
_SAYS_NOTHING = ("Internal Server Error", "null")
_FIELDS = (
    re.compile(r"missing (?:required )?inputs?(?:\(s\))?:? \[?['\"]([^'\"]{1,200})['\"]", re.I),
    re.compile(r"\binput(?: feature)? ['\"]([^'\"]{1,200})['\"]", re.I),
    re.compile(r"\bdatatype for input (\S{1,200})$"),
    re.compile(r"\bcolumn ['\"]?([^'\".]{1,200}?)['\"]?(?: to type\b|\. )"),
)


def json_in(content: bytes) -> object:
    """The answer's JSON, or that which a pipeline puts after its own words; else None."""
    document = _json(content)
    if document is None:
        document = _json(content[:_MOST_READ].partition(b" : ")[2])
    return document


def text_of(body: object, content: bytes) -> str:
    """What the server said, in as many lines as it took."""
    if isinstance(body, Mapping):
        text = _from_json(body)
    elif isinstance(body, str):
        text = body
    else:
        text = content[:_MOST_READ].decode("utf-8", "replace").strip()
        text = "" if text.startswith(("<", "{", "[")) else text
    return "" if text in _SAYS_NOTHING else _end_of_traceback(_NOISE.sub("", text))


def one_line(text: str) -> str:
    """Bounded and printable. MLflow repeats the data first: of a long text the end is what matters."""
    line = _EXCEPTION.sub("", _printable(text))
    line = line.replace("Remote inference call failed", "The call of the explained model failed")
    if len(line) > _MOST:
        line = line.rpartition(" Error: ")[2]
    return line[:_MOST] + ("…" if len(line) > _MOST else "")


def own_words(content: bytes) -> str:
    """What the model's own server said; empty for a page, for nothing, and for what a gateway says in the place
    of a server that it cannot reach."""
    words = one_line(text_of(json_in(content), content))
    return "" if _OF_A_GATEWAY.search(words) else words


def codes_in(body: object) -> Iterator[str]:
    """MLflow's class of an error is more exact than its code; TorchServe has a type, Seldon a reason."""
    if not isinstance(body, Mapping):
        return
    status = body.get("status")
    reason = status.get("reason") if isinstance(status, Mapping) else None
    for code in (body.get("error_class"), body.get("error_code"), body.get("type"), reason):
        if isinstance(code, str):
            yield code


def place_in(body: object) -> str:
    """Where the first thing is that pydantic found."""
    detail = body.get("detail") if isinstance(body, Mapping) else None
    first = detail[0] if isinstance(detail, list) and detail else None
    path = _path(first) if isinstance(first, Mapping) else []
    return _printable(".".join(path))[:_MOST_OF_A_NAME]


def named_in(text: str) -> str:
    """The input that a server's words name."""
    line = _printable(text[-_MOST_SEARCHED:])
    matched = next((match for pattern in _FIELDS if (match := pattern.search(line))), None)
    return matched[1] if matched else ""


def sent_at(place: str, sent: bytes) -> str:
    """The name of the input that was sent at a place such as `inputs.0.data`."""
    position = re.search(r"\binputs\.(\d{1,4})\b", place)
    body = _json(sent) if position else None
    inputs = body.get("inputs") if isinstance(body, Mapping) else None
    if not position or not isinstance(inputs, list) or int(position[1]) >= len(inputs):
        return ""
    tensor = inputs[int(position[1])]
    return str(tensor.get("name")) if isinstance(tensor, Mapping) else ""


def _json(content: bytes) -> object:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return _lenient(content)


def _lenient(content: bytes) -> object:
    """NaN is no JSON, but Python writes it."""
    try:
        return json.loads(content[:_MOST_READ].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _from_json(body: Mapping[str, object]) -> str:
    keys = ("error", "detail", "message", "Message", "status")
    words = next((body[key] for key in keys if body.get(key)), "")
    if isinstance(words, list):
        return "; ".join(part for part in map(_validation, words[:3]) if part)
    if isinstance(words, Mapping):
        words = next(
            (words[k] for k in ("message", "msg", "info", "reason", "name") if words.get(k)), ""
        )
    return words[:_MOST_READ] if isinstance(words, str) else ""


def _validation(item: object) -> str:
    """One thing that pydantic found, with its place."""
    if not isinstance(item, Mapping):
        return item if isinstance(item, str) else ""
    message = item.get("msg")
    return f"{'.'.join(_path(item))}: {message if isinstance(message, str) else ''}".strip(": ")


def _path(item: Mapping[str, object]) -> list[str]:
    """The place inside the body."""
    loc = item.get("loc")
    parts = loc[:16] if isinstance(loc, list) else []
    inside = parts[1:] if parts[:1] == ["body"] else parts
    return [str(part)[:_MOST_OF_A_NAME] for part in inside if isinstance(part, str | int)]


def _end_of_traceback(text: str) -> str:
    """Of a traceback what it ends in. C++ puts its own traceback behind, under "At:"."""
    text = text.partition("\n\nAt:\n")[0].strip()
    if _TRACEBACK not in text:
        return text
    lines = text.splitlines()
    return ([line for line in lines if _EXCEPTION.match(line)] or lines)[-1].strip()


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
