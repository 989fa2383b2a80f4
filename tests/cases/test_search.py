"""Cases found again: by every filter, by words, page by page, and never more than may be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import db.batches
import db.case_search
import db.health_cases
from cases.search import CaseFilter, count, search
from db.batches import BatchView
from db.cases import ASKED
from db.engine import Sessions, limited, reading, writing
from db.health import Selection
from db.ids import new_id
from db.scope import Models, Scope
from feedback.submission import submit
from tests.recorded import FAILED, NOON, NOT_THERE, add_case

LATER = NOON + timedelta(hours=2)


@pytest.fixture
def ids(sessions: Sessions) -> dict[str, str]:
    """Four cases, the newest last; the first was judged."""
    asked = {
        "judged": {"entered": {"bill": 39.1, "note": "Straße_1"}},
        "failed": {**FAILED, "error_sentence": "The server broke.", "person": "bob"},
        "unknown": {"outcome": ASKED, "model": "digits", "version": "v2"},
        "later": {"answer_label": "Gentoo", "created_at": LATER},
    }
    other = {"entered": {"bill": 40}}
    found = {name: add_case(sessions, **{**other, **each}).id for name, each in asked.items()}
    submit(
        sessions,
        case_id=found["judged"],
        person="ada",
        judgement="incorrect",
        truth="Gentoo",
        key="j",
    )
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (CaseFilter(), ["later", "unknown", "failed", "judged"]),
        (CaseFilter(state="answered"), ["later", "judged"]),
        (CaseFilter(state="failed"), ["failed"]),
        (CaseFilter(state="unknown"), ["unknown"]),
        (CaseFilter(person="bob"), ["failed"]),
        (CaseFilter(server="shelf", model="digits", version="v2"), ["unknown"]),
        (CaseFilter(since=LATER), ["later"]),
        (CaseFilter(judgement="incorrect"), ["judged"]),
        (CaseFilter(judgement="incorrect", channel="volunteered"), ["judged"]),
        (CaseFilter(channel="review"), []),
        (CaseFilter(judgement="correct"), []),
        (CaseFilter(judgement="none"), ["later", "unknown", "failed"]),
        (CaseFilter(words="39.1"), ["judged"]),
        (CaseFilter(words="straße_1 BILL"), ["judged"]),
        (CaseFilter(words="straßex1"), []),
        (CaseFilter(words="gentoo"), ["later"]),
        (CaseFilter(words="server broke"), ["failed"]),
        (CaseFilter(words="%"), []),
        (CaseFilter(words="gentoo", state="failed"), []),
    ],
)
def test_each_filter_finds_what_it_says(
    sessions: Sessions, ids: dict[str, str], wanted: CaseFilter, names: list[str]
) -> None:
    found = search(sessions, wanted)
    assert [line.id for line in found.lines] == [ids[name] for name in names]
    assert not found.older


def test_pages_follow_each_other_without_a_gap_though_moments_are_the_same(
    sessions: Sessions,
) -> None:
    asked = [add_case(sessions).id for _ in range(7)]
    found, before = [], ""
    while True:
        page = search(sessions, CaseFilter(), before=before, size=3)
        found += [line.id for line in page.lines]
        before = page.older
        if not before:
            break
    assert found == asked[::-1]


def test_among_the_newest_are_those_that_a_figure_of_them_counts(sessions: Sessions) -> None:
    """As health/overview.py counts cases that are unlike all earlier ones."""
    people = ("ada", "bob", "ada", "ada", "bob")
    odd = [add_case(sessions, person=who, unlike="" if n == 3 else "odd").id for n, who in enumerate(people)]  # fmt: skip
    add_case(sessions, **FAILED)  # no answer
    add_case(sessions, model="digits", unlike="odd")
    wanted = CaseFilter(model="penguins", state="answered", is_unlike=True, of_newest=3)
    assert [line.id for line in search(sessions, wanted).lines] == [odd[4], odd[2]]
    assert count(sessions, wanted) == 2
    assert count(sessions, replace(wanted, person="ada")) == 1
    with reading(sessions) as session:
        figure = db.health_cases.unlike(session, Selection(purposes=None, model="penguins"), 3)
    assert figure == (2, 3)
    assert count(sessions, replace(wanted, of_newest=100)) == 4
    assert count(sessions, replace(wanted, of_newest=0)) == 4


@pytest.mark.parametrize("before", [NOT_THERE, "no id"])
def test_a_page_after_a_case_that_is_not_there_is_the_first(
    sessions: Sessions, ids: dict[str, str], before: str
) -> None:
    assert len(search(sessions, CaseFilter(), before=before).lines) == len(ids)


def test_what_is_said_comes_along(sessions: Sessions, ids: dict[str, str]) -> None:
    found = search(sessions, CaseFilter())
    assert {case: [f.judgement for f in said] for case, said in found.feedback.items()} == {
        ids["judged"]: ["incorrect"]
    }


def test_nobody_finds_more_than_they_may_see(sessions: Sessions, ids: dict[str, str]) -> None:
    ada = limited(sessions, Scope(person="ada", seen=(Models(name="penguins"),)))
    assert {line.id for line in search(ada, CaseFilter()).lines} == {ids["judged"], ids["later"]}
    assert search(ada, CaseFilter(person="bob")).lines == ()
    assert search(ada, CaseFilter(words="broke")).lines == ()


def test_the_rows_of_a_file_are_found_failures_included(
    sessions: Sessions, ids: dict[str, str]
) -> None:
    batch = BatchView(
        id=new_id(),
        server="shelf",
        model="penguins",
        version="",
        person="ada",
        created_at=NOON,
        file_name="birds.csv",
        question="q",
        key="k",
        rows=3,
    )
    with writing(sessions) as session:
        db.batches.add(session, batch)
        db.batches.add_chunk(session, batch.id, 0, [ids["judged"], ids["failed"]], NOON)
        db.batches.add_chunk(session, batch.id, 2, [ids["later"]], NOON)
    found = search(sessions, CaseFilter(batch=batch.id, person="ada"))
    assert [line.id for line in found.lines] == [ids["later"], ids["judged"]]
    assert search(sessions, CaseFilter(batch=NOT_THERE)).lines == ()


def test_words_are_looked_for_further_back_page_by_page(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every case is looked at once: what lies below the newest is on the pages that follow."""
    monkeypatch.setattr(db.case_search, "MOST_READ", 3)
    asked = [add_case(sessions, entered={"n": "odd" if i % 4 else "rare"}).id for i in range(8)]
    pages, before = [], ""
    while True:
        page = search(sessions, CaseFilter(words="rare"), before=before)
        pages.append([line.id for line in page.lines])
        assert page.is_cut is bool(page.older)
        if not (before := page.older):
            break
    assert pages == [[], [asked[4]], [asked[0]]]


