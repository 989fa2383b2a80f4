"""The explainers that are deployed beside models: their answers are read, drawn like ours, and checked against
ours."""
