"""The same call as a program that a person can run: curl, Python, this library, the server's own client.

Credentials never occur: where the server is sent one, the program reads it from an environment variable.
"""

from __future__ import annotations

import base64
import json
import re
import shlex
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from mds_client.client.python_code import (
    URL,
    python_body,
    python_bytes,
    python_headers,
    text_in,
    with_imports,
)
from mds_client.protocols.protocol import Protocol
from mds_client.server import Server
from mds_client.signature import File, Signature, Values
from mds_client.transport.credentials import Credentials
from mds_client.transport.exchange import Exchange, Request

_MOST_ON_ONE_LINE = 1000
_NOT_REPEATED = {"x-request-id", "traceparent", "tracestate", "baggage", "content-length"}
_HIDDEN = "(hidden)"  # what a record holds in place of a header that may be a credential


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """One program. `needs` says what has to be there before it runs."""

    title: str
    language: str
    code: str
    needs: tuple[str, ...] = ()


class FromEnvironment(str):
    """The name of a variable, in the place of its value; as Python code it reads the variable."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"os.environ[{str(self)!r}]"

    def in_shell(self) -> str:
        """The value in a command."""
        return f'"${self!s}"'


class Bearer(FromEnvironment):
    """A bearer token whose variable this is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f'"Bearer " + {super().__repr__()}'

    def in_shell(self) -> str:
        return f'"Bearer ${self!s}"'


class Basic(FromEnvironment):
    """A name with the variable of its password, as basic authentication sends them."""

    user = ""

    @classmethod
    def of(cls, user: str, variable: str) -> Basic:
        credential = cls(variable)
        credential.user = user
        return credential

    def __repr__(self) -> str:
        return (
            f'"Basic " + b64encode(({self.user + ":"!r} + {super().__repr__()}).encode()).decode()'
        )

    def in_shell(self) -> str:
        name = shlex.quote(self.user + ":")
        return f'"Basic $(printf %s {name}"${self!s}" | base64 | tr -d \'\\n\')"'


def snippets(
    server: Server,
    protocol: Protocol,
    signature: Signature | None,
    call: Exchange | Request,
    *,
    values: Values | Sequence[Values] | None = None,
    variables: Mapping[str, str] | None = None,
) -> tuple[Snippet, ...]:
    """The call in every form there is for it.

    `variables` names the environment variable of a credential header. With `values`, the rows that were
    sent, there is a program with this library too.
    """
    request, url = _request(server, call, variables or {})
    secrets = tuple(
        f"environment variable {v}"
        for v in request.headers.values()
        if isinstance(v, FromEnvironment)
    )
    written = [
        Snippet(title="curl", language="bash", code=_curl(url, request), needs=("curl", *secrets)),
        Snippet(
            title="Python",
            language="python",
            code=_httpx(url, request),
            needs=("pip install httpx", *secrets),
        ),
    ]
    if signature is not None and values is not None:
        code = _mds_client(server, protocol, signature, request, values)
        written.append(Snippet(title="mds_client", language="python", code=code, needs=secrets))
    return (*written, *_in_servers_client(server, protocol, signature, request, secrets))


def _request(
    server: Server, call: Exchange | Request, variables: Mapping[str, str]
) -> tuple[Request, str]:
    """The request with variables for its credentials, and its whole address."""
    if isinstance(call, Exchange):
        parts = urlsplit(call.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        url = without_user(call.url)
        headers, body, method = call.request_headers, call.request_body, call.method
        request = Request(method=method, path=path, body=body, headers=headers)
    else:
        base = (server.management_url if call.to_management else "") or server.url
        request, url = call, without_user(base.rstrip("/") + call.path)
    return replace(request, headers=_headers(server, request.headers, variables)), url


def _headers(
    server: Server, sent: Mapping[str, str], variables: Mapping[str, str]
) -> dict[str, str]:
    secret = {name.casefold() for name in server.headers}
    secret |= {name.casefold() for name, value in sent.items() if value == _HIDDEN}
    names = [*server.headers, *(n for n, v in sent.items() if v == _HIDDEN)]
    plain = {
        n: v
        for n, v in sent.items()
        if n.casefold() not in secret and n.casefold() not in _NOT_REPEATED
    }
    from_environment = {name: FromEnvironment(_variable(name, variables)) for name in names}
    signed = _credential(server.credentials)
    others = {n: v for n, v in (plain | from_environment).items() if n not in signed}
    return others | signed


def _credential(credentials: Credentials) -> dict[str, FromEnvironment]:
    """The header by which we sign in, of the variable that the settings name; of ours where they name a file. A token
    that is fetched for each call has to be fetched by whoever runs the program."""
    if credentials.token_url or credentials.token:
        return {"Authorization": Bearer(_safe_name(credentials.token.env, "MDS_TOKEN"))}
    if credentials.username:
        variable = _safe_name(credentials.password.env, "MDS_PASSWORD")
        return {"Authorization": Basic.of(credentials.username, variable)}
    if credentials.api_key:
        name = credentials.api_key_header or "X-API-Key"
        return {name: FromEnvironment(_safe_name(credentials.api_key.env, "MDS_API_KEY"))}
    return {}


def _safe_name(variable: str, default: str) -> str:
    return variable if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable) else default