def test_what_other_pages_choose_narrows_the_list(sessions: Sessions) -> None:
    """Days, the value of a field as words, and whether a case was drawn for a check."""
    island = {"island": "Dream", "year": 2008, "wild": True}
    day = timedelta(days=1)
    found = [
        add_case(sessions, entered=island, is_audited=True, created_at=NOON),
        add_case(sessions, entered=island, created_at=NOON + day),
        add_case(sessions, entered={"island": "Biscoe"}, created_at=NOON + day),
    ]
    ids = [case.id for case in found]

    def listed(**wanted: object) -> set[str]:
        return {line.id for line in search(sessions, CaseFilter(**wanted)).lines}  # type: ignore[arg-type]

    assert listed(values=(("island", "Dream"),)) == set(ids[:2])
    assert listed(values=(("year", "2008"),)) == listed(values=(("wild", "true"),)) == set(ids[:2])
    assert listed(values=(("island", "Dream' OR 1=1 --"),)) == set()
    assert listed(values=(("island", "Dream"), ("year", "2009"))) == set()
    assert listed(values=(("year", ""),)) == {ids[2]}
    assert listed(since=NOON, until=NOON + day) == {ids[0]}
    assert listed(is_drawn=True) == {ids[0]}
    assert (listed(answer="Adelie"), listed(answer="Gentoo")) == (set(ids), set())
    said = {"person": "rita", "judgement": "incorrect", "truth": "Gentoo", "key": "t"}
    submit(sessions, case_id=ids[0], **said)
    submit(sessions, case_id=ids[1], **(said | {"judgement": "correct", "truth": None, "key": "u"}))
    assert (listed(truth="Gentoo"), listed(truth="Adelie")) == ({ids[0]}, {ids[1]})
