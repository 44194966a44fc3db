"""Why the embedded database cannot be used, said so that a clerk's computer person can mend it."""

from __future__ import annotations

from yimen.ground.kit.refusals import Refusal


class LauncherRefusal(Refusal):
    """The embedded database cannot be started, joined or stopped."""

    status = 422
    code = "database_unavailable"
