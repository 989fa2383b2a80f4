"""`mds health`, as somebody types it."""

from __future__ import annotations

import json
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from audit_log.workspaces import complete, opened
from cli.main import main
from db.engine import Sessions
from db.ids import utc_now
from feedback.submission import submit
from tests.cli.test_token import sessions  # noqa: F401 - the database that the settings name
from tests.recorded import NUMBER, add_cases, case_of

Captured = pytest.CaptureFixture[str]
EVIL = "</style></title><script>alert(1)</script>"


def _fill(opened: Sessions) -> None:
    cases = [
        case_of(
            created_at=utc_now() - timedelta(days=n % 40),
            entered={"island": EVIL if n % 2 else "Dream", "bill": 40.0 + n % 7},
            answer={"kind": "class", "label": "Adelie", "probabilities": {"Adelie": 0.8}},
            version="v1" if n % 40 > 10 else "v2",
            is_audited=True,
            audit_draw=0.01,
        )
        for n in range(80)
    ]
    for n, case in enumerate(add_cases(opened, *cases)):
        wrong = n % 9 == 0
        submit(
            opened,
            case_id=case.id,
            person="ada",
            judgement="incorrect" if wrong else "correct",
            truth="Gentoo" if wrong else None,
            key=f"k{n}",
        )


