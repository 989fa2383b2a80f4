"""The lottery of the audit."""

import random

import pytest

from cases.audit_sample import AuditPolicy, AuditSlice, system_random
from db.scope import Models
from mds_client.signature import ModelRef

REF = ModelRef(server="demo", name="loans")


def test_as_many_are_drawn_as_the_policy_says():
    seeded = random.Random(7)
    policy = AuditPolicy(probability=0.1)
    drawn = sum(policy.draw(REF, {}, seeded.random).is_audited for _ in range(20_000))
    assert 0.093 < drawn / 20_000 < 0.107


@pytest.mark.parametrize(("probability", "is_audited"), [(0.0, False), (1.0, True)])
def test_never_and_always_mean_what_they_say(probability: float, is_audited: bool):
    policy = AuditPolicy(probability=probability)
    assert {policy.draw(REF, {}, system_random).is_audited for _ in range(100)} == {is_audited}
    assert policy.draw(REF, {}, lambda: 0.0).is_audited == is_audited


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_what_is_not_a_probability_is_refused(probability: float):
    with pytest.raises(ValueError, match="not a probability"):
        AuditPolicy(probability=probability)


@pytest.mark.parametrize(
    ("server", "values", "chance"),
    [
        ("demo", {"region": "north", "rooms": 3.0}, 0.5),
        ("demo", {"region": "south", "rooms": 3.0}, 0.3),
        ("demo", {"region": "south", "rooms": 2}, 0.1),
        ("demo", {}, 0.1),
        ("other", {"region": "north", "rooms": 3}, 0.9),
    ],
)
def test_the_first_slice_that_a_case_belongs_to_counts(
    server: str, values: dict[str, object], chance: float
):
    loans = (Models(server="demo", name="loan*"),)
    north = AuditSlice(models=loans, field="region", values=frozenset({"north"}), probability=0.5)
    three = AuditSlice(models=loans, field="rooms", values=frozenset({"3"}), probability=0.3)
    rest = AuditSlice(models=(Models(server="other", name="*"),), probability=0.9)
    policy = AuditPolicy(probability=0.1, slices=(north, three, rest))
    drawn = policy.draw(ModelRef(server=server, name="loans"), values, lambda: 0.2)
    assert drawn.probability == chance
    assert drawn.is_audited is (chance > 0.2)


def test_a_slice_has_a_probability():
    with pytest.raises(ValueError, match="not a probability"):
        AuditPolicy(slices=(AuditSlice(models=(), probability=1.5),))
