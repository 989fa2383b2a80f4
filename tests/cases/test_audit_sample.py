"""The lottery of the audit."""

import random

import pytest

from cases.audit_sample import AuditPolicy, system_random


def test_as_many_are_drawn_as_the_policy_says():
    seeded = random.Random(7)
    policy = AuditPolicy(probability=0.1)
    drawn = sum(policy.draw(seeded.random).is_audited for _ in range(20_000))
    assert 0.093 < drawn / 20_000 < 0.107


@pytest.mark.parametrize(("probability", "is_audited"), [(0.0, False), (1.0, True)])
def test_never_and_always_mean_what_they_say(probability: float, is_audited: bool):
    policy = AuditPolicy(probability=probability)
    assert {policy.draw(system_random).is_audited for _ in range(100)} == {is_audited}
    assert policy.draw(lambda: 0.0).is_audited == is_audited


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_what_is_not_a_probability_is_refused(probability: float):
    with pytest.raises(ValueError, match="not a probability"):
        AuditPolicy(probability=probability)
