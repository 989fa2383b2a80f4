"""Truths that come later: matched by case, the same file twice changes nothing, what does not match comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from db.engine import Sessions, limited
from db.scope import Models, Scope
from feedback.submission import history
from feedback.truths import Imported, TruthRow, import_truths
from tests.recorded import FAILED, NOT_THERE, NUMBER, add_case

SHARES = {"kind": "class", "label": "Adelie", "probabilities": {"Adelie": 0.9, "Gentoo": 0.1}}


def rows(*pairs: tuple[str, object]) -> list[TruthRow]:
    return [TruthRow(place=f"Line {n}", case_id=i, truth=t) for n, (i, t) in enumerate(pairs, 2)]


def test_each_truth_is_recorded_once_and_what_matches_nothing_comes_back(
    sessions: Sessions,
) -> None:
    right, wrong = (add_case(sessions, answer=SHARES, is_audited=True) for _ in range(2))
    failed, foreign = add_case(sessions, **FAILED), add_case(sessions, server="other")
    ours = (Models(server="shelf"),)
    theirs = limited(sessions, Scope(person="rita", seen=ours, reviewed=ours))
    given = rows(
        (right.id, " Adelie "),
        (wrong.id, "Gentoo"),
        (NOT_THERE, "Gentoo"),
        ("=1+1", "Gentoo"),
        (failed.id, "Gentoo"),
        (foreign.id, "Gentoo"),
        (right.id, "Emperor"),
        (right.id, ""),
    )
    found = import_truths(theirs, given, person="rita")
    assert (found.recorded, found.unchanged) == (2, 0)
    assert [each.place for each in found.unmatched] == [f"Line {n}" for n in range(4, 10)]
    assert "not one of the model's classes" in found.unmatched[4].why
    assert found.unmatched[0].why == found.unmatched[3].why  # what may not be seen is not there
    assert [s.judgement for s in history(sessions, right.id)] == ["correct"]
    (said,) = history(sessions, wrong.id)
    assert (said.judgement, said.truth, said.channel) == ("incorrect", "Gentoo", "upload")
    again = import_truths(theirs, given, person="rita")
    assert (again.recorded, again.unchanged) == (0, 2)
    # Another truth replaces it, and the first one again replaces that.
    for truth in ("Adelie", "Gentoo"):
        assert import_truths(theirs, rows((wrong.id, truth)), person="rita").recorded == 1
    assert [s.judgement for s in history(sessions, wrong.id)] == [
        "incorrect",
        "correct",
        "incorrect",
    ]


@pytest.mark.parametrize(
    ("truth", "near", "judged"),
    [
        (41.5, None, "correct"),
        (40.0, None, "unsure"),
        ("40", 0.1, "correct"),
        (20.0, 0.1, "incorrect"),
    ],
)
def test_a_number_is_right_where_it_is_near_enough(
    sessions: Sessions, truth: object, near: float | None, judged: str
) -> None:
    case = add_case(sessions, **NUMBER)
    import_truths(sessions, rows((case.id, truth)), person="rita", near=near)
    (said,) = history(sessions, case.id)
    assert said.judgement == judged
    assert said.truth_number == float(str(truth))


def test_a_business_key_names_its_case_or_comes_back(sessions: Sessions) -> None:
    once, first, second = (add_case(sessions, answer=SHARES) for _ in range(3))
    replay = add_case(sessions, answer=SHARES, purpose="replay", parent_id=once.id)
    by_key = {"7": (replay.id, once.id), "8": (second.id, first.id), "9": (replay.id,)}
    asked: list[list[str]] = []

    def cases_of_keys(keys: Sequence[str]) -> Mapping[str, Sequence[str]]:
        asked.append(list(keys))
        return {key: ids for key, ids in by_key.items() if key in keys}

    given = [
        TruthRow(place=f"Line {n}", key=key, truth="Gentoo") for n, key in enumerate("7890", 2)
    ]

    def sent(**more: bool) -> Imported:
        look = {"cases_of_keys": cases_of_keys, "person": "rita"}
        return import_truths(sessions, given, **look, **more)

    found = sent()
    assert asked == [["7", "8", "9", "0"]]  # one look for all of them
    assert found.recorded == 1
    assert [s.truth for s in history(sessions, once.id)] == ["Gentoo"]
    assert [(each.key, each.why[:7]) for each in found.unmatched] == [
        ("8", "2 cases"),
        ("9", "No case"),
        ("0", "No case"),
    ]
    again = sent()
    assert (again.recorded, again.unchanged) == (0, 1)
    everybody = sent(is_for_all=True)
    assert (everybody.recorded, everybody.unchanged, len(everybody.unmatched)) == (2, 1, 2)
    assert history(sessions, replay.id) == []
    assert len(import_truths(sessions, given, person="rita").unmatched) == 4


def test_rows_that_say_different_things_of_one_case_come_back_and_the_same_twice_is_one(
    sessions: Sessions,
) -> None:
    two, keyed, same, whole = (add_case(sessions, answer=SHARES) for _ in range(4))
    other = add_case(sessions, answer=SHARES)
    by_key = {"7": (keyed.id,), "8": (whole.id, other.id)}

    def cases_of_keys(keys: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {key: ids for key, ids in by_key.items() if key in keys}

    given = [
        *rows((two.id, "Adelie"), (two.id, "Gentoo"), (keyed.id, "Adelie")),
        TruthRow(place="Line 5", key="7", truth="Gentoo"),
        TruthRow(place="Line 6", case_id=same.id, truth="Gentoo"),
        TruthRow(place="line 7", case_id=same.id, truth=" Gentoo"),
        TruthRow(place="Line 8", case_id=whole.id, truth="Adelie"),
        TruthRow(place="Line 9", key="8", truth="Gentoo"),
    ]
    for recorded, unchanged in ((1, 1), (0, 2)):  # the same file again changes nothing
        found = import_truths(
            sessions, given, person="rita", cases_of_keys=cases_of_keys, is_for_all=True
        )
        assert (found.recorded, found.unchanged) == (recorded, unchanged)
        assert [(each.place, each.why[:6]) for each in found.unmatched] == [
            ("Line 2", "Line 3"),
            ("Line 3", "Line 2"),
            ("Line 4", "Line 5"),
            ("Line 5", "Line 4"),
            ("Line 8", "Line 9"),
            ("Line 9", "Line 8"),
        ]
        assert found.unmatched[0].why.startswith("Line 3 says 'Gentoo' of the same case: neither")
    said = {case.id: [s.truth for s in history(sessions, case.id)] for case in (two, keyed, same)}
    assert said == {two.id: [], keyed.id: [], same.id: ["Gentoo"]}
    assert history(sessions, other.id) == []  # a row that is contradicted records nothing at all


def test_a_class_that_is_written_otherwise_is_asked_back(sessions: Sessions) -> None:
    case = add_case(sessions, answer=SHARES)
    numbered = {"kind": "class", "label": "1", "probabilities": {"0": 0.1, "1": 0.9}}
    binary = add_case(sessions, answer=numbered, answer_label="1")
    found = import_truths(sessions, rows((case.id, "adeli"), (binary.id, 1.0)), person="rita")
    (unmatched,) = found.unmatched
    assert unmatched.why.endswith("Did you mean 'Adelie'?")
    assert [s.judgement for s in history(sessions, binary.id)] == ["correct"]
