"""Who is told of an alarm: once when it begins and once when it is over, each channel by itself, tried again while it fails.

What was put off is told when that time is over, if the alarm still goes on. An end is told to those who were told of the
beginning. A process that dies between sending and noting it sends once more: better twice than never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlencode

import db.health_alarms
import db.health_decisions
from db.engine import Sessions, reading, writing
from db.health_alarms import AlarmView
from db.health_decisions import DecisionView
from db.ids import utc_now
from health.alarms.decisions import ENDING, acknowledged_by, causes_then, is_silent
from health.alarms.wording import person_words
from health.baselines import in_words
from health.findings import Finding
from health.titles import ModelTitle, model_words, untitled

__all__ = [
    "MOST_FAILURES",
    "AlarmView",
    "Delivery",
    "Told",
    "alarm_words",
    "deliver",
    "deliveries",
    "told_words",
]

# After each failure twice as long, until it is given up.
FIRST_WAIT = timedelta(minutes=5)
MOST_FAILURES = 10
_SINCE = timedelta(days=7)
_WORDS = {
    "accuracy": "wrong answers",
    "errors": "requests fail",
    "inputs": "changed inputs or answers",
}


class Way(Protocol):
    """What delivers: `health.alarms.channels.Channels`, or what a test puts in its place."""

    def for_alarm(self, server: str, model: str, kind: str) -> list[str]: ...
    def send(self, name: str, title: str, body: str) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What one channel was told of one alarm: when of its beginning and when of its end, as ISO 8601, empty where not.

    `failures` counts in a row, and `next_try` says when it is tried again.
    """

    begun: str = ""
    ended: str = ""
    failures: int = 0
    next_try: str = ""

    @property
    def is_given_up(self) -> bool:
        """Whether it failed too often."""
        return self.failures >= MOST_FAILURES


@dataclass(kw_only=True)
class Told:
    """How many messages went, and how many did not."""

    sent: int = 0
    failed: int = 0


def deliver(
    sessions: Sessions,
    way: Way,
    public_url: str = "",
    *,
    title_of: ModelTitle = untitled,
    clock: Callable[[], datetime] = utc_now,
) -> Told:
    """Send what is due. `public_url` is for a link, `title_of` says what a model is called; `sessions` see every model.
    Raises StorageError."""
    now, told = clock(), Told()
    with reading(sessions) as session:
        alarms = db.health_alarms.to_tell(session, now - _SINCE)
        steps = db.health_decisions.of_models(session)
    for alarm in alarms:
        decided = steps.get((alarm.server, alarm.model), [])
        due = _Due(alarm=alarm, steps=decided, now=now, public_url=public_url, title_of=title_of)
        before = deliveries(alarm)
        after = before | due.tried(way, before, told)
        if after != before:
            with writing(sessions) as session:
                kept = {name: asdict(each) for name, each in after.items()}
                db.health_alarms.note_deliveries(session, alarm.id, kept)
    return told


def deliveries(alarm: AlarmView) -> dict[str, Delivery]:
    """What each channel was told of an alarm."""
    return {
        name: Delivery(**each)
        for name, each in alarm.deliveries.items()
        if isinstance(each, Mapping)
    }


def alarm_words(
    alarm: AlarmView, steps: Sequence[DecisionView], findings: Iterable[Finding] = ()
) -> str:
    """`Noticed on 16 November 18:30 UTC. It said then: “…” It goes on. Today, with the cases that came since, it says: “…”`: what was found on that day, and while it goes
    on what is found now, where that says something else, with the day on which it began; how it ended, what accounted for it then, and who
    was told. `steps` and `findings` are those of its model."""
    step, told = _ending(alarm, steps), told_words(alarm)
    now = next((f for f in findings if f.kind == alarm.kind), None) if alarm.is_open else None
    parts = [f"{_noticed(alarm, now)} It said then: “{alarm.sentence}”", *_pauses_words(alarm)]
    if now and now.sentence != alarm.sentence:
        parts.append(
            f"It goes on. Today, with the cases that came since, it says: “{now.sentence}”"
        )
    else:
        parts.append(f"{_end_words(alarm, step)}.")
    if step and alarm.kind == "accuracy" and (causes := causes_then(step)):
        parts += ["What accounted for it then:", *causes]
    return " ".join([*parts, *([f"{told}."] if told else [])])


def _noticed(alarm: AlarmView, now: Finding | None) -> str:
    """When it was noticed, and why that is later than it began."""
    noticed = f"Noticed on {_moment(alarm.opened_at)}."
    if now is None or now.since is None or now.since >= alarm.opened_at.date():
        return noticed
    began = f"as is known today, it began on {in_words(now.since)}"
    return f"{noticed[:-1]}; {began}: it took until then to have enough cases to be sure."


