"""What the tables share: the names of constraints, the words of a column, and how many characters are kept."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
JUDGEMENTS = ("correct", "incorrect", "unsure")
# The reason of an *unsure* that takes back what its person said before: it decides nothing.
TAKEN_BACK = "Taken back"
CHANNELS = ("volunteered", "audit", "review", "upload", "api")
# Why a case was asked: by a person, as a "what if", as a row of a file, to check a version on golden cases, to try
# something out, again for a comparison, in front of an audience, by the demonstration.
PURPOSES = ("asked", "scenario", "batch", "golden", "test", "replay", "show", "demo")
# Of a job: the first two are under way, the others are ends.
JOB_STATES = ("waiting", "running", "done", "failed", "cancelled")

# How many characters are kept. Short ones are indexed: PostgreSQL takes 2,704 bytes in an index row.
SHORT, SENTENCE, LONG = 200, 2_000, 10_000
MAX_KEY = 200


class Base(DeclarativeBase):
    """The metadata that migrations are compared with."""

    metadata = MetaData(naming_convention=NAMES)
