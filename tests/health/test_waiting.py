"""The button of Health opens exactly the drawn cases that wait, and the checks to do are of the figures shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlparse

from cases.search import count, search
from db.engine import Sessions
from feedback.submission import submit
from health.report import points
from tests.recorded import FAILED, add_cases, case_of
from ui.health.address import Chosen
from ui.health.to_check import words


def test_what_is_counted_is_what_the_address_opens(sessions: Sessions) -> None:
    now, drawn = datetime.now(UTC), {"is_audited": True, "audit_draw": 0.01}
    old = now - timedelta(days=30)
    kept = add_cases(
        sessions,
        *(case_of(created_at=now, entered={}, **drawn) for _ in range(4)),
        case_of(created_at=old, entered={}, **drawn),
        case_of(created_at=now, entered={}),
        case_of(created_at=now, entered={}, **FAILED),
    )
    submit(sessions, case_id=kept[0].id, person="ada", judgement="correct", key="k")
    chosen = Chosen(server="shelf", model="penguins", since=now - timedelta(days=6), chips={})
    assert count(sessions, chosen.waiting, most=100) == 3
    assert {line.id for line in search(sessions, chosen.waiting).lines} == {c.id for c in kept[1:4]}
    assert count(sessions, chosen.waiting, most=2) == 2
    asked = parse_qs(urlparse(chosen.to_check).query)
    assert (asked["drawn"], asked["judgement"], asked["state"]) == (["yes"], ["none"], ["answered"])


def test_numbers_have_their_grammar() -> None:
    assert words(3, 77) == "Check the 3 drawn cases that nobody judged (77 are needed for ±5 pp)"
    assert words(1, 1) == "Check the 1 drawn case that nobody judged (1 is needed for ±5 pp)"
    assert (points(0.011), points(0.04)) == ("1 percentage point", "4 percentage points")
