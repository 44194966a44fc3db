"""Natural and legal persons, and the accounts they sign in with."""

from __future__ import annotations

from yimen.ground.identity.models.enterprises import Invitation, Membership, RepresentativeChange
from yimen.ground.identity.models.mandates import Acting, Mandate
from yimen.ground.identity.models.people import Account, AccountManager, Party
from yimen.ground.identity.models.second_factor import RecoveryCode, SecondFactor
from yimen.ground.identity.models.signing_in import (
    ApiToken,
    OneTimeCode,
    PasswordHistory,
    SecurityProfile,
    Session,
    SignInThrottle,
)

__all__ = [
    "Account",
    "AccountManager",
    "Acting",
    "ApiToken",
    "Invitation",
    "Mandate",
    "Membership",
    "OneTimeCode",
    "Party",
    "PasswordHistory",
    "RecoveryCode",
    "RepresentativeChange",
    "SecondFactor",
    "SecurityProfile",
    "Session",
    "SignInThrottle",
]
