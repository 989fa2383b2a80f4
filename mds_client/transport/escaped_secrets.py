"""Patterns that find a secret whichever of its signs are escaped: as JSON, HTML, a URL or Python writes them.

Every repetition in a pattern is bounded and possessive (`re` does not backtrack into it), so that the time grows with
the text alone.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html.entities import html5

ESCAPES = (b"\\", b"%", b"&")
_LEAST_BASE64 = 8
_MOST_SIGNS = 256  # of one pattern
_BACKSLASHES = rb"\\\\{0,7}+"  # of a text in a text in a text
_BREAK = rb"(?:[\r\n\t ]|\\\\{0,7}+[rnt]){0,4}+"
_REST = rb"[^\s\"'<>]{0,%d}+"
_REST_OF_BASE64 = rb"(?:[0-9A-Za-z+/=_\r\n\t -]|\\{1,8}+[rnt/]){0,%d}+"
_MOST_BYTES_OF_ESCAPE = 12
_BACKSLASH = re.compile(rb"\\*")
_CONTROLS = {"\n": b"n", "\r": b"r", "\t": b"t", "\b": b"b", "\f": b"f"}

Encode = Callable[[bytes], bytes]


@dataclass(frozen=True)
class _Sign:
    """One sign of a secret: where it ends, in each of the ways in which it may stand somewhere.

    A plain `&` is the beginning of `&amp;` too: which of them it was is known only by what follows.
    """

    ways: tuple[re.Pattern[bytes], ...]
    backslashes: range = range(0)

    def ends(self, data: bytes, at: int) -> set[int]:
        """Every place where the sign ends that begins here."""
        ends = {match.end() for way in self.ways if (match := way.match(data, at))}
        count = len(_BACKSLASH.match(data, at)[0]) if self.backslashes else 0  # type: ignore[index]
        return ends | {
            at + one for one in self.backslashes[: max(0, count - self.backslashes.start + 1)]
        }


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Finds a secret: its beginning by one pattern, and of a long one each further sign by its own ones."""

    head: re.Pattern[bytes]
    tail: tuple[_Sign, ...] = ()
    rest: re.Pattern[bytes] | None = None

    def replaced(self, data: bytes, cover: Callable[[bytes], bytes]) -> bytes:
        """The data with a cover in place of each secret in it; the same object where there is none.

        Of a secret that is cut off, or goes on in a way that is not known, what looks like the rest goes too.
        """
        parts: list[bytes] = []
        at = 0
        while match := self.head.search(data, at):
            end = self._end(data, match.end())
            parts += (data[at : match.start()], cover(data[match.start() : end]))
            at = end
        return b"".join([*parts, data[at:]]) if parts else data

    def _end(self, data: bytes, at: int) -> int:
        places = {at}
        for sign in self.tail:
            ends = {end for place in places for end in sign.ends(data, place)}
            if not ends:
                rest = self.rest.match(data, max(places)) if self.rest else None
                return rest.end() if rest else max(places)
            places = ends
        return max(places)


@lru_cache(maxsize=256)
def escaped(secret: str) -> Finder:
    """Finds the secret with any of its signs escaped."""
    runs = _runs(secret)
    whole = [place for place, run in enumerate(runs[:_MOST_SIGNS], start=1) if run[0] not in "&%\\"]
    cut = len(runs) if len(runs) <= _MOST_SIGNS else max(whole, default=_MOST_SIGNS)
    signs = {run: _sign_of(run) for run in set(runs[cut:])}
    return Finder(
        head=re.compile(b"".join(map(_run, runs[:cut]))),
        tail=tuple(signs[run] for run in runs[cut:]),
        rest=_rest(_REST, len(runs) - cut),
    )


def _sign_of(run: str) -> _Sign:
    others = re.compile(rb"(?:%b){%d}" % (b"|".join(_escapes(run[0])), len(run)))
    if run[0] == "\\":
        return _Sign((others,), range(len(run), 8 * len(run) + 1))
    plain = [re.escape(run.encode("utf-8", "surrogatepass")), *([rb"\+"] if run == " " else [])]
    return _Sign((re.compile(b"|".join(plain)), others))


def _rest(pattern: bytes, signs: int) -> re.Pattern[bytes] | None:
    return re.compile(pattern % (_MOST_BYTES_OF_ESCAPE * signs)) if signs else None


def written(secret: str) -> bytes:
    """The pattern of a short secret as text: each sign as it is or as any of its escapes."""
    return b"".join(map(_run, _runs(secret)))


def _runs(secret: str) -> list[str]:
    return re.findall(r"\\+|[^\\]", secret, re.S)


