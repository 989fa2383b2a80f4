"""What can go wrong with the database, so that no service has to know SQLAlchemy's errors.

* StorageError              the database did not do what it was asked; nothing was written
  + Conflict                the row would break a rule of the tables: a key twice, a case that is not there
  + NewerSchema             the tables were made by a version that is newer than this one
  + OutOfScope              whoever asked may not see or write this
  + UndeclaredTable         nothing says who may see a table
"""


class StorageError(Exception):
    """The database did not do what it was asked. The whole transaction was undone."""


class Conflict(StorageError):
    """A unique key is taken, or a row that is referred to does not exist."""


class OutOfScope(StorageError):
    """Whoever asked may not see or write this; the message is for the log."""


class UndeclaredTable(StorageError):
    """Nothing says who may see a table, so the app does not start."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The table {name} declares no condition on who sees it and no reason why all do, so the app does not "
            "start: db/scope.py has both."
        )


class NewerSchema(StorageError):
    """The tables have a schema that this version does not know: a newer one made them."""

    def __init__(self, schema: str, newest: str) -> None:
        super().__init__(
            f"The database has schema {schema} and this version of MDS Workbench knows those up to "
            f"{newest}, so nothing was read or written: start the newer version that made it, or "
            "name another database."
        )
