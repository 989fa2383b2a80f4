"""What is known of a model, from every source: its server, registries, what was discovered, and what people published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from db.engine import Sessions
from mds_client.discovery import Entry
from mds_client.signature import Signature
from mds_client.signature.facts import Facts
from signatures import discovered, overlay


def signature_of(sessions: Sessions, entry: Entry, declare: Callable[[], Signature]) -> Signature:
    """The signature of a model with everything that is known of it. `declare` asks its server, where the catalogue has
    not yet; what it raises is raised."""
    declared = entry.signature or declare()
    return with_facts(sessions, entry, declared, overlay.current(sessions, entry.ref))


def with_facts(
    sessions: Sessions, entry: Entry, declared: Signature, facts: Facts | None
) -> Signature:
    """The declared signature with what else is known of the model, and these facts of people."""
    others = [*entry.facts, *discovered.current(sessions, entry.ref)]
    known = overlay.together(declared, overlay=facts, others=others, unfolds=entry.takes_matrix)
    return replace(known, explainer=entry.explainer)