def _variable(header: str, variables: Mapping[str, str]) -> str:
    named = {name.casefold(): variable for name, variable in variables.items()}
    default = "MDS_HEADER_" + re.sub(r"\W", "_", header, flags=re.ASCII).upper()
    variable = named.get(header.casefold(), default)
    return _safe_name(variable, default)


def without_user(url: str) -> str:
    """The address without a user and password in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


# curl


def _curl(url: str, request: Request) -> str:
    words = ["curl --silent --show-error --globoff", f"--request {request.method}"]
    words += [f"--header {_shell_header(n, v)}" for n, v in request.headers.items()]
    before, data, after = _shell_body(request.body)
    command = before + " \\\n  ".join([*words, *data, shlex.quote(url)])
    # The group hands its input, the lines below, to the first command in it.
    return f"{{ {command}; }}{after}" if before else command + after


def _shell_header(name: str, value: str) -> str:
    if isinstance(value, FromEnvironment):
        return f"{shlex.quote(name + ': ')}{value.in_shell()}"
    return shlex.quote(f"{name}: {value}")


def _shell_body(body: bytes) -> tuple[str, list[str], str]:
    """What goes before the command, its arguments, and what comes after."""
    if not body:
        return "", [], ""
    text = text_in(body)
    if text is not None and len(text) <= _MOST_ON_ONE_LINE:
        return "", [f"--data-raw {shlex.quote(text)}"], ""
    if text is not None and _is_json(text):  # to JSON the line end that this adds means nothing
        return "", ["--data-binary @-"], _heredoc(text)
    encoded = "\n".join(textwrap.wrap(base64.b64encode(body).decode(), 76))
    return "base64 --decode | ", ["--data-binary @-"], _heredoc(encoded)


def _heredoc(text: str) -> str:
    end = "END"
    while end in text:
        end += "_"
    return f" <<'{end}'\n{text}\n{end}"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


# Python


def _httpx(url: str, request: Request) -> str:
    headers = python_headers(request.headers)
    code = ["import httpx", "", f"headers = {headers}", f"body = {python_body(request.body)}"]
    code += [
        f"answer = httpx.request({request.method!r}, {url!r}, headers=headers, content=body, timeout=60)",
        "print(answer.text)",
        "answer.raise_for_status()",
    ]
    return with_imports(code)


# This library


def _mds_client(
    server: Server,
    protocol: Protocol,
    signature: Signature,
    request: Request,
    values: Values | Sequence[Values],
) -> str:
    secret = {n: v for n, v in request.headers.items() if isinstance(v, FromEnvironment)}
    options = [f"name={server.name!r}", f"url={without_user(server.url)!r}"]
    options += [f"protocol={protocol.NAME!r}"]
    options += [f"headers={python_headers(secret)}"] if secret else []
    model = ", ".join(
        repr(part) for part in (signature.model.name, signature.model.version) if part
    )
    entered = _literal(values)
    names = "File, MdsClient, Server" if "File(" in entered else "MdsClient, Server"
    return with_imports(
        [
            f"from mds_client import {names}",
            "",
            f"server = Server({', '.join(options)})",
            f"values = {entered}",
            "with MdsClient(server) as client:",
            f"    prediction = client.model({model}).predict(values)",
            "for answer in prediction.answers:",
            "    print(answer.headline)",
        ]
    )


def _literal(value: object) -> str:
    """A value as Python code."""
    if isinstance(value, File):
        return f"File(name={value.name!r}, media_type={value.media_type!r}, data={python_bytes(value.data)})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k!r}: {_literal(v)}" for k, v in value.items()) + "}"
    if hasattr(value, "tolist"):  # NumPy
        return _literal(value.tolist())
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    if isinstance(value, float) and not abs(value) < float("inf"):
        return f'float("{value}")'
    return repr(value)


# The server's own client


def _in_servers_client(
    server: Server,
    protocol: Protocol,
    signature: Signature | None,
    request: Request,
    secrets: tuple[str, ...],
) -> tuple[Snippet, ...]:
    if signature is None or request.method != "POST":
        return ()
    code = protocol.own_client(signature, request)
    if not code:
        return ()
    title = "tritonclient" if "tritonclient" in code else "Own client"
    needs = ("pip install tritonclient[http]",) if title == "tritonclient" else ()
    code = code.replace(URL, repr(without_user(server.url.rstrip("/"))))
    return (Snippet(title=title, language="python", code=code, needs=(*needs, *secrets)),)
