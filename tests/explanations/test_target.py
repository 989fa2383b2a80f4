"""Which number of an answer is explained, where a model only gives the probability of what it answers."""

from __future__ import annotations

import pytest

from explanations.errors import ExplanationFailed
from explanations.target import Target
from mds_client.prediction import Answer


def said(label: str, **probabilities: float) -> Answer:
    return Answer(kind="class", label=label, probabilities=probabilities)


def test_of_two_opposites_the_other_has_the_rest() -> None:
    target = Target.of(said("yes", yes=0.8))
    assert (target.kind, target.read(said("yes", yes=0.6))) == ("probability", 0.6)
    assert target.read(said("no", no=0.75)) == 0.25
    beside_no = Answer(kind="class", label="no", score=0.2, score_name="probability")
    assert target.read(beside_no) == 0.2


def test_of_many_labels_nothing_is_known_of_the_others() -> None:
    target = Target.of(said("cat", cat=0.8))
    assert (target.kind, target.read(said("dog", dog=0.7))) == ("agreement", 0.0)
    assert Target.of(said("cat", cat=0.8, dog=0.2)).kind == "probability"


def test_a_label_that_is_left_out_is_not_made_up() -> None:
    target = Target.of(said("cat", cat=0.8, dog=0.2))
    with pytest.raises(ExplanationFailed):
        target.read(said("dog", dog=0.9, cow=0.1))
    beside_yes = Answer(kind="class", label="yes", score=0.3, score_name="probability")
    with pytest.raises(ExplanationFailed):
        Target.of(said("no", no=0.8)).read(beside_yes)
