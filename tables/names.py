"""Names of columns and fields, made comparable: case, accents, punctuation, camel case, synonyms."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

_LONGEST = 100  # letters of names that are compared one by one
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+|[0-9]+|[^\W\d_a-z]+")
# The first of each line stands for all of them.
_SYNONYMS = """
sex gender geschlecht sexe genre sexo
age alter alters edad
weight mass gewicht masse poids peso wt
height size groesse grosse taille hauteur hohe hoehe altura
length len laenge lange longueur longitud
width breite largeur ancho
depth tiefe dicke thickness profondeur
date datum day tag fecha jour
time uhrzeit zeit heure hora
year jahr annee ano yr
island insel ile isla
species art espece especie
country land pays pais
city stadt ville ciudad town ort
name bezeichnung nom nombre
number nr no num anzahl count menge quantity qty
price preis prix precio cost kosten
temperature temp temperatur
text message comment nachricht kommentar sentence satz review body content
image picture photo bild foto img file filename path datei
audio sound recording ton aufnahme file
flipper wing fluegel flugel
bill beak culmen schnabel
mean average avg mittelwert mittel moyenne
standard std stddev sd
error err se fehler
maximum max worst
minimum min
value wert valeur valor
identifier id kennung
telephone phone tel telefon
""".strip().splitlines()
# Words that make another quantity of a name: its contrary, or one that is computed from it or lies before it.
_NEGATIONS = frozenset(["non", "not", "never", "without", "ohne", "kein", "keine", "nicht", "sans"])
_CHANGES = frozenset(
    [
        "log",
        "ln",
        "sqrt",
        "squared",
        "delta",
        "diff",
        "prev",
        "previous",
        "lag",
        "lagged",
        "zscore",
        "minimum",
        "maximum",
    ]
)
_MEANS = {word: line.split()[0] for line in reversed(_SYNONYMS) for word in line.split()}


@lru_cache(maxsize=50_000)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in plain small letters: `Mean-RadiusÄ1` is mean, radiusa, 1."""
    spaced = _HUMP.sub(" ", name.strip()).replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", spaced).casefold()
    return tuple(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def key(name: str) -> str:
    """What two names share that differ only in how they are written."""
    return "".join(words(name))


def spelled(name: str) -> str:
    """The same with ae, oe and ue as the vowel alone, as German writes them without its dots."""
    return re.sub(r"([aou])e", r"\1", key(name))


@lru_cache(maxsize=50_000)
def meaning(name: str) -> frozenset[str]:
    """The words with one word for all that mean the same, in no order."""
    return frozenset(_MEANS.get(word, word) for word in words(name))


@lru_cache(maxsize=50_000)
def changes(name: str) -> frozenset[str]:
    """The words of a name that make another quantity of it: `non`, `log`, `delta`; a leading `no` that counts nothing.

    Words that mean the same are one: every negation is `not`, and `max` is `maximum`.
    """
    own = words(name)
    is_negated = bool(_NEGATIONS & set(own)) or (
        len(own) > 1 and own[0] == "no" and own[1] != "of" and "." not in name
    )
    return (_CHANGES & (meaning(name) | set(own))) | ({"not"} if is_negated else frozenset())


def likeness(one: str, other: str) -> float:
    """How alike two names are written, from 0 to 1; an abbreviation of every word counts much."""
    if max(len(one), len(other)) > _LONGEST:
        return 0.0
    if _abbreviates(words(one), words(other)) or _abbreviates(words(other), words(one)):
        return 0.9
    return SequenceMatcher(None, key(one), key(other), autojunk=False).ratio()


def _abbreviates(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    if len(short) != len(full) or len(key("".join(short))) < 3:
        return False
    return all(f.startswith(s) and (len(s) > 1 or s == f) for s, f in zip(short, full, strict=True))
