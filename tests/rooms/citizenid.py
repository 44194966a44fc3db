"""Mandates, enterprises, in whose name one acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.cast import LI_ID
from yimen.ground.identity import services as identity
from yimen.ground.identity.models import Consent, Invitation, Mandate, Membership, RelyingSystem, RepresentativeChange
from yimen.ground.identity.services import Agent, systems
from yimen.ground.kit.moments import day_of, now

CEILINGS: dict[str, tuple[str, int]] = {
    "cases:mandates": ("li", 9),
    "cases:mandate_new": ("li", 5),
    "cases:mandate": ("li", 5),
    "cases:mandate_paper": ("li", 4),
    "cases:mandate_accept": ("li", 5),
    "cases:mandate_decline": ("li", 5),
    "cases:mandate_revoke": ("li", 5),
    "cases:desk_mandates": ("wang", 9),
    "cases:desk_mandate_new": ("wang", 8),
    "cases:desk_mandate": ("wang", 9),
    "cases:desk_mandate_paper": ("wang", 7),
    "cases:desk_mandate_end": ("wang", 9),
    "identity:acting": ("li", 8),
    "identity:act_for": ("li", 3),
    "identity:act_as_oneself": ("li", 3),
    "identity:join": ("li", 5),
    "identity:leave": ("li", 6),
    "identity:enterprise": ("teahouse", 10),
    "identity:invite": ("teahouse", 6),
    "identity:invitation_withdraw": ("teahouse", 7),
    "identity:member_role": ("teahouse", 7),
    "identity:member_remove": ("teahouse", 8),
    "identity:representative": ("teahouse", 6),
    "identity:representative_drop": ("teahouse", 7),
    "identity:verify_representative": ("wang", 8),
    "identity:registered": ("manager", 8),
    "identity:registered_list": ("manager", 8),
    "identity:province": ("", 4),
    "identity:province_back": ("", 6),
    "identity:province_signed_out": ("", 3),
    "identity:province_link": ("li", 5),
    "identity:province_unlink": ("li", 5),
    "identity:consents": ("li", 7),
    "identity:consent_withdraw": ("li", 7),
    "identity:oidc_discovery": ("", 3),
    "identity:oidc_keys": ("", 5),
    "identity:oidc_authorize": ("li", 6),
    "identity:oidc_token": ("", 4),
    "identity:oidc_userinfo": ("", 5),
    "identity:oidc_revoke": ("", 4),
    "identity:account_changes": ("", 6),
    "identity:systems": ("system", 7),
    "identity:system_new": ("system", 5),
    "identity:rotate_key": ("system", 5),
    "identity:system_edit": ("system", 6),
    "identity:system_secret": ("system", 6),
    "identity:system_stop": ("system", 6),
}
LIST = {"identity:systems", "identity:registered_list", "cases:mandates", "cases:desk_mandates", "identity:enterprise"}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """A mandate of Li's, and Li as one of the teahouse's people."""
    cast, at = world.cast, now()
    mandate = Mandate.objects.filter(principal=cast.parties["li"]).first() or identity.give_mandate(
        actor=cast.actor("li"), agent=Agent("郑和平", "passport", "E12345678"), powers=["apply"], valid_from=day_of(at),
        valid_to=day_of(at) + timedelta(days=30), at=at,
    )  # fmt: skip
    place = Membership.objects.filter(account=cast.accounts["li"]).first()
    teahouse = cast.actor("teahouse")
    if place is None:
        _, code = identity.invite_member(
            actor=teahouse, name="李明", id_type="resident", id_number=LI_ID, role="agent", at=at
        )
        place = identity.accept_invitation(actor=cast.actor("li"), code=code, at=at)
    invitation = Invitation.objects.filter(used_at__isnull=True, withdrawn_at__isnull=True).first()
    if invitation is None:
        invitation, _ = identity.invite_member(
            actor=teahouse, name="郑和平", id_type="passport", id_number="E12345678", role="agent", at=at
        )
    change = RepresentativeChange.objects.first() or identity.propose_representative(
        actor=teahouse, name="郑和平", id_type="passport", id_number="E12345678", at=at
    )
    system = RelyingSystem.objects.first()
    if system is None:
        system, _ = systems.register_system(
            actor=cast.actor("system"), name="公积金网厅", owner="市公积金中心", audience="citizen",
            redirect_uris=["https://gjj.example.cn/back"], scopes=["profile"], at=at,
        )  # fmt: skip
        Consent.objects.create(account=cast.accounts["li"], system=system, scopes=["openid", "profile"], given_at=at)
    one, member = {"uid": mandate.uid}, {"uid": place.uid}
    pages = ("mandate", "mandate_paper", "mandate_accept", "mandate_decline", "mandate_revoke")
    desk = ("desk_mandate", "desk_mandate_paper", "desk_mandate_end")
    return {
        **{f"cases:{page}": one for page in (*pages, *desk)},
        "identity:act_for": {"kind": "mandate", "uid": mandate.uid},
        "identity:leave": member,
        "identity:member_role": member,
        "identity:member_remove": member,
        "identity:invitation_withdraw": {"uid": invitation.uid},
        **{f"identity:{page}": {"uid": system.uid} for page in ("system_edit", "system_secret", "system_stop")},
        "identity:consent_withdraw": {"uid": system.uid},
        "identity:representative_drop": {"uid": change.uid},
    }


ELSEWHERE = {
    "cases:mandate_new": "the first button looks for items: cases/tests/test_mandates.py",
    "cases:desk_mandate_new": "the first button looks for items: cases/tests/test_mandates.py",
    "identity:join": "needs a code given once: organisations/tests/test_enterprises.py",
    "identity:verify_representative": "needs an enterprise's code: organisations/tests/test_enterprises.py",
    "identity:system_new": "the address to come back to is judged: tests/one_sign_in/test_departments_systems.py",
    "identity:system_edit": "the address to come back to is judged: tests/one_sign_in/test_departments_systems.py",
    "identity:province_link": "needs a provider: tests/one_sign_in/test_provincial_identity.py",
    "identity:province_unlink": "needs a provider: tests/one_sign_in/test_provincial_identity.py",
    "identity:act_for": "needs a mandate in force to oneself: cases/tests/test_mandates.py",
}
"""Acts that no walk can carry out, with the test that does."""

EXPECTED = {
    "cases:mandate_paper": 404,  # a mandate given online has no paper
    "cases:desk_mandate_paper": 404,
    "identity:province": 404,  # no province is set up in the tests; tests/one_sign_in sets one up
    "identity:province_back": 404,
    "identity:oidc_authorize": 422,  # asks for a client's request
    "identity:oidc_userinfo": 401,  # opened by a system's token, not by a session
    "identity:account_changes": 401,
}
"""What these answer to somebody who only types the address."""

OTHER_KEYS = {"identity:oidc_userinfo", "identity:account_changes"}
"""Addresses whose key is a system's token: no session and no token of a person opens them."""

OPEN = {
    "cases:desk_mandate": "an agent may come to any window; the clerk finds the mandate by its number",
    "cases:desk_mandate_end": "whoever gave it may come to any window to end it",
}