class _Read(HTMLParser):
    """The tags and the texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name in ("src", "href") or name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.slow
def test_a_model_is_said_in_words_as_json_and_as_a_page_that_needs_nothing_else(
    sessions: Sessions,  # noqa: F811
    tmp_path: Path,
    capsys: Captured,
) -> None:
    _fill(sessions)
    assert main(["health"]) == 0
    assert "shelf/penguins  Healthy" in capsys.readouterr().out
    assert main(["health", "penguins"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("shelf/penguins: Healthy\n89 % of answers are right")
    assert "Right answers: 89 % (" in told
    assert "n=80 of 80.\nFailed requests, of those sent: 0 of 80 (0–4.59 %)." in told
    assert "Answered: 100 % (93.58 to 100 %) of 56 in 28 days." in told
    assert "No objective is set for this model." in told
    assert "Time to answer, asked one by one: half within 200 ms" in told
    file = tmp_path / "health.html"
    value = f"island={EVIL}"
    assert main(["health", "shelf/penguins", "--html", str(file), "--value", value, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["word"], found["cases"]) == ("Healthy", 40)
    page = _Read()
    page.feed(file.read_text(encoding="utf-8"))
    assert "script" not in page.tags
    said = " ".join(page.texts)
    assert "Service in the last 28 days, of every version" in said
    for words in ("Healthy", "Right answers by week", f"island is {EVIL}", "Gentoo", "n=40", "called 80 to 90 %"):  # fmt: skip
        assert words in said
    capsys.readouterr()
    assert main(["health", "penguins", "--value", "island=Dream", "--days", "0"]) == 0
    said = capsys.readouterr().out
    assert (
        "The word is about all cases of the last 120 days. Of 40 answers (all days, island is Dream) 88 % are right"
        in said
    )
    assert main(["health", "penguins", "--value", "island=Nowhere"]) == 0
    assert (
        "There is no answer of these: the last 120 days, island is Nowhere."
        in capsys.readouterr().out
    )
    assert main(["health", "penguins", "--version", "v9", "--html", str(tmp_path / "no.html")]) == 2
    assert "It was asked as v1, v2." in capsys.readouterr().err
    assert not (tmp_path / "no.html").exists()


def test_how_far_numbers_are_off_is_said(
    sessions: Sessions,  # noqa: F811
    capsys: Captured,
) -> None:
    of = {"created_at": utc_now(), "is_audited": True, "audit_draw": 0.01, **NUMBER}
    for case in add_cases(sessions, *(case_of(**of) for _ in range(12))):
        submit(
            sessions, case_id=case.id, person="ada", judgement="incorrect", truth=40.5, key=case.id
        )
    assert main(["health", "penguins"]) == 0
    assert (
        "Size of errors: mean absolute error: 1 (1 to 1); median absolute error: 1 (1 to 1); root of the mean squared error: 1 (1 to 1); "
        "bias: 1 (1 to 1); n=12."
    ) in capsys.readouterr().out
    off = "Its numbers are off by 1 (1 to 1) on average, n=12."
    assert main(["health"]) == 0
    assert off in capsys.readouterr().out
    assert main(["health", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["items"]
    assert listed["sentence"].endswith(off)
    assert main(["health", "penguins", "--value", "bill=39.1", "--json"]) == 0
    of_some = json.loads(capsys.readouterr().out)
    assert of_some["sizes"]
    assert off not in of_some["sentence"]  # the word is of all cases
    assert main(["health", "penguins", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sentence"] == listed["sentence"]
    told = found["sizes"]
    assert told["errors"]["bias"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert (told["far"], told["errors_without_far"], told["errors"]["n"]) == (0, None, 12)


def test_while_a_history_comes_in_that_is_said_of_models_with_cases_too(
    sessions: Sessions,  # noqa: F811
    capsys: Captured,
) -> None:
    old = {"created_at": utc_now() - timedelta(days=30), "purpose": "demo"}
    add_cases(sessions, *(case_of(**old) for _ in range(3)))
    made = opened(sessions, "demo", person="demonstration", title="The demonstration")
    assert main(["health"]) == 0
    assert "3 cases so far. Words and figures change" in capsys.readouterr().err
    assert main(["health", "penguins"]) == 0
    said = capsys.readouterr()
    assert "3 cases so far, 3 of this model." in said.err
    assert "are still coming in. Look again in a minute." in said.out
    assert main(["health", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["items"]
    assert (listed["coming_in"], listed["action"]) == (True, "Look again in a minute.")
    complete(sessions, made.name)
    assert main(["health", "penguins"]) == 0
    said = capsys.readouterr()
    assert "coming in" not in said.err + said.out
    assert "Ask it, or remove it." in said.out


def test_what_the_demonstration_asked_is_said(
    sessions: Sessions,  # noqa: F811
    tmp_path: Path,
    capsys: Captured,
) -> None:
    now = {"created_at": utc_now()}
    add_cases(sessions, case_of(**now), case_of(purpose="demo", **now))
    words = "1 of 2 cases is the history of the demonstration"
    assert main(["health"]) == 0
    assert words in capsys.readouterr().err
    file = tmp_path / "health.html"
    assert main(["health", "penguins"]) == 0
    assert words in capsys.readouterr().out
    assert main(["health", "penguins", "--html", str(file), "--json"]) == 0
    assert words in file.read_text(encoding="utf-8")
    assert json.loads(capsys.readouterr().out)["demonstration"] == 1


def test_what_cannot_be_said_is_a_sentence(
    sessions: Sessions,  # noqa: F811
    tmp_path: Path,
    capsys: Captured,
) -> None:
    assert main(["health"]) == 0
    assert "Nobody has asked a model yet" in capsys.readouterr().err
    assert main(["health", "shelf/none"]) == 4
    assert main(["health", "none"]) == 4
    assert main(["health", "--html", str(tmp_path / "x.html")]) == 2
    assert main(["health", "shelf/none", "--value", "x"]) == 2
    assert "FIELD=VALUE" in capsys.readouterr().err
    assert main(["health", "shelf/none", "--days", "99999999999999"]) == 2
    assert "At most 36,500 days" in capsys.readouterr().err


def test_days_of_ones_own_say_what_the_word_is_of(
    sessions: Sessions,  # noqa: F811
    capsys: Captured,
) -> None:
    add_cases(sessions, *(case_of(created_at=utc_now()) for _ in range(2)))
    add_cases(sessions, case_of(created_at=utc_now(), purpose="replay"))  # in no figure
    assert main(["health", "penguins", "--days", "7"]) == 0
    told = capsys.readouterr().out
    assert (
        "The word is about all cases of the last 120 days. Of 2 answers (the last 7 days) too few are"
        in told
    )
    assert "The service, of every version, whatever is chosen:" in told
    assert main(["health", "penguins"]) == 0
    told = capsys.readouterr().out
    assert "The word is about" not in told
    assert "whatever is chosen" not in told
    assert main(["health", "--days", "7"]) == 0
    assert "The words are about all cases of the last 120 days" in capsys.readouterr().err
