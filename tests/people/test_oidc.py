"""Who signed in with a provider, and what it says of them now: asked of a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

import db.audit_log
from db.engine import Sessions, close, make_sessions, reading
from people import trail
from people.errors import ProviderAway, SessionEnded, SignInFailed, SignInNeeded
from people.oidc import (
    ASK_SECONDS,
    HOLD_SECONDS,
    UserInfo,
    secrets_of,
    session_id,
    viewer_of_session,
)
from people.sign_in import sign_in
from settings import AccessSettings, OidcSettings, Settings
from tests.provider import CLIENT, Provider, provider

TABLE = [
    AccessSettings(groups=["risk"], servers=["bank"]),
    AccessSettings(groups=["lead"], role="reviewer"),
]


def settings_of(metadata_url: str, **changes: object) -> Settings:
    oidc = {
        "metadata_url": metadata_url,
        "public_url": "http://localhost:8501",
        "cookie_secret": "c" * 32,
        **CLIENT,
        **changes,
    }
    return Settings(sign_in="oidc", oidc=OidcSettings(**oidc), access=TABLE)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def real() -> Iterator[Provider]:
    with provider() as found:
        yield found


class Clock:
    """A minute passes when a test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


_made: list[UserInfo] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _made:
        _made.pop().close()


def _asking(settings: Settings, clock: Clock) -> UserInfo:
    assert settings.oidc
    _made.append(UserInfo(settings.oidc, clock=clock))
    return _made[-1]


def test_a_group_that_is_taken_away_while_signed_in_is_gone_within_a_minute(
    real: Provider,
) -> None:
    real.know("ann", email="ann@bank.example", groups=["risk", "lead"])
    settings, clock, token = settings_of(real.metadata_url), Clock(), real.token("ann")
    userinfo = _asking(settings, clock)
    # The identity token keeps the groups of the moment at which she signed in.
    identity = {"is_logged_in": True, "sub": "ann", "email": "old", "groups": ["risk", "lead"]}
    before = viewer_of_session(settings, identity, token, userinfo)
    assert (before.name, before.role, before.groups) == (
        "ann@bank.example",
        "reviewer",
        ("risk", "lead"),
    )
    real.know("ann", email="ann@bank.example", groups=["risk"])
    assert viewer_of_session(settings, identity, token, userinfo) == before
    clock.now += ASK_SECONDS
    assert viewer_of_session(settings, identity, token, userinfo).role == "analyst"
    real.know("ann", email="ann@bank.example")
    clock.now += ASK_SECONDS
    assert viewer_of_session(settings, identity, token, userinfo).role == ""
    assert ASK_SECONDS < HOLD_SECONDS <= 60


def test_a_session_ends_where_the_provider_takes_its_token_no_more(real: Provider) -> None:
    real.know("bob", email="bob@bank.example", groups=["risk"])
    settings, clock, token = settings_of(real.metadata_url), Clock(), real.token("bob")
    userinfo = _asking(settings, clock)
    assert userinfo.claims(token, "bob")["groups"] == ["risk"]
    real.forget_sessions("bob")
    clock.now += ASK_SECONDS
    with pytest.raises(SessionEnded, match="Your session has ended"):
        userinfo.claims(token, "bob")


@pytest.mark.slow
def test_who_signs_out_is_out_in_every_tab(real: Provider) -> None:
    real.know("cy", email="cy@bank.example")
    userinfo, token = _asking(settings_of(real.metadata_url), Clock()), real.token("cy")
    other = real.token("cy")
    userinfo.claims(token, "cy")
    userinfo.end(token)
    with pytest.raises(SessionEnded):
        userinfo.claims(token, "cy")
    assert userinfo.claims(other, "cy")  # a session of its own, in another browser


@pytest.mark.slow
def test_the_token_of_somebody_else_is_no_session(real: Provider) -> None:
    real.know("dan", email="dan@bank.example")
    userinfo = _asking(settings_of(real.metadata_url), Clock())
    with pytest.raises(SessionEnded):
        userinfo.claims(real.token("dan"), "ann")


@pytest.mark.slow
def test_a_provider_that_is_away_is_believed_for_a_minute_and_then_nobody() -> None:
    with provider() as real:
        real.know("eve", email="eve@bank.example", groups=["lead"])
        settings, clock, token = settings_of(real.metadata_url), Clock(), real.token("eve")
        userinfo = _asking(settings, clock)
        userinfo.claims(token, "eve")
        real.stop()
        clock.now += ASK_SECONDS
        assert userinfo.claims(token, "eve")["groups"] == ["lead"]
        clock.now += HOLD_SECONDS - ASK_SECONDS
        with pytest.raises(ProviderAway, match="does not answer"):
            userinfo.claims(token, "eve")
        with pytest.raises(ProviderAway):
            _asking(settings, clock).claims(token, "eve")


