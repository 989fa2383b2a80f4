"""Changes that get another answer, as the page of a case and its report tell them."""

from __future__ import annotations

import pytest

from explanations.contract import Change, Explanation, Suggestion
from explanations.formatting import GAP
from explanations.target import Target
from ui.cases import report
from ui.explanations.kinds.changes import answer_after

TARGET = Target(kind="probability", answer="Adelie")
DEPTH = Change(
    field="bill_depth", title="Bill depth", value=15, before_text="18 mm", after_text="15 mm"
)
ISLAND = Change(
    field="island", title="Island", value="Biscoe", before_text="Dream", after_text="Biscoe"
)


def _found(*suggestions: Suggestion) -> Explanation:
    return Explanation(
        method="counterfactual",
        title="The smallest change",
        kind="changes",
        target=TARGET,
        prediction=0.98,
        suggestions=suggestions,
        sentence="It could be another.",
        alt="",
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0.41, "Gentoo (Adelie 98 % → 41 %: 57 percentage points less)"),
        (0.4999, "Gentoo (Adelie 98 % → 50 %: 48 percentage points less, almost a tie)"),
    ],
)
def test_a_change_that_only_just_gets_there_is_said_to_be_almost_a_tie(
    number: float, words: str
) -> None:
    suggestion = Suggestion(changes=(DEPTH,), headline="Gentoo", number=number)
    told = answer_after(_found(suggestion), suggestion)
    assert told.replace(GAP, " ") == words


def test_the_report_has_every_way_the_smallest_first() -> None:
    found = _found(
        Suggestion(changes=(DEPTH,), headline="Gentoo", number=0.41),
        Suggestion(changes=(DEPTH, ISLAND), headline="Gentoo", number=0.2),
    )
    first, second = report._suggested(found)
    assert first.startswith("Bill depth: 18 mm → 15 mm. The model then answers Gentoo (Adelie 98")
    assert second.startswith("Bill depth: 18 mm → 15 mm; Island: Dream → Biscoe. The model then")
