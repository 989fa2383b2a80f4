"""Where a model is wrong more often: groups of protected fields, and what a fall comes from."""

from __future__ import annotations

from pydantic import BaseModel, Field

from health.causes import Cause
from health.groups import FieldGroups
from health.weighted import Share


class Rate(BaseModel):
    """A share with its 95 % interval, of n checked cases; null without any."""

    value: float | None = Field(examples=[0.24])
    low: float = Field(examples=[0.18])
    high: float = Field(examples=[0.31])
    n: int = Field(examples=[142])


class GroupOfField(BaseModel):
    """One group of a protected field beside all others: the shares that are answered wrongly, and their difference."""

    value: str = Field(description="As cases have it", examples=["1"])
    word: str = Field(description="What people call it", examples=["female"])
    truth: str | None = Field(description="The class that its cases truly are; null for all")
    wrong: Rate
    others: Rate
    difference: float = Field(description="wrong less others", examples=[0.15])
    low: float = Field(description="The 95 % interval of the difference", examples=[0.06])
    high: float = Field(examples=[0.24])
    is_clear: bool = Field(description="More than chance explains, of all that was compared")


class GroupsOfField(BaseModel):
    """A field that the signature marks as protected."""

    field: str = Field(examples=["sex"])
    sentence: str
    groups: list[GroupOfField]


class CauseOfFall(BaseModel):
    """A slice of the cases since a fall, or a version, in which the additional wrong answers lie."""

    field: str = Field(description="An input, or version", examples=["island"])
    value: str = Field(description="As cases have it, or a range", examples=["Dream"])
    word: str = Field(description="What people call it", examples=["Dream"])
    right: Rate
    others: Rate
    part: float = Field(
        description="Which part of the additional wrong answers it has", examples=[0.9]
    )
    part_low: float = Field(description="The 95 % interval of this part", examples=[0.78])
    part_high: float = Field(examples=[1.0])


def groups_of(found: FieldGroups) -> GroupsOfField:
    return GroupsOfField(
        field=found.field,
        sentence=found.sentence,
        groups=[
            GroupOfField(
                value=each.value,
                word=each.word,
                truth=each.truth,
                wrong=_rate(each.wrong),
                others=_rate(each.others),
                difference=each.difference.value,
                low=each.difference.low,
                high=each.difference.high,
                is_clear=each.is_clear,
            )
            for each in found.rates
        ],
    )


def cause_of(found: Cause) -> CauseOfFall:
    return CauseOfFall(
        field=found.field,
        value=found.value,
        word=found.word,
        right=_rate(found.right),
        others=_rate(found.rest),
        part=found.part.value,
        part_low=found.part.low,
        part_high=found.part.high,
    )


def _rate(found: Share) -> Rate:
    return Rate(value=found.value, low=found.low, high=found.high, n=found.n)
