"""Every expected "no", said in a way a person can act on.

A service raises a `Refusal`; the edge turns it into a page, a form error or problem+json. A refusal is never a 500,
and nothing that was half done when it was raised is kept.
"""

from __future__ import annotations

from collections.abc import Callable


class Refusal(Exception):
    """What was refused, why, and what to do next, in Chinese. Subclasses name the refusal beside the code that refuses.

    `code` is stable and machine-readable (`snake_case`); `status` is the HTTP status; `fields` maps a form field's
    name to its message where the refusal is about input. What `afterwards` holds is done once, after the rollback, together
    with the audit row: the place for a record of the attempt itself.
    """

    status = 422
    code = "refused"

    def __init__(
        self, message: str, *, next_step: str = "", fields: dict[str, str] | None = None, code: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.fields = fields or {}
        self.audited = False  # set by kit.audit, so that one refusal leaves one row
        self.afterwards: list[Callable[[], object]] = []  # what must be written although the act is rolled back
        if code:
            self.code = code


class Invalid(Refusal):
    """The input cannot be used."""

    status = 422
    code = "invalid"


class SignInNeeded(Refusal):
    """Nobody is signed in, or the session has ended."""

    status = 401
    code = "sign_in_needed"


class NotAllowed(Refusal):
    """The actor may see this but not do that."""

    status = 403
    code = "not_allowed"


class NotFound(Refusal):
    """There is no such thing, or the actor may not know that there is."""

    status = 404
    code = "not_found"


class Conflict(Refusal):
    """Somebody was faster, or the matter has moved on; reload and look again."""

    status = 409
    code = "conflict"


class TooMany(Refusal):
    """Too many tries in too short a time."""

    status = 429
    code = "too_many"
