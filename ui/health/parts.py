"""Parts of the cases of a model, each of which can be looked at alone: slices, groups of protected fields, and what a fall of
the right answers comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import streamlit as st

from health.causes import Cause, Causes
from health.details import Details
from health.groups import FieldGroups, GroupRate
from health.report import OVERLAP, difference_text, part_words, slice_word
from health.slices import LEAST, Slice
from health.titles import FieldWords, title_of
from health.weighted import Share
from ui.cases.titles import fields_of
from ui.health import address, wrong_answers
from ui.health.address import Chosen
from ui.health.pressed import draw_row
from ui.session import services
from ui.text import plain

_MOST_SLICES, _MOST_RATES = 6, 12


def titles(chosen: Chosen) -> dict[str, str]:
    """What the fields are called, by their names."""
    known = fields_of(chosen.server, chosen.model)
    return {name: field.label or name for name, field in known.items()}


def field_words(chosen: Chosen) -> FieldWords:
    """What the values of fields are called."""
    return services().field_words(chosen.server, chosen.model)


def share_words(found: Share, of: str = "") -> str:
    """`86 % (80 to 91 %), n=142`; `of` says of what, such as right."""
    if found.value is None:
        return "nothing known"
    ends = f"{found.low * 100:.0f} to {found.high * 100:.0f} %"
    return f"{found.value * 100:.0f} %{of and ' '}{of} ({ends}), n={found.n:,}"


def draw_slices(details: Details, chosen: Chosen) -> None:
    """The slices in which the model is right less often, the worst first."""
    named, slices, which = titles(chosen), details.slices, wrong_answers.of(details)
    st.caption(slices_words(slices))
    shown = slices[:_MOST_SLICES]
    for place, each in enumerate(shown):
        part = address.part_of(each.field, each.value, each.bounds)
        chips = address.narrower(part, chosen.chips)
        sign = "**Worse**: " if each.is_worse else f"{slice_word(each).capitalize()}: "
        title = f"{plain(title_of(named, each.field))} {plain(each.word)}"
        words = f"{sign}{title}: {share_words(each.right)}; the others {share_words(each.rest)}."
        words += wrong_answers.link(each.wrong, chosen, which, **chips)
        draw_row(words, f"health_slice_{place}", chips, chosen)
    if shown and (why := wrong_answers.unlisted(chosen, which)):
        st.caption(why.strip())


def slices_words(slices: Sequence[Slice]) -> str:
    """What the slices are, and how many of them are worse; without any, what it takes to have one."""
    if not slices:
        return (
            "No slice can be compared: it takes an input with numbers or a few values, and "
            f"{LEAST} checked cases in the slice and {LEAST} outside it."
        )
    worse = sum(each.is_worse for each in slices)
    many = f"{worse} of {len(slices)} {'is' if worse == 1 else 'are'}" if worse else "None is"
    return f"The checked cases by the values of each field, worst first: how many are right. {many} worse than chance explains."


def draw_groups(found: Sequence[FieldGroups], chosen: Chosen) -> None:
    """The groups of each protected field: how often each is answered wrongly, beside the others."""
    if not found:
        st.caption(
            "No field of this model is protected. Who describes the model marks one on the page Signature, under *Place*: "
            "how often its groups are answered wrongly is compared here."
        )
        return
    named = titles(chosen)
    st.caption(
        "How often answers are wrong in each group, and how many percentage points (pp) more or less than among the "
        "others, each with its 95 % interval."
    )
    for each in found:
        st.markdown(f"**{plain(title_of(named, each.field))}**: {plain(each.sentence)}")
        for place, rate in enumerate(each.rates[:_MOST_RATES]):
            draw_row(
                _rate_words(rate),
                f"health_group_{each.field}_{place}",
                {} if each.is_hidden else _chips_of(each, rate),
                chosen,
            )


def draw_causes(found: Causes | None, chosen: Chosen) -> None:
    """Which slices and which version account for a fall, each with a way to its wrong cases; nothing without a fall."""
    if found is None:
        return
    named = titles(chosen)
    with st.container(border=True, key="health_causes"):
        st.markdown(
            f"**What accounts for it**, in {found.n:,} checked cases since {found.since:%-d %B}"
        )
        if not found.found:
            st.markdown(plain(found.sentence))
        for place, cause in enumerate(found.found):
            _draw_cause(cause, f"health_cause_{place}", found, named, chosen)
        if len(found.found) > 1:
            st.caption(OVERLAP)


def _draw_cause(
    cause: Cause, key: str, found: Causes, named: Mapping[str, str], chosen: Chosen
) -> None:
    title = "Version" if cause.is_version else plain(title_of(named, cause.field))
    words = (
        f"**{title} {plain(cause.own_words)}**: {share_words(cause.right, 'right')}; {cause.rest_words} {share_words(cause.rest)}. "
        f"{part_words(cause)}"
    )
    is_version = cause.is_version
    chips = (
        {address.VERSION: cause.value}
        if is_version
        else address.part_of(cause.field, cause.value, cause.bounds)
    )
    days = f"{found.since}..{datetime.now(UTC).date()}"
    link = wrong_answers.link(cause.wrong, chosen.every, days=days, **chips)
    draw_row(f"{words}{link}", key, chips, chosen)


def _rate_words(rate: GroupRate) -> str:
    sign = "**Worse**: " if rate.is_worse else "Better: " if rate.is_clear else ""
    of = f", of those that truly are {plain(rate.truth)}" if rate.truth is not None else ""
    gap = rate.difference
    difference = difference_text(gap.value, gap.low, gap.high)
    return f"{sign}{plain(rate.word)}{of}: {share_words(rate.wrong, 'wrong')}; the others {share_words(rate.others)}; {difference}"


def _chips_of(found: FieldGroups, rate: GroupRate) -> dict[str, str]:
    of = {} if rate.truth is None else {address.TRUTH: rate.truth}
    return address.part_of(found.field, rate.value, rate.bounds) | of
