"""One enterprise, several people with roles; one person, several enterprises (R017)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import LI_ID, PASSWORD, QIAN_ID, TEAHOUSE_CODE, Cast
from yimen.ground.identity import selectors, services
from yimen.ground.identity.models import Membership, RepresentativeChange
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services import ChangePending, InvitationRefused
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Invalid, NotAllowed, NotFound
from yimen.ground.organisations.selectors import by_session

pytestmark = pytest.mark.django_db


def owner(cast: Cast) -> Actor:
    """The teahouse's own account, as its session sees it."""
    return seen(cast.accounts["teahouse"])


def seen(account: Any, membership: Membership | None = None) -> Actor:
    signed_in = services.open_session(account, at=now())
    if membership is not None:
        plain = Actor(
            uid=account.uid, name=account.name, kind="citizen", account_id=account.pk, party_id=account.party_id
        )
        services.act_as_member(actor=plain, session=signed_in.session.uid, membership=membership.uid, at=now())
    found = by_session(signed_in.session.key_hash, now())
    assert found is not None
    assert found.actor is not None
    return found.actor


def joined(cast: Cast, role: str = "agent") -> Membership:
    """Qian, invited by the owner, with the code."""
    _, code = services.invite_member(
        actor=owner(cast), name="钱进", id_type="resident", id_number=QIAN_ID, role=role, at=now()
    )
    return services.accept_invitation(actor=cast.actor("qian"), code=code, at=now())


def test_who_opened_the_account_owns_the_enterprise(cast: Cast) -> None:
    actor = owner(cast)
    assert actor.standing is not None
    assert (actor.standing.role, actor.standing.whole, actor.name) == ("owner", True, "李明")


def test_invited_with_a_code_and_by_number(cast: Cast) -> None:
    place = joined(cast)
    actor = seen(cast.accounts["qian"], place)
    assert (actor.name, actor.party_id) == ("钱进（代清河县一叶茶馆有限公司）", cast.parties["teahouse"].pk)
    assert actor.standing is not None
    assert not actor.standing.whole
    assert not actor.may_manage_party(cast.parties["teahouse"].pk)
    with pytest.raises(NotAllowed):
        services.invite_member(
            actor=actor, name="某", id_type="passport", id_number="E12345678", role="agent", at=now()
        )
    with pytest.raises(NotAllowed):
        services.reveal(actor=actor, party=cast.parties["teahouse"], reason="", at=now())


def test_a_code_is_worth_nothing_to_another_nor_twice_nor_after_five_tries(cast: Cast) -> None:
    _, code = services.invite_member(
        actor=owner(cast), name="钱进", id_type="resident", id_number=QIAN_ID, role="agent", at=now()
    )
    with pytest.raises(InvitationRefused):  # Li has the code, and another number
        services.accept_invitation(actor=cast.actor("li"), code=code, at=now())
    services.accept_invitation(actor=cast.actor("qian"), code=code.lower(), at=now())
    with pytest.raises(InvitationRefused):
        services.accept_invitation(actor=cast.actor("qian"), code=code, at=now())
    _, second = services.invite_member(
        actor=owner(cast), name="李明", id_type="resident", id_number=LI_ID, role="admin", at=now()
    )
    for _ in range(5):
        with pytest.raises(InvitationRefused):
            services.accept_invitation(actor=cast.actor("li"), code="AAAA-BBBB-CCCC", at=now())
    with pytest.raises(InvitationRefused):
        services.accept_invitation(actor=cast.actor("li"), code=second, at=now())


