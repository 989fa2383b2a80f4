"""What may be seen: a `Scope` that every session carries, so that no query can be written without one.

`db.limits` puts it into every statement.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.errors import OutOfScope

ANY = "*"
_KEY = "scope"


@dataclass(frozen=True, kw_only=True)
class Models:
    """Models by the names of their server and their own: a name, or its beginning and `*`."""

    server: str = ANY
    name: str = ANY

    def matches(self, server: str, name: str) -> bool:
        return is_like(server, self.server) and is_like(name, self.name)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Who asks, and what they may see.

    `seen` are the models that are there for them, to ask and to see their own cases of; of those that are
    `reviewed` they see everybody's, and of those that are `operated` everybody's jobs too, which they may stop.
    `is_all` is the operator of everything: nothing is limited.
    `is_of_all_people` is for counts that name nobody: every case of the models that are seen.
    """

    person: str = ""
    # What they are in: kept with their jobs, so that these end with what a group may do.
    groups: tuple[str, ...] = ()
    seen: tuple[Models, ...] = ()
    reviewed: tuple[Models, ...] = ()
    operated: tuple[Models, ...] = ()
    is_all: bool = False
    is_of_all_people: bool = False
    # The cases whose links they have opened and that still hold; looked up once a session.
    shared: tuple[str, ...] = ()
    # Who reads what others say only after they have said something themselves, while a case waits for their review;
    # nobody for the command line and for jobs.
    reader: str = ""
    # The workspace of the run of a show that a guest was let into: its stage and their vote are all they reach.
    show: str = ""

    def sees(self, server: str, model: str) -> bool:
        """Whether a model is there at all."""
        return self.is_all or any(each.matches(server, model) for each in self.seen)

    def sees_server(self, server: str) -> bool:
        """Whether a server is there: some of its models may be seen."""
        return self.is_all or any(is_like(server, each.server) for each in self.seen)

    def reviews(self, server: str, model: str) -> bool:
        """Whether everybody's cases of a model are seen, and what all use of it may be changed."""
        return self.is_all or any(each.matches(server, model) for each in self.reviewed)

    def operates(self, server: str, model: str) -> bool:
        """Whether everybody's jobs on a model are seen, and may be stopped."""
        return self.is_all or any(each.matches(server, model) for each in self.operated)


EVERYTHING = Scope(is_all=True)


def info(scope: Scope) -> dict[str, Scope]:
    """What a session is made with."""
    return {_KEY: scope}


def scope_of(session: Session) -> Scope:
    """What a session may see. Raises OutOfScope for one that was made without a scope."""
    scope = session.info.get(_KEY)
    if not isinstance(scope, Scope):
        raise OutOfScope("a session was opened without saying what it may see")
    return scope


def is_like(name: str, pattern: str) -> bool:
    """Whether a name is what a pattern says: the name itself, or its beginning and `*`."""
    if pattern.endswith(ANY):
        return name.startswith(pattern[:-1])
    return name == pattern


# What a job is about: `model/<server>/<name>`, `case/<id>`, or anything else, which is of no model.
OF_MODEL, OF_CASE = "model/", "case/"


def model_of(subject: str) -> tuple[str, str] | None:
    """The server and the name of the model that a job is about; None where its subject is none."""
    if not subject.startswith(OF_MODEL):
        return None
    server, _, name = subject.removeprefix(OF_MODEL).partition("/")
    return server, name


def case_of(subject: str) -> str:
    """The id of the case that a job is about; empty where its subject is none."""
    return subject.removeprefix(OF_CASE) if subject.startswith(OF_CASE) else ""
