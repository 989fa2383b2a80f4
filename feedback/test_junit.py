"""A test run as JUnit XML: one test case a row."""

from __future__ import annotations

from collections.abc import Sequence

from db.test_runs import ResultView, RunView
from feedback.junit import Check, report
from feedback.test_runs import in_words, verdict


def junit(run: RunView, results: Sequence[ResultView]) -> bytes:
    """The report as XML in UTF-8. A row that is wrong is a failure, one without an answer an error, and one that was left
    out is skipped, as far as it is kept why. Whether the run passed is a test case of its own: a pass mark below 1 lets
    some rows be wrong."""
    whole = Check(name="pass mark")
    if not run.is_passed:
        words = f"{verdict(run)}; {in_words(run)}"
        whole = Check(name="pass mark", tag="failure", what="not passed", words=words)
    in_order = sorted(results, key=lambda each: each.row_number)
    left_out = [Check(name=p, tag="skipped", words=words) for p, words in run.left_out_why]
    return report(
        f"test/{run.server}/{run.model}/{run.file_name}",
        [whole, *map(_check, in_order), *left_out],
        class_name=run.model,
        at=run.created_at,
        properties={
            "version": run.version,
            "compared with": run.compared_with,
            "rows left out": str(run.left_out),
        },
    )


def _check(result: ResultView) -> Check:
    if result.is_right:
        return Check(name=result.place)
    if result.is_right is None:
        words = f"The model gave no answer. {result.detail}".strip()
        return Check(name=result.place, tag="error", what="failed", words=words)
    words = f"{result.truth} is right."
    return Check(name=result.place, tag="failure", what="wrong", words=words)
