"""How much each source of facts is trusted."""

from __future__ import annotations

from mds_client.signature.facts import SOURCES, Facts
from mds_client.signature.metadata import DECLARED, GUESSED


def by_trust(facts: Facts) -> tuple[int, str, str]:
    """The sort key of a source: the most trusted first, ties always in the same order."""
    return SOURCES.index(facts.source), facts.name, repr(facts)


def rank_of(source: str) -> int:
    """The rank of a source, 0 the most trusted. What is guessed from a datatype ranks last."""
    if source == GUESSED:
        return len(SOURCES)
    return SOURCES.index(source if source in SOURCES else DECLARED)
