"""`mds backup`: all that is in the database, and the folders of large files, as one file."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from cli.output import GOOD, document
from settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the file to write; there must be none yet")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Write the backup; people may work meanwhile."""
    from configured import batches_root
    from db import backup

    given = settings()
    url, root = given.database_url.get_secret_value(), batches_root(given)
    manifest = backup.write(url, chosen.file, batches=root)
    if chosen.json:
        document({"file": str(chosen.file), **asdict(manifest)})
        return GOOD
    size = chosen.file.stat().st_size
    files = f" and {len(manifest.files):,} files of batches" if manifest.files else ""
    print(
        f"{chosen.file} holds {manifest.rows:,} rows of {len(manifest.tables)} tables{files} "
        f"(schema {manifest.schema}, {size:,} bytes). Keep it as safe as the data."
    )
    return GOOD
