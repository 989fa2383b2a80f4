"""Colours that read on light and on dark: blue speaks for, orange against, grey for the rest."""

FOR = "#3b82f6"
AGAINST = "#d95f02"
REST = "#8a94a6"
FAINT = "rgba(128, 140, 160, 0.25)"
