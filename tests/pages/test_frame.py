"""The frame: what the tab is called, who asks, and what is under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from db.job_view import JobView
from people.viewer import ROLES, operator
from ui import shell, shortcuts, tour
from ui.jobs.mine import address_of


def header(title: str) -> shell.PageHeader:
    return next(each for each in shell.page_headers() if each.title == title)


def test_what_waits_is_counted_and_who_asks_is_named() -> None:
    ana = operator("ana_b@example.com")
    assert shell._navigation_title(header("Inbox"), ana, 2) == "Inbox (2)"
    assert shell._navigation_title(header("Inbox"), ana, 99) == "Inbox (99)"
    assert shell._navigation_title(header("Review"), ana, 12_345) == "Review (99+)"
    assert shell._navigation_title(header("You"), ana, 0) == "You (ana_b)"
    assert shell._navigation_title(header("You"), operator("x" * 30), 0) == f"You ({'x' * 15}…)"
    assert shell._navigation_title(header("You"), operator(), 0) == "You"
    assert shell._navigation_title(header("Models"), ana, 0) == "Models"


def test_what_waits_and_who_asks_stand_before_a_section_of_what_is_rarer() -> None:
    def shown(role: str) -> dict[str, list[str]]:
        viewer = replace(operator("ana"), role=role)
        headers = [h for h in shell.page_headers() if shell.is_shown(h, viewer, 0)]
        return {n: [h.title for h in found] for n, found in shell.sections(headers).items()}

    assert shown("operator") == {
        "": ["Models", "Predict", "Cases", "Review", "Health", "Inbox", "You"],
        "More": ["Behaviour", "Shows", "Signature", "Data"],
    }
    assert shown("analyst") == {
        "": ["Models", "Predict", "Cases", "Health", "Inbox", "You"],
        "More": ["Behaviour", "Shows"],
    }


def test_each_page_has_a_letter_of_its_own() -> None:
    jumps = [each.jump for each in shell.page_headers() if each.is_listed or each.count]
    assert all(jumps)
    assert len(set(jumps)) == len(jumps)
    assert {"predict", "review", "present"} <= set(shortcuts.OF_PAGE)
    assert set(shortcuts.OF_PAGE) <= {each.url_path for each in shell.page_headers()}
    for keys in shortcuts.OF_PAGE.values():
        assert shortcuts.JUMP not in (found := [each.key for each in keys])
        assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("kind", "subject", "address"),
    [
        ("explanation", "case/01ABC", "predict?case=01ABC"),
        ("batch", "model/demo/penguins", "predict?model=demo/penguins&run=7"),
        ("large-batch", "model/demo/penguins", "predict?model=demo/penguins&run=7"),
        ("schedule-look", "model/demo/penguins", None),
        ("study", "model/demo/penguins", "behaviour?model=demo/penguins"),
        ("retention", "", None),
    ],
)
def test_a_job_leads_to_what_it_is_for(kind: str, subject: str, address: str | None) -> None:
    job = JobView(
        id="7", kind=kind, person="ana", subject=subject, idempotency_key="k", queue="q",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    assert address_of(job) == address


@pytest.mark.parametrize(
    ("state", "is_stopped", "words"),
    [
        ("running", False, "1 of 5 rows · 12 rows a second · 3 s left"),
        ("running", True, "1 of 5 rows"),
        ("waiting", False, "1 of 5 rows"),
        ("cancelled", True, "1 of 5 rows"),
        ("failed", False, "1 of 5 rows"),
    ],
)
def test_a_job_says_how_quick_it_is_only_while_it_runs(
    state: str, is_stopped: bool, words: str
) -> None:
    job = JobView(
        id="7", kind="batch", person="ana", idempotency_key="k", queue="q", state=state, cancel_requested=is_stopped,
        words="1 of 5 rows · 12 rows a second · 3 s left", created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    assert job.words_now == words


@pytest.mark.parametrize("role", ROLES)
def test_the_tour_has_six_steps_and_ends_on_a_page_of_the_role(role: str) -> None:
    steps, viewer = tour.steps(role), replace(operator("ana"), role=role)
    assert len(steps) == 6
    open_to = [each for each in shell.page_headers() if viewer.is_at_least(each.role)]
    place = steps[-1].place[0]
    assert any(place.endswith(f'[href$="/{each.url_path}"]') for each in open_to)
