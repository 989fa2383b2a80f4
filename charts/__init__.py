"""Plain values in, a Plotly figure out; no Streamlit. Beside each `figure`, `alt_text` says what it shows."""
