"""Whether what a model is asked about has changed: field by field, against a reference. Drift alone is never more than Watch."""
