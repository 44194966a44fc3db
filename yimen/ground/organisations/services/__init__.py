"""What may be told to the organisation: units, windows, posts, permissions, administrators, letters, seals."""

from __future__ import annotations

from yimen.ground.organisations.services.guarding import Apart, SelfGrant
from yimen.ground.organisations.services.letters import (
    POWERS,
    discard_letter,
    draft_letter,
    end_seal,
    may_use_seal,
    register_seal,
    revoke_letter,
    sign_letter,
    use_seal,
)
from yimen.ground.organisations.services.posts import (
    abolish_post,
    appoint,
    create_post,
    end_admin_role,
    end_grant,
    end_post,
    give_admin_role,
    give_grant,
    give_usual_grants,
    install_administrators,
    switch_post,
)
from yimen.ground.organisations.services.tree import (
    add_division,
    close_window,
    create_unit,
    dissolve_unit,
    move_unit,
    open_window,
    rename_unit,
    set_window,
)

__all__ = [
    "POWERS",
    "Apart",
    "SelfGrant",
    "abolish_post",
    "add_division",
    "appoint",
    "close_window",
    "create_post",
    "create_unit",
    "discard_letter",
    "dissolve_unit",
    "draft_letter",
    "end_admin_role",
    "end_grant",
    "end_post",
    "end_seal",
    "give_admin_role",
    "give_grant",
    "give_usual_grants",
    "install_administrators",
    "may_use_seal",
    "move_unit",
    "open_window",
    "register_seal",
    "rename_unit",
    "revoke_letter",
    "set_window",
    "sign_letter",
    "switch_post",
    "use_seal",
]
