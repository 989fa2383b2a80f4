"""What a model takes and what it answers: `Field`, `Signature`, and checking values against them.

Facts come from several sources; each field keeps where each of its facts came from (`provenance`).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mds_client.errors import Problem
from mds_client.signature.checks import check
from mds_client.signature.field_spec import TABULAR_KINDS, FieldSpec, Layout, Role, Values


@dataclass(frozen=True, kw_only=True)
class ModelRef:
    """A deployed model. Version is empty when the server chooses.

    As a text, an @ in the name is written %40, and a % there %25: what follows the first @ is the version.
    """

    server: str
    name: str
    version: str = ""

    def __str__(self) -> str:
        name = self.name
        if "@" in name or "%25" in name or "%40" in name:
            name = name.replace("%", "%25").replace("@", "%40")
        return f"{self.server}/{name}" + (f"@{self.version}" if self.version else "")

    @classmethod
    def parse(cls, text: str) -> ModelRef:
        """Read `server/name[@version]`. Raises ValueError when there is no server or no name."""
        server, _, rest = text.partition("/")
        name, _, version = rest.partition("@")
        if not server or not name:
            raise ValueError(f"not a model reference: {text!r}")
        name = name.replace("%40", "@").replace("%25", "%")
        return cls(server=server, name=name, version=version)

    @property
    def is_addressable(self) -> bool:
        """Whether an address can hold it: `.` and `..` are read as steps within it, however they are written."""
        return not {self.name, self.version} & {".", ".."}


@dataclass(frozen=True, kw_only=True)
class Field(FieldSpec):
    """One named input or output of a model, which checks the values that are to be sent in it."""

    def check(self, value: object) -> Problem | None:
        """Say what is wrong with a value, or None. Does not touch the network."""
        return check(self, value)

    def remark(self, value: object) -> str:
        """An amber sentence for a value that is allowed but unusual; empty when it is usual."""
        if self.typical is None or isinstance(value, bool) or not isinstance(value, int | float):
            return ""
        low, high = self.typical
        if math.isnan(value) or low <= value <= high:
            return ""
        return f"{self.title}: {value:g} is outside the usual range, {low:g} to {high:g}."


@dataclass(frozen=True, kw_only=True)
class Explainer:
    """What a deployment has beside a model to explain it.

    `model` is whom to ask: another model of the same server, or the explained one itself where the
    protocol has a route for that. `evidence` says in a sentence how it is known.
    """

    model: ModelRef
    route: str
    evidence: str

    @property
    def title(self) -> str:
        """What it is called."""
        return self.model.name


@dataclass(frozen=True, kw_only=True)
class Signature:
    """The fields into and out of one model version.

    `layout` says how rows become tensors: `columns` (one tensor a field), `matrix` (one tensor of all
    fields, named `tensor`), `tensors` (each field a tensor of any shape), `unknown` (nothing declared).
    `max_rows` is how many rows one request may hold, 0 where nobody says.
    `provenance` is of title, question and description. `declared_as` is the fingerprint of the server's own
    declaration, where other sources added to it. `explainer` is deployed beside it; `explains` is the
    name[@version] of the model that this one says it explains; `detectors` and `drift_detectors` are the names of those that it
    says watch it, `owner` is whose it says it is, and `trained` the day of its training in ISO 8601. `answer_roles` is what a
    person said of the outputs: the one with the role `class` is the answer, the one with `probability` how sure the model is.
    """

    model: ModelRef
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...] = ()
    layout: Layout = "tensors"
    tensor: Field | None = None
    title: str = ""
    question: str = ""
    description: str = ""
    platform: str = ""
    provenance: Mapping[str, str] = field(default_factory=dict)
    declared_as: str = ""
    explainer: Explainer | None = None
    explains: str = ""
    owner: str = ""
    trained: str = ""
    detectors: tuple[str, ...] = ()
    drift_detectors: tuple[str, ...] = ()
    max_rows: int = 0
    answer_roles: Mapping[str, Role] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Field:
        for spec in self.inputs:
            if spec.name == name:
                return spec
        raise KeyError(name)

    @property
    def is_tabular(self) -> bool:
        """Whether every input is a number, a truth or a category: one row of a table."""
        return bool(self.inputs) and all(spec.kind in TABULAR_KINDS for spec in self.inputs)

    @property
    def declared_fingerprint(self) -> str:
        """The fingerprint of what the server declared, before other sources added to it."""
        return self.declared_as or self.fingerprint

    @cached_property
    def fingerprint(self) -> str:
        """A short hash of what the model takes and answers; labels and examples do not count."""
        facts = [
            (f.name, f.kind, f.datatype, f.shape, f.required, f.choices)
            for f in (*self.inputs, *self.outputs)
        ]
        text = json.dumps([self.layout, facts], default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def example_rows(self) -> list[dict[str, object]]:
        """Complete example rows: as many as the field with the fewest examples has. What may be left out and has no
        example is left unknown."""
        limiting = [f for f in self.inputs if f.examples or f.required]
        count = min((len(f.examples) for f in limiting), default=0)
        return [
            {f.name: f.examples[i] if f.examples else None for f in self.inputs}
            for i in range(count)
        ]

    @property
    def opening(self) -> dict[str, object]:
        """What a form opens with: the first example row, else every example and default that there is."""
        rows = self.example_rows
        return rows[0] if rows else {f.name: f.examples[0] for f in self.inputs if f.examples}

    def check(self, values: Values) -> list[Problem]:
        """Everything that is wrong with one row of values; an empty list when it can be sent."""
        problems = [spec.check(values.get(spec.name)) for spec in self.inputs]
        known = {spec.name for spec in self.inputs}
        unknown = [
            Problem(field=name, sentence=f"This model has no field called {name!r}.")
            for name in values
            if name not in known
        ]
        return [problem for problem in problems if problem] + unknown

    def remarks(self, values: Values) -> list[str]:
        """Amber sentences for allowed but unusual values."""
        sentences = (f.remark(values.get(f.name)) for f in self.inputs)
        return [sentence for sentence in sentences if sentence]

    def output(self, role: Role) -> Field | None:
        """The first output of that role."""
        return next((spec for spec in self.outputs if spec.role == role), None)

    def groups(self) -> Iterator[tuple[str, Sequence[Field]]]:
        """Inputs under their group headings, in order of `order`, then as declared."""
        ordered = sorted(self.inputs, key=lambda f: math.inf if f.order is None else f.order)
        names = list(dict.fromkeys(f.group for f in ordered))
        for name in names:
            yield name, [f for f in ordered if f.group == name]
