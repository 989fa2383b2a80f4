"""Accepting on Health how a model is: the figure is shown before it is recorded, and is the one that is recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from streamlit.testing.v1 import AppTest

import services
from feedback.submission import submit
from health.alarms.decisions import decisions
from health.baselines import in_words
from tests.recorded import add_cases, case_of

OF = {"server": "demo", "model": "penguins"}


def _fill(built: services.Services) -> datetime:
    """Twenty-six checked cases of the version in use, one of them wrong, after those of a bad one; since when they are."""
    now = datetime.now(UTC)
    drawn = {"is_audited": True, "audit_draw": 0.01, **OF}
    since = now - timedelta(days=6)
    cases = [
        *(case_of(version="v1", created_at=now - timedelta(days=20), **drawn) for _ in range(20)),
        *(case_of(version="v2", created_at=since, **drawn) for _ in range(26)),
    ]
    for n, case in enumerate(add_cases(built.sessions, *cases)):
        said = "incorrect" if n < 10 or n == 30 else "correct"
        submit(built.sessions, case_id=case.id, person="ada", judgement=said, truth=None, key=case.id)  # fmt: skip
    return since


def _texts(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in (*app.markdown, *app.caption))


def test_the_figure_is_asked_about_and_recorded_as_it_was_shown(
    app: AppTest, built: services.Services
) -> None:
    since = _fill(built)
    app.query_params["model"] = "demo/penguins"
    app.switch_page("../pages/health.py").run()
    assert not app.exception
    figure = f"26 checked cases of version v2, {in_words(since.date())} to {in_words(datetime.now(UTC).date())}: 96 % right, 81 to 99 %."
    assert f"The baseline will be {figure}" in _texts(app)
    app.button(key="health_decide").click().run()
    app.button(key="health_accept").click().run()
    assert [each.value for each in app.error] == [
        "Say above why it becomes the normal. Nothing was recorded."
    ]
    app.text_input(key="health_reason").set_value("checked by hand").run()
    assert decisions(built.sessions, "demo", "penguins") == [], (
        "nothing is recorded before it is said"
    )
    assert f"**Accept this as the normal of Penguins?**  \n{figure}" in _texts(app)
    app.button(key="health_accept_not").click().run()
    assert not any(each.key == "health_accept" for each in app.button)
    app.button(key="health_decide").click().run()
    # What is judged meanwhile is no part of what was shown.
    late = add_cases(built.sessions, case_of(version="v2", created_at=since, is_audited=True, audit_draw=0.01, **OF))  # fmt: skip
    submit(built.sessions, case_id=late[0].id, person="ada", judgement="correct", key="late")
    app.button(key="health_accept").click().run()
    assert not app.exception
    (made,) = decisions(built.sessions, "demo", "penguins")
    assert (made.baseline_right, made.baseline_n, made.reason) == (25, 26, "checked by hand")
    assert made.evidence["checked"] == {"v2": [25, 1]}
    days = f"{in_words(since.date())} to {in_words(datetime.now(UTC).date())}"
    assert f"25 of 26 checked answers of version v2, {days}, right" in _texts(app)
    assert not any(each.key == "health_accept" for each in app.button)


def test_the_first_sentence_is_short_and_the_others_stand_below(
    app: AppTest, built: services.Services
) -> None:
    _fill(built)
    app.query_params["model"] = "demo/penguins"
    app.switch_page("../pages/health.py").run()
    html = next(
        str(each.proto.body) for each in app.get("html") if "Condition of" in each.proto.body
    )
    first = html.partition("<p>")[2].partition("</p>")[0]
    assert first.startswith("7")
    assert first.endswith(" %).")
    assert len(first.split()) <= 25
    assert '<p class="more">' in html
