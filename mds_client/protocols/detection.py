"""Finds out by read-only requests which protocol a base URL speaks, and keeps the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mds_client.errors import MdsError, NotAllowed, UnreadableAnswer
from mds_client.errors.error_mapping import error_of
from mds_client.protocols import protocols
from mds_client.protocols.protocol import Conversation, Protocol
from mds_client.server import Server
from mds_client.transport.exchange import Request, Response


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One question that was asked and what came back, the beginning of it as `excerpt`; `location` is where it sent us, if it did."""

    method: str
    path: str
    status: int
    excerpt: str
    location: str = ""


@dataclass(frozen=True, kw_only=True)
class Detection:
    """The verdict on a base URL. `protocol` is empty when nothing was recognised.

    `evidence` is one sentence for the verdict, `probes` is everything that was asked. `is_locked` says
    that whatever is there refused access.
    """

    protocol: str = ""
    evidence: str = ""
    probes: tuple[Probe, ...] = ()
    is_locked: bool = False


def detection(server: Server) -> Conversation[Detection]:
    """Try the protocols in their order until one recognises the server.

    A request that two protocols ask is sent once. Raises MdsError when nobody answers at all.
    """
    responses: dict[tuple[str, str], Response] = {}
    for protocol in protocols().values():
        evidence = yield from _detect_with(protocol(server), responses)
        if evidence:
            return Detection(protocol=protocol.NAME, evidence=evidence, probes=_probes(responses))
    return Detection(probes=_probes(responses), is_locked=_is_locked(responses.values()))


def unrecognised(outcome: Detection, server: Server) -> MdsError:
    """The error for a server that answers but speaks nothing we know, or refuses access."""
    requests = "; ".join(f"{p.method} {p.path} → {p.status}" for p in outcome.probes)
    if outcome.is_locked:
        return NotAllowed(
            f"The server “{server.title or server.name}” refused access.",
            advice="Tell whoever runs this workbench to set credentials for this server in its settings.",
            detail=f"asked: {requests}",
        )
    return UnreadableAnswer(
        "A server answers at this address, but it speaks no protocol that we know.",
        advice="Name its protocol in the settings, or look with `mds doctor`.",
        detail=f"asked: {requests}",
    )


def _detect_with(
    protocol: Protocol, responses: dict[tuple[str, str], Response]
) -> Conversation[str]:
    conversation = protocol.detect()
    try:
        request = next(conversation)
        while True:
            key = (request.method, request.path)
            if key not in responses:
                responses[key] = yield replace(request, is_repeatable=True)
            request = conversation.send(responses[key])
    except StopIteration as done:
        return str(done.value)
    except MdsError:
        return ""  # the answer was not what this protocol reads


def _is_locked(answers: Iterable[Response]) -> bool:
    """Whether every answer but "no such route" refuses access, by its status or as a page to sign in at."""
    existing = [answer for answer in answers if answer.status != 404]
    return bool(existing) and all(isinstance(error_of(answer), NotAllowed) for answer in existing)


def _probes(responses: dict[tuple[str, str], Response]) -> tuple[Probe, ...]:
    return tuple(
        Probe(
            method=method,
            path=path,
            status=r.status,
            excerpt=_beginning_of(r),
            location=_location(r),
        )
        for (method, path), r in responses.items()
    )


def _location(response: Response) -> str:
    location = response.headers.get("location", "")
    return location[:500] if location.isprintable() else ""


def _beginning_of(response: Response) -> str:
    text = " ".join(response.body[:300].decode("utf-8", "replace").split())
    return "".join(c for c in text if c.isprintable())[:160]


def probe_lines(probes: Sequence[Probe]) -> list[str]:
    """Each probe as one line for a person."""
    return [f"{p.method} {p.path}: {p.status} {p.excerpt}".rstrip() for p in probes]


__all__ = ["Detection", "Probe", "Request", "detection", "probe_lines", "unrecognised"]
