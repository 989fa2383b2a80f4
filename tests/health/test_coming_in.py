"""While the history of a demonstration comes in, a model without a case is not said to be one that nobody asks."""

from __future__ import annotations

from datetime import timedelta

from audit_log.workspaces import opened
from db.engine import Sessions
from db.ids import utc_now
from health.coming_in import history_words
from health.day_counts import fold
from tests.recorded import add_cases, case_of


def test_it_is_said_until_its_days_are_counted_and_not_for_ever(sessions: Sessions) -> None:
    old = {"created_at": utc_now() - timedelta(days=9), "purpose": "demo"}
    add_cases(sessions, *(case_of(**old) for _ in range(3)))
    assert history_words(sessions) == ""  # nothing says that more comes
    opened(sessions, "demo", person="demonstration", title="The demonstration")
    assert "still coming in: 3 cases so far, none of this model yet." in history_words(sessions)
    assert history_words(sessions, clock=lambda: utc_now() + timedelta(hours=1)) == ""
    fold(sessions)
    assert history_words(sessions) == ""
    add_cases(sessions, case_of(created_at=utc_now()))  # what somebody asks now is no history
    assert history_words(sessions) == ""
