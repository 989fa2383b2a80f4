"""The explainers that are deployed beside models: their answers read, drawn like ours, and checked by ours."""
