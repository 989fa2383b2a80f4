"""Rules about models in the settings: who may see and ask them, and what is kept of their cases."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

Pattern = Annotated[str, Field(pattern=r"^[^*]*\*?$", min_length=1)]


class AccessSettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """One row of the access table: who may see and ask which models, in which role.

    A server or a model is named, or the beginning of its name and `*`.
    """

    people: list[str] = Field(default_factory=list, description="Names of people")
    groups: list[str] = Field(
        default_factory=list,
        description="Groups of people; with neither, the row is for everybody",
    )
    role: Literal["analyst", "reviewer", "operator"] = Field(
        "analyst",
        description="`analyst` sees their own cases, `reviewer` and `operator` everybody's",
    )
    servers: list[Pattern] = Field(
        default_factory=lambda: ["*"], description="Servers, or beginnings of their names and `*`"
    )
    models: list[Pattern] = Field(
        default_factory=lambda: ["*"], description="Models, or beginnings of their names and `*`"
    )


class _OfModels(BaseModel, extra="forbid", hide_input_in_errors=True):
    """A rule that is about some models: servers and models are named, or the beginnings of their names and `*`."""

    servers: list[Pattern] = Field(
        default_factory=lambda: ["*"], description="Servers, or beginnings of their names and `*`"
    )
    models: list[Pattern] = Field(
        default_factory=lambda: ["*"], description="Models, or beginnings of their names and `*`"
    )


class RetentionSettings(_OfModels):
    """One rule on how long cases are kept: the first that fits a model counts.

    A server or a model is named, or the beginning of its name and `*`.
    """

    body_days: float | None = Field(
        None, gt=0, description="After how many days what was sent and came back is deleted"
    )
    case_days: float | None = Field(
        None, gt=0, description="After how many days cases are deleted; counts of them stay"
    )


class AuditSettings(_OfModels):
    """One rule on how often a case is drawn for audit: the first that fits a model and its inputs counts.

    A server or a model is named, or the beginning of its name and `*`.
    """

    field: str = Field("", description="The input that tells; without it, all cases of the models")
    values: list[str] = Field(default_factory=list, description="Its values, as they are written")
    probability: float = Field(ge=0, le=1, description="The chance with which such a case is drawn")

    @model_validator(mode="after")
    def _is_of_something(self) -> Self:
        if bool(self.field) != bool(self.values):
            raise ValueError("name a field and its values, or neither")
        return self


class SensitiveSettings(_OfModels):
    """One rule on what a case has of sensitive values: the first that fits a model and a field counts.

    A server or a model is named, or the beginning of its name and `*`.
    """

    fields: list[str] = Field(
        default_factory=list,
        description="Fields that are sensitive, whatever their signature says; without any, those that it marks as sensitive",
    )
    storage: Literal["keep", "mask", "hash", "omit"] = Field(
        description="What is stored: the value (`keep`), that there was one (`mask`), a keyed hash by which equal ones are "
        "found (`hash`), nothing (`omit`)",
    )


class ObjectiveSettings(_OfModels):
    """What is promised of the service of some models: the first row that fits a model counts.

    A server or a model is named, or the beginning of its name and `*`.
    """

    availability: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Which share of the requests is answered, such as 0.995; less than 1, for nothing never fails",
    )
    latency_seconds: float | None = Field(
        None, gt=0, description="Within how many seconds answers are there, as people wait for them"
    )
    latency_share: float = Field(
        0.95, gt=0, lt=1, description="Which share of the answers is there within `latency_seconds`"
    )
    days: int = Field(
        28,
        ge=1,
        le=366,
        description="In how many days up to today; whole weeks have as many weekends",
    )

    @model_validator(mode="after")
    def _promises_something(self) -> Self:
        if self.availability is None and self.latency_seconds is None:
            raise ValueError("set availability, latency_seconds or both")
        if self.latency_seconds is None and "latency_share" in self.model_fields_set:
            raise ValueError("latency_share needs latency_seconds")
        return self
