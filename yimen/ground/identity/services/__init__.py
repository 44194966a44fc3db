"""What may be told to identity: register, sign in, open and close accounts, issue tokens. One verb, one transaction."""

from __future__ import annotations

from yimen.ground.identity.passwords import PasswordRefused, Profile
from yimen.ground.identity.services import sessions
from yimen.ground.identity.services.accounts import (
    CodeRefused,
    change_password,
    close_account,
    disable_account,
    disable_unused,
    enable_account,
    give_activation_code,
    open_staff_account,
    rename_account,
    reset_password,
    set_elder_mode,
    set_profile,
    unlock_sign_in,
    use_code,
)
from yimen.ground.identity.services.parties import (
    NameTaken,
    PartyDiffers,
    PartyKnown,
    party_at_window,
    register_legal,
    register_natural,
    reveal,
    update_contact,
)
from yimen.ground.identity.services.signing_in import (
    AccountDisabled,
    SignedIn,
    SignInRefused,
    end_session,
    end_sessions,
    forget_ended_sessions,
    open_session,
    sign_in,
    sign_out,
    work_in_post,
)
from yimen.ground.identity.services.tokens import issue_token, revoke_token
from yimen.ground.identity.throttle import SignInLocked
from yimen.ground.identity.throttle import forget_old as forget_old_tries

__all__ = [
    "AccountDisabled",
    "CodeRefused",
    "NameTaken",
    "PartyDiffers",
    "PartyKnown",
    "PasswordRefused",
    "Profile",
    "SignInLocked",
    "SignInRefused",
    "SignedIn",
    "change_password",
    "close_account",
    "disable_account",
    "disable_unused",
    "enable_account",
    "end_session",
    "end_sessions",
    "forget_ended_sessions",
    "forget_old_tries",
    "give_activation_code",
    "issue_token",
    "open_session",
    "open_staff_account",
    "party_at_window",
    "register_legal",
    "register_natural",
    "rename_account",
    "reset_password",
    "reveal",
    "revoke_token",
    "sessions",
    "set_elder_mode",
    "set_profile",
    "sign_in",
    "sign_out",
    "unlock_sign_in",
    "update_contact",
    "use_code",
    "work_in_post",
]
