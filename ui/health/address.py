"""What Health shows: the model, the time and the chips, all in the address, so that a link shows the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

import streamlit as st

from cases.search import CaseFilter
from health.cohort import Cohort
from health.standing import DAYS as WORD_DAYS
from health.standing import begin
from health.titles import ANSWER as ANSWER_FIELD
from ui import model_choice, unknown_choices
from ui.cases.chips import (
    AND,
    BY_FIELD,
    DAYS,
    NUMBER,
    SURE,
    VALUE,
    WITHIN,
    called,
    chip_words,
    number_of,
    single,
    span_of,
    sure_of,
    values_of,
    within_of,
    withins_of,
    without,
)
from ui.cases.filters import filter_of
from ui.text import plain

MODEL, PERIOD, VERSION, WEEK = model_choice.KEY, "period", "version", "week"
ANSWER, TRUTH, CHANNEL, OUTCOME = "answer", "truth", "channel", "outcome"
# The longest, but for all, is that of the word: page and word say the same unless somebody chooses otherwise.
_DEFAULT = f"{WORD_DAYS} days"
_PERIODS = {"7 days": 7, "30 days": 30, _DEFAULT: WORD_DAYS, "All": None}
# One takes the place of the other: both are a time.
_TIMES = (WEEK, DAYS)
# Characters of a chip.
_LONGEST = 200
# What the list of cases calls the same.
_SAME = (VALUE, WITHIN, ANSWER, TRUTH, NUMBER, SURE, CHANNEL, OUTCOME)
_CHIPS = {
    VERSION: "Version",
    WEEK: "Week from",
    DAYS: "Days",
    VALUE: "Only",
    WITHIN: "Only",
    TRUTH: "True",
    ANSWER: "Answered",
    NUMBER: "Answered",
    SURE: "Model's probability",
    CHANNEL: "Feedback",
    OUTCOME: "Outcome",
}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """One model, or none; since when; and the chips by their parameter."""

    server: str
    model: str
    since: datetime | None
    chips: Mapping[str, str]

    @property
    def is_of_the_word(self) -> bool:
        """Whether the figures are of the same cases as the word."""
        return not self.chips and self.since == _since(_DEFAULT)

    @property
    def is_one(self) -> bool:
        return bool(self.model)

    @property
    def cohort(self) -> Cohort:
        """The cases that are looked at."""
        since, until = self.since, None
        if week := _day(self.chips.get(WEEK, "")):
            since = datetime.combine(week, time(), tzinfo=UTC)
            until = since + timedelta(days=7)
        if span := span_of(self.chips.get(DAYS, "")):
            since, until = span[0], span[1] + timedelta(days=1)
        return Cohort(
            version=self.chips.get(VERSION),
            since=since,
            until=until,
            values=values_of(self.chips.get(VALUE, "")),
            within=withins_of(self.chips.get(WITHIN, "")),
            answer=self.chips.get(ANSWER),
            truth=self.chips.get(TRUTH),
            number=number_of(self.chips.get(NUMBER, "")),
            sure=sure_of(self.chips.get(SURE, "")),
            channel=self.chips.get(CHANNEL),
            outcome=self.chips.get(OUTCOME),
        )

    @property
    def every(self) -> Chosen:
        """All cases of the model: what the word is of, whatever is chosen."""
        return of_word(self.server, self.model)

    def cases(self, **more: str) -> str:
        """The address of these cases in the list."""
        return f"cases?{urlencode(self._choices(more))}"

    def desk(self, **more: str) -> str:
        """The address of these cases at the review desk."""
        chosen = {name: value for name, value in self._choices(more).items() if name != "whose"}
        return f"review?{urlencode(chosen)}"

    def wanted(self, **more: str) -> CaseFilter:
        """The cases of that address."""
        return filter_of(self._choices(more))

    def _choices(self, more: Mapping[str, str]) -> dict[str, str]:
        found = {"model": f"{self.server}/{self.model}", "whose": "everybody's"}
        if version := self.chips.get(VERSION):
            found["version"] = version
        found |= {name: self.chips[name] for name in _SAME if name in self.chips}
        cohort = self.cohort
        if cohort.since and (WEEK in self.chips or DAYS not in more):
            last = (cohort.until or datetime.now(UTC) + timedelta(days=1)) - timedelta(days=1)
            found["days"] = f"{cohort.since:%Y-%m-%d}..{last:%Y-%m-%d}"
        return with_chips(found, more)


def of_word(server: str, model: str) -> Chosen:
    """A model with all that its word is of."""
    return Chosen(server=server, model=model, since=_since(_DEFAULT), chips={})


def choose(named: list[tuple[str, str]]) -> Chosen:
    """The model and the time, with their boxes; the chips as the address has them."""
    options = [f"{server}/{model}" for server, model in named]
    unknown_choices.note(MODEL, options)
    unknown_choices.note(PERIOD, _PERIODS)
    with st.container(horizontal=True, key="health_choice"):
        picked = model_choice.choose(options, placeholder="All models", on_change=_clear_chips)
        period = st.segmented_control(
            "Time", list(_PERIODS), default=_DEFAULT, key=PERIOD, required=True, bind="query-params"
        )
    server, _, model = picked.partition("/")
    boxes = {MODEL: "Model", PERIOD: "Time"}
    unread = _unread() if model else {}
    unknown_choices.draw(unknown_choices.noted(boxes) | unread, boxes | _CHIPS)
    chips = _chips() if model else {}
    return Chosen(server=server, model=model, since=_since(period or _DEFAULT), chips=chips)


def as_it_is_now(chosen: Chosen) -> Chosen:
    """The same model and time with the chips of this moment: a part that is drawn again by itself sees them at once."""
    return replace(chosen, chips=_chips()) if chosen.is_one else chosen


def _chips() -> dict[str, str]:
    unread = _unread()
    asked = {name: value for name in _CHIPS if (value := st.query_params.get(name))}
    return {name: value for name, value in asked.items() if name not in unread}


def _unread() -> dict[str, str]:
    """The chips of the address that cannot be read: they would narrow nothing."""
    asked = {name: st.query_params.get(name, "") for name in _READ}
    return {name: value for name, value in asked.items() if value and not _READ[name](value)}


def draw_chips(chosen: Chosen) -> None:
    """What narrows the figures, each with a way to take it away."""
    if not chosen.chips:
        return
    of = called(chosen.server, chosen.model, chosen.chips)
    with st.container(horizontal=True, gap="small", key="health_chips"):
        for name, place, value in _each_chip(chosen.chips):
            st.button(
                plain(f"{_CHIPS[name]}: {chip_words(name, value, of)[:50]}"),
                key=f"health_without_{name}_{place}" if place else f"health_without_{name}",
                icon=":material/close:",
                help="Remove this filter",
                on_click=_take_away,
                args=(name, value),
            )


def _each_chip(chips: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    for name, value in chips.items():
        for place, each in enumerate(single(name, value)):
            yield name, place, each


def words_of(chosen: Chosen) -> list[str]:
    """Which cases are looked at, in words."""
    since = [f"since {chosen.since:%-d %B %Y}"] if chosen.since else []
    of = called(chosen.server, chosen.model, chosen.chips)
    chips = _each_chip(chosen.chips)
    return since + [f"{_CHIPS[name]}: {chip_words(name, value, of)}" for name, _, value in chips]


def part_of(field: str, value: str, bounds: tuple[float, float] | None) -> dict[str, str]:
    """The chip of a part of the cases: in which a field, or the answer, has a value or a number within bounds."""
    if bounds is None:
        return {ANSWER: value} if field == ANSWER_FIELD else {VALUE: f"{field}={value}"}
    low, high = ("" if math.isinf(end) else repr(end) for end in bounds)
    ends = f"{low}..{high}"
    return {NUMBER: ends} if field == ANSWER_FIELD else {WITHIN: f"{field}={ends}"}


def with_chips(there: Mapping[str, str], chips: Mapping[str, str]) -> dict[str, str]:
    """The chips that are there, and these: those of other fields stay, one of the same field, or another time, goes."""
    is_timed = any(name in chips for name in _TIMES)
    found = {n: v for n, v in there.items() if not (is_timed and n in _TIMES)} | dict(chips)
    fields = {_field(each) for name in BY_FIELD for each in _singles(name, chips)}
    for name in BY_FIELD:
        kept = [each for each in _singles(name, there) if _field(each) not in fields]
        found[name] = AND.join([*kept, *_singles(name, chips)])
    return {name: value for name, value in found.items() if value}


def without_chips(there: Mapping[str, str], chips: Mapping[str, str]) -> dict[str, str]:
    """The chips that are there without these."""
    found = dict(there)
    for name, _, value in _each_chip(chips):
        found[name] = without(name, found.get(name, ""), value)
    return {name: value for name, value in found.items() if value}


def are_chosen(chips: Mapping[str, str], there: Mapping[str, str]) -> bool:
    """Whether all of these chips are there."""
    return all(value in single(name, there.get(name, "")) for name, _, value in _each_chip(chips))


def is_part(chips: Mapping[str, str], there: Mapping[str, str]) -> bool:
    """Whether the cases of these chips are some of those of the ones that are there: none of them takes the place of one, or it is
    a range within that one's."""
    left = with_chips(there, chips)
    gone = [(n, v) for n, _, v in _each_chip(there) if v not in single(n, left.get(n, ""))]
    return all(
        any(_is_within(n, v, name, value) for n, _, v in _each_chip(chips)) for name, value in gone
    )


