"""A model's health on one page of HTML that opens without a network and prints: the same figures as on the page Health."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime

from health import inputs_report, service_report
from health.alarms.delivery import alarm_words
from health.answer_times import times_words
from health.calibration_words import sentence
from health.causes import Cause, Causes
from health.classification import OF_WHAT, unknown_words
from health.cohort import EVERY, Cohort
from health.details import Details, FarTruth, Sizes
from health.error_sizes import (
    MOST_NAMED,
    at_least_words,
    far_advice,
    far_head,
    far_text,
    figure_names,
    mean_text,
    others_words,
    short_words,
)
from health.groups import FieldGroups, GroupRate
from health.over_time import Week
from health.overview import Look
from health.server_metrics.readings import Reading
from health.service import Service
from health.slices import Slice
from health.status import accuracy_words
from health.summary import HealthRow, demonstration_words
from health.titles import FieldWords, model_words, title_of
from health.wording import counted_words, share_text
from printed.frame import bar, cells, document, facts, interval
from printed.markup import Html, joined, tag

_MOST_SLICES, _MOST_WEEKS, _MOST_RATES = 8, 26, 12
_NOTE = (
    "Shares are of answered cases that were drawn for a check at random and judged, each weighted by the chance with which it "
    "was drawn; behind each stands its 95 % interval and n, the checked cases that it rests on. What people report by "
    "themselves is mostly what is wrong, and is no part of them."
)


@dataclass(frozen=True, kw_only=True)
class HealthReport:
    """What is told: everything about the model, a row for each version, its title, what its fields and their values are
    called, which of its cases are looked at, as a `cohort` and in words, and when; how it serves, and what its server reports; `unit` is that of the numbers that it answers."""

    look: Look
    rows: Sequence[HealthRow]
    titles: Mapping[str, str]
    title: str = ""
    chosen: Sequence[str]
    at: datetime
    service: Service | None = None
    reading: Reading | None = None
    words: FieldWords = attribute(default_factory=dict)
    unit: str = ""
    cohort: Cohort = EVERY


def page(report: HealthReport) -> str:
    """The whole document."""
    look, details = report.look, report.look.details
    name = model_words(report.title, look.standing.server, look.standing.model)
    return document(
        f"Health of {name}, {report.at:%-d %B %Y}",
        _head(report, name),
        _causes(look.causes, report.titles),
        _figures(report),
        _weeks(look.weeks, look.standing.accuracy.low),
        inputs_report.section(look, report.titles, report.words, report.cohort),
        _groups(details.groups, report.titles),
        _slices(details.slices, report.titles),
        _classes(details),
        _probabilities(details),
        _errors(details.sizes),
        _compared(look),
        _versions(report.rows),
        service_report.section(report.service, report.reading) if report.service else joined(),
        _decided(look),
        tag("p", _NOTE, class_="muted"),
    )


def _head(report: HealthReport, name: str) -> Html:
    status = report.look.standing.status
    which = "; ".join(report.chosen) or "all cases"
    standing = report.look.standing
    made_up = demonstration_words(standing.demonstration, standing.cases, standing.asked_again)
    return tag(
        "section",
        tag("p", f"Health of {name}, as of {report.at:%-d %B %Y, %H:%M} UTC", class_="muted"),
        tag("h1", status.word),
        *([tag("p", tag("b", report.look.standing.put_off))] if report.look.standing.put_off else []),
        *([tag("p", made_up)] if made_up else []),
        tag("p", status.sentence),
        tag("p", tag("b", "Next: "), status.action),
        tag("p", f"The word is about all cases of the last 120 days. The figures are about: {which}.", class_="muted"),
    )  # fmt: skip


def _figures(report: HealthReport) -> Html:
    look = report.look
    found = look.standing.accuracy
    named = [
        ("Right answers", f"{accuracy_words(found)} From {found.n:,} checked of {found.drawn:,} drawn cases, for {found.of:,} answers."),
        (look.to_check.label, look.to_check.words if found.of else "–"),
        ("Failed requests, of those sent", counted_words(look.failed)),
        ("What people reported unasked", f"{look.told[0]:,} right, {look.told[1]:,} wrong"),
    ]  # fmt: skip
    named[3:3] = times_words(look.times)
    if size := short_words(look.details.sizes, report.unit):
        named.insert(1, ("Size of errors", size))
    if look.unlike.n:
        named.append(
            (
                "Newest cases unlike all earlier ones",
                f"{counted_words(look.unlike)}; by chance up to 1 in 100",
            )
        )
    if look.standing.acknowledged_by:
        named.append(("Taken care of by", look.standing.acknowledged_by))
    return _section("Figures", facts(named))


def _causes(found: Causes | None, titles: Mapping[str, str]) -> Html:
    if found is None:
        return joined()
    lines = [tag("p", cause_words(cause, titles)) for cause in found.found]
    lines += [tag("p", OVERLAP)] if len(lines) > 1 else []
    head = f"What accounts for it, in {found.n:,} checked cases since {found.since:%-d %B}"
    return _section(head, *(lines or [tag("p", found.sentence)]))


OVERLAP = "A wrong answer can be in several of these."


def cause_words(cause: Cause, titles: Mapping[str, str]) -> str:
    """How often it is right there, and which part of the additional wrong answers that is."""
    title = "Version" if cause.is_version else title_of(titles, cause.field)
    return (
        f"{title} {cause.own_words}: {share_text(cause.right, 'right')}; {cause.rest_words} {share_text(cause.rest)}. "
        f"{part_words(cause)}"
    )


def part_words(cause: Cause) -> str:
    """`90 % (78–100 %) of the additional wrong answers are here.` All are where the others have fewer than before."""
    part = cause.part
    if part.low >= 0.995:
        return "All of the additional wrong answers are here."
    ends = f"{part.low * 100:.0f}–{part.high * 100:.0f} %"
    return f"{part.value * 100:.0f} % ({ends}) of the additional wrong answers are here."


def _weeks(weeks: Sequence[Week], least: float | None) -> Html:
    lines = [
        bar(
            f"{week.start:%-d %B %Y}",
            interval(
                week.right.value,
                week.right.low,
                week.right.high,
                is_worse=least is not None and week.right.high < least,
            ),
            share_text(week.right),
            is_wordy=True,
        )
        for week in weeks[-_MOST_WEEKS:]
        if week.right.value is not None
    ]
    return _section("Right answers by week", *lines) if lines else joined()


def _groups(found: Sequence[FieldGroups], titles: Mapping[str, str]) -> Html:
    parts: list[str] = []
    for each in found:
        parts.append(tag("p", tag("b", f"{title_of(titles, each.field)}: "), each.sentence))
        if each.rates:
            rows = [_rate_row(rate) for rate in each.rates[:_MOST_RATES]]
            parts.append(cells(rows, ("Group", "Wrong", "Wrong among the others", "Difference")))
    return _section("Groups of protected fields", *parts) if parts else joined()


def _rate_row(rate: GroupRate) -> tuple[str, ...]:
    of = f", truly {rate.truth}" if rate.truth is not None else ""
    gap = rate.difference
    clear = ", more than chance explains" if rate.is_clear else ""
    difference = difference_text(gap.value, gap.low, gap.high) + clear
    return f"{rate.word}{of}", share_text(rate.wrong), share_text(rate.others), difference


def _slices(found: Sequence[Slice], titles: Mapping[str, str]) -> Html:
    rows = [
        (
            f"{title_of(titles, each.field)} {each.word}",
            share_text(each.right),
            share_text(each.rest),
            slice_word(each),
        )
        for each in found[:_MOST_SLICES]
    ]
    return _section("Slices, the worst first", cells(rows, ("Slice", "Right", "The others", ""))) if rows else joined()  # fmt: skip


def slice_word(found: Slice) -> str:
    """Whether a slice is worse than the others, in words."""
    if found.is_worse:
        return "worse than chance explains"
    return "lower, which chance can explain" if found.is_below else "not lower"


def difference_text(value: float, low: float, high: float) -> str:
    """A difference of two shares with its 95 % interval, in percentage points: `+12 pp (+4 to +20)`."""
    return f"{value * 100:+.0f} pp ({low * 100:+.0f} to {high * 100:+.0f})".replace("-", "−")


def _classes(details: Details) -> Html:
    table = details.confusion
    if not table.labels:
        return joined()
    head = ("true \\ answered", *table.labels)
    rows = [
        (label, *(f"{count:,}" for count in counts))
        for label, counts in zip(table.labels, table.counts.tolist(), strict=True)
    ]
    figures = [
        (each.label, share_text(each.precision), share_text(each.recall), share_text(each.f1))
        for each in details.classes
    ]
    unknown = [tag("p", unknown_words(table.unknown))] if table.unknown else []
    return _section(
        "Classes",
        cells(rows, head),
        *unknown,
        cells(figures, ("Class", "Precision", "Recall", "F1")),
        tag("p", OF_WHAT, class_="muted"),
    )


def _probabilities(details: Details) -> Html:
    found = details.calibration
    if found.ece is None:
        return joined()
    lines = [
        bar(
            f"called {each.low * 100:.0f} to {each.high * 100:.0f} % probable",
            interval(each.right.value or 0.0, each.right.low, each.right.high),
            share_text(each.right),
            is_wordy=True,
        )
        for each in found.bins
    ]
    return _section("Probabilities", tag("p", sentence(found)), *lines)


def _errors(found: Sizes) -> Html:
    if not found.all.n:
        return joined()
    columns = [found.all, *([found.near] if found.near else [])]
    rows = [
        (name, *(mean_text(getattr(each, field)) for each in columns))
        for name, field in figure_names(found).items()
    ]
    head = (
        "",
        f"All, n={found.all.n:,}",
        *(f"Without what is far, n={each.n:,}" for each in columns[1:]),
    )
    far = [tag("p", _far_words(found.far))] if found.far else []
    return _section(
        "Size of errors", *far, cells(rows, head), tag("p", at_least_words(found), class_="muted")
    )


def _far_words(far: Sequence[FarTruth]) -> str:
    named = ", ".join(map(far_text, far[:MOST_NAMED]))
    return f"{far_head(far)}: {named}{others_words(far)}. {far_advice(far)}"


def _compared(look: Look) -> Html:
    rows = [
        (
            f"{second} against {first}",
            f"{found.n:,}",
            f"{found.only_second:,}",
            f"{found.only_first:,}",
            difference_text(found.difference or 0.0, found.low, found.high),
        )
        for (first, second), found in look.comparisons.items()
    ]
    head = ("Versions on the same cases", "Cases", "Only the former right", "Only the latter right", "Difference")  # fmt: skip
    return _section("Versions compared", cells(rows, head)) if rows else joined()


def _versions(rows: Sequence[HealthRow]) -> Html:
    lines = [
        (
            row.version or "–",
            f"{row.cases:,}",
            str(row.accuracy),
            _slowest(row),
            counted_words(row.error_rate),
            f"{row.last_case_at:%-d %b %Y}",
        )
        for row in rows
    ]
    head = ("Version", "Cases", "Accuracy", "19 of 20 within", "Failed", "Last asked")
    return _section("Versions", cells(lines, head)) if lines else joined()


def _slowest(row: HealthRow) -> str:
    """`80 ms, n=2,000`, or `80 ms, 90 rows`."""
    found = row.latency or row.row_latency
    if found is None:
        return "–"
    of = f"n={found.n:,}" if row.latency else f"{found.n:,} rows"
    return f"{found.p95 * 1e3:,.0f} ms, {of}"


def _decided(look: Look) -> Html:
    lines = list(_decisions(look))
    return _section("Alarms and decisions", *lines) if lines else joined()


def _decisions(look: Look) -> Iterator[Html]:
    for alarm in look.alarms:
        yield tag("p", alarm_words(alarm, look.steps, look.standing.status.findings))
    for step in look.steps:
        reason = f": {step.reason}" if step.reason else ""
        yield tag("p", f"{step.created_at:%-d %B %Y}, {step.person}: {step.action}{reason}")


def _section(title: str, *children: str) -> Html:
    return tag("section", tag("h2", title), *children)