@lru_cache(maxsize=256)
def base64_in_lines(secret: str) -> tuple[Finder, ...]:
    """Find the secret in base64 that is broken into lines or has escapes, at each place where it may begin."""
    data = secret.encode("utf-8", "surrogatepass")
    parts = sorted(set(base64_parts(data, base64.b64encode)), key=len, reverse=True)
    return tuple(_in_lines(part.decode()) for part in parts)


def _in_lines(part: str) -> Finder:
    """Finds base64 with breaks in it."""
    digits = [*map(_digit, part)]
    tail = digits[_MOST_SIGNS:]
    signs = {digit: _Sign((re.compile(_BREAK + digit),)) for digit in set(tail)}
    return Finder(
        head=re.compile(_BREAK.join(digits[:_MOST_SIGNS])),
        tail=tuple(signs[digit] for digit in tail),
        rest=_rest(_REST_OF_BASE64, len(tail)),
    )


def base64_parts(secret: bytes, encode: Encode) -> Iterator[bytes]:
    """The secret alone, and what of it is always the same within something longer; what is too short is left out."""
    if len(whole := encode(secret)) >= _LEAST_BASE64:
        yield whole
    for before, start in ((0, 0), (1, 2), (2, 3)):
        end = (before + len(secret)) * 8 // 6  # what follows changes the rest
        if len(part := encode(bytes(before) + secret)[start:end]) >= _LEAST_BASE64 + 2:
            yield part


def _digit(sign: str) -> bytes:
    """A digit of base64; letters and numbers have no escapes there, and two digits have another form in URLs."""
    if sign.isalnum():
        return sign.encode()
    other = {"+": "-", "/": "_"}.get(sign, "")
    return _sign(sign) if not other else rb"(?:%b|%b)" % (_sign(sign), re.escape(other.encode()))


def _run(run: str) -> bytes:
    """One sign; several backslashes together, because each doubles with every text that it is written into."""
    if run[0] != "\\":
        return _sign(run)
    other = b"|".join(_escapes("\\"))
    keeps = (
        b"+" if len(run) > 2 else b""
    )  # possessive: backtracking in a long row of them would take long
    counts = (len(run), 8 * len(run), keeps, other, len(run))
    return rb"(?:\\{%d,%d}%b|(?:%b){%d})" % counts


@lru_cache(maxsize=1024)
def _sign(sign: str) -> bytes:
    """A group that begins with a plain sign in each of its ways: only so does `re` skip fast to where it may begin."""
    data = sign.encode("utf-8", "surrogatepass")
    ways = [re.escape(data), *_escapes(sign)]
    if sign == " ":
        ways.append(rb"\+")
    return rb"(?:%b)" % b"|".join(ways)


def _escapes(sign: str) -> Iterator[bytes]:
    r"""`\u002b`, `\x2b`, `\053`, `\+`; `&#43;`, `&#x2B;`, `&plus;`; `%2b`, `%252B`."""
    data, code = sign.encode("utf-8", "surrogatepass"), ord(sign)
    units = sign.encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    backslashed = [re.escape(data), _after_each((f"u{pair}" for pair in pairs), _BACKSLASHES)]
    backslashed.append(_after_each((f"x{byte:02x}" for byte in data), _BACKSLASHES))
    backslashed += [_any_case(f"U{code:08x}"), rb"u\{0{0,4}+%b\}" % _any_case(f"{code:x}")]
    if code < 256:
        backslashed += [_any_case(f"x{code:02x}"), b"%03o" % code]
    if sign in _CONTROLS:
        backslashed.append(_CONTROLS[sign])
    yield rb"%b(?:%b)" % (_BACKSLASHES, b"|".join(backslashed))
    named = [re.escape(name.encode()) for name in _names()[sign]]
    numbered = [rb"#0{0,6}+%d" % code, rb"#[xX]0{0,6}+%b" % _any_case(f"{code:x}")]
    yield rb"&(?:amp;){0,3}(?:%b);?" % b"|".join([*numbered, *named])
    for bytes_ in {data, sign.encode("latin-1", "ignore") or data}:
        yield b"".join(rb"%%(?:25){0,3}%b" % _any_case(f"{byte:02x}") for byte in bytes_)


def _after_each(units: Iterable[str], backslashes: bytes) -> bytes:
    return backslashes.join(map(_any_case, units))


def _any_case(digits: str) -> bytes:
    """Hexadecimal digits, small or large; a letter before them is a sign of its own."""
    kept = digits[:1] if digits[:1] in "uxU" else ""
    plain = digits[len(kept) :]
    return (kept + "".join(f"[{d}{d.upper()}]" if d.isalpha() else d for d in plain)).encode()


@lru_cache(maxsize=1)
def _names() -> Mapping[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for name, text in html5.items():
        if name.endswith(";"):
            names[text].append(name[:-1])
    return names