def press(chips: Mapping[str, str]) -> None:
    """Narrow the figures to these chips, or no longer where they are chosen; to be called before anything is drawn, as callbacks
    are. Those of other fields stay."""
    cut = {name: value[:_LONGEST] for name, value in chips.items()}
    if MODEL in cut:
        st.session_state[MODEL] = cut.pop(MODEL)  # its box holds what the address says
    there = {name: value for name in _CHIPS if (value := st.query_params.get(name))}
    left = without_chips(there, cut) if cut and are_chosen(cut, there) else with_chips(there, cut)
    for name in _CHIPS:
        if name in left:
            st.query_params[name] = left[name]
        else:
            st.query_params.pop(name, None)


def narrower(part: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    """The same part of the cases as chips that are there leave of it: a range of the same numbers ends where theirs does."""
    found = dict(part)
    for name in (WITHIN, NUMBER):
        new = _range(name, part.get(name, ""))
        for old in (_range(name, each) for each in _singles(name, there)):
            if new and old and new[0] == old[0]:
                bounds = max(new[1], old[1]), min(new[2], old[2])
                found |= part_of(new[0], "", bounds) if bounds[0] < bounds[1] else {}
    return found


def _singles(name: str, chips: Mapping[str, str]) -> list[str]:
    return [each for each in single(name, chips.get(name, "")) if each]


def _is_within(name: str, value: str, other: str, around: str) -> bool:
    """Whether a chip is a range within another one's."""
    new, old = _range(name, value), _range(other, around)
    if new is None or old is None:
        return False
    return new[0] == old[0] and old[1] <= new[1] and new[2] <= old[2]


def _range(name: str, value: str) -> tuple[str, float, float] | None:
    """The field and the ends of a chip that is a range."""
    if name == NUMBER:
        ends = number_of(value)
        return (ANSWER_FIELD, *ends) if ends else None
    return within_of(value) if name == WITHIN else None


def _field(part: str) -> str:
    return part.partition("=")[0]


def _take_away(name: str, value: str) -> None:
    left = without(name, st.query_params.get(name, ""), value)
    if left:
        st.query_params[name] = left
    else:
        st.query_params.pop(name, None)


def _clear_chips() -> None:
    for name in _CHIPS:
        st.query_params.pop(name, None)


def _since(period: str) -> datetime | None:
    days = _PERIODS.get(period)
    if days is None:
        return None
    return begin(datetime.now(UTC), days)


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


_READ: Mapping[str, Callable[[str], object]] = {
    WEEK: _day,
    DAYS: span_of,
    VALUE: values_of,
    WITHIN: withins_of,
    NUMBER: number_of,
    SURE: sure_of,
}
