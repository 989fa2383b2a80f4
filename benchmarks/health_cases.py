"""Many cases for the figures of Health: 50 models over 120 days, four versions each, fields, probabilities, durations.

Of the cases of a model one in ten was drawn, half of those were judged when asked, and one in fifty was judged unasked. 8 % of
the answers are wrong; of the last version of model-7 four in ten. One request in a thousand fails.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from benchmarks.cases import _NUMBERED, _NUMBERS
from db.engine import Sessions, writing

MODELS, DAYS, VERSIONS = 50, 120, 4
START = datetime(2025, 1, 1, tzinfo=UTC)
# Which answers are wrong, by the number of a case among those of its model, `n`.
_WRONG = "(n * 7919) % 100 < CASE WHEN i % 50 = 7 AND i >= :count * 3 / 4 THEN 40 ELSE 8 END"
_FIELDS = """'{{"age": ' || (20 + n % 61) || ', "income": ' || (900 + (n * 7907) % 4000) || ', "debt": ' || ((n * 104729) % 977) ||
 ', "years": ' || (n % 40) || ', "region": "' || substr('NESW', 1 + n % 4, 1) || '", "kind": "k' || ((n * 31) % 7) ||
 '", "owner": ' || CASE WHEN n % 3 = 0 THEN 'true' ELSE 'false' END || ', "note": "n' || i || '"}}'"""
_ANSWER = """'{{"kind": "class", "label": "' || CASE WHEN n % 3 = 0 THEN 'yes' ELSE 'no' END ||
 '", "probabilities": {{"yes": 0.' || CASE WHEN n % 3 = 0 THEN 60 + n % 40 ELSE 10 + n % 30 END ||
 ', "no": 0.' || CASE WHEN n % 3 = 0 THEN 10 + n % 30 ELSE 60 + n % 40 END || '}}}}'"""
_CASES = """
INSERT INTO cases (id, created_at, person, idempotency_key, server, model, version_asked, version,
  signature_fingerprint, question, entered, purpose, outcome, answer, answer_label, answer_number, error_sentence,
  error_advice, error_detail, url, http_status, request_id, trace_id, request_headers, response_headers,
  seconds_total, seconds_wire, request_body, request_size, request_sha256, request_truncated, response_body,
  response_size, response_sha256, response_truncated, wire_of, audit_probability, audit_draw, is_audited)
{numbers}
SELECT {id}, {moment}, 'person-' || (i % 1000), {id}, 'bank', 'model-' || (i % 50), '', 'v' || (i * 4 / :count), 'f', 'Which?',
  {entered}, 'asked', CASE WHEN i % 997 = 0 THEN 'failed' ELSE 'answered' END,
  CASE WHEN i % 997 = 0 THEN NULL ELSE {answer} END,
  CASE WHEN i % 997 = 0 THEN NULL WHEN n % 3 = 0 THEN 'yes' ELSE 'no' END, NULL, '', '', '', 'http://mds', 200, {id}, '',
  {empty}, {empty}, 0.05 + 2.0 / (1 + (n * 7919) % 211), 0.1, {body}, 200, '', false, {body}, 200, '', false, NULL,
  0.1, CASE WHEN n % 10 = 3 THEN 0.05 ELSE 0.5 END, n % 10 = 3
FROM (SELECT i, i / 50 AS n FROM numbers) AS counted
"""
_FEEDBACK = """
INSERT INTO feedback (id, case_id, created_at, person, channel, judgement, truth_label, reason, comment, is_current,
  idempotency_key)
{numbers}
SELECT {id}, {id}, {moment}, CASE WHEN n % 10 = 3 THEN 'reviewer-1' ELSE 'person-' || (i % 1000) END,
  CASE WHEN n % 10 = 3 THEN 'audit' ELSE 'volunteered' END, CASE WHEN {wrong} THEN 'incorrect' ELSE 'correct' END,
  CASE WHEN NOT ({wrong}) THEN NULL WHEN n % 3 = 0 THEN 'no' ELSE 'yes' END, '', '', true, {id}
FROM (SELECT i, i / 50 AS n FROM numbers) AS counted WHERE i % 997 > 0 AND (n % 20 = 3 OR n % 50 = 0)
"""


def end(count: int) -> datetime:
    """The moment at which so many cases end, one after the other."""
    return START + timedelta(seconds=count * _step(count))


def fill(sessions: Sessions, kind: str, count: int) -> None:
    """Put them into an empty database of a kind: sqlite or postgresql."""
    is_sqlite = kind == "sqlite"
    step = _step(count)
    terms = {
        "numbers": _NUMBERS[kind],
        "id": _NUMBERED[kind],
        "moment": f"strftime('%Y-%m-%d %H:%M:%S.000000', '2025-01-01', '+' || (i * {step}) || ' seconds')"
        if is_sqlite
        else f"timestamptz '2025-01-01 00:00:00+00' + i * interval '{step} seconds'",
        "empty": "'{}'" if is_sqlite else "'{}'::json",
        "body": "zeroblob(200)" if is_sqlite else "decode(repeat('00', 200), 'hex')",
        "wrong": _WRONG,
        "entered": _json(_FIELDS, is_sqlite),
        "answer": _json(_ANSWER, is_sqlite),
    }
    with writing(sessions) as session:
        for statement in (_CASES, _FEEDBACK):
            session.connection().execute(text(statement.format(**terms)), {"count": count})


def analyse(sessions: Sessions) -> None:
    """What a database does by itself after a while."""
    with writing(sessions) as session:
        session.connection().execute(text("ANALYZE"))


def _json(made: str, is_sqlite: bool) -> str:
    return made.format() if is_sqlite else f"({made.format()})::json"


def _step(count: int) -> int:
    """Seconds from one case to the next."""
    return max(1, DAYS * 86_400 // count)
