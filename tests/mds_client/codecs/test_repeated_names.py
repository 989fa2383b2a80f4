"""Two values under one name of a JSON object are said, in answers and in files."""

from __future__ import annotations

import json

import pytest

from mds_client import UnreadableAnswer
from mds_client.client.failures import refuse_repeated_names
from mds_client.codecs.repeated_names import repeated_names
from mds_client.transport.exchange import Response
from tables import reading


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1, "a": 2}', {"a": 1}),
        ('[{"a": 1, "a": 2}, {"a": 1, "b": 2}, {"a": 1, "a": 3}]', {"a": 2}),
        ('{"a": {"b": "x", "b": "y"}}', {"b": 1}),
        ('{"a": {}, "a": {}}', {"a": 1}),
        ('{"a": 1, "\\u0061": 2}', {"a": 1}),
        ('{"a": 1, "a": 1}', {}),
        ('{"a": 1, "a": true}', {"a": 1}),
        ('{"a": [1, 2], "A": 3}', {}),
        ('{"a": 1, "a": ', {}),
        ("[" * 100_000, {}),
    ],
)
def test_a_name_with_two_values_is_found(text: str, found: dict[str, int]) -> None:
    assert repeated_names(text) == repeated_names(text.encode()) == found


def test_an_answer_with_two_values_under_one_name_is_not_read() -> None:
    body = b'{"label": "cat", "score": 0.9, "label": "dog"}'
    with pytest.raises(UnreadableAnswer, match="two values for “label”"):
        refuse_repeated_names(Response(status=200, body=body))
    several = json.dumps([{"label": "a"}, {"label": "b"}]).encode()
    for fine in (several, b"label: cat", b"", b'{"label": "cat", "label": "cat"}'):
        refuse_repeated_names(Response(status=200, body=fine))


@pytest.mark.parametrize("name", ["x.json", "x.jsonl"])
def test_a_file_with_two_values_under_one_name_says_so(name: str) -> None:
    lines = ['{"age": 1, "sex": "m"}', '{"age": 2, "age": 3, "sex": "f"}']
    text = "\n".join(lines) if name.endswith("l") else f"[{','.join(lines)}]"
    table = reading.read(text.encode(), name)
    assert table.warnings == (
        "“age” stands more than once, with different values, in 1 record; the last value is taken.",
    )
    assert reading.read(text.replace('"age": 2, ', "").encode(), name).warnings == ()
