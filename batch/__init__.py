"""Files in: read (`reading`), matched to a model's fields (`mapping`) and made into its rows (`converting`)."""
