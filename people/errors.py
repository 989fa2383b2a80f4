"""What can be wrong with who somebody says to be, and with what they want.

* SignInFailed          nobody here may be asked for until they are known
  + SignInNeeded        nobody has signed in yet
    + SessionEnded      the session is over
  + ProviderAway        the provider of sign-ins does not answer
  + TokenRefused        the token of a program is expired, revoked or not known
* NotPermitted          they are known, and may not do this
* TokenNotMade          a token cannot be made as it is wanted
* NoSuchToken           there is no token with this id
"""

from __future__ import annotations

from collections.abc import Sequence

from mds_client.errors import MdsError


class SignInFailed(MdsError):
    """It is not known who asks, so nothing is shown."""

    kind = "not_signed_in"


class NotPermitted(MdsError):
    """Who asks may not do this; nothing was done."""

    kind = "not_permitted"


class SignInNeeded(SignInFailed):
    """Nobody has signed in yet; there is a way to."""

    kind = "sign_in_needed"

    def __init__(
        self, sentence: str = "Sign in to see what is shared with you.", advice: str = ""
    ) -> None:
        super().__init__(sentence, advice=advice)


class SessionEnded(SignInNeeded):
    """The provider does not take the token of this session any more, or somebody signed out."""

    kind = "session_ended"

    def __init__(self) -> None:
        super().__init__(
            "Your session has ended.",
            "What you entered is kept in this browser. Sign in again to go on.",
        )


class ProviderAway(SignInFailed):
    """The provider of sign-ins does not answer, so it is not known what somebody may see now."""

    kind = "sign_in_away"

    def __init__(self) -> None:
        super().__init__(
            "The sign-in service does not answer, so it is not known what you may see, and nothing is shown.",
            advice="What you entered is kept in this browser. Try again in a minute; if it stays, tell whoever runs "
            "the workbench.",
        )


class TokenRefused(SignInFailed):
    """A token that does not say who asks: expired, revoked or not known."""

    kind = "token_refused"


class TokenNotMade(MdsError):
    """A token cannot be made so; `problems` says why, a sentence each."""

    kind = "token_not_made"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems), advice="No token was made.")


class NoSuchToken(MdsError):
    """There is no token with this id, or it is somebody else's."""

    kind = "no_such_token"

    def __init__(self, token_id: str) -> None:
        super().__init__(f"There is no token {token_id!r}.", advice="`mds token list` shows them.")
