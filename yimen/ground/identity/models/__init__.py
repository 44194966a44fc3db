"""Natural and legal persons, and the accounts they sign in with."""

from __future__ import annotations

from yimen.ground.identity.models.enterprises import Invitation, Membership, RepresentativeChange
from yimen.ground.identity.models.federation import (
    AccountChange,
    Consent,
    ExternalIdentity,
    FederatedAttempt,
    FederatedSession,
    RelyingSystem,
    SeenToken,
    SigningKey,
    SignOn,
    SignOnToken,
)
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
    "AccountChange",
    "AccountManager",
    "Acting",
    "ApiToken",
    "Consent",
    "ExternalIdentity",
    "FederatedAttempt",
    "FederatedSession",
    "Invitation",
    "Mandate",
    "Membership",
    "OneTimeCode",
    "Party",
    "PasswordHistory",
    "RecoveryCode",
    "RelyingSystem",
    "RepresentativeChange",
    "SecondFactor",
    "SecurityProfile",
    "SeenToken",
    "Session",
    "SignInThrottle",
    "SignOn",
    "SignOnToken",
    "SigningKey",
]
