"""While the history of a demonstration comes in, a model without a case is not said to be one that nobody asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from audit_log.workspaces import complete, opened
from db.engine import Sessions
from db.ids import utc_now
from health.baselines import in_words
from health.coming_in import ComingIn, as_known, coming_in
from health.day_counts import fold
from health.kept_standings import keep, kept
from health.standing import standings
from tests.recorded import add_cases, case_of


def test_it_is_said_until_the_history_is_complete_and_not_for_ever(sessions: Sessions) -> None:
    old = {"created_at": utc_now() - timedelta(days=9), "purpose": "demo"}
    add_cases(sessions, *(case_of(**old) for _ in range(3)))
    assert coming_in(sessions) is None  # nothing says that more comes
    made = opened(sessions, "demo", person="demonstration", title="The demonstration")
    fold(sessions)  # a job that counts days in the middle ends nothing
    found = coming_in(sessions)
    assert found is not None
    assert found.cases == {("shelf", "penguins"): 3}
    assert coming_in(sessions, clock=lambda: utc_now() + timedelta(hours=1)) is None
    complete(sessions, made.name)
    assert coming_in(sessions) is None


def test_it_is_said_of_models_with_and_without_cases_of_its_server_alone() -> None:
    found = ComingIn(cases={("shelf", "penguins"): 1_200, ("shelf", "wine"): 40})
    so_far = "The history of the demonstration is still coming in: 1,240 cases so far"
    assert found.words == f"{so_far}. Words and figures change until all are there."
    change = "Its word and figures change until all are there."
    assert found.words_of("shelf", "wine", is_asked=True) == f"{so_far}, 40 of this model. {change}"
    assert (
        found.words_of("shelf", "ocr", is_asked=True) == f"{so_far}, none of this model. {change}"
    )
    assert found.words_of("shelf", "ocr", is_asked=False) == f"{so_far}, none of this model yet."
    assert found.words_of("bank", "fraud", is_asked=True) == ""  # none of it will come
    assert ComingIn(cases={}).is_of("bank")  # nobody knows yet


def test_a_model_of_which_the_newest_cases_are_to_come_is_not_to_be_removed(
    sessions: Sessions,
) -> None:
    old = {"created_at": utc_now() - timedelta(days=30), "purpose": "demo"}
    add_cases(sessions, *(case_of(**old) for _ in range(3)))
    opened(sessions, "demo", person="demonstration", title="The demonstration")
    (quiet,) = standings(sessions).values()
    assert quiet.status.action == "Ask it, or remove it."
    found = as_known(coming_in(sessions), quiet).status
    day = in_words(utc_now().date() - timedelta(days=30))
    assert found.sentence == f"Its cases after {day} are still coming in."
    assert (found.action, found.word) == ("Look again in a minute.", quiet.status.word)
    assert [each.sentence for each in found.findings] == [found.sentence]
    # Of another server nothing comes, and once all are there nothing is to come.
    assert ComingIn(cases={("bank", "fraud"): 1}).as_known(quiet) == quiet
    assert as_known(None, quiet) == quiet


def test_its_card_says_that_cases_are_to_come(sessions: Sessions) -> None:
    old = {"created_at": utc_now() - timedelta(days=30), "purpose": "demo"}
    add_cases(sessions, *(case_of(**old) for _ in range(3)))
    keep(sessions, standings(sessions).values())
    (view,) = kept(sessions).values()
    assert view.sentence.startswith("Nobody has asked this model since")
    found = ComingIn(cases={("shelf", "penguins"): 3}).as_kept(view)
    assert found.sentence.startswith("The history of the demonstration is still coming in: 3 cases")
    assert ComingIn(cases={("bank", "fraud"): 1}).as_kept(view) == view
    healthy = replace(view, word="Healthy")
    assert ComingIn(cases={}).as_kept(healthy) == healthy
