"""What benchmarks ask of a peer, each in an environment of its own that uv makes: nothing here imports ours.

Both peers are under the Apache License 2.0; they are in no lock file of ours, and nothing that is installed with ours.
"""
