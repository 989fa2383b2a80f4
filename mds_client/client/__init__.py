"""The client of one server, sync and async, and what both share."""
