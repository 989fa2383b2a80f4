"""Bytes to text: by byte order mark, as UTF-16 or UTF-8 where that fits, else by the letters of languages."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from tables.errors import UnreadableFile

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORDS = {
    "ascii": "ASCII",
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "mac_roman": "Mac Roman",
    "latin-1": "Latin-1 (Western European)",
}
_SAMPLE = 200_000
_WORD = re.compile(r"[^\W\d_]+")
# Letters beyond ASCII of one language each, in small letters.
_WESTERN = (
    "äöüßéèàç", "àâäæçéèêëîïôöœùûüÿ", "áéíóúüñçàèòï", "áâãàçéêíóôõúü", "àáèéìíîòóùú",
    "åäöæøéèêôóüá", "áðéíóúýþæö", "äëïöüéèêóíáâçû",
)  # fmt: skip
_CENTRAL = (
    "ąćęłńóśźżéäöü", "áčďéěíňóřšťúůýžöü", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţșț",
    "äöüßáčšžřéěů",
)  # fmt: skip
_OTHER_PAGES = (("cp1250", _CENTRAL), ("cp1254", ("çğıöşüâîû",)), ("mac_roman", _WESTERN))
_SIGNS = frozenset("€‚„…†‡‰‹‘’“”•–—™›¡¢£¥§¨©ª«¬\xad®¯°±²³´µ¶·¸¹º»¼½¾¿×÷\xa0ˆ˜")
_INSIDE = re.compile("[^\\W\\d_][¡¢£¥§¨©«¬®¯±¶¸¹²³»¼½¾¿÷†‡‰‹›™ˆ˜„…‚][^\\W\\d_]|[¢£¥¯¸][^\\W\\d_]")
_CAPITAL_INSIDE = re.compile("[a-zß-ÿ][À-ÖØ-ÞŸŠŽŒ](?:[a-zß-ÿ]|$)")


def decoded(data: bytes, wanted: str = "") -> tuple[str, str]:
    """The text and the words for its encoding. `wanted` is what a person chose, in place of a guess.

    Raises UnreadableFile where the bytes are no text in the encoding.
    """
    encoding = wanted or detected(data)
    try:
        return data.decode(encoding), _WORDS.get(encoding, encoding)
    except (LookupError, UnicodeError) as error:
        raise UnreadableFile(
            f"The file is not text in the encoding {_WORDS.get(encoding, encoding)}.",
            advice="Save it as CSV UTF-8, or choose another encoding.",
            detail=str(error),
        ) from error


def remark(data: bytes, text: str, wanted: str = "") -> str:
    """A sentence with a word to check where the encoding of `text` was guessed among those of one byte a letter; else
    empty."""
    if wanted or data.isascii() or _marked(data) or _wide(data) or _decodes_as(data, "utf-8"):
        return ""
    word = next((word for word in _WORD.findall(text) if not word.isascii()), "")
    words = _WORDS.get(encoding := _guessed(data), encoding)
    return word and (
        f"The text encoding was guessed: {words}. If “{word[:30]}” is not what the file says, choose another text encoding "
        "(“Not read correctly?” on the page, --encoding on the command line), or save the file as UTF-8."
    )


def is_binary(data: bytes) -> bool:
    """Whether the bytes are no text: control characters, in what is not UTF-16."""
    if _marked(data) or _wide(data):
        return False
    sample = data[:_SAMPLE]
    controls = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", sample))
    return controls > max(2, 0.05 * len(sample))


def detected(data: bytes) -> str:
    """The name of the encoding, as Python knows it."""
    marked = _marked(data) or _wide(data)
    if marked:
        return marked
    if data.isascii():
        return "ascii"
    return "utf-8" if _decodes_as(data, "utf-8") else _guessed(data)


def _marked(data: bytes) -> str:
    return next((name for mark, name in _MARKS if data.startswith(mark)), "")


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: every second byte of Western text is zero."""
    sample = data[: 4096 - len(data) % 2]
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(data) % 2 or half < 4 or max(even, odd) < 0.6 * half or min(even, odd) > 0.05 * half:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _guessed(data: bytes) -> str:
    """The code page whose letters make words of one language; else by statistics, which need long words."""
    sample = data[:_SAMPLE]
    if _decodes_as(data, "cp1252") and _makes_words(sample.decode("cp1252", "replace"), _WESTERN):
        return "cp1252"
    others = [
        page
        for page, alphabets in _OTHER_PAGES
        if _decodes_as(data, page) and _makes_words(sample.decode(page, "replace"), alphabets)
    ]
    if len(others) == 1:
        return others[0]
    runs = re.findall(rb"[\x80-\xff]+", sample)
    if sum(len(run) > 2 for run in runs) > 0.2 * len(runs):
        best = from_bytes(sample).best()
        if best is not None and _decodes_as(data, best.encoding):
            return best.encoding
    return "cp1252" if _decodes_as(data, "cp1252") else "latin-1"


def _makes_words(text: str, alphabets: tuple[str, ...]) -> bool:
    """Whether the letters beyond ASCII are those of one language, and no sign stands inside a word."""
    letters = {one.lower() for one in text if one > "\x7f" and one.isalpha() and one not in "ªº"}
    signs = {one for one in text if one > "\x7f" and not one.isalpha()}
    if not signs <= _SIGNS or _INSIDE.search(text) or _CAPITAL_INSIDE.search(text):
        return False
    return any(letters <= set(alphabet) for alphabet in alphabets)


def _decodes_as(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True
