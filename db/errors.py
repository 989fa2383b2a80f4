"""What can go wrong with the database, so that no service has to know SQLAlchemy's errors.

* StorageError              the database did not do what it was asked; nothing was written
  + Conflict                the row would break a rule of the tables: a key twice, a case that is not there
"""


class StorageError(Exception):
    """The database did not do what it was asked. The whole transaction was undone."""


class Conflict(StorageError):
    """A unique key is taken, or a row that is referred to does not exist."""
