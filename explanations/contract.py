"""What explaining means here: the words between methods, the worker that runs them and the pages.

A `Method` takes an `ExplainContext` and gives an `Explanation`, which is plain data: it travels between
processes, is stored with its case as JSON, and is drawn without asking the model again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Literal, Protocol

from pydantic import TypeAdapter

from explanations.budget import Budget as Budget
from explanations.budgeted_model import BudgetedModel
from explanations.target import Target
from mds_client.protocols.explainers import Explained
from mds_client.signature import Signature, Values

Kind = Literal[
    "attribution", "rule", "spans", "grid", "segments", "changes", "importance", "curves", "tree"
]
Scope = Literal["case", "cohort"]
Truth = str | float | None


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """How much one field (or word, patch, stretch of sound) moved the number, in the number's unit.

    Positive speaks for the answer, negative against it. `span` is where it lies inside the field:
    characters of a text, seconds of a sound, (row, column) of a grid over a picture. The true amount
    lies between `low` and `high` with 95 % certainty; both are None where that is not known.
    """

    field: str
    title: str
    value_text: str
    amount: float
    span: tuple[float, float] | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_clear(self) -> bool:
        """Whether it is certain to which side it moves the number; assumed where nothing is known."""
        return self.low is None or self.high is None or self.low > 0 or self.high < 0


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field of the case, set to something else. `value` is what a form takes; the texts are for people."""

    field: str
    title: str
    value: str | float | bool | None
    before_text: str
    after_text: str


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Changes that were tried on the model together, and what it then answered."""

    changes: tuple[Change, ...]
    headline: str
    number: float


@dataclass(frozen=True, kw_only=True)
class Curve:
    """How the number goes with one field: `places` along the field (numbers, or words for choices), `numbers`
    there, and where they may lie with 95 % certainty; `low` and `high` are empty where that is not known.
    `shares` says how much of the cohort is near each place. Between `least` and `most` nine of ten single cases go,
    each moved to the common height (centred ICE): wide where a field works otherwise in other cases.
    """

    field: str
    title: str
    unit: str = ""
    places: tuple[float | str, ...] = ()
    numbers: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    least: tuple[float, ...] = ()
    most: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wire:
    """What crossed the wire to a deployed explainer and back, as text; long texts are cut and say so."""

    url: str
    request_id: str
    status: int | None
    seconds: float
    sent: str
    received: str


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a model answered as it did, as plain data.

    `base` is the number for a typical case (attribution) or with everything hidden (spans, grid,
    segments), of a rule about parts how often the answer stays without it, `prediction` the number for this one; None when it is about a whole cohort. `precision` and
    `coverage` belong to rules, `suggestions` to changes, `curves` to curves; the attributions of an
    importance say what the model loses without a field, and its `base` what it reaches with all of them.
    `gap` is what the attributions leave unexplained: prediction − base − their sum. `note` says in
    a sentence what a reader must know, such as a budget that ended it early. `compared_with` says in words
    which typical rows it was given. `raster` lies over a picture, row by row from the top: to which attribution,
    by its place, each cell belongs; -1 where nothing is known yet.
    `tree` is the JSON of a deployed explainer's answer that cannot be drawn, `wire` how it came.
    `is_rough` while it is still being worked out: it may be drawn, and is never kept.
    """

    method: str
    title: str
    kind: Kind
    target: Target
    prediction: float | None = None
    base: float | None = None
    attributions: tuple[Attribution, ...] = ()
    conditions: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    curves: tuple[Curve, ...] = ()
    precision: float | None = None
    coverage: float | None = None
    shape: tuple[int, int] | None = None
    raster: tuple[tuple[int, ...], ...] = ()
    gap: float | None = None
    sentence: str
    alt: str
    note: str = ""
    is_complete: bool = True
    is_rough: bool = False
    rows: int = 0
    calls: int = 0
    seconds: float = 0.0
    seed: int = 0
    compared_with: str = ""
    tree: str = ""
    wire: Wire | None = None

    @property
    def grid(self) -> tuple[tuple[float, ...], ...]:
        """The amounts over a picture, row by row from the top; 0 where nothing is known."""
        amounts = [attribution.amount for attribution in self.attributions]
        if self.raster:
            known = [*amounts, 0.0]  # -1 is the last
            return tuple(tuple(known[place] for place in line) for line in self.raster)
        if self.shape is None:
            return ()
        _, width = self.shape
        return tuple(tuple(amounts[i : i + width]) for i in range(0, len(amounts), width))

    def to_json(self) -> str:
        """The explanation as JSON text, to be stored with its case."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Explanation:
        """Read what `to_json` wrote. Facts that a later release added are left out."""
        return _reader().validate_json(text)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an explanation is, from 0 to 1, what it is doing, and what it would say by now."""

    fraction: float = 0.0
    words: str = "Waiting"
    rough: Explanation | None = None


@dataclass(frozen=True, kw_only=True)
class ExplainContext:
    """Everything a method is given.

    `method` is the one that is asked; `ask` asks the model about changed rows, counts them and stops
    at the budget; `background` are typical rows to compare with; `cohort` the rows that a method of that scope is
    about, with the `truths` that are known of them; `options` is what the person chose, in the method's own words;
    `seed` makes chance repeatable; `report` tells how far it is. `native` asks the explainer deployed beside
    the model about this case, for at most so many seconds; None where there is none.
    """

    method: Method
    ask: BudgetedModel
    signature: Signature
    values: Values
    background: Sequence[Values] = ()
    cohort: Sequence[Values] = ()
    truths: Sequence[Truth] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    seed: int = 0
    report: Callable[[Progress], None] = lambda _: None
    native: Callable[[float], Explained] | None = None

    @property
    def target(self) -> Target:
        """The number that is explained."""
        return self.ask.target


class Method(Protocol):
    """One way to explain: a module in `explanations/methods/` with these names.

    `SCOPE` says what it explains: one case, or how the model treats a cohort of rows. A method that needs
    a slow library imports it inside its functions, never at its top, and may have `warm() -> None`, which
    the worker calls ahead of time. It may have `title(signature) -> str`, where `TITLE` says too little, and an
    `ORDER` above 0 to stand behind the others.
    """

    NAME: str
    TITLE: str
    KIND: Kind
    SCOPE: Scope

    def describe(self) -> str:
        """One sentence for a person: what this explanation tells."""

    def suits(self, signature: Signature) -> bool:
        """Whether it can explain models with this signature."""

    def cost(self, signature: Signature) -> Budget:
        """What it may cost unless somebody says otherwise."""

    def explain(self, context: ExplainContext) -> Explanation:
        """Explain one prediction, within `context.budget`."""


@cache
def _reader() -> TypeAdapter[Explanation]:
    return TypeAdapter(Explanation)
