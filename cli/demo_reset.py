"""What `mds demo reset` does with the database of the demo."""

from __future__ import annotations

from cases.workspaces import demonstration_cases, reset_demonstration
from cli.output import FAILED, GOOD, confirm_reset, report, say
from cli.token_rows import who
from db.engine import close, make_sessions
from db.errors import StorageError
from db.migrate import migrate
from mds_client.errors import MdsError


def run(database_url: str, *, is_sure: bool = False) -> int:
    """Remove the history of the demonstration and close its chain, unless `is_sure` after a question; the exit code.

    Raises Wrong where whoever types does not want it, or cannot be asked.
    """
    try:
        migrate(database_url)
        sessions = make_sessions(database_url)
        try:
            count = demonstration_cases(sessions)
            if count and not is_sure:
                confirm_reset(count)
            count = reset_demonstration(sessions, person=who())
        finally:
            close(sessions)
    except MdsError as error:
        return report(error)
    except StorageError as error:
        say(str(error))
        return FAILED
    print(f"{count:,} cases of the demonstration were removed, with all that was said of them.")
    print("The next `mds demo` writes them anew; `mds demo --no-history` begins without.")
    return GOOD
