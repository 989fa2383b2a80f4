"""What Health says of a model in sentences: how often it is right, what was found, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from health.baselines import Baseline, in_words
from health.drift.fields import LEAST_CASES
from health.estimates import Estimate, LeftOut, Rate, share_words
from health.findings import Finding, Word
from health.history import (
    Ahead,
    Answers,
    DayFigures,
    History,
    days_after,
    share_failed,
    share_right,
)
from health.reference import RECENT_DAYS

# Of all requests that were sent, how many may fail.
OBJECTIVE = 0.01
# Why nothing can be said of a model, after what is left out.
MOST_LEFT_OUT = "So most answers are left out."
# What was accepted of failures is told as long as the last week shows it.
_WEEK = 7


def accuracy_words(found: Estimate) -> str:
    """`94 % of answers are right (95 % interval 90–97 %).` Where some are left out: `94 % of 1,200 answers, of 7,200 in all, …`"""
    return f"{_right_words(found)} {left_out_words(found)}".strip()


def _right_words(found: Estimate) -> str:
    """The same without what is left out."""
    if found.value is None or found.low is None or found.high is None:
        return f"{found.n:,} of {found.drawn:,} drawn cases are checked so far."
    interval = f"{found.low * 100:.0f}–{found.high * 100:.0f} %"
    answers = "answers"
    if left_out_words(found):
        answers = f"{found.of:,} answers, of {found.of + found.unknown:,} in all,"
    return f"{share_words(found.value)} of {answers} are right (95 % interval {interval})."


def left_out_words(found: Estimate) -> str:
    """`Left out: version 2 with 6,000 of 7,200 answers. Nobody has checked any of them, so nothing is known of them.` Empty
    where the estimate speaks for all answers, but for at most one in a hundred."""
    every = found.of + found.unknown
    if found.unknown * 100 <= every or found.value is None:
        return ""
    counts = [f"{each.cases:,}" for each in found.left_out]
    counts[0] += f" of {every:,} answers"
    named = [
        f"{_answers_of(each)} with {n}" for each, n in zip(found.left_out, counts, strict=True)
    ]
    why = "Nobody has checked any of them, so nothing is known of them"
    if any(each.judged for each in found.left_out):
        why = "Of them only what somebody reported is judged, which is mostly what is wrong"
    return f"Left out: {listed(named)}. {why}."


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b` or `a, b and c`; at least one."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _answers_of(found: LeftOut) -> str:
    version = f"version {found.version}" if found.version else "this model"
    parts = {"all": "", "rows": "rows of files of ", "single": "what was asked singly of "}
    return f"{parts[found.kind]}{version}"


def percent(found: Rate) -> str:
    """`94 %`, or `–` where nothing is known."""
    return "–" if found.value is None else share_words(found.value)


def condition_words(
    history: History,
    findings: Sequence[Finding],
    standard: Baseline | None,
    closed: Finding | None,
) -> str:
    """How often it is right, who closed what, then what was found: why it has its word. What is left out comes last, unless
    that is why."""
    right, left_out = _right_and_left_out(history.accuracy, findings)
    parts = [right]
    if not findings and standard is not None and standard.is_accepted:
        parts.append(_of_which_days(history))
    parts += [closed.sentence] if closed and closed not in findings else []
    parts += [each.sentence for each in findings]
    if not findings and standard is not None:
        parts.append(_as_before(history, standard, closed))
        if history.closed and history.closed.is_accepted:
            parts += _still_failing(history.days[-_WEEK:])
    parts.append(left_out)
    if history.ahead:
        parts.append(_ahead_words(history.ahead))
    return " ".join(filter(None, parts))


def _right_and_left_out(found: Estimate, findings: Sequence[Finding]) -> tuple[str, str]:
    """How often it is right, and what is left out: together where that is why."""
    if not found.enough:
        return "", ""
    if any(each.sentence == MOST_LEFT_OUT for each in findings):
        return accuracy_words(found), ""
    return _right_words(found), left_out_words(found)


def first_and_rest(words: str) -> tuple[str, str]:
    """The first sentence, and the others after it."""
    first, dot, rest = words.partition(". ")
    return f"{first}.".removesuffix("..") if dot else words, rest


def lead_words(words: str, findings: Sequence[Finding]) -> str:
    """The one sentence of them that carries the word: of what is found first and goes on, else the first."""
    going_on = [each for each in findings if not each.is_over] or findings
    found = first_and_rest(going_on[0].sentence)[0] if going_on else ""
    return found if found and found in words else first_and_rest(words)[0]


def answers_words(found: Answers, then: str, *, is_more: bool) -> str:
    """`Its answers have changed since 3 November: 58 % are Gentoo now, 33 % were before.` What is compared with is called `then`; it
    `is_more` where inputs are told to have changed."""
    when = f" since {in_words(found.since)}" if found.since else ""
    how = f"they differ from {then}"
    if found.word:
        were = then if then == "before" else f"in {then}"
        how = f"{share_words(found.now)} are {found.word} now, {share_words(found.before)} were {were}"
    return f"Its answers have changed{', too,' if is_more else ''}{when}: {how}."


def _as_before(history: History, standard: Baseline, closed: Finding | None) -> str:
    """That answers are no worse than they should be, and how the inputs look. What was accepted is said with its figure."""
    inputs = _inputs_words(history)
    if not standard.is_accepted:
        what = "Answers since then are" if closed else "That is"
        return f"{what} no worse than its first checked cases. {inputs}"
    since = share_right([day for day in days_after(history) if day.day > standard.until])
    then = _counted_since(history, standard)
    known = f"{then[0].upper()}{then[1:]}: {since.count} of {since.n}, which is no worse."
    known = known if since.n else f"None is checked {then}."
    usual = f"{standard.accepted_words()} ({share_words(standard.share)})"
    return f"{usual}. {known} {inputs}"


def _of_which_days(history: History) -> str:
    """Of which days the first share is: what was accepted, and what came since, are of others."""
    return f"That is of all days since {in_words(history.days[0].day)}." if history.days else ""


def _counted_since(history: History, standard: Baseline) -> str:
    """`since then`: since it was accepted, or since somebody closed an alarm after that, before which nothing counts any more."""
    closed = history.closed
    if closed is None or closed.is_accepted or closed.at.date() <= standard.until:
        return "since then"
    return f"since an alarm was closed on {in_words(closed.at.date())}"


def _inputs_words(history: History) -> str:
    """That they look as before, unless somebody accepted how they were and they cannot be compared yet."""
    inputs = history.inputs
    if inputs.chosen:
        if inputs.is_compared:
            without = f", but for {listed(inputs.unfit)}, which cannot be compared" if inputs.unfit else ""  # fmt: skip
            return f"The inputs look as in {inputs.chosen}{without}."
        return f"Its inputs cannot be compared with {inputs.chosen}."
    if inputs.accepted is None or inputs.before >= LEAST_CASES:
        return "The inputs look as before."
    day = inputs.accepted + timedelta(days=RECENT_DAYS)
    if day > history.today:
        return f"Its inputs are compared again from {in_words(day)} on."
    there = {0: "there is none", 1: "there is only 1"}.get(inputs.before, f"there are only {inputs.before}")  # fmt: skip
    return (
        f"Its inputs cannot be compared yet: it takes {LEAST_CASES} cases of the version in use from after {in_words(inputs.accepted)} "
        f"that are older than two weeks, and {there}."
    )


def _still_failing(days: Sequence[DayFigures]) -> list[str]:
    """That more requests fail than would be an alarm, where somebody accepted that."""
    lately = share_failed(days)
    if lately.low <= OBJECTIVE:
        return []
    return [f"{lately.count:,} of {lately.n:,} requests of the last week failed, as was accepted."]


def _ahead_words(ahead: Ahead) -> str:
    is_one = ahead.cases == 1
    cases = "1 case is" if is_one else f"{ahead.cases:,} cases are"
    return (
        f"{cases} dated after today, up to {in_words(ahead.last)} {ahead.last.year}: the clock of the machine that recorded them is wrong. "
        f"{'It counts' if is_one else 'They count'} in all figures but those by day and week."
    )


@dataclass(frozen=True, kw_only=True)
class Checks:
    """How many more drawn cases are `needed` for plus or minus five points, and how many are drawn and `waiting` for it."""

    needed: int
    waiting: int


def action_words(
    word: Word, findings: Sequence[Finding], checks: Checks, *, is_of_answers: bool = False
) -> str:
    """What to do next; of what changed it may be the answers alone."""
    kinds = _kinds(findings)
    if "accuracy" in kinds:
        return "Look at the wrong answers, then tell whoever runs the model."
    if "errors" in kinds:
        return "Look at the requests that failed."
    if "inputs" in kinds and is_of_answers:
        return "Look at the newest cases: do other people ask, or about something else? Was the model changed?"
    if "inputs" in kinds:
        return "Look at the newest cases: has a sensor, a form or a unit changed?"
    if "quiet" in kinds:
        return "Ask it, or remove it."
    return _next_check(word, findings, checks)


def is_of_checks(findings: Sequence[Finding], needed: int) -> bool:
    """Whether the next thing to do is to check drawn cases."""
    is_other = _kinds(findings) & {"accuracy", "errors", "inputs", "quiet"}
    return bool(needed) and not is_other and not any(each.since for each in findings)


def _kinds(findings: Sequence[Finding]) -> set[str]:
    """Of what goes on; where nothing does, of what was."""
    return {each.kind for each in findings if not each.is_over} or {f.kind for f in findings}


def _next_check(word: Word, findings: Sequence[Finding], checks: Checks) -> str:
    if any(each.since for each in findings):
        return "Ask and check some more cases, then look again."
    if checks.needed:
        return check_words(checks)
    return "Nothing to do." if word == "Healthy" else "Look at it, and close it."


def check_words(checks: Checks) -> str:
    """What can be checked now, and what has to be drawn before: `Check the 21 drawn cases that nobody has judged; 258 more …`"""
    now, later = min(checks.needed, checks.waiting), checks.needed - checks.waiting
    of = f"{now:,} of " if now < checks.waiting else ""
    drawn = "drawn case" if checks.waiting == 1 else f"{checks.waiting:,} drawn cases"
    check = f"Check {of}the {drawn} that nobody has judged"
    if later <= 0:
        return f"{check}."
    more = (
        f"{later:,} more {'has' if later == 1 else 'have'} to be drawn first, from new requests; whoever operates the workbench can "
        "have a larger share of them drawn."
    )
    return f"{check}. {more}" if checks.waiting else f"No drawn case waits for a judgement. {more}"
