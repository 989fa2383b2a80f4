"""How a model behaves over a cohort of rows: which rows, what is measured on them, and what is kept of it."""
