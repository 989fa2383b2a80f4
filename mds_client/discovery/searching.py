"""A search that forgives how a word is written: tumor finds tumour, and wnie finds wine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches

from mds_client.discovery.entries import Entry

_SHORTEST = 4  # letters: of shorter words too many are close
_CLOSE = 0.8  # 2 x letters in common / letters of both (difflib)
_MOST = 3


def matching(
    entries: Sequence[Entry], words: str, more: Mapping[tuple[str, str], str]
) -> list[Entry]:
    """The entries in which every word occurs; a word that occurs nowhere counts as those that are written nearly like
    it. `more` holds further text to search, by server and name of a model."""
    texts = {
        entry.ref: f"{entry.text} {more.get((entry.ref.server, entry.ref.name), '')}".casefold()
        for entry in entries
    }
    found = list(entries)
    for word in words.casefold().split():
        wanted = _as_known(word, texts.values())
        found = [e for e in found if any(each in texts[e.ref] for each in wanted)]
    return found


def _as_known(word: str, texts: Collection[str]) -> list[str]:
    """The word, or those that it may mean where it occurs in no text."""
    return [word] if any(word in text for text in texts) else close_words(word, words_of(texts))


def close_words(word: str, known: Collection[str]) -> list[str]:
    """The known words that are written nearly like this one, or begin so; the closest first."""
    if len(word) < _SHORTEST:
        return []
    begun = {each[: len(word)] for each in known if len(each) > len(word)}
    return _near(word, known) or _near(word, begun)


def _near(word: str, known: Collection[str]) -> list[str]:
    """Neighbouring letters in the wrong order are one slip (Damerau 1964); difflib counts two, too many in a short word."""
    swapped = [each for each in _swaps(word) if each in known]
    alike = get_close_matches(word, known, n=_MOST, cutoff=_CLOSE)
    return [*swapped, *(each for each in alike if each not in swapped)][:_MOST]


def _swaps(word: str) -> list[str]:
    """The word with each two neighbouring letters the other way round."""
    return [
        word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        for place in range(len(word) - 1)
    ]


def words_of(texts: Iterable[str]) -> set[str]:
    """Every word of these texts, in lower case."""
    return {word for text in texts for word in _apart(text.casefold()) if word}


def _apart(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text).split()
