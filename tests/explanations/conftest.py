"""Puts this folder on the path, so that spawned workers too can import the models made of arithmetic."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
