"""Ours against a peer, in one run. Nothing here is asserted."""
