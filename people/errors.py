"""What can be wrong with who somebody says to be.

* SignInFailed          nobody here may be asked for until they are known
"""

from __future__ import annotations

from mds_client.errors import MdsError


class SignInFailed(MdsError):
    """It is not known who asks, so nothing is shown."""

    kind = "not_signed_in"
