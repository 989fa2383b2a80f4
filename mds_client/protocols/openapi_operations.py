"""The operations of an OpenAPI document: which can be asked like models, where, and why others cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urljoin, urlsplit

from mds_client.codecs.json_schema.keywords import list_of, text_of
from mds_client.protocols.openapi_fields import Operation, content_of, input_parameters
from mds_client.server import NotOffered, Server

_MAX_OPERATIONS = 200
_MAX_PATH = 500
_METHODS = ("get", "post", "put", "patch", "delete")
_NOT_MODELS = re.compile(
    r"(^|[/._-])(health\w*|livez|readyz?|live|metrics|docs|redoc|openapi|admin|login|logout|auth|"
    r"token|feedback|load|unload|repository|users?|config|shutdown)([/._-]|$)",
    re.IGNORECASE,
)
Facts = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Document:
    """One OpenAPI document: `prefix` is the path of its app, `facts` what it says."""

    prefix: str
    facts: Facts


def operations(document: Document, server: Server) -> tuple[list[Operation], list[NotOffered]]:
    """What can be asked, each with its own name, and what cannot, with the reason."""
    offered: list[Operation] = []
    others: list[NotOffered] = []
    for operation in islice(_all_operations(document, server), _MAX_OPERATIONS):
        reason = _reason(operation, server)
        if reason is None:
            offered.append(replace(operation, name=_name(operation, offered)))
        elif reason:
            is_likely = _is_likely(operation)
            what = operation.title[:_MAX_PATH]
            others.append(NotOffered(what=what, reason=reason, is_likely=is_likely))
    return offered, others


def is_path(path: object) -> bool:
    """Whether it is a plain path on this host, without steps upwards. Braces hold what is to be filled in."""
    if not isinstance(path, str) or not path.startswith("/") or len(path) > _MAX_PATH:
        return False
    is_plain = path.isprintable() and not set("?#\\") & set(path)
    return is_plain and "//" not in path and not {".", ".."} & set(path.split("/"))


# Which there are.


def _all_operations(document: Document, server: Server) -> Iterator[Operation]:
    paths = document.facts.get("paths")
    listed = islice(paths.items(), _MAX_OPERATIONS) if isinstance(paths, Mapping) else ()
    for path, about in listed:
        for method in _METHODS if isinstance(about, Mapping) else ():
            facts = about.get(method)
            if isinstance(facts, Mapping) and isinstance(path, str):
                base = _base((facts, about, document.facts), document.prefix, server)
                yield Operation(
                    method=method, path=base + path, route=document.prefix + path, facts=facts,
                    about=about, document=document.facts,
                )  # fmt: skip


def _base(places: Sequence[Facts], prefix: str, server: Server) -> str:
    """Where the paths begin: the prefix of the app, or the first of `servers` that stays on the configured host.

    The nearest `servers` counts: of the operation, its path, the document.
    """
    listed = next((s for facts in places if (s := list_of(facts.get("servers")))), [])
    for each in listed[:20]:
        path = _on_our_host(each, server.url.rstrip("/") + prefix)
        if path is not None:
            return prefix + _relative_to(prefix, path)
    return prefix


def _on_our_host(declared: object, root: str) -> str | None:
    """The path below `root` of one entry of `servers`; None for another host, or for no address."""
    facts = declared if isinstance(declared, Mapping) else {}
    try:
        url = urlsplit(urljoin(f"{root}/openapi.json", _filled(facts)))
        ours = urlsplit(root)
        is_ours = (url.hostname, _port(url)) == (ours.hostname, _port(ours))
    except ValueError:
        return None
    path = url.path.rstrip("/")
    if not is_ours or url.username or (path and not is_path(path)) or set("{}") & set(path):
        return None
    return _relative_to(ours.path.rstrip("/"), path)


def _relative_to(base: str, path: str) -> str:
    """The part of a path below a base; the whole path where it is not below the base."""
    return path[len(base) :] if path == base or path.startswith(f"{base}/") else path


def _filled(server: Facts) -> str:
    """Its address, with the defaults of its variables."""
    url, variables = text_of(server.get("url")), server.get("variables")
    known = variables if isinstance(variables, Mapping) else {}
    for name, facts in islice(known.items(), 20):
        default = facts.get("default") if isinstance(facts, Mapping) else ""
        url = url.replace(f"{{{name}}}", text_of(default))
    return url


def _port(url: object) -> int | None:
    port, scheme = getattr(url, "port", None), getattr(url, "scheme", "")
    return port or {"http": 80, "https": 443}.get(scheme)


def _name(operation: Operation, others: Sequence[Operation]) -> str:
    """By its path; a second one of the same path also says its method."""
    path = operation.route.replace("{", "").replace("}", "").strip("/")
    name = path.replace("/", ".") or "root"
    return f"{name}.{operation.method}" if name in {other.name for other in others} else name


# Why one is not offered.


def _reason(operation: Operation, server: Server) -> str | None:
    """Why an operation is not offered, in a sentence; None where it is offered, empty where nobody would expect
    it among models."""
    if not is_path(operation.path):
        return "Its path is no plain path on this host."
    has_input = bool(
        operation.body or input_parameters(operation, server) or "requestBody" in operation.facts
    )
    if operation.method == "get" and not has_input:
        return ""
    if _NOT_MODELS.search(operation.route):
        return "By its name it serves the service itself, and is no prediction."
    if operation.method not in ("get", "post"):
        return f"{operation.method.upper()} changes what is there: only POST and GET are asked."
    return _of_inputs(operation, server, has_input=has_input)


def _is_likely(operation: Operation) -> bool:
    """Whether people may look for the operation among the models."""
    is_asked = operation.method in ("get", "post") and is_path(operation.path)
    is_asked = is_asked and not _NOT_MODELS.search(operation.route)
    return is_asked and ("requestBody" in operation.facts or operation.says_it_predicts)


def _of_inputs(operation: Operation, server: Server, *, has_input: bool) -> str | None:
    if not has_input:
        return (
            "It declares neither a body nor parameters: what its code reads by itself is not known."
        )
    if "requestBody" in operation.facts and operation.body is None:
        return _of_media(operation)
    if cookies := [str(p.get("name")) for p in operation.parameters if _is_cookie(p)]:
        return f"It needs the cookie {cookies[0]!r}, which is not sent."
    if operation.body is None and not operation.says_it_predicts:
        places = {p.get("in") for p in input_parameters(operation, server)}
        if operation.method == "get" or "query" not in places:
            return "It reads what is stored: nothing in its name says that it predicts."
    return None


def _of_media(operation: Operation) -> str:
    types = [
        str(t)[:80]
        for t in islice(content_of(operation.facts["requestBody"], operation.document), 4)
    ]
    if not types:
        return "It declares a body without saying what is in it."
    return f"It takes {' or '.join(types)}, which is not written here."


def _is_cookie(facts: Facts) -> bool:
    return facts.get("in") == "cookie" and facts.get("required") is True
