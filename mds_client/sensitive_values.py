"""Values of sensitive fields: the marks in their place, and where else a server or an error repeats them.

A server that refuses a value repeats it, and so may an answer or the line of a log. Long values are found by
`transport.redaction`, with their escapes and in base64; short ones as whole words, and in an answer not at all:
there `yes` is a word like any other.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

import numpy as np

from mds_client.errors import InvalidValues, MdsError
from mds_client.signature import Field, File, Signature, Values
from mds_client.transport.redaction import Secrets

WORDS = "(not shown)"
WITHHELD = "withheld"
HASH = "hmac"
_LONG = 8
_SHORT = 4  # whole words of so many characters are told from others
_LONG_NUMBER = 6
_LABELS = ("kind", "label", "unit", "probabilities")  # of an answer: the model's own words


def withheld(entered: object) -> str:
    """What became of a value: keep, mask, hash or omit; empty for one that stands there as it was entered."""
    if not isinstance(entered, Mapping) or WITHHELD not in entered:
        return ""
    return str(entered[WITHHELD]) if set(entered) <= {WITHHELD, HASH} else ""


def has_marks(rows: Iterable[Mapping[str, object]]) -> bool:
    """Whether a value is missing in one of the rows, and a mark in its place."""
    return any(withheld(value) for row in rows for value in row.values())


def has_withheld(signature: Signature) -> bool:
    """Whether the values of one of its fields are not stored."""
    return any(field.is_withheld for field in signature.inputs)


def as_written(signature: Signature, row: Values) -> Values:
    """A row as it may be written down for another process: marks in the place of what is not stored."""
    hidden = {f.name for f in signature.inputs if f.is_withheld and row.get(f.name) is not None}
    return {n: {WITHHELD: "omit"} if n in hidden else value for n, value in row.items()}


class SensitiveValues:
    """The values of some fields in the rows of one request. `labels` are words of the model itself, which stay in its
    answers."""

    def __init__(
        self, fields: Sequence[Field], rows: Iterable[Values], labels: Iterable[object] = ()
    ) -> None:
        self.names = {field.name for field in fields}
        values = [(row.get(f.name), f.kind) for row in rows for f in fields]
        # Whether there is one at all: a yes or no has no writing that could be told from other words.
        self.has_values = any(value is not None for value, _ in values)
        whole = {text for value, _ in values for text in _texts(value) if text.strip()}
        self._whole = sorted(whole, key=len, reverse=True)
        # A text comes back in parts, too.
        words = {w for value, kind in values for w in _words(value, kind)}
        self._texts = sorted(whole | words, key=len, reverse=True)
        self._labels = {str(label) for label in labels}

    @classmethod
    def of(
        cls, signature: Signature, rows: Iterable[Values], *, all_sensitive: bool
    ) -> SensitiveValues:
        """Of all fields that are sensitive, or of those alone whose values are not stored."""
        fields = [f for f in signature.inputs if f.is_withheld or (f.sensitive and all_sensitive)]
        labels = [label for each in signature.outputs for label in (*each.labels, *each.choices)]
        return cls(fields, rows if fields else (), labels)

    @cached_property
    def secrets(self) -> Secrets:
        """The values (of four characters or more) as the log knows secrets."""
        return Secrets(self._texts)

    def hold(self) -> None:
        """Keep the values out of the log for as long as this object is there."""
        _ = self.secrets

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self._texts:
            return None
        forms = "|".join(_as_pattern(text) for text in self._texts)
        return re.compile(rf"(?<![\w.])(?:{forms})(?![\w]|\.\d)")

    def text(self, text: str) -> str:
        """Words that are no answer, such as those of an error, without the values."""
        if self._pattern is None or not text:
            return text
        return self._pattern.sub(WORDS, self.secrets.text(self._without_long(text)))

    def prose(self, text: str) -> str:
        """Sentences of our own without the values that can be told from other words: from four characters on."""
        return self.secrets.text(self._without_long(text)) if text and self._texts else text

    def error(self, error: MdsError) -> None:
        """Take the values out of the words of an error."""
        error.sentence, error.advice = self.text(error.sentence), self.text(error.advice)
        error.detail = self.text(error.detail)
        error.args = (error.sentence,)
        if isinstance(error, InvalidValues):
            error.problems = tuple(
                replace(each, sentence=self.text(each.sentence)) for each in error.problems
            )

    def answer(self, facts: Mapping[str, object]) -> dict[str, object]:
        """The plain data of an answer without the values: a label is the model's own word, and goes only where it is a
        whole long value; of all else also what is told under the name of a field, and what is a part of a value."""
        return {
            key: self._label(value) if key in _LABELS else self._detail(value)
            for key, value in facts.items()
        }

    def label(self, text: str) -> str:
        """A label as `answer` leaves it."""
        return text if text in self._labels else self._without_long(text)

    def _label(self, value: object) -> object:
        if isinstance(value, Mapping):
            return {self.label(str(key)): each for key, each in value.items()}
        return self.label(value) if isinstance(value, str) else value

    def _detail(self, value: object, name: str = "") -> object:
        if name in self.names or (name and self._is_long_number(value)):
            return WORDS
        match value:
            case str():
                return self._text(value)
            case Mapping():
                members = ((str(key), each) for key, each in value.items())
                return {self.label(key): self._detail(each, key) for key, each in members}
            case list() | tuple():
                return [self._detail(each) for each in value]
        return value

    def _text(self, text: str) -> str:
        if text in self._labels:
            return text
        return WORDS if self._is_part(text) else self._without_long(text)

    def _is_long_number(self, value: object) -> bool:
        text = _number(value) if isinstance(value, int | float) else ""
        return len(text) >= _LONG_NUMBER and text in self._whole

    def _is_part(self, text: str) -> bool:
        return len(text) >= _SHORT and any(text in each for each in self._whole)

    def are_in(self, body: bytes) -> bool:
        """Whether a body may hold one of the values, in any writing that can be looked for. What cannot be read may."""
        if not self._texts or not body:
            return False
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return True
        readable = f"{text}\n{_unescaped(text)}"
        return any(each in readable for each in self._whole) or self.secrets.text(text) != text

    def _without_long(self, text: str) -> str:
        for each in self._whole:
            if len(each) >= (_LONG_NUMBER if _is_number(each) else _LONG) and each in text:
                text = text.replace(each, WORDS)
        return text


def _words(value: object, kind: str) -> list[str]:
    """The words of a text that are long enough to be told from others."""
    is_text = kind == "text" and isinstance(value, str)
    return (
        [word for word in re.findall(r"\w+", str(value)) if len(word) >= _SHORT] if is_text else []
    )


def _texts(value: object) -> Iterator[str]:
    """Every writing of a value, part by part."""
    match value:
        case None | bool():
            return
        case File():
            yield value.name
            yield value.sha256
            yield base64.b64encode(value.data).decode()
        case bytes() | bytearray():
            yield base64.b64encode(bytes(value)).decode()
        case str():
            yield value
        case int() | float():
            yield _number(value)
        case date():
            yield value.isoformat()
        case np.generic() | np.ndarray():
            yield from _texts(value.tolist())
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list() | tuple() | set() | frozenset():
            for each in value:
                yield from _texts(each)


def _number(value: float) -> str:
    """Without the ".0" that a whole number may get on its way."""
    return repr(value).removesuffix(".0")


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).lstrip("-").isdigit()


def _as_pattern(text: str) -> str:
    return re.escape(text) + (r"(?:\.0+)?" if _is_number(text) and "." not in text else "")


def _unescaped(text: str) -> str:
    """JSON with its escapes resolved; nothing for what is none."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return ""
