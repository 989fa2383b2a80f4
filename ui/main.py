"""The script that Streamlit reruns."""

from ui.shell import run

run()
