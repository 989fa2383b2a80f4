"""`mds restore`: a backup into the database and the `batch_folder` of the settings."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from cli.output import GOOD, document
from settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a file that `mds backup` wrote")
    parser.add_argument(
        "--replace", action="store_true", help="delete what the database holds before"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Restore all of it or nothing."""
    from configured import batches_root
    from db import backup

    given = settings()
    url, root = given.database_url.get_secret_value(), batches_root(given)
    manifest = backup.restore(url, chosen.file, replace=chosen.replace, batches=root)
    if chosen.json:
        document({"file": str(chosen.file), **asdict(manifest)})
        return GOOD
    files = f"; {len(manifest.files):,} files of batches lie in {root}" if manifest.files else ""
    print(
        f"The database holds the {manifest.rows:,} rows of {len(manifest.tables)} tables that were "
        f"written at {manifest.created_at}{files}."
    )
    return GOOD
