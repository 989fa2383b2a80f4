"""Finds out what a model takes that does not say: a row of zeros is sent, and the refusal is read.

A refusal is the text of whatever library the model is made with. One rule for each way of saying it; a new
library is a new rule in RULES. What the rules make of it is tried before it is believed.
"""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mds_client.dialect import Conversation, Dialect
from mds_client.errors import EndpointTimedOut, MdsError, ModelNotFound, NotAllowed, NotReady
from mds_client.exchange import Request, Response
from mds_client.facts import MAX_INPUTS, Facts, FieldFacts, about, is_name
from mds_client.ladder import merged
from mds_client.signature import Field, Kind, Layout, ModelRef, Signature, Values

MOST_CALLS = 3
_WIDEST = 100_000
# Phrases are sought in so much of a text; a list of names that begins there is read on for so long.
_MOST_TEXT = 4_000
_MOST_LIST = 64_000
_MOST_PIECES = 50
_DEEPEST = 8
_MALFORMED = (
    MdsError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_NOT_ABOUT_THE_ROW = (NotAllowed, ModelNotFound, NotReady, EndpointTimedOut)


def probed(dialect: Dialect, model: ModelRef, signature: Signature) -> Conversation[Facts | None]:
    """What the model takes, read out of at most three predictions for rows of zeros.

    Only for a signature that leaves open what a row is; None for any other, without a request, and where
    nothing could be read. `inputs` are named, or "column 1" to "column n" where only their number is known;
    `about` says whether a row of that form was answered. Raises MdsError where nobody may ask, the model is
    not there or not ready.
    """
    if not is_open(signature):
        return None
    whole = replace(signature, model=model)
    probe = _Probe(dialect=dialect, signature=whole)
    told = yield from probe.first()
    if told is None:
        return None
    return (yield from probe.settled(told))


def is_open(signature: Signature) -> bool:
    """Whether the signature leaves open how many values a row has."""
    first = signature.inputs[0] if signature.inputs else None
    if first is None or signature.layout == "unknown":
        return first is not None
    is_alone = len(signature.inputs) == 1 and signature.layout == "tensors"
    return is_alone and first.kind == "tensor" and len(first.shape) == 2 and first.shape[1] == -1


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one refusal says: how many values a row has, or the names of the columns, by which rule.

    `kinds` are of named columns whose type was said, `optional` those that may be left out. `is_whole` is
    False where there may be more names than were listed.
    """

    rule: str = ""
    width: int | None = None
    names: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    is_whole: bool = True

    def with_more(self, later: Told) -> Told:
        """Both together; the later refusal is about more of the row."""
        if not (later.names and self.names) or set(later.names) >= set(self.names):
            return later if later.names else replace(later, names=self.names, kinds=self.kinds)
        names = tuple(dict.fromkeys((*self.names, *later.names)))
        return replace(later, names=names, kinds={**self.kinds, **later.kinds})


@dataclass(kw_only=True)
class _Probe:
    """The calls of one probing."""

    dialect: Dialect
    signature: Signature
    calls: int = 0
    answered: str = ""
    layout: Layout | None = None
    tried: list[Request] = field(default_factory=list)

    def first(self) -> Conversation[Told | None]:
        """What the refusal of one zero says; of two, where one was answered.

        A single value is spread over a row of any length by NumPy: that it is answered says nothing yet.
        """
        told = yield from self._asked(self.signature, self._zeros(1), sent=1)
        if not self.answered:
            return told
        self.answered = ""
        told = yield from self._asked(self.signature, self._zeros(2), sent=2)
        if self.answered:
            return None  # it takes rows of any length
        if told is None or (told.width in (None, 1) and not told.names):
            self.answered = "A row of one number was answered, a row of two was not."
            return Told(rule="the answer to one number", width=1)
        return told

    def settled(self, told: Told) -> Conversation[Facts]:
        """The facts of what was told, tried as often as is left."""
        while not self.answered and self.calls < MOST_CALLS:
            again = yield from self._tried(told)
            if again is None:
                break
            told = told.with_more(again)
        return _facts(told, self.calls, self.answered, self.layout)

    def _tried(self, told: Told) -> Conversation[Told | None]:
        """What the model says to a row of that form; None when that is nothing new."""
        again: Told | None = None
        for form in _forms(self.signature, told):
            if self.answered or self.calls >= MOST_CALLS:
                break
            row = {f.name: _zero(f) for f in form.inputs}
            again = yield from self._asked(form, row, sent=len(form.inputs))
            if self.answered:
                self.answered = f"A row of {_count(told)} was answered{_how(form)}."
                self.layout = form.layout
            if again is not None and _is_news(told, again):
                return again
        return None

    def _asked(self, form: Signature, row: Values, *, sent: int) -> Conversation[Told | None]:
        """Ask once. Sets `answered`; otherwise what the refusal tells."""
        request = self.dialect.predict_request(form, [row], str(uuid.uuid4()))
        self.calls += 1
        response = yield request
        error = self._error(form, response)
        if error is None:
            self.answered = "yes"
            return None
        told = read(response, sent)
        if told is None and isinstance(error, _NOT_ABOUT_THE_ROW):
            raise error
        return told

    def _error(self, form: Signature, response: Response) -> Exception | None:
        """Why the response is no answer. Servers say so with a success, too."""
        try:
            self.dialect.accepted(response)
            self.dialect.read_prediction(form, response, 1)
        except _MALFORMED as error:
            return error
        return None

    def _zeros(self, count: int) -> Values:
        return {self.signature.inputs[0].name: [0.0] * count}


def _is_news(told: Told, again: Told) -> bool:
    if again.names and not set(again.names) <= set(told.names):
        return True
    return again.width not in (None, told.width, len(told.names))


def _forms(signature: Signature, told: Told) -> Iterator[Signature]:
    """The signatures to try: as the ladder would draw it, then with one tensor for each field.

    A model that looks for its columns by name says how they are called only when it is given some.
    """
    form = merged(signature, _known(told), unfolds=True)
    yield form
    if form.layout == "matrix":
        yield replace(form, layout="columns", tensor=None)


def _count(told: Told) -> str:
    count = len(told.names) or told.width
    words = "named value" if told.names else "zero"
    return f"{count} {words}{'s' if count != 1 else ''}"


def _how(form: Signature) -> str:
    return " as separate columns" if form.layout == "columns" else ""


def _facts(told: Told, calls: int, answered: str, layout: Layout | None) -> Facts:
    """What was told, with how it came to be known and whether it was tried."""
    words = {
        "Found by asking": f"{calls} rows of zeros were sent; read from the words of {told.rule}.",
        "Confirmed" if answered else "Not confirmed": answered
        or f"A row of {_count(told)} was not answered, or could not be tried.",
    }
    known = _known(told)
    inputs = known.inputs if answered or told.is_whole else ()
    return replace(known, inputs=inputs, layout=layout, about=about(words))


def _known(told: Told) -> Facts:
    if told.names:
        fields = {name: _named(told, name) for name in told.names[:MAX_INPUTS]}
    elif (told.width or 0) > MAX_INPUTS:
        fields = {"input-0": FieldFacts(kind="tensor", shape=(-1, told.width or -1))}
    else:
        number = FieldFacts(kind="number")
        fields = {f"column {i + 1}": number for i in range(told.width or 0)}
    return Facts(source="probed", inputs=tuple(fields), fields=fields)


def _named(told: Told, name: str) -> FieldFacts:
    kind: Kind = "text" if name.lower() in _TEXTS else "number"
    return FieldFacts(
        kind=told.kinds.get(name, kind), required=False if name in told.optional else None
    )


_TEXTS = ("text", "texts", "sentence", "prompt", "question", "query", "message", "document")


def _zero(field: Field) -> object:
    """The least that can be said in that field."""
    if field.kind == "tensor":
        return np.zeros([max(size, 1) for size in field.shape[1:]]).tolist()
    return field.choices[0] if field.choices else _ZEROS.get(field.kind)


_ZEROS: Mapping[str, object] = {
    "number": 0.0,
    "integer": 0,
    "boolean": False,
    "category": "a",
    "text": "a",
    "datetime": "2000-01-01T00:00:00",
    "json": {},
}


# Reading a refusal.


def read(response: Response, sent: int = 1) -> Told | None:
    """What a refusal says of the row that the model wants; `sent` is how many values were sent.

    Names count for more than a width. None where no rule knows the words. Never raises.
    """
    found = list(_told(list(_pieces(response)), sent))
    widths = [told for told in found if told.width]
    named = [told for told in found if told.names]
    if not named:
        return widths[0] if widths else None
    best = named[0]
    is_short = not best.is_whole and widths and (widths[0].width or 0) > len(best.names)
    return widths[0] if is_short else best


def _told(pieces: Sequence[str], sent: int) -> Iterator[Told]:
    for rule in RULES:
        for piece in pieces:
            match = rule.phrase.search(piece, 0, _MOST_TEXT)
            told = rule.means(match, piece, sent) if match else None
            if told and (told.names or 0 < (told.width or 0) <= _WIDEST):
                yield replace(told, rule=rule.library)


def _pieces(response: Response) -> Iterator[str]:
    """The texts of an answer, each bounded; of a traceback its end."""
    body = response.body[: 16 * _MOST_LIST]
    try:
        said: object = json.loads(body)
    except (ValueError, RecursionError):
        said = body.decode("utf-8", "replace")
        # A pipeline puts the model's own JSON behind its words.
        yield from _texts(_behind(said))
    yield from map(_bounded, list(_texts(said))[:_MOST_PIECES])


def _behind(text: str) -> object:
    try:
        return json.loads(text[text.index(" : ") + 3 :])
    except (ValueError, RecursionError):
        return None


def _bounded(text: str) -> str:
    if text.lstrip().startswith("<"):
        text = html.unescape(text)
    start = text.rfind("Traceback (most recent call last)")
    if start >= 0 and len(text) - start > _MOST_TEXT:
        text = text[max(start, len(text) - _MOST_TEXT) :]
    return text[:_MOST_LIST]


def _texts(said: object, depth: int = 0) -> Iterator[str]:
    """Every text in it, the first levels first come; of what pydantic found missing a sentence."""
    if isinstance(said, str):
        yield said
    elif depth < _DEEPEST and isinstance(said, list):
        yield from _missing(said)
        for item in said[:_MOST_PIECES]:
            yield from _texts(item, depth + 1)
    elif depth < _DEEPEST and isinstance(said, dict):
        for item in list(said.values())[:_MOST_PIECES]:
            yield from _texts(item, depth + 1)


_ENVELOPE = frozenset(
    [
        "body",
        "inputs",
        "instances",
        "dataframe_split",
        "dataframe_records",
        "jsonData",
        "ndarray",
        "tensor",
    ]
)


def _missing(details: Sequence[object]) -> Iterator[str]:
    """The fields that pydantic says are missing from a row; what is missing around a row is ours."""
    places = [item.get("loc") for item in details if isinstance(item, dict) and _is_missing(item)]
    last = [place[-1] for place in places if isinstance(place, list) and place]
    names = [name for name in last if isinstance(name, str) and name not in _ENVELOPE]
    if names:
        yield f"these fields are missing: {names[:MAX_INPUTS]!r}"


def _is_missing(item: Mapping[str, object]) -> bool:
    return "missing" in str(item.get("type")) or str(item.get("msg")).lower() == "field required"


# Rules: a phrase, and what follows from it.

_Means = Callable[[re.Match[str], str, int], Told | None]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way in which a library says what it wants. `means` is given the match, the text and how many
    values were sent."""

    library: str
    phrase: re.Pattern[str]
    means: _Means


def _width(match: re.Match[str], _text: str, _sent: int) -> Told | None:
    """The group `want` is the number of columns."""
    return Told(width=int(match["want"]))


def _not_ours(match: re.Match[str], _text: str, sent: int) -> Told | None:
    """Of several sizes that do not fit together the one that we did not send."""
    shapes = [[int(n) for n in re.findall(r"\d{1,9}", shape)] for shape in match.groups()]
    sizes = [shape[-1] for shape in shapes if shape and shape[-1] not in (1, sent)]
    return Told(width=sizes[0]) if sizes else None


def _listed(match: re.Match[str], text: str, _sent: int) -> Told | None:
    """Names in quotes, after the phrase."""
    names, end = _quoted(text, match.end())
    return Told(names=names, is_whole=text[end : end + 1] in ("]", "}", ")"))


def _unordered(match: re.Match[str], text: str, sent: int) -> Told | None:
    """Names of a set, which come in any order."""
    told = _listed(match, text, sent)
    return replace(told, names=tuple(sorted(told.names))) if told else None


def _within(match: re.Match[str], _text: str, _sent: int) -> Told | None:
    """Names in quotes, inside the phrase."""
    return Told(names=_quoted(match["names"], 0)[0])


def _only(match: re.Match[str], _text: str, _sent: int) -> Told | None:
    """One name; there may be more."""
    name = match["name"]
    return Told(names=(name,), is_whole=False) if is_name(name) else None


def _separated(match: re.Match[str], text: str, _sent: int) -> Told | None:
    """Names between commas up to the end of the phrase."""
    listed, end, _ = text[match.end() :].partition(" in input data")
    names = tuple(dict.fromkeys(filter(is_name, map(str.strip, listed.split(",")))))
    return Told(names=names[:MAX_INPUTS], is_whole=bool(end)) if end else None


def _bulleted(match: re.Match[str], text: str, _sent: int) -> Told | None:
    """Names on lines that begin with a hyphen; three dots are for the rest of them."""
    lines = text[match.end() :].lstrip("\n").split("\n")[: MAX_INPUTS + 1]
    names: list[str] = []
    for line in lines:
        if not line.startswith("- ") or line == "- ...":
            return Told(names=tuple(names), is_whole=line != "- ...")
        names += filter(is_name, [line[2:].strip()])
    return Told(names=tuple(names))


_TYPES: Mapping[str, Kind] = {
    "boolean": "boolean",
    "integer": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "string": "text",
    "binary": "text",
    "datetime": "datetime",
}
_TYPED = re.compile(
    r"""\s*(?:'([^'\\\n]{1,500})'|"([^"\\\n]{1,500})"):\s(\w{1,20})([^'"\n]{0,200}?)\((required|optional)\),?"""
)


def _typed(match: re.Match[str], text: str, _sent: int) -> Told | None:
    """Names with their types: `'age': long (required), …`."""
    kinds: dict[str, Kind] = {}
    optional, start = set(), match.end()
    while len(kinds) < MAX_INPUTS and (found := _TYPED.match(text, start)):
        name, start = found[1] or found[2], found.end()
        kinds[name] = _TYPES.get(found[3], "json") if not found[4].strip() else "json"
        optional |= {name} if found[5] == "optional" else set()
    names = tuple(filter(is_name, kinds))
    is_whole = text[start : start + 1] == "]"
    return Told(names=names, kinds=kinds, optional=frozenset(optional), is_whole=is_whole)


_QUOTED = re.compile(
    r"""\s{0,80}(?:np\.str_\()?(?:'((?:[^'\\]|\\.){1,500})'|"((?:[^"\\]|\\.){1,500})")\)?\s{0,80},?""",
    re.DOTALL,
)


def _quoted(text: str, start: int) -> tuple[tuple[str, ...], int]:
    """The names in quotes that follow each other from there on, and where they end."""
    names: list[str] = []
    while len(names) < MAX_INPUTS and (found := _QUOTED.match(text, start)):
        start = found.end()
        names += filter(is_name, [re.sub(r"\\(.)", r"\1", found[1] or found[2])])
    return tuple(dict.fromkeys(names)), start


_WANT = r"(?P<want>\d{1,9})"
_N = r"\d{1,9}"
_SHAPE = r"[\(\[]([\d, ]{1,60})[\)\]]"


def _rules(library: str, means: _Means, *phrases: str) -> Iterator[Rule]:
    for phrase in phrases:
        yield Rule(library=library, phrase=re.compile(phrase), means=means)


RULES: tuple[Rule, ...] = (
    *_rules("MLflow", _typed, r"with schema '\["),
    *_rules("MLflow", _listed, r"[Mm]odel is missing inputs \["),
    *_rules("MLflow", _width, rf"does not match expected shape \(-?{_N}, {_WANT}\)"),
    *_rules("scikit-learn", _unordered, r"columns are missing: \{"),
    *_rules("scikit-learn", _bulleted, r"Feature names seen at fit time, yet now missing:(?=\n)"),
    *_rules(
        "scikit-learn",
        _width,
        rf"X has {_N} features?, but [\w.]{{1,200}} is expecting {_WANT} features?",
        rf"X has {_N} features? per sample[;,] expecting {_WANT}",
        rf"[Mm]odel n_features is {_WANT} and input n_features is",
        rf"X\.shape\[1\] = {_N} should be equal to {_WANT}",
        rf"Got {_N} features, expected {_WANT}",
        rf"Expected input with {_WANT} features, got {_N}",
        rf"[Nn]umber of features {_N} does not match previous data {_WANT}",
        rf"X\.shape\[1\] == {_N} while Y\.shape\[1\] == {_WANT}",
        rf"n_features={_N} while the model has been trained with n_features={_WANT}",
    ),
    *_rules(
        "LightGBM",
        _width,
        rf"features in data \({_N}\) is not the same as it was in training data \({_WANT}\)",
    ),
    *_rules("XGBoost", _listed, r"feature_names mismatch: \["),
    *_rules("XGBoost", _separated, r"(?m:^)expected (?=[^\n]{1,3000} in input data)"),
    *_rules(
        "XGBoost",
        _width,
        rf"Feature shape mismatch, expected: {_WANT}, got",
        rf"num_feature >= [^\n]{{0,100}}?\({_WANT} vs\. {_N}\)",
    ),
    *_rules("CatBoost", _only, r"should be feature with name (?P<name>[^\n]{1,200}?) \(found"),
    *_rules("ONNX Runtime", _listed, r"Required inputs \(\["),
    *_rules("ONNX Runtime", _only, r"Missing Input: (?P<name>[^\s\"']{1,200})"),
    *_rules("ONNX Runtime", _width, rf"index: 1 Got: {_N} Expected: {_WANT}"),
    *_rules("Triton", _listed, r"missing required input\(s\) \["),
    *_rules("Triton", _width, rf"[Ee]xpected \[-?{_N}, ?{_WANT}\],? got"),
    *_rules(
        "Keras",
        _width,
        rf"expected axis -1 of input shape to have value {_WANT}",
        rf"expected shape=\(None, {_WANT}\), found",
        rf"to have shape \({_WANT},\) but got array",
    ),
    *_rules("TensorFlow", _width, rf"In\[0\]: \[{_N},{_N}\], In\[1\]: \[{_WANT},"),
    *_rules("TensorFlow", _not_ours, rf"Incompatible shapes: {_SHAPE} vs\. {_SHAPE}"),
    *_rules(
        "PyTorch",
        _width,
        rf"shapes cannot be multiplied \({_N}x{_N} and {_WANT}x{_N}\)",
        rf"size mismatch, m1: \[{_N} x {_N}\], m2: \[{_WANT} x {_N}\]",
        rf"normalized_shape=\[{_WANT}\], expected input",
        rf"running_mean should contain {_N} elements not {_WANT}",
    ),
    *_rules(
        "NumPy",
        _width,
        rf"\(size {_WANT} is different from {_N}\)",
        rf"shapes \({_N},{_N}\) and \({_WANT},(?:{_N})?\) not aligned",
    ),
    *_rules("NumPy", _not_ours, rf"could not be broadcast together with shapes {_SHAPE} {_SHAPE}"),
    *_rules("pandas", _listed, r"None of \[Index\(\["),
    *_rules("pandas", _within, r"\[(?P<names>['\"][^\]]{1,2000})\] not in index"),
    *_rules("pydantic", _listed, r"these fields are missing: \["),
    *_rules("Python", _only, r"KeyError: ['\"](?P<name>[^'\"\n]{1,200})['\"]"),
    *_rules(
        "the model",
        _listed,
        r"(?i:missing (?:required )?(?:inputs?|fields?|columns?|features?|keys?)):? ?[\[\{\(]",
    ),
    *_rules(
        "the model",
        _only,
        r"(?i:input|field|column|feature|key) ['\"](?P<name>[^'\"\n]{1,200})['\"] is (?:missing|required)",
    ),
)
