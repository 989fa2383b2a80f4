"""A run on golden cases as JUnit XML, which pipelines read: one test case a golden case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from db.golden import ResultView, RunView
from feedback.golden import in_words, verdict

_WORDS = {
    "broke": "It was right before, and is wrong now.",
    "wrong": "It was wrong before, and still is.",
    "failed": "The model gave no answer.",
}
# What XML 1.0 cannot hold, escaped or not.
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(run: RunView, results: Sequence[ResultView], name: str) -> bytes:
    """The report as XML in UTF-8. A case that is wrong is a failure, one without an answer an error. Whether the run passed
    is a test case of its own: a pass mark below 1 lets some cases be wrong."""
    tests = len(results) + 1
    failures = sum(not each.is_right and each.outcome != "failed" for each in results)
    suite = Element(
        "testsuite",
        name=_text(f"golden/{run.server}/{run.model}/{name}"),
        tests=str(tests),
        failures=str(failures + (not run.is_passed)),
        errors=str(run.failed),
        timestamp=run.created_at.isoformat(timespec="seconds"),
    )
    properties = SubElement(suite, "properties")
    for key, value in (("version", run.version), ("set version", str(run.set_version))):
        SubElement(properties, "property", name=key, value=_text(value))
    whole = SubElement(suite, "testcase", classname=_text(run.model), name="pass mark")
    if not run.is_passed:
        words = f"{verdict(run)}; {in_words(run)}"
        SubElement(whole, "failure", message=_text(words), type="not passed")
    for each in results:
        _add(suite, run, each)
    report: bytes = tostring(suite, encoding="utf-8", xml_declaration=True)
    return report


def _add(suite: Element, run: RunView, result: ResultView) -> None:
    case = SubElement(suite, "testcase", classname=_text(run.model), name=result.case_id)
    if result.is_right:
        return
    tag = "error" if result.outcome == "failed" else "failure"
    words = f"{_WORDS[result.outcome]} {result.detail}".strip()
    SubElement(case, tag, message=_text(words), type=result.outcome)


def _text(words: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", words)
