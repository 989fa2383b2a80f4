"""Asks a model that does not declare its inputs: sends a row of zeros and reads the error message."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mds_client.errors import EndpointTimedOut, MdsError, ModelNotFound, NotAllowed, NotReady
from mds_client.protocols.protocol import Conversation, Protocol
from mds_client.schema_learning.probing.hint import Hint
from mds_client.schema_learning.probing.hint_facts import count_of, facts_of, known_facts, zero_of
from mds_client.schema_learning.probing.refusal_text import read
from mds_client.signature import Layout, ModelRef, Signature, Values
from mds_client.signature.facts import Facts
from mds_client.signature.merge_facts import merged
from mds_client.transport.exchange import Request, Response

MOST_CALLS = 3
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


def probed(protocol: Protocol, model: ModelRef, signature: Signature) -> Conversation[Facts | None]:
    """What the model takes, read out of at most three predictions for rows of zeros.

    Only for a signature that leaves open what a row is; None for any other, without a request, and where
    nothing could be read. `inputs` are named, or "column 1" to "column n" where only their number is known;
    `about` says whether a row of that form was answered. Raises MdsError where nobody may ask, the model is
    not there or not ready.
    """
    if not is_open(signature):
        return None
    whole = replace(signature, model=model)
    probe = _Probe(protocol=protocol, signature=whole)
    hint = yield from probe.first()
    if hint is None:
        return None
    return (yield from probe.settled(hint))


def is_open(signature: Signature) -> bool:
    """Whether the signature leaves open how many values a row has."""
    first = signature.inputs[0] if signature.inputs else None
    if first is None or signature.layout == "unknown":
        return first is not None
    is_alone = len(signature.inputs) == 1 and signature.layout == "tensors"
    return is_alone and first.kind == "tensor" and len(first.shape) == 2 and first.shape[1] == -1


@dataclass(kw_only=True)
class _Probe:
    """The calls of one probing."""

    protocol: Protocol
    signature: Signature
    calls: int = 0
    answered: str = ""
    layout: Layout | None = None
    tried: list[Request] = field(default_factory=list)

    def first(self) -> Conversation[Hint | None]:
        """The hint in the refusal of one zero; of two zeros, where one was answered.

        NumPy broadcasts a single value over a row of any length: an answer to it says nothing yet.
        """
        hint = yield from self._hint_from(self.signature, self._zeros(1), sent=1)
        if not self.answered:
            return hint
        self.answered = ""
        hint = yield from self._hint_from(self.signature, self._zeros(2), sent=2)
        if self.answered:
            return None  # it takes rows of any length
        if hint is None or (hint.width in (None, 1) and not hint.names):
            self.answered = "A row of one number was answered, a row of two was not."
            return Hint(rule="the answer to one number", width=1)
        return hint

    def settled(self, hint: Hint) -> Conversation[Facts]:
        """The facts of a hint, tested with as many requests as are left."""
        while not self.answered and self.calls < MOST_CALLS:
            again = yield from self._tried(hint)
            if again is None:
                break
            hint = hint.with_more(again)
        return facts_of(hint, self.calls, self.answered, self.layout)

    def _tried(self, hint: Hint) -> Conversation[Hint | None]:
        """The hint in what the model says to a row of that form; None where it is nothing new."""
        again: Hint | None = None
        for form in _forms(self.signature, hint):
            if self.answered or self.calls >= MOST_CALLS:
                break
            row = {f.name: zero_of(f) for f in form.inputs}
            again = yield from self._hint_from(form, row, sent=len(form.inputs))
            if self.answered:
                self.answered = f"A row of {count_of(hint)} was answered{_how(form)}."
                self.layout = form.layout
            if again is not None and _is_news(hint, again):
                return again
        return None

    def _hint_from(self, form: Signature, row: Values, *, sent: int) -> Conversation[Hint | None]:
        """Send one row. Sets `answered` where it is answered; otherwise returns the hint in the refusal."""
        request = self.protocol.predict_request(form, [row], str(uuid.uuid4()))
        self.calls += 1
        response = yield request
        error = self._error(form, response)
        if error is None:
            self.answered = "yes"
            return None
        hint = read(response, sent)
        if hint is None and isinstance(error, _NOT_ABOUT_THE_ROW):
            raise error
        return hint

    def _error(self, form: Signature, response: Response) -> Exception | None:
        """The error that a response stands for, None for an answer. Servers report errors with a success
        status, too."""
        try:
            self.protocol.accepted(response)
            self.protocol.read_prediction(form, response, 1)
        except _MALFORMED as error:
            return error
        return None

    def _zeros(self, count: int) -> Values:
        return {self.signature.inputs[0].name: [0.0] * count}


def _is_news(hint: Hint, again: Hint) -> bool:
    if again.names and not set(again.names) <= set(hint.names):
        return True
    return again.width not in (None, hint.width, len(hint.names))


def _forms(signature: Signature, hint: Hint) -> Iterator[Signature]:
    """The signatures to try: first as `merge_facts` would lay out the inputs, then with one tensor for each
    field.

    A model that looks for its columns by name reveals their names only when it is given some.
    """
    form = merged(signature, known_facts(hint), unfolds=True)
    yield form
    if form.layout == "matrix":
        yield replace(form, layout="columns", tensor=None)


def _how(form: Signature) -> str:
    return " as separate columns" if form.layout == "columns" else ""
