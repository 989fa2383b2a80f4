"""What stands over the chart beside the values that are tried."""

from __future__ import annotations

from explanations.target import Target
from mds_client.signature import Field
from ui.what_if.following import caption

TARGET = Target(kind="probability", answer="Adelie")
ISLAND = Field(name="island", kind="category", label="Island", choices=("Biscoe", "Dream"))


def test_bars_of_choices_are_not_told_as_a_line_with_marks() -> None:
    words = caption(TARGET, ISLAND, "Biscoe", "Dream")
    assert words == (
        "The probability of Adelie with each choice of Island: this case is Biscoe, you try Dream, in bold."
    )
    assert caption(TARGET, ISLAND, "Dream", "Dream").endswith(": this case is Dream, in bold.")
    assert caption(TARGET, ISLAND, "Dream", None).endswith(": this case is Dream, you try unknown.")


def test_a_line_has_its_two_marks_told() -> None:
    mass = Field(name="mass", kind="number", label="Body mass", unit="g")
    assert caption(TARGET, mass, 1.0, 2.0) == (
        "How the probability of Adelie follows Body mass (g): ring this case, diamond what you try."
    )