def _pauses_words(alarm: AlarmView) -> list[str]:
    """When it was over and began again."""
    return [
        f"It was over from {_moment(over)} to {_moment(again)}." for over, again in alarm.pauses
    ]


def _ending(alarm: AlarmView, steps: Sequence[DecisionView]) -> DecisionView | None:
    """What somebody decided that ended it; None where nobody did."""
    ended = alarm.ended_at
    for step in steps if ended else ():
        is_of_it = ended is not None and alarm.opened_at <= step.created_at <= ended
        if step.action in ENDING and is_of_it:
            return step
    return None


def _end_words(alarm: AlarmView, step: DecisionView | None) -> str:
    if step:
        done = "Closed" if step.action == "closed" else "Accepted as the new normal"
        return f"{done} by {person_words(step)} on {_moment(step.created_at)}"
    return f"Over since {_moment(alarm.ended_at)}" if alarm.ended_at else "It goes on"


def _moment(at: datetime) -> str:
    return f"{at:%-d %B %H:%M} UTC"


def told_words(alarm: AlarmView) -> str:
    """`operations was told on 3 June 14:05 UTC; mail could not be told (3 times)`; empty where nobody is to be told."""
    return "; ".join(_words(name, each) for name, each in sorted(deliveries(alarm).items()))


def _words(name: str, each: Delivery) -> str:
    moment = each.ended or each.begun
    said = (
        f"{name} was told on {datetime.fromisoformat(moment):%-d %B %H:%M} UTC" if moment else name
    )
    if each.failures:
        rest = "given up" if each.is_given_up else "it is tried again"
        times = "once" if each.failures == 1 else f"{each.failures} times"
        return f"{said}{', but' if moment else ''} could not be told ({times}; {rest})"
    return said


@dataclass(frozen=True, kw_only=True)
class _Due:
    """One alarm at a moment, with what was decided on its model, the newest first."""

    alarm: AlarmView
    steps: list[DecisionView] = field(default_factory=list)
    now: datetime
    public_url: str
    title_of: ModelTitle

    def tried(self, way: Way, before: Mapping[str, Delivery], told: Told) -> dict[str, Delivery]:
        alarm = self.alarm
        names = way.for_alarm(alarm.server, alarm.model, alarm.kind)
        known = {name: before.get(name, Delivery()) for name in names}
        return {
            n: self._sent(way, n, each, told) for n, each in known.items() if self._is_due(each)
        }

    def _is_due(self, each: Delivery) -> bool:
        if each.is_given_up or (each.next_try and datetime.fromisoformat(each.next_try) > self.now):
            return False
        if self.alarm.is_open:
            return not each.begun and not is_silent(self.steps, self.now)
        return bool(each.begun) and not each.ended

    def _sent(self, way: Way, name: str, each: Delivery, told: Told) -> Delivery:
        moment = self.now.isoformat()
        begun, ended = (moment, "") if self.alarm.is_open else (each.begun, moment)
        if way.send(name, self._title(), self._body()):
            told.sent += 1
            return Delivery(begun=begun, ended=ended)
        told.failed += 1
        later = self.now + FIRST_WAIT * 2**each.failures
        return Delivery(
            begun=each.begun,
            ended=each.ended,
            failures=each.failures + 1,
            next_try=later.isoformat(),
        )

    def _title(self) -> str:
        alarm = self.alarm
        what = _WORDS[alarm.kind]
        title = self.title_of(alarm.server, alarm.model)
        name = model_words(title, alarm.server, alarm.model)
        return f"{name}: {what}" if alarm.is_open else f"{name}: over ({what})"

    def _body(self) -> str:
        alarm = self.alarm
        parts = [alarm.sentence]
        if alarm.pauses and alarm.is_open:
            over = _pauses_words(alarm)[-1]
            parts = [f"It goes on again. {over} When it was noticed, on {_moment(alarm.opened_at)}, it said: {alarm.sentence}"]  # fmt: skip
        if alarm.ended_at:
            parts = [f"It ended on {alarm.ended_at:%-d %B %H:%M} UTC. It was: {alarm.sentence}"]
            parts += [self._closed()] if self._closed() else []
        if person := acknowledged_by(self.steps):
            parts.append(f"{person} takes care of it.")
        if self.public_url:
            query = urlencode({"model": f"{alarm.server}/{alarm.model}"})
            parts.append(f"{self.public_url}/health?{query}")
        return "\n".join(parts)

    def _closed(self) -> str:
        """Who ended it, and why; empty where it ended by itself."""
        step = self.steps[0] if self.steps else None
        if (
            step is None
            or step.action not in ("closed", "accepted")
            or step.created_at < self.alarm.opened_at
        ):
            return ""
        done = "closed it" if step.action == "closed" else "accepted it as the new normal"
        return f"{step.person} {done}{f': {step.reason}' if step.reason else '.'}"
