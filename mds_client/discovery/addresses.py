"""What is wrong with the address of a server, and what to write instead: judged before a request is sent, and
by what the request returned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from mds_client.protocols.detection import Detection, Probe

# Where the routes of the known protocols begin: what stands before them is the address of the server.
_ROUTES = re.compile(
    r"/(?:v2(?=/|$)|v1/(?:models|chat|completions|embeddings)|api/v[01](?:\.\d)?/(?:predictions|feedback|explain|health)"
    r"|predictions?(?=/|$)|predict(?=/|$)|explanations?(?=/|$)|invocations|infer(?=/|$)|ping$|metrics$|docs(?=/|$)|redoc"
    r"|openapi\.json|docs\.json|health\w*(?=/|$)|ready$|livez|readyz|-/routes|embed$|generate(?:_stream)?$)"
)
_TLS_EXPECTED = re.compile(
    r"http request (?:was sent )?to (?:an )?https|plain http|client sent an http", re.I
)
_NO_TLS = re.compile(
    r"wrong.version.number|record.layer.failure|packet.length.too.long|unknown.protocol", re.I
)
_NO_NAME = re.compile(
    r"name or service not known|name resolution|no address associated|nodename nor", re.I
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, and what to do. `better` is the address that is most likely meant, where there is one."""

    sentence: str
    advice: str
    better: str = ""


def fault_of(address: str) -> Fault | None:
    """The fault that the text of an address shows by itself; None where it can be tried."""
    text = address.strip().strip("\"'<>`").strip()
    if text != address:
        sentence = "The address has blanks or quotation marks around it."
        return Fault(sentence=sentence, advice=f"Write {_shown(text)}.", better=text)
    if re.search(r"\s", text):
        return Fault(sentence="The address has a blank in it.", advice="Leave it out.")
    scheme, between, rest = text.partition("://")
    if not between:
        return _without_scheme(text)
    if scheme.lower() not in ("http", "https"):
        better = f"{'https' if scheme.lower() in ('wss', 'grpcs', 'htps') else 'http'}://{rest}"
        sentence = f"{scheme}:// is not spoken here."
        return Fault(sentence=sentence, advice=f"Write {_shown(better)}.", better=better)
    return _in_parts(text)


def _without_scheme(text: str) -> Fault:
    rest = re.sub(r"^(?:https?:?/*|/+)", "", text) or "host:8080"
    scheme = "https" if text.startswith("https") else "http"
    better = f"{scheme}://{rest}"
    sentence = f"The address lacks {scheme}:// in front."
    return Fault(
        sentence=sentence, advice=f"Add {scheme}://: write {_shown(better)}.", better=better
    )


def _in_parts(text: str) -> Fault | None:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        sentence = "The port is no number from 1 to 65535, or the host's name is not closed."
        return Fault(
            sentence=sentence, advice="Write http://host:port; an IPv6 address in [brackets]."
        )
    if not host or port == 0:
        return Fault(sentence="The address names no host.", advice="Write http://host:port.")
    if parts.username is not None:
        better = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        advice = (
            f"Write {better}; set `username` and `password_env` for the server in the settings."
        )
        sentence = "The address holds a user or a password."
        return Fault(sentence=sentence, advice=advice, better=better)
    if parts.query or parts.fragment:
        better = parts._replace(query="", fragment="").geturl()
        sentence = "The address goes on after its path, with ? or #."
        return Fault(
            sentence=sentence, advice=f"Leave that out: write {_shown(better)}.", better=better
        )
    return None


def without_route(address: str) -> Fault | None:
    """The fault of an address that ends in a route of a protocol; None where it does not."""
    parts = urlsplit(address)
    route = _ROUTES.search(parts.path)
    if route is None:
        return None
    better = parts._replace(path=parts.path[: route.start()], query="", fragment="").geturl()
    sentence = (
        f"The address goes on with {parts.path[route.start() :]}, which is a route of the server."
    )
    return Fault(sentence=sentence, advice=f"Leave it out: write {_shown(better)}.", better=better)


def sent_elsewhere(address: str, detection: Detection) -> Fault | None:
    """The fault of an address that only redirects, or whose server expects TLS; None otherwise."""
    if any(_TLS_EXPECTED.search(probe.excerpt) for probe in detection.probes):
        return _other_scheme(address, "The server speaks TLS at this address.")
    probe = next((p for p in detection.probes if 300 <= p.status < 400 and p.location), None)
    return _redirected(address, probe) if probe else None


def _redirected(address: str, probe: Probe) -> Fault:
    probed = address.rstrip("/") + probe.path
    target = urljoin(probed, probe.location)
    if target == f"{probed}/":
        sentence = f"It sends us from {probe.path} to {probe.path}/, and routes with a slash at the end are not asked."
        advice = (
            "No address here can add the slash: have the server, or the proxy before it, answer "
            f"{probe.path} itself."
        )
        return Fault(sentence=sentence, advice=advice)
    better = target.removesuffix("/").removesuffix(probe.path) or target
    sentence = f"It sends you to {better}, where we do not follow."
    return Fault(sentence=sentence, advice=f"Write {better}, if that is your server.")


def unreached(address: str, detail: str) -> Fault | None:
    """Why nobody was reached, judged by the words of the connection error; None for unknown words."""
    parts = urlsplit(address)
    if parts.scheme == "https" and _NO_TLS.search(detail):
        return _other_scheme(address, "There is no TLS at this address.")
    if "CERTIFICATE_VERIFY_FAILED" in detail.upper().replace(" ", "_"):
        sentence = "The certificate of the server is not trusted here."
        advice = "Set ca_file for this server to the PEM file of its authority; check that its name is the certificate's."
        return Fault(sentence=sentence, advice=advice)
    if _NO_NAME.search(detail):
        sentence = f"This machine knows no host called {parts.hostname}."
        return Fault(
            sentence=sentence, advice="Check how it is spelt, and that this machine may reach it."
        )
    if "refused" in detail.lower():
        sentence = f"Nothing listens on port {_port(parts)} of {parts.hostname}."
        return Fault(sentence=sentence, advice="Check the port, and that the server runs.")
    return None


def speaks_tls(address: str) -> Fault:
    """The fault of an address with http:// whose server speaks TLS."""
    return _other_scheme(address, "The server speaks TLS at this address.")


def _other_scheme(address: str, sentence: str) -> Fault:
    scheme = "http" if address.startswith("https") else "https"
    better = f"{scheme}://{address.partition('://')[2]}"
    return Fault(sentence=sentence, advice=f"Write {_shown(better)}.", better=better)


def _shown(address: str) -> str:
    """The address without a user or a password, as a page or a terminal may show it."""
    return re.sub(r"//[^/@\s]*@", "//", address)


def _port(parts: SplitResult) -> int:
    return parts.port or {"https": 443}.get(parts.scheme, 80)
