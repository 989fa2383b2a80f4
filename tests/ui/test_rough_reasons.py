"""First reasons, while the others are still being worked out: they say that they are rough, and take no side too early."""

from __future__ import annotations

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from charts import attributions
from charts.palette import AGAINST, FOR, REST
from explanations import narration
from explanations.contract import Attribution, Explanation
from explanations.target import Target
from ui.explanations.kinds import attribution


def _rough(count: int = 12) -> Explanation:
    clear = [_field("a", 0.3, 0.05), _field("b", -0.195, 0.05)]
    unclear = [_field(f"x{place}", 0.25 - 0.01 * place, 0.4) for place in range(count - 2)]
    return Explanation(
        method="shapley",
        title="What speaks for and against",
        kind="attribution",
        target=Target(kind="probability", answer="yes"),
        prediction=0.9,
        base=0.5,
        attributions=narration.strongest_first([*clear, *unclear]),
        sentence="",
        alt="Bars.",
        is_rough=True,
    )


def _field(name: str, amount: float, half: float) -> Attribution:
    return Attribution(
        field=name,
        title=name,
        value_text="1",
        amount=amount,
        low=amount - half,
        high=amount + half,
    )


def test_bars_that_may_turn_out_either_way_are_grey_and_keep_their_place() -> None:
    bars = attribution.bars(_rough())
    assert [bar.title for bar in bars] == [
        "a = 1", *(f"x{n} = 1" for n in range(6)), "b = 1", "4 other fields"
    ]  # fmt: skip
    (drawn, _) = attributions.figure(bars, in_order=True).data
    assert drawn.marker.color == (FOR, *[REST] * 6, AGAINST, REST)


def test_what_has_been_worked_out_pools_them_as_before() -> None:
    titles = [bar.title for bar in attribution.bars(replace(_rough(), is_rough=False))]
    assert titles == ["a = 1", "b = 1", "No clear effect (10 fields)"]


def test_the_page_says_that_they_are_rough() -> None:
    title, words, *_ = [
        each.value for each in AppTest.from_function(_page, default_timeout=30).run().markdown
    ]
    assert title == "**What speaks for and against**"
    assert "First, rough reasons." in words
    assert "grey bars may turn out either way" in words


def _page() -> None:
    from tests.ui.test_rough_reasons import _rough
    from ui.explanations import kinds

    kinds.draw(_rough(), {})


def test_the_sentence_leaves_open_what_is_not_certain() -> None:
    target = Target(kind="probability", answer="yes")
    some = _rough().attributions
    words = narration.first_reasons(target, some)
    assert words.startswith("Mostly because of a = 1 (+30\xa0pp, ")
    assert words.endswith("It is not certain yet to which side 10 fields move it.")
    none = [each for each in some if not each.is_clear]
    words = narration.first_reasons(target, none)
    assert words == "It is not certain yet to which side the fields move it."
