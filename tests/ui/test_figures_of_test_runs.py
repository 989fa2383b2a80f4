"""What a test run's page says of numbers: errors with intervals, and nothing that is not known."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page() -> None:
    from health import test_figures
    from ui.review import test_figures as drawn

    def row(answer: float, truth: float) -> test_figures.Tested:
        return test_figures.row(answer_number=answer, truth_number=truth, is_right=answer == truth)

    many = [row(10.0 + n, 10.0 + n - (2.0 if n % 2 else 0.0)) for n in range(40)]
    drawn.draw(test_figures.of_one(many))
    drawn.draw(test_figures.of_one(many[1:2]), "the other")


def test_errors_of_numbers_stand_with_their_intervals() -> None:
    page = AppTest.from_function(_page, default_timeout=30).run()
    assert not page.exception
    many, one = (table.value for table in page.dataframe)
    assert list(many["Value"]) == [
        "1",
        "1.414",
        "1",
    ]  # of 0 and 2 in turn: the mean, its root, and too high
    # Student's t on 40 errors of 0 and 2: 1 ± 2.0227 · 1.0127 / √40
    assert many["95 % interval"][0] == "0.6761 to 1.324"
    assert set(many["Rows"]) == {"40"}
    assert list(one["95 % interval"]) == ["not known of so few rows"] * 3