def test_rights_by_role(cast: Cast) -> None:
    admin = seen(cast.accounts["qian"], joined(cast, "admin"))
    with pytest.raises(NotAllowed, match="只能邀请经办人"):
        services.invite_member(actor=admin, name="李明", id_type="resident", id_number=LI_ID, role="admin", at=now())
    _, code = services.invite_member(
        actor=admin, name="李明", id_type="resident", id_number=LI_ID, role="agent", at=now()
    )
    place = services.accept_invitation(actor=cast.actor("li"), code=code, at=now())
    with pytest.raises(NotAllowed):
        services.change_role(actor=admin, uid=place.uid, role="admin", at=now())
    assert services.change_role(actor=owner(cast), uid=place.uid, role="admin", at=now()).role == "admin"
    with pytest.raises(NotAllowed):  # administrators do not remove one another
        services.remove_member(actor=admin, uid=place.uid, at=now())
    head = Membership.objects.get(enterprise=cast.parties["teahouse"], role="owner")
    with pytest.raises(NotAllowed):
        services.remove_member(actor=admin, uid=head.uid, at=now())


def test_removed_with_the_next_click(cast: Cast) -> None:
    place = joined(cast)
    client = cast.client("qian")
    session = cast.accounts["qian"].sessions.latest("opened_at")
    services.act_as_member(actor=cast.actor("qian"), session=session.uid, membership=place.uid, at=now())
    assert client.get("/my/").status_code == 200
    services.remove_member(actor=owner(cast), uid=place.uid, at=now(), reason="离职")
    refused = client.get("/my/")
    assert refused.status_code == 403
    assert "不再为“清河县一叶茶馆有限公司”办事" in refused.content.decode()
    assert client.get("/my/").status_code == 200
    with pytest.raises(NotFound):
        services.act_as_member(actor=cast.actor("qian"), session=session.uid, membership=place.uid, at=now())


def test_leaving_and_who_may_not(cast: Cast) -> None:
    place = joined(cast)
    head = Membership.objects.get(enterprise=cast.parties["teahouse"], role="owner")
    with pytest.raises(NotAllowed, match="法定代表人不能自行离开"):
        services.leave_enterprise(actor=owner(cast), uid=head.uid, at=now())
    left = services.leave_enterprise(actor=cast.actor("qian"), uid=place.uid, at=now())
    assert left.ended_at is not None
    with pytest.raises(NotFound):
        services.leave_enterprise(actor=cast.actor("qian"), uid=place.uid, at=now())


def test_a_new_legal_representative_takes_over_after_the_window_has_seen_the_licence(cast: Cast) -> None:
    said: dict[str, Any] = {"name": "钱进", "id_type": "resident", "id_number": QIAN_ID, "at": now()}
    services.propose_representative(actor=owner(cast), **said)
    with pytest.raises(ChangePending):
        services.propose_representative(actor=owner(cast), **said)
    cast.parties["teahouse"].refresh_from_db()
    assert cast.parties["teahouse"].legal_representative == "李明"  # nothing yet
    with pytest.raises(NotAllowed):
        services.change_representative(actor=owner(cast), enterprise=cast.parties["teahouse"], **said)
    _, code = services.change_representative(actor=cast.actor("wang"), enterprise=cast.parties["teahouse"], **said)
    party = selectors.find_party("credit", TEAHOUSE_CODE)
    assert party is not None
    assert party.legal_representative == "钱进"
    assert RepresentativeChange.objects.get().state == "verified"
    place = services.accept_invitation(actor=cast.actor("qian"), code=code, at=now())
    assert place.role == "owner"
    cast.accounts["teahouse"].refresh_from_db()
    assert not cast.accounts["teahouse"].is_active  # the account was the former owner's alone
    with pytest.raises(Invalid):
        services.change_representative(actor=cast.actor("wang"), enterprise=cast.parties["li"], **said)


def test_a_second_account_opened_at_the_window_is_an_agents(cast: Cast) -> None:
    code = services.give_activation_code(actor=cast.actor("wang"), party=cast.parties["teahouse"], at=now())
    second = services.use_code(code=code, password=PASSWORD, at=now(), sign_in_name="teahouse2", name="王小乙")
    actor = seen(second)
    assert actor.standing is not None
    assert (actor.standing.role, actor.standing.whole) == ("agent", False)
