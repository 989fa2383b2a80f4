"""The report of a case: put together when somebody asks for it, which the trail notes as an export."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence

import streamlit as st

from cases.answers import answer_of
from cases.exports import note_export
from cases.files import is_named, kept_value
from cases.history import Step, history
from cases.queries import CaseView, ExplanationView, explanations
from cases.report.page import Amount, Entered, Reason, Report, Said, Share, page
from cases.wording import title, value_text
from explanations.contract import Explanation
from explanations.formatting import amount, is_amount, number
from feedback.regions import in_words
from mds_client.prediction import Answer
from mds_client.signature import Field, File
from services import Services
from ui import demo_mark, session
from ui.cases.opened import Opened
from ui.explanations.kinds.attribution import bars
from ui.explanations.kinds.changes import answer_after
from ui.media import preview
from ui.results.label import how_sure
from ui.session import services
from ui.text import percent

_MOST_BARS = 10
_MOST_ROWS = 30


def draw(shown: Opened) -> None:
    """A button that downloads the page. It is written, and the trail notes it, once the button is pressed."""
    found, person = services(), session.person()

    def made() -> str:
        told = report(found, shown.case, shown.fields)
        note_export(found.sessions, shown.case, person)
        return page(told)

    st.download_button(
        "Report",
        data=made,
        file_name=f"case-{shown.case.id[-6:]}.html",
        mime="text/html",
        icon=":material/description:",
        key="case_report",
        on_click="ignore",
        help="One page that opens without a network; print it, or print it to a PDF, from the browser.",
    )


def report(found: Services, case: CaseView, fields: dict[str, Field]) -> Report:
    """What stands on the page of a case. Raises StorageError."""
    answer = answer_of(case)
    return Report(
        title=f"Case {case.id[-6:]}, {found.model_title(case.server, case.model) or case.model}",
        question=case.question,
        answer=_headline(case, answer),
        sure=_sure(case, answer),
        picture=_png(answer.picture) if answer else b"",
        shares=tuple(_shares(answer)),
        rows=tuple(_rows(answer)),
        entered=tuple(_entered(found, case, fields)),
        reasons=tuple(_reasons(explanations(found.sessions, case.id))),
        said=tuple(_said(history(found.sessions, case, in_words))),
        facts=tuple(_facts(case)),
        mark=f"{demo_mark.WORD}. {demo_mark.WHAT}" if case.is_demonstration else "",
    )


def _headline(case: CaseView, answer: Answer | None) -> str:
    if answer is None:
        return case.error_sentence or "No answer"
    return answer.text if answer.kind == "text" else answer.headline


def _sure(case: CaseView, answer: Answer | None) -> str:
    if answer is None:
        return case.error_advice
    if answer.interval:
        low, high = answer.interval
        sure = f", {percent(answer.coverage)} sure" if answer.coverage else ""
        first = number(low, is_amount=is_amount(answer.unit))
        return f"Between {first} and {amount(high, answer.unit)}{sure}, says the model."
    if answer.kind != "class" or answer.probability is None:
        return ""
    return f"{how_sure(answer.probability)}: the model gives it {percent(answer.probability)}."


def _shares(answer: Answer | None) -> Iterator[Share]:
    for name, share in list(answer.probabilities.items())[:_MOST_BARS] if answer else ():
        yield Share(name=name, share=share, words=percent(share))


def _rows(answer: Answer | None) -> Iterator[tuple[str, ...]]:
    """What was found in a picture, or the first rows of a table."""
    if answer is None:
        return
    for box in answer.boxes[:_MOST_ROWS]:
        yield box.label, "" if box.score is None else percent(box.score)
    if answer.table:
        yield tuple(str(name) for name in answer.table[0])
    for row in answer.table[:_MOST_ROWS]:
        yield tuple(value_text(value) for value in row.values())


def _entered(found: Services, case: CaseView, fields: dict[str, Field]) -> Iterator[Entered]:
    for name, value in case.entered.items():
        kept = kept_value(found.sessions, value) if is_named(value) else None
        is_picture = isinstance(kept, File) and kept.media_type.startswith("image/")
        yield Entered(
            title=title(fields, name),
            words=_named(value)
            if isinstance(value, dict) and is_named(value)
            else value_text(value, fields.get(name)),
            picture=_png(kept.data) if is_picture and isinstance(kept, File) else b"",
        )


def _named(value: dict[str, object]) -> str:
    return f"{value.get('file') or 'a large value'}, {int(str(value.get('size', 0))):,} bytes"


def _png(data: bytes) -> bytes:
    """A small copy: what somebody sent does not travel on as it is."""
    picture = preview(data) if data else None
    if picture is None:
        return b""
    written = io.BytesIO()
    picture.save(written, "png")
    return written.getvalue()


def _reasons(found: Sequence[ExplanationView]) -> Iterator[Reason]:
    """The newest of each method."""
    newest = {each.method: each.result for each in reversed(found) if each.result}
    for result in newest.values():
        known = Explanation.from_json(json.dumps(result))
        amounts = bars(known) if known.kind == "attribution" else ()
        yield Reason(
            title=known.title,
            sentence=known.sentence,
            amounts=tuple(
                Amount(name=a.title, amount=a.amount, words=a.words, is_clear=a.is_clear)
                for a in amounts
            ),
            lines=tuple(_suggested(known)),
            note=known.note,
        )


def _suggested(found: Explanation) -> Iterator[str]:
    """Each change that gets another answer, the smallest first."""
    for each in found.suggestions:
        changes = "; ".join(f"{c.title}: {c.before_text} → {c.after_text}" for c in each.changes)
        yield f"{changes}. The model then answers {answer_after(found, each)}."


def _said(steps: Sequence[Step]) -> Iterator[Said]:
    """Statements with their whole history, comments, and what was answered to them, in the order of time."""
    for step in reversed(steps):
        if step.item_id:
            moment = f"{step.at:%-d %b %Y, %H:%M} UTC"
            yield Said(head=f"{step.what}, by {step.person}, {moment}", words=step.more)


def _facts(case: CaseView) -> Iterator[tuple[str, str]]:
    yield "Case", case.id
    yield "Asked", f"{case.created_at:%-d %B %Y, %H:%M:%S} UTC by {case.person}"
    yield "Model", f"{case.server}/{case.model}, version {case.version or 'not stated'}"
    yield "Signature", case.signature_fingerprint or "not known"
    yield "Time", f"{case.seconds_total * 1e3:,.0f} ms"
    yield "Request", case.request_id
    if case.parent_id:
        yield "Asks again", case.parent_id
