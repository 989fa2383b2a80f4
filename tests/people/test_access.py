"""Who may see what, from the access table and from what a request tells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from db.scope import EVERYTHING
from people.access import viewer_of
from people.errors import SignInFailed
from people.sign_in import Proxied, sign_in
from people.viewer import ROLES
from settings import AccessSettings, Settings

TABLE = [
    AccessSettings(groups=["risk"], servers=["bank"], models=["credit-*"]),
    AccessSettings(people=["rita"], role="reviewer", servers=["bank"], models=["credit-2"]),
    AccessSettings(people=["olga"], role="operator"),
]
PROXY = Settings(sign_in="proxy", proxy_addresses=["10.0.0.0/8"], access=TABLE)


def test_without_a_table_everybody_is_the_operator_of_everything() -> None:
    found = viewer_of("anybody", (), ())
    assert found.role == "operator"
    assert found.scope == replace(EVERYTHING, reader="anybody")


def test_rows_add_up_and_the_highest_role_counts() -> None:
    rita = viewer_of("rita", ["risk"], TABLE)
    assert rita.role == "reviewer"
    assert rita.scope.sees("bank", "credit-1")
    assert not rita.scope.reviews("bank", "credit-1")
    assert rita.scope.reviews("bank", "credit-2")
    assert not rita.scope.sees("bank", "fraud")
    assert not rita.scope.sees("shop", "credit-1")
    assert not rita.scope.sees_server("shop")


@pytest.mark.parametrize("name", ["Credit-1", "credit", "xcredit-1"])
def test_a_beginning_is_a_beginning_to_the_letter(name: str) -> None:
    assert not viewer_of("ann", ["risk"], TABLE).scope.sees("bank", name)


def test_who_is_in_no_row_sees_nothing_and_has_no_role() -> None:
    nobody = viewer_of("eve", (), TABLE)
    assert nobody.role == ""
    assert not nobody.scope.sees("bank", "credit-1")
    assert not any(nobody.is_at_least(role) for role in ROLES)


def test_each_role_includes_the_one_before() -> None:
    reviewer = viewer_of("rita", (), TABLE)
    assert [reviewer.is_at_least(role) for role in ROLES] == [True, True, False]


def test_the_proxy_names_the_person_and_the_groups() -> None:
    headers = {"x-forwarded-email": "ann", "X-Forwarded-Groups": "staff, risk"}
    found = sign_in(PROXY, headers, {})
    assert (found.name, found.groups, found.role) == ("ann", ("staff", "risk"), "analyst")


def test_two_tabs_as_two_people_are_two_people() -> None:
    """What one request says is no matter of another, also in one browser and with what the proxy said last."""
    proxied = Proxied()
    tabs = {"ann": "risk", "bob": ""}
    for name, groups in tabs.items():
        proxied.note(name, groups)
    found = {
        name: sign_in(PROXY, {"X-Forwarded-Email": name, "X-Forwarded-Groups": groups}, {}, proxied)
        for name, groups in tabs.items()
    }
    assert [(v.name, v.scope.sees("bank", "credit-1")) for v in found.values()] == [
        ("ann", True),
        ("bob", False),
    ]


def test_without_the_proxy_s_word_nobody_is_let_in_whatever_the_cookie_says() -> None:
    with pytest.raises(SignInFailed, match="not known who you are"):
        sign_in(PROXY, {}, {"mds_name": "olga"})


@pytest.mark.parametrize(
    ("cookie", "name"),
    [("Ann%20B.", "Ann B."), ("", "anonymous"), ("<b>x</b>", "anonymous"), ("a" * 81, "anonymous")],
)
def test_without_sign_in_a_browser_has_the_name_that_was_picked(cookie: str, name: str) -> None:
    assert sign_in(Settings(), {"X-Forwarded-Email": "olga"}, {"mds_name": cookie}).name == name


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"host": "0.0.0.0"}, "nobody signs in"),
        ({"sign_in": "proxy"}, "proxy_addresses"),
        ({"sign_in": "proxy", "proxy_addresses": ["here"]}, "proxy_addresses"),
        ({"access": [{"models": ["a*b"]}]}, "access"),
        ({"access": [{"role": "king"}]}, "access"),
    ],
)
def test_settings_that_would_let_in_the_wrong_people_are_refused(
    wrong: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(**wrong)


def test_other_machines_are_served_without_sign_in_only_when_it_is_said_twice() -> None:
    assert Settings(host="0.0.0.0", sign_in_none_anywhere=True).host == "0.0.0.0"
    assert Settings(host="::1").host == "::1"
