"""`mds doctor`: whether servers can be used, and what to set where they cannot."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from cli import fleet
from cli.findings import Finding, Mark, credential_advice, has_credential, of_error
from cli.output import FAILED, GOOD, UNREACHABLE, WRONG, document, printable
from cli.trial import tried
from mds_client.client.sync_client import MdsClient
from mds_client.discovery.addresses import (
    Fault,
    fault_of,
    sent_elsewhere,
    speaks_tls,
    unreached,
    without_route,
)
from mds_client.errors import MdsError
from mds_client.protocols import AUTO
from mds_client.protocols.detection import Detection
from mds_client.protocols.explainers import explainers, explaining_others
from mds_client.protocols.protocol import Protocol
from mds_client.server import ModelInfo, Server
from mds_client.signature import Explainer, ModelRef, Signature
from mds_client.transport.redaction import LONG, LONG_NUMBER
from settings import settings_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", nargs="?", help="a base URL; without it, every configured server")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Look at each server; the exit code is that of the first finding that is bad."""
    findings = [] if chosen.url else [_settings()]
    servers = [Server(name="server", url=chosen.url)] if chosen.url else fleet.servers()
    for server in servers:
        findings += examined(server)
    if chosen.json:
        document([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            print(finding)
    return next((finding.code for finding in findings if finding.code), GOOD)


def _settings() -> Finding:
    path = settings_file()
    if path.exists():
        return Finding(mark="✓", server="", sentence=f"The settings are read from {path}.")
    advice = "Write one with a [[servers]] table, or name it in MDS_SETTINGS."
    return Finding(
        mark="!", server="", sentence=f"There is no settings file {path}.", advice=advice
    )


def examined(server: Server) -> list[Finding]:
    """Everything that is found at one server; where its address cannot be right, also at the one that is most likely
    meant. Never raises MdsError."""
    fault = fault_of(server.url)
    if fault:
        return _amended(server, fault, WRONG)
    fault = without_route(server.url)
    if fault and _is_recognised(replace(server, url=fault.better)):
        return _amended(server, fault, FAILED)
    with MdsClient(server) as client:
        try:
            detection = client.detect()
        except MdsError as error:
            return _unreachable(server, error)
        return _of_protocol(client, detection)


def _is_recognised(server: Server) -> bool:
    """Whether a server of a known protocol answers: one that answers anything may be taken for another below its
    routes."""
    with MdsClient(server) as client:
        try:
            return bool(client.detect().protocol)
        except MdsError:
            return False


def _amended(server: Server, fault: Fault, code: int) -> list[Finding]:
    """The fault of the address, and what is found at the better one. A credential for an encrypted connection
    never goes unencrypted to the better address."""
    sentence, advice = printable(fault.sentence), printable(fault.advice)
    finding = Finding(mark="✗", server=server.name, sentence=sentence, advice=advice, code=code)
    is_bare = server.url.startswith("https://") and fault.better.startswith("http://")
    if not fault.better or (is_bare and has_credential(server)):
        return [finding]
    return [finding, *examined(replace(server, url=fault.better))]


def _unreachable(server: Server, error: MdsError) -> list[Finding]:
    """Why nobody was reached; over http also whether TLS is spoken there."""
    fault = unreached(server.url, error.detail)
    if fault is None and server.url.startswith("http://") and _has_tls(server):
        fault = speaks_tls(server.url)
    return _amended(server, fault, UNREACHABLE) if fault else [of_error(server, error)]


def _has_tls(server: Server) -> bool:
    """Whether TLS is spoken at the host and port; a certificate that is not trusted here proves it, too."""
    address = server.url.replace("http://", "https://", 1)
    with MdsClient(Server(name=server.name, url=address, tls=server.tls, retries=0)) as client:
        try:
            client.detect()
        except MdsError as error:
            return "certificate" in error.detail.lower()
    return True


def _of_protocol(client: MdsClient, detection: Detection) -> list[Finding]:
    server = client.server
    fault = None if detection.protocol or detection.is_locked else _wrong_address(server, detection)
    if fault:
        return _amended(server, fault, FAILED)
    findings = [*_protocol_findings(server, detection), *_short_credential(client)]
    if server.protocol == AUTO and not detection.protocol:
        return findings
    try:
        return findings + _models(client)
    except MdsError as error:
        return [*findings, of_error(server, error), *_needs_models(client.protocol())]


def _wrong_address(server: Server, detection: Detection) -> Fault | None:
    """The fault of an address at which no protocol was recognised, where the address shows it."""
    return sent_elsewhere(server.url, detection) or without_route(server.url)


def _protocol_findings(server: Server, detection: Detection) -> list[Finding]:
    """Which protocol, and why; what was asked where nothing was recognised."""
    if detection.protocol:
        sentence = f"It speaks {detection.protocol}: {printable(detection.evidence)}"
        findings = [Finding(mark="✓", server=server.name, sentence=sentence)]
        if server.protocol not in (AUTO, detection.protocol):
            sentence = f"The settings say protocol = {server.protocol!r}."
            advice = f'If calls fail, set protocol = "{detection.protocol}" or "auto".'
            findings.append(Finding(mark="!", server=server.name, sentence=sentence, advice=advice))
        return findings
    mark: Mark = "✗" if server.protocol == AUTO else "!"
    probed = "; ".join(f"{p.method} {p.path} → {p.status}" for p in detection.probes)
    verdict = "refuses access" if detection.is_locked else "no protocol was recognised"
    sentence = f"The server answers, but {verdict} ({probed})."
    code = FAILED if mark == "✗" else GOOD
    advice = _advice_of(server, detection)
    return [Finding(mark=mark, server=server.name, sentence=sentence, advice=advice, code=code)]


def _short_credential(client: MdsClient) -> list[Finding]:
    """Whether a credential is so short that it cannot be told from the words of an answer."""
    if not client.secrets.has_short:
        return []
    sentence = f"A credential for it has fewer than {LONG} characters (of digits, {LONG_NUMBER})."
    advice = "Where an answer repeats it, it is shown: take a longer one."
    return [Finding(mark="!", server=client.server.name, sentence=sentence, advice=advice)]


def _advice_of(server: Server, detection: Detection) -> str:
    if detection.is_locked or {401, 403} & {probe.status for probe in detection.probes}:
        return credential_advice(server)
    return 'Set protocol = "…" for this server, or correct the path in its url.'


_MOST_ASKED = 100
_MOST_NAMED = 10
_STATES = {
    "LOADING": "is being loaded",
    "UNLOADING": "is being unloaded",
    "UNAVAILABLE": "is not loaded",
}


def _models(client: MdsClient) -> list[Finding]:
    """How many models there are, and which of them say nothing of what they take."""
    server, listed = client.server, client.models()
    if not listed:
        return _without_models(client)
    declared = {info.ref: _declared(client, info, n) for n, info in enumerate(listed)}
    by_model = explainers(client.protocol(), declared)
    explainers_only = explaining_others(by_model)
    models = [info for info in listed if info.ref not in explainers_only]
    ready = [info for info in models if info.is_ready]
    counted = "1 model" if len(models) == 1 else f"{len(models)} models"
    sentence = f"It has {counted}, {len(ready)} of them ready."
    findings = [
        Finding(mark="✓", server=server.name, sentence=sentence),
        *_explained(server, by_model),
    ]
    findings += [*_not_loaded(server, models), *_not_offered(client)]
    findings += _without_metadata(server, ready[:_MOST_ASKED], declared)
    return findings + tried(client, [info.ref for info in ready], declared)


def _without_models(client: MdsClient) -> list[Finding]:
    others, name = _not_offered(client), client.server.name
    advice = "" if others else 'If it lists none, name them: [[servers]] models = ["name"].'
    return [Finding(mark="!", server=name, sentence="It has no models.", advice=advice), *others]


def _without_metadata(
    server: Server, ready: Sequence[ModelInfo], declared: Mapping[ModelRef, Signature | None]
) -> list[Finding]:
    """Which models say nothing of what they take."""
    bare = [str(info.ref) for info in ready if _is_bare(declared[info.ref])]
    if not bare:
        return []
    sentence = f"Without metadata: {printable(', '.join(bare))}."
    advice = "Declare their inputs where they are deployed; until then they take bare tensors."
    return [Finding(mark="!", server=server.name, sentence=sentence, advice=advice)]


def _not_loaded(server: Server, models: Sequence[ModelInfo]) -> list[Finding]:
    """Which models cannot be asked now, with the server's own reason."""
    away = [info for info in models if info.state not in ("READY", "UNKNOWN")]
    findings = []
    for info in away[:_MOST_NAMED]:
        state = _STATES.get(info.state, "cannot be asked")
        reason = f": {printable(info.reason)}" if info.reason else "; the server says no reason."
        sentence = f"{printable(info.ref)} {state}{reason}"
        findings.append(Finding(mark="!", server=server.name, sentence=sentence))
    if len(away) > _MOST_NAMED:
        sentence = f"{len(away) - _MOST_NAMED} more models cannot be asked now."
        findings.append(Finding(mark="!", server=server.name, sentence=sentence))
    return findings


def _not_offered(client: MdsClient) -> list[Finding]:
    """What it has that cannot be asked from here, and why: a line for each reason."""
    reasons: dict[str, list[str]] = {}
    for other in client.protocol().not_offered:
        reasons.setdefault(other.reason, []).append(other.what)
    findings = []
    for reason, named in reasons.items():
        are = "operation is" if len(named) == 1 else "operations are"
        sentence = f"{len(named)} {are} not offered: {', '.join(named[:_MOST_NAMED])}"
        sentence += f" and {len(named) - _MOST_NAMED} more." if len(named) > _MOST_NAMED else "."
        findings.append(
            Finding(
                mark="!",
                server=client.server.name,
                sentence=printable(sentence),
                advice=printable(reason),
            )
        )
    return findings


def _explained(server: Server, by_model: Mapping[ModelRef, Explainer]) -> list[Finding]:
    """Which models have an explainer beside them, where it is asked, and how that is known."""
    sentences = {
        ref: f"{printable(str(ref))} is explained by {printable(each.title)} "
        f"({printable(each.route)}). {printable(each.evidence)}"
        for ref, each in by_model.items()
    }
    return [
        Finding(mark="✓", server=server.name, sentence=sentence) for sentence in sentences.values()
    ]


def _declared(client: MdsClient, info: ModelInfo, place: int) -> Signature | None:
    """The signature that a model declares; None where it is not ready or does not answer, or where too many were asked already."""
    try:
        return client.signature(info.ref) if info.is_ready and place < _MOST_ASKED else None
    except MdsError:
        return None


def _is_bare(signature: Signature | None) -> bool:
    return signature is None or signature.layout == "unknown"


def _needs_models(protocol: Protocol) -> list[Finding]:
    if not protocol.NEEDS_MODELS or protocol.server.models:
        return []
    sentence, advice = "This protocol lists no models.", 'Name them: [[servers]] models = ["name"].'
    return [Finding(mark="!", server=protocol.server.name, sentence=sentence, advice=advice)]
