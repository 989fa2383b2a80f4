"""What can be wrong with who somebody says to be, and with what they want.

* SignInFailed          nobody here may be asked for until they are known
* NotPermitted          they are known, and may not do this
"""

from __future__ import annotations

from mds_client.errors import MdsError


class SignInFailed(MdsError):
    """It is not known who asks, so nothing is shown."""

    kind = "not_signed_in"


class NotPermitted(MdsError):
    """Who asks may not do this; nothing was done."""

    kind = "not_permitted"
