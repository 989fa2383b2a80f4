"""Bodies, headers and URLs in the form in which they are kept."""

import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.payloads import (
    MAX_BODY_BYTES,
    pack,
    plain_url,
    readable,
    unpack,
    without_secrets,
)
from db.cases import StoredBody


@given(st.binary(max_size=5_000))
def test_a_body_comes_back_as_it_was(body: bytes):
    stored = pack(body)
    assert unpack(stored) == body
    assert (stored.size, stored.is_truncated) == (len(body), False)


@pytest.mark.parametrize("extra", [0, 1, 1_000])
def test_of_a_large_body_the_beginning_is_kept(extra: int):
    body = b"0123456789abcdef" * (MAX_BODY_BYTES // 16) + b"x" * extra
    stored = pack(body)
    assert unpack(stored) == body[:MAX_BODY_BYTES]
    assert stored.is_truncated == (extra > 0)
    assert (stored.size, stored.sha256) == (len(body), hashlib.sha256(body).hexdigest())


def test_a_row_that_was_tampered_with_does_not_fill_the_memory():
    bomb = StoredBody(data=zlib.compress(b"0" * 50_000_000), size=1, sha256="", is_truncated=False)
    assert len(unpack(bomb)) == MAX_BODY_BYTES


@given(st.text(max_size=200))
def test_text_is_readable(text: str):
    body = text.encode("utf-8", "ignore")
    assert readable(pack(body)) == body.decode()


def test_a_cut_in_the_middle_of_a_letter_is_readable():
    body = b"x" + "ü".encode() * MAX_BODY_BYTES
    assert readable(pack(body)).endswith("ü\n[cut: 2,097,153 bytes in all]")


def test_what_is_not_text_is_described():
    assert readable(pack(b"\x89PNG\xff")) == "[5 bytes that are not text]"


@pytest.mark.parametrize(
    "name",
    ["Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "X-Api-Key", "x-auth-token"],
)
def test_credentials_in_headers_are_hidden(name: str):
    assert without_secrets({name: "secret", "Accept": "*/*"}) == {
        name: "(hidden)",
        "Accept": "*/*",
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://mds/v2?a=1&b=", "http://mds/v2?a=1&b="),
        ("https://me:pw@mds:8443/v2", "https://mds:8443/v2"),
        ("http://mds/v2?key=s3cret&a=1", "http://mds/v2?key=(hidden)&a=1"),
        ("http://mds/v2?a=1&X-Amz-Signature=f00", "http://mds/v2?a=1&X-Amz-Signature=(hidden)"),
        ("", ""),
    ],
)
def test_credentials_in_urls_are_hidden(url: str, expected: str):
    assert plain_url(url) == expected
