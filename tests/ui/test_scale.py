"""A number on its scale: what is usual is marked, from the signature or from earlier answers, and nothing is HTML."""

from __future__ import annotations

from cases.usual_answers import LEAST, usual_answers
from db.engine import Sessions, limited
from db.scope import Models, Scope
from tests.recorded import NUMBER, add_cases, case_of
from ui.results._scale import Scale, alt_text, html


def test_what_is_usual_is_marked_and_said() -> None:
    scale = Scale(value=412.5, unit="€", sure=(120, 980), usual=(100, 500), source="the last 90")
    drawn = html(scale)
    assert drawn.index('class="usual"') < drawn.index('class="sure"')
    assert "Usually 100 to 500\N{NO-BREAK SPACE}€ (the last 90)." in drawn
    assert "412.5\N{NO-BREAK SPACE}€" in alt_text(scale)
    assert "bounds 120 and 980, within the usual range" in alt_text(scale)
    assert scale.place(120) < scale.place(412.5) < scale.place(980) < 100
    assert Scale(value=99, usual=(100, 500)).position() == "below the usual range"
    assert alt_text(Scale(value=1.0, sure=(1.0, 1.0))) == "1 on a scale, with bounds 1 and 1."


def test_units_are_text() -> None:
    drawn = html(Scale(value=1.0, unit='"><img src=x>', usual=(0.0, 2.0)))
    assert "<img" not in drawn


def test_earlier_answers_say_what_is_usual(sessions: Sessions) -> None:
    """Nine of ten of the newest; trials on a stage do not count, and too few say nothing."""
    asked = [
        case_of(**NUMBER | {"answer_number": float(n)}, server="s", model="m") for n in range(LEAST)
    ]
    shown = [
        case_of(**NUMBER | {"answer_number": 1e6}, server="s", model="m", purpose="show")
        for _ in range(9)
    ]
    add_cases(sessions, *asked[1:], *shown)
    assert usual_answers(sessions, "s", "m") is None
    add_cases(sessions, asked[0])
    found = usual_answers(sessions, "s", "m")
    assert found is not None
    assert (found.low, found.high, found.n) == (1.95, 37.05, LEAST)
    hidden = limited(sessions, Scope(person="ann", seen=(Models(server="s", name="other"),)))
    assert usual_answers(hidden, "s", "m") is None
