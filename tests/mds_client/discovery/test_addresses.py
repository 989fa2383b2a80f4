"""What to write instead of an address that cannot be right."""

from __future__ import annotations

import pytest

from mds_client.discovery.addresses import fault_of, unreached, without_route


@pytest.mark.parametrize(
    ("address", "better"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost"),
        ("https:/host/x", "https://host/x"),
        ("http:host", "http://host"),
        ("//host:80", "http://host:80"),
        ("http://127.0.0.1:8080/ ", "http://127.0.0.1:8080/"),
        ('"http://h"', "http://h"),
        ("<http://h>", "http://h"),
        ("grpc://h:9000", "http://h:9000"),
        ("wss://h", "https://h"),
        ("http://h/?a=1#b", "http://h/"),
        ("http://user:hunter2@h:80/x", "http://h:80/x"),
        ("http://h:80:80", ""),
        ("http://h:99999", ""),
        ("http://[::1", ""),
        ("http://", ""),
        ("http://a b", ""),
    ],
)
def test_an_address_that_cannot_be_asked(address: str, better: str) -> None:
    found = fault_of(address)
    assert found
    assert found.better == better
    assert better.rstrip("/") in found.advice
    assert "hunter2" not in found.sentence + found.advice


@pytest.mark.parametrize("address", ["http://h", "https://h:8443/a/b/", "http://[::1]:8080"])
def test_an_address_that_can(address: str) -> None:
    assert fault_of(address) is None
    assert without_route(address) is None


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/v2/models/penguins/infer", ""),
        ("/v2", ""),
        ("/docs", ""),
        ("/app/docs#/", "/app"),
        ("/v1/models/m:predict", ""),
        ("/v1/chat/completions", ""),
        ("/invocations", ""),
        ("/openapi.json", ""),
        ("/predictions/bc", ""),
        ("/seldon/ns/churn/api/v1.0/predictions", "/seldon/ns/churn"),
        ("/x/v2x/y", None),
    ],
)
def test_a_route_is_left_out(path: str, kept: str | None) -> None:
    found = without_route(f"http://h:80{path}")
    assert (found.better if found else None) == (None if kept is None else f"http://h:80{kept}")


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("ConnectError: [Errno 111] Connection refused", "Nothing listens on port 8443 of h."),
        ("ConnectError: [Errno -2] Name or service not known", "knows no host called h"),
        ("ConnectError: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed", "is not trusted here"),
        ("ConnectError: [SSL: WRONG_VERSION_NUMBER] wrong version number", "no TLS"),
        ("ConnectError: [SSL: RECORD_LAYER_FAILURE] record layer failure", "no TLS"),
    ],
)
def test_why_nobody_was_reached(detail: str, said: str) -> None:
    found = unreached("https://h:8443", detail)
    assert found
    assert said in found.sentence
