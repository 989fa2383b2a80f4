"""A run on golden cases as JUnit XML: one test case a golden case."""

from __future__ import annotations

from collections.abc import Sequence

from db.golden import ResultView, RunView
from feedback import junit as xml
from feedback.golden import in_words, verdict
from feedback.junit import Check

_WORDS = {
    "broke": "It was right before, and is wrong now.",
    "wrong": "It was wrong before, and still is.",
    "failed": "The model gave no answer.",
}


def junit(run: RunView, results: Sequence[ResultView], name: str) -> bytes:
    """The report as XML in UTF-8. A case that is wrong is a failure, one without an answer an error. Whether the run passed
    is a test case of its own: a pass mark below 1 lets some cases be wrong."""
    whole = Check(name="pass mark")
    if not run.is_passed:
        words = f"{verdict(run)}; {in_words(run)}"
        whole = Check(name="pass mark", tag="failure", what="not passed", words=words)
    return xml.report(
        f"golden/{run.server}/{run.model}/{name}",
        [whole, *map(_check, results)],
        class_name=run.model,
        at=run.created_at,
        properties={"version": run.version, "set version": str(run.set_version)}
        | _doubtful(results),
    )


def _doubtful(results: Sequence[ResultView]) -> dict[str, str]:
    """What a report says of cases that were answered as was confirmed once, by case."""
    return {
        f"case {each.case_id}": each.detail for each in results if each.is_right and each.detail
    }


def _check(result: ResultView) -> Check:
    if result.is_right:
        return Check(name=result.case_id)
    tag = "error" if result.outcome == "failed" else "failure"
    words = f"{_WORDS[result.outcome]} {result.detail}".strip()
    return Check(name=result.case_id, tag=tag, what=result.outcome, words=words)
