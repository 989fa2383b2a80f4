"""What people call models, their fields and the choices of these, for the sentences that name some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from db.json_number import LENGTH, text_of_length
from mds_client.signature import Field

# What the fields of a model are called, by their names: of a server and the name of a model.
Titles = Callable[[str, str], Mapping[str, str]]
# What the values of fields are called: by the name of the field, then by the value as text.
FieldWords = Mapping[str, Mapping[str, str]]
Words = Callable[[str, str], FieldWords]
# What a model is called; empty where it has no title.
ModelTitle = Callable[[str, str], str]
# The unit of the numbers that a model answers; empty where it has none.
Units = Callable[[str, str], str]
NO_WORDS: FieldWords = {}
# The answer among the fields of a case, none of which has no name; and what people call it.
ANSWER, ANSWER_TITLE = "", "Its answer"
_YES_NO = {"true": "yes", "false": "no"}


def as_named(_server: str, _model: str) -> Mapping[str, str]:
    """Where nobody knows titles: fields are called by their names."""
    return {}


def as_coded(_server: str, _model: str) -> FieldWords:
    """Where nobody knows words: values are told as they are."""
    return NO_WORDS


def untitled(_server: str, _model: str) -> str:
    """Where nobody knows titles: models are called by their names."""
    return ""


def no_unit(_server: str, _model: str) -> str:
    """Where nobody knows units."""
    return ""


class Measured(Mapping[str, str]):
    """What the values and ranges of a number are called: themselves with its unit."""

    def __init__(self, unit: str) -> None:
        self.unit = unit

    def __getitem__(self, value: str) -> str:
        return f"{value} {self.unit}"

    def __iter__(self) -> Iterator[str]:
        return iter(())  # there is no end of them

    def __len__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Measured) and self.unit == other.unit

    def __hash__(self) -> int:
        return hash(self.unit)


def words_of(fields: Iterable[Field]) -> FieldWords:
    """The words for the choices of fields, as a form and the page of a case have them, and the units of numbers without any."""
    found: dict[str, Mapping[str, str]] = {}
    for field in fields:
        if words := _of_choices(field):
            found[field.name] = words
        elif field.unit and field.kind in ("number", "integer"):
            found[field.name] = Measured(field.unit)
    return found


def with_answer(titles: Mapping[str, str]) -> dict[str, str]:
    """The titles of fields, with what the answer is called among them."""
    return {**titles, ANSWER: ANSWER_TITLE}


def word_for(words: FieldWords, field: str, value: str) -> str:
    """What a value of a field is called; itself where no word stands for it."""
    is_length = field not in words and text_of_length(field) is not None
    return f"{value} characters" if is_length else words.get(field, {}).get(value, value)


def length_name(field: str) -> str:
    """The name under which the length of a text, in characters, is chosen and compared like a number that was entered."""
    return f"{LENGTH}({field})"


def title_of(titles: Mapping[str, str], field: str) -> str:
    """What a field is called, or the length of a text; its name where it has no title."""
    inner = text_of_length(field)
    if field in titles or inner is None:
        return titles.get(field, field)
    return f"Length of {titles.get(inner, inner)}"


def model_words(title: str, server: str, model: str) -> str:
    """`Penguins (demo/penguins)`, or the name alone."""
    name = f"{server}/{model}"
    return f"{title} ({name})" if title else name


def _of_choices(field: Field) -> Mapping[str, str]:
    worded = {
        text: word
        for choice in field.choices
        if (word := field.word_for(choice))
        for text in _texts(choice)
    }
    return worded or (_YES_NO if field.kind == "boolean" else {})


def _texts(choice: object) -> tuple[str, ...]:
    """A choice as cases may have it: 1 and 1.0 are one number."""
    if isinstance(choice, bool):
        return (str(choice).lower(),)
    if isinstance(choice, int | float):
        return str(choice), repr(float(choice)), repr(float(choice)).removesuffix(".0")
    return (str(choice),)
