"""The script that Streamlit reruns."""

import sys
from pathlib import Path

# Streamlit puts this folder on the path, where ui/text.py and its like would shadow real packages.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).parent]

from ui.shell import run  # noqa: E402

run()
