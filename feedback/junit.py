"""Reports of runs as JUnit XML, which pipelines read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

# What XML 1.0 cannot hold, escaped or not.
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One test case. `tag` is `failure` or `error` where it did not pass and `skipped` where it was not run, `what` the
    kind of that, `words` say it."""

    name: str
    tag: str = ""
    what: str = ""
    words: str = ""


def report(
    name: str,
    checks: Sequence[Check],
    *,
    class_name: str,
    at: datetime,
    properties: Mapping[str, str],
) -> bytes:
    """The report as XML in UTF-8, with one suite."""
    suite = Element(
        "testsuite",
        name=_text(name),
        tests=str(len(checks)),
        failures=str(_count(checks, "failure")),
        errors=str(_count(checks, "error")),
        skipped=str(_count(checks, "skipped")),
        timestamp=at.isoformat(timespec="seconds"),
    )
    facts = SubElement(suite, "properties")
    for key, value in properties.items():
        SubElement(facts, "property", name=key, value=_text(value))
    for each in checks:
        case = SubElement(suite, "testcase", classname=_text(class_name), name=_text(each.name))
        if each.tag:
            said = SubElement(case, each.tag, message=_text(each.words))
            if each.what:
                said.set("type", each.what)
    found: bytes = tostring(suite, encoding="utf-8", xml_declaration=True)
    return found


def _count(checks: Iterable[Check], tag: str) -> int:
    return sum(each.tag == tag for each in checks)


def _text(words: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", words)
