"""What a browser remembers for a person, in a cookie of this page: nothing secret, and no name stands in it."""

from __future__ import annotations

import hashlib

import streamlit as st

from people.viewer import Viewer


def mark(viewer: Viewer) -> str:
    """Who is meant, without their name."""
    return hashlib.sha256(viewer.name.encode()).hexdigest()[:12]


def value_of(cookie: str) -> str:
    """What the cookie of this name says; empty where there is none."""
    return st.context.cookies.get(cookie, "")
