"""What `mds token` does with the tokens in the database: as the operator, for anybody."""

from __future__ import annotations

import argparse
import getpass
from datetime import datetime

from cli.output import GOOD, NotFound, Wrong, document, printable, say, table
from db.engine import Sessions, close, make_sessions
from db.migrate import migrate
from people import tokens
from people.errors import NoSuchToken, TokenNotMade
from people.tokens import TokenView
from settings import settings


def run(chosen: argparse.Namespace) -> int:
    """Raises Wrong for what cannot be made, NotFound for a token that is not there."""
    url = settings().database_url.get_secret_value()
    migrate(url)
    sessions = make_sessions(url)
    try:
        _ACTIONS[chosen.action](sessions, chosen)
    except TokenNotMade as error:
        raise Wrong(error.sentence) from error
    except NoSuchToken as error:
        raise NotFound(f"{error.sentence} {error.advice}") from error
    finally:
        close(sessions)
    return GOOD


def _create(sessions: Sessions, chosen: argparse.Namespace) -> None:
    if not chosen.person:
        raise Wrong("Whose token is it? mds token create NAME --person PERSON")
    made = tokens.make(
        sessions,
        person=chosen.person,
        groups=_listed(chosen.groups),
        name=chosen.which,
        scopes=_listed(chosen.scopes),
        days=chosen.days,
        most_days=settings().token_days,
        made_by=who(),
    )
    if chosen.json:
        document({**_facts(made.token), "secret": made.secret})
        return
    say(
        f"Token {made.token.id} of {made.token.person}, valid until {made.token.expires_at:%Y-%m-%d}."
    )
    say("It is shown once:")
    print(made.secret)


def _list(sessions: Sessions, chosen: argparse.Namespace) -> None:
    listed = tokens.listed(sessions, person=chosen.person)
    if chosen.json:
        document({"tokens": [_facts(token) for token in listed]})
    elif not listed:
        say("There is no token.")
    else:
        head = ["ID", "STATE", "PERSON", "NAME", "SCOPES", "UNTIL", "LAST USED"]
        table([head, *map(_line, listed)])


def _revoke(sessions: Sessions, chosen: argparse.Namespace) -> None:
    revoked = tokens.revoke(sessions, chosen.which, person=who())
    if chosen.json:
        document(_facts(revoked))
    else:
        say(f"Token {revoked.id} of {revoked.person} is revoked.")


_ACTIONS = {"create": _create, "list": _list, "revoke": _revoke}


def who() -> str:
    """Who types, as the trail names them: the account of this machine."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (OSError, KeyError):  # a user id without a name, as in containers
        return "command line"


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _line(token: TokenView) -> list[str]:
    facts = _facts(token)
    words = [token.id, facts["state"], token.person, token.name, ", ".join(token.scopes)]
    return [*map(printable, words), f"{token.expires_at:%Y-%m-%d}", _moment(token.used_at)]


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"


def _facts(token: TokenView) -> dict[str, object]:
    """A token as it may be shown: not the digest of its secret."""
    shown = {name: value for name, value in vars(token).items() if name != "secret_sha256"}
    moments = {n: v.isoformat() for n, v in shown.items() if isinstance(v, datetime)}
    return {**shown, **moments, "state": tokens.state_of(token)}
