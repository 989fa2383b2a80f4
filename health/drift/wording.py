"""What changed in a field, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from db.health_detections import DetectionView
from health.baselines import in_words
from health.drift.fields import LEAST_CASES, WORTH_A_LOOK, FieldDrift
from health.drift.joint import JointDrift
from health.titles import NO_WORDS, FieldWords, word_for

WHOLE = "Compared as a whole"
_WEEKS = 14  # days, of which the newest cases are
_GUESSED = 0.505  # of all pairs: up to there nobody would call it more than half
OWN_REFERENCE = "A deployed detector keeps its own reference: what is accepted as the new normal here changes nothing for it."
# So many fields are named in one sentence.
_MOST_NAMED = 3


def shift_words(field: FieldDrift, title: str, words: FieldWords = NO_WORDS) -> str:
    """`Flipper: 30 of 90 values are outside 172 to 231, where all were before. It began on 17 November.`"""
    when = f" It began on {in_words(field.since)}." if field.since else ""
    if not field.before or not field.after:
        which = "earlier case has it" if not field.before else "recent case has it any more"
        return f"{title}: no {which}.{when}"
    parts = []
    if field.outside and field.span:
        low, high = field.span
        span = word_for(words, field.name, f"{low:g} to {high:g}")
        parts.append(f"{field.outside} of {field.after} values are outside {span}, where all were before")  # fmt: skip
    elif field.unseen:
        parts.append(f"{field.outside} of {field.after} have a value that was never there before: {_listed(field, words)}")  # fmt: skip
    if field.missing[1] > field.missing[0] + 0.05:
        then = _missing_words(field.before, field.missing[0])
        now = _missing_words(field.after, field.missing[1])
        parts.append(f"{now} have no value, before it was {then}")
    return f"{title}: {'; '.join(parts) or _spread_words(field, words)}.{when}"


def _spread_words(field: FieldDrift, words: FieldWords) -> str:
    """`58 % are Gentoo now, 33 % were before`: of the value or the range whose share grew most."""
    grown = field.grown
    if grown is None:
        return "its values are spread differently"
    now, before = grown.after / field.after, grown.before / field.before
    word = word_for(words, field.name, grown.words)
    return f"{now * 100:.0f} % are {word} now, {before * 100:.0f} % were before"


def few_words(cases: tuple[int, int], ended: date | None, today: date) -> str:
    """Why no field is compared, of how many cases of before and of now there are: `only 12 cases have come in the last two weeks, and it takes
    20`. Somebody may have `ended` an alarm since when alone cases are new."""
    before, now = cases
    if before < LEAST_CASES:
        there, known = "is" if before == 1 else "are", f"only {before}" if before else "none"
        return f"there {there} {known} of these from before the last two weeks, and it takes {LEAST_CASES}"
    if now < LEAST_CASES:
        when = "in the last two weeks"
        if ended and ended > today - timedelta(days=_WEEKS):
            when = f"since somebody closed an alarm on {ended.day} {ended:%B}"
        came = f"only {now} {'case has' if now == 1 else 'cases have'}" if now else "no case has"
        return f"{came} come {when}, and it takes {LEAST_CASES}"
    return "no input has values to count; texts, pictures and sounds are compared as a whole, every five minutes"


def _listed(field: FieldDrift, words: FieldWords) -> str:
    return ", ".join(word_for(words, field.name, value) for value in field.unseen)


def _missing_words(known: int, missing: float) -> str:
    """`30 of 90`: how many of the cases have no value, where so many have one."""
    cases = round(known / (1 - missing))
    return f"{cases - known:,} of {cases:,}"


def joint_words(found: JointDrift, titles: Mapping[str, str]) -> str:
    """`Review has changed. Given a first case and a recent one, a classifier names the recent one in 83 of 100 pairs (95 %
    interval 79 to 86); guessing gets 50 (300 first and 200 recent cases, compared by the log-mel spectrum).`"""
    names = {"together": "All inputs together", "embedding": "What the model makes of its inputs"}
    title = names.get(found.kind) or titles.get(found.name, found.name)
    is_several = found.kind == "together"
    changed, same = ("have changed", "look") if is_several else ("has changed", "looks")
    since = " since it was accepted" if found.is_accepted else ""
    one, all_of_them = f"a first case{since}", f"the first cases{since}"
    kind = "first"
    if found.is_chosen:
        one, all_of_them, kind = "a chosen case", "the chosen cases", "chosen"
    verdict = changed if found.is_flagged else f"{same} as in {all_of_them}"
    low, high = found.interval
    pairs = f"in {found.share * 100:.0f} of 100 pairs (95 % interval {low * 100:.0f} to {high * 100:.0f})"
    guessing = "guessing gets 50" if found.share > _GUESSED else "no better than guessing"
    return (
        f"{title} {verdict}. Given {one} and a recent one, a classifier names the recent one "
        f"{pairs}; {guessing} ({found.before:,} {kind} and {found.after:,} recent cases, compared by {found.features})."
    )


def until_words(until: datetime) -> str:
    """Until when: a job compares them, no page."""
    return f"{WHOLE} are the cases up to {until:%-d %B %H:%M} UTC; newer ones follow at the next comparison, every five minutes."


def due_words(reference: str) -> str:
    """That a job has yet to compare them with another reference."""
    return f"{WHOLE}: not yet. The cases will be compared with {reference} at the next comparison, within five minutes."


def detection_words(said: DetectionView) -> str:
    """`birds-drift finds drift in the newest 120 cases (p 0.003, distance 0.11, threshold 0.05), asked on 29 November 14:07 UTC.`"""
    when = f"asked on {said.asked_at:%-d %B %H:%M} UTC"
    if said.problem:
        return f"{said.detector} gave no verdict, {when}. {said.problem}"
    if said.is_drift is None:
        return f"{said.detector} collects cases before it says anything, {when}."
    known = (("p", said.p), ("distance", said.distance), ("threshold", said.threshold))
    figures = ", ".join(f"{name} {value:.3g}" for name, value in known if value is not None)
    verdict = "finds drift" if said.is_drift else "finds no drift"
    more = f" ({figures})" if figures else ""
    return f"{said.detector} {verdict} in the newest {said.cases:,} cases{more}, {when}."


def past_line_words(fields: Sequence[FieldDrift], titles: Mapping[str, str]) -> str:
    """Why fields that moved past the line are not said to have changed: `Bill length is past the line of 0.20 and yet …`; empty where
    every such field is flagged."""
    found = [each for each in fields if each.psi >= WORTH_A_LOOK and not each.is_flagged]
    if not found:
        return ""
    verbs = ("is", "has") if len(found) == 1 else ("are", "have")
    every = "1 field is" if len(fields) == 1 else f"{len(fields):,} fields are"
    least, cases = min(each.p for each in found), max(each.after for each in found)
    return (
        f"{_titles([each.name for each in found], titles)} {verbs[0]} past the line of {WORTH_A_LOOK:.2f} and yet {verbs[1]} not changed for certain: with "
        f"{cases:,} recent cases so large a shift comes by chance (p = {least:.2g}), and as {every} compared every day, only a far "
        "rarer one counts."
    )


def unfit_words(unfit: Sequence[str], titles: Mapping[str, str]) -> str:
    """`Not compared: Mass and Sex; the reference and the newest cases do not both have values of one kind.` Of one field at least."""
    return f"Not compared: {_titles(unfit, titles)}; the reference and the newest cases do not both have values of one kind."


def _titles(names: Sequence[str], titles: Mapping[str, str]) -> str:
    """`Bill length, Mass and others`."""
    named = [titles.get(name, name) for name in names[:_MOST_NAMED]]
    named += ["others"] if len(names) > _MOST_NAMED else []
    return " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
