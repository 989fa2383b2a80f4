"""Another worker takes chunks of the same large file: the job that has the file asks for it (docs/decisions/0021)."""

from __future__ import annotations

import db.jobs
from batch.engines import local
from batch.engines.contract import HELP, Help, LargeFile, Tools
from db.batch_chunks import Tally
from db.engine import reading
from jobs.contract import UNATTENDED, Kind, Outcome, Run
from mds_client.signature import Explainer, Field, File, ModelRef, Signature


class _OverThere(Exception):
    """The job that has the file does not run any more."""


def kind(tools: Tools) -> Kind:
    """Works on the chunks of a file until there are none left, or until the job that has the file ends."""

    def run(run: Run, given: object) -> Outcome:
        if not isinstance(given, Help):
            raise TypeError(type(given).__name__)

        def check(_: Tally) -> None:
            with reading(tools.sessions) as session:
                if db.jobs.state_of(session, given.of.batch_id) != "running":
                    raise _OverThere

        try:
            check(Tally())
            local.score(run, tools, given.of, also=check)
        except _OverThere:
            return Outcome(sentence="There was nothing left to help with.")
        return Outcome(sentence="It helped until all rows were done.")

    return Kind(
        name=HELP,
        title="Help with a large file",
        run=run,
        takes=(Help, LargeFile, Signature, Field, ModelRef, Explainer, File),
        queue=UNATTENDED,
        permission="predict",
    )