@pytest.mark.parametrize(
    ("identity", "token", "error"),
    [
        ({}, "t", SignInNeeded),
        ({"is_logged_in": False, "sub": "ann"}, "t", SignInNeeded),
        ({"is_logged_in": True, "sub": "ann"}, "", SignInNeeded),
    ],
)
def test_without_a_session_there_is_a_way_to_sign_in_and_nothing_else(
    identity: dict[str, object], token: str, error: type[SignInFailed]
) -> None:
    settings = settings_of("http://localhost:9")
    with pytest.raises(error):
        viewer_of_session(settings, identity, token, _asking(settings, Clock()))


def test_neither_a_header_nor_a_picked_name_is_a_session() -> None:
    with pytest.raises(SignInNeeded):
        sign_in(
            settings_of("http://localhost:9"),
            {"X-Forwarded-Email": "olga"},
            {"mds_name": "olga"},
        )


def test_who_is_not_named_or_not_verified_is_not_let_in(real: Provider) -> None:
    real.know("fay", email="boss@bank.example", email_verified=False)
    settings, token = settings_of(real.metadata_url), real.token("fay")
    identity = {"is_logged_in": True, "sub": "fay"}
    with pytest.raises(SignInFailed, match="not verified"):
        viewer_of_session(settings, identity, token, _asking(settings, Clock()))
    other = settings_of(real.metadata_url, name_claim="upn")
    with pytest.raises(SignInFailed, match="sends no 'upn'"):
        viewer_of_session(other, identity, token, _asking(other, Clock()))


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("groups", {"groups": "risk, lead"}),
        ("realm_access.roles", {"realm_access": {"roles": ["risk", "lead", 7]}}),
        ("https://x.example/groups", {"https://x.example/groups": ["risk", "lead"]}),
    ],
)
def test_groups_come_as_providers_send_them(
    real: Provider, claim: str, said: dict[str, object]
) -> None:
    real.know("gus", email="gus@bank.example", **said)
    settings = settings_of(real.metadata_url, groups_claim=claim)
    found = viewer_of_session(
        settings,
        {"is_logged_in": True, "sub": "gus"},
        real.token("gus"),
        _asking(settings, Clock()),
    )
    assert found.groups == ("risk", "lead")


def test_the_sign_in_is_made_with_s256_and_no_secret_shows() -> None:
    settings = settings_of("http://localhost:9", ca_file="ca.pem")
    auth = (secrets_of(settings) or {})["auth"]
    assert auth["client_kwargs"]["code_challenge_method"] == "S256"
    assert auth["client_kwargs"]["verify"] == "ca.pem"
    assert auth["redirect_uri"] == "http://localhost:8501/oauth2callback"
    assert auth["expose_tokens"] == ["access"]
    for secret in (CLIENT["client_secret"], "c" * 32):
        assert secret not in repr(settings)
    assert secrets_of(Settings()) is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cookie_secret": "short"}, "cookie_secret"),
        ({"metadata_url": "http://login.example/x"}, "https"),
        ({"public_url": "http://bank.example"}, "https"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_settings_that_would_be_overheard_or_guessed_are_refused(
    wrong: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        settings_of(str(wrong.pop("metadata_url", "https://login.example/m")), **wrong)
    with pytest.raises(ValidationError, match="names no provider"):
        Settings(sign_in="oidc")


def test_a_sign_in_is_one_entry_of_the_trail_with_its_address(sessions: Sessions) -> None:
    for action in ("sign-in", "sign-in", "sign-out"):
        trail.signed(sessions, action, "ann", "her-token", "10.1.2.3")
    with reading(sessions) as session:
        entries = db.audit_log.entries(session, "main")
    told = [(e.action, e.person, e.kind, e.record_id, e.origin) for e in entries]
    name = session_id("her-token")
    assert told == [
        ("sign-in", "ann", "session", name, "10.1.2.3"),
        ("sign-out", "ann", "session", name, "10.1.2.3"),
    ]
    assert "her-token" not in repr(entries)


def test_a_trail_that_cannot_be_written_keeps_nobody_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    without_tables = make_sessions(f"sqlite:///{tmp_path}/empty.db")
    trail.signed(without_tables, "sign-in", "ann", "her-token", "10.1.2.3")
    close(without_tables)
    assert "not in the trail" in caplog.text
    assert "her-token" not in caplog.text
