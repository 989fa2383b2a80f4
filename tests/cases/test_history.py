"""What happened to a case, from what is recorded of it."""

from __future__ import annotations

from datetime import timedelta

from cases.history import history
from cases.queries import save_explanation
from db.cases import ASKED
from db.engine import Sessions
from db.tables import PURPOSES
from feedback.submission import submit
from tests.recorded import FAILED, NOON, add_case


def test_a_case_that_was_drawn_explained_and_judged_twice(sessions: Sessions) -> None:
    case = add_case(sessions, is_audited=True)
    clock = iter(NOON + timedelta(hours=hours) for hours in (1, 2, 3))
    save_explanation(
        sessions,
        case_id=case.id,
        method="exact_shapley",
        status="complete",
        sentence="The bill decides.",
        clock=lambda: next(clock),
    )
    for key, judgement in (("one", "correct"), ("two", "incorrect")):
        submit(
            sessions,
            case_id=case.id,
            person="ada",
            judgement=judgement,
            truth="Gentoo" if judgement == "incorrect" else None,
            comment="Ring 1234",
            key=key,
            clock=lambda: next(clock),
        )
    told = [(step.what, step.person, step.more) for step in history(sessions, case)]
    assert told[0][:2] == ("Judged incorrect", "ada")
    assert told[0][2].startswith("right would be Gentoo; “Ring 1234”; ")
    assert told[1][:2] == ("Judged correct", "ada")
    assert "replaced since" in told[1][2]
    assert told[2] == ("Explained", "", "exact shapley: The bill decides.")
    assert told[3] == ("Answered", "", "by version v1 in 0.20 s")
    assert {what for what, _, _ in told[4:]} == {"Asked", "Drawn for a check"}
    assert len(told) == 6


def test_what_failed_and_what_has_no_answer_say_so(sessions: Sessions) -> None:
    failed = add_case(sessions, **FAILED, error_sentence="It broke.")
    assert [(s.what, s.more) for s in history(sessions, failed)] == [
        ("Failed", "It broke."),
        ("Asked", ""),
    ]
    for purpose in PURPOSES:
        assert history(sessions, add_case(sessions, purpose=purpose))[-1].what == "Asked"
    unknown = add_case(sessions, outcome=ASKED)
    assert [step.what for step in history(sessions, unknown)] == ["Asked"]
