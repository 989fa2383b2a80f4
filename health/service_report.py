"""The service of a model on its printed report: requests, failures by kind, times, and objectives with their error budgets."""

from __future__ import annotations

from collections.abc import Iterator

from health.answer_times import reported_words, times_words
from health.objectives import Budget, burn_sentence, sentence, title
from health.server_metrics.readings import Reading
from health.service import NO_OBJECTIVE, Service, failures_words, requests_words
from health.wording import rate_words
from printed.frame import bar, facts, track
from printed.markup import Html, tag

SIGNS = {"met": "✓ Kept", "missed": "! Missed", "too few": "? Too few requests"}


def section(found: Service, reading: Reading | None) -> Html:
    """All requests of its days, of every version; `reading` is what its server reports, None where nothing is read."""
    return tag(
        "section",
        tag("h2", f"Service in the last {found.days} days, of every version"),
        facts(list(_facts(found, reading))),
        *(part for each in found.budgets for part in _budget(each)),
        *([] if found.budgets else [tag("p", NO_OBJECTIVE, class_="muted")]),
    )


def _facts(found: Service, reading: Reading | None) -> Iterator[tuple[str, str]]:
    yield "Requests", requests_words(found)
    yield "Answered", rate_words(found.availability)
    if found.failures:
        yield "Failed", failures_words(found)
    yield from times_words(found.times)
    if reading is not None:
        yield "Time to answer, as the server reports it", reported_words(reading)


def _budget(found: Budget) -> Iterator[Html]:
    yield tag("p", tag("b", f"{SIGNS[found.verdict]}: {title(found.objective)}"))
    if found.spent is not None:
        left = max(0, int(found.left))
        yield bar("Error budget", track(found.spent), f"{found.bad:,} spent, {left:,} left")
    yield tag("p", " ".join([sentence(found), *(burn_sentence(found, b) for b in found.burns)]))
