"""三员: nobody is two of them, none of them does business; the service says so, and the database holds it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import INSTALLER, PASSWORD, Cast
from yimen.ground.identity import services as people
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Conflict, NotAllowed
from yimen.ground.organisations import services
from yimen.ground.organisations.models import AdminRole, Grant, Post
from yimen.ground.organisations.services import Apart, SelfGrant


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_an_administrator_takes_no_post(cast: Cast) -> None:
    post = services.create_post(actor=INSTALLER, unit=cast.units["market"], duty="clerk", title="试", at=moments.now())
    with pytest.raises(Apart):
        services.appoint(actor=INSTALLER, post=post, account=cast.accounts["system"], at=moments.now())
    with pytest.raises(IntegrityError):
        run(
            "update organisations_post set account_id = %s, held_from = current_date where id = %s",
            cast.accounts["audit"].pk,
            post.pk,
        )


def test_an_administrator_takes_no_permission(cast: Cast) -> None:
    with pytest.raises(Apart):
        services.give_grant(
            actor=INSTALLER, code="identity.reveal", scope="all", account=cast.accounts["audit"], at=moments.now()
        )
    with pytest.raises(IntegrityError):
        run(
            "insert into organisations_grant (code, account_id, scope, given_by, given_at) "
            "values ('x', %s, 'all', %s, now())",
            cast.accounts["audit"].pk,
            INSTALLER.uid,
        )


def test_who_does_business_becomes_no_administrator(cast: Cast) -> None:
    with pytest.raises(Apart):
        services.give_admin_role(
            actor=cast.actor("security"), account=cast.accounts["wang"], role="audit", at=moments.now()
        )
    with pytest.raises(IntegrityError):
        run(
            "insert into organisations_adminrole (account_id, role, given_at, given_by) values (%s, 'audit', now(), %s)",
            cast.accounts["wang"].pk,
            INSTALLER.uid,
        )


@pytest.mark.parametrize(("who", "role"), [("system", "audit"), ("audit", "security")])
def test_nobody_is_two_of_them(cast: Cast, who: str, role: str) -> None:
    with pytest.raises(Apart):
        services.give_admin_role(actor=cast.actor("security"), account=cast.accounts[who], role=role, at=moments.now())
    with pytest.raises(IntegrityError):
        run("update organisations_adminrole set role = %s where account_id = %s", role, cast.accounts[who].pk)
    with pytest.raises(IntegrityError):
        run(
            "insert into organisations_adminrole (account_id, role, given_at, given_by) values (%s, %s, now(), %s)",
            cast.accounts[who].pk,
            role,
            INSTALLER.uid,
        )


def test_a_citizen_is_neither(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        services.give_admin_role(
            actor=cast.actor("security"), account=cast.accounts["qian"], role="audit", at=moments.now()
        )
    with pytest.raises(NotAllowed):
        services.give_grant(
            actor=INSTALLER, code="identity.reveal", scope="all", account=cast.accounts["qian"], at=moments.now()
        )


def test_nobody_gives_himself_anything(cast: Cast) -> None:
    security = cast.actor("security")
    with pytest.raises(SelfGrant):
        services.give_grant(
            actor=security, code="identity.reveal", scope="all", account=cast.accounts["security"], at=moments.now()
        )
    with pytest.raises(SelfGrant):
        services.give_admin_role(actor=security, account=cast.accounts["security"], role="audit", at=moments.now())
    with pytest.raises(IntegrityError):
        run(
            "insert into organisations_grant (code, post_id, scope, given_by, given_at) values ('x', %s, 'all', %s, now())",
            cast.posts["wang"].pk,
            cast.accounts["wang"].uid,
        )


@pytest.mark.parametrize("who", ["wang", "he", "manager", "system", "audit", "li"])
def test_only_the_security_administrator_gives_permissions(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.give_grant(
            actor=cast.actor(who), code="identity.reveal", scope="all", post=cast.posts["zhao"], at=moments.now()
        )
    with pytest.raises(NotAllowed):
        services.give_admin_role(actor=cast.actor(who), account=cast.accounts["sun"], role="audit", at=moments.now())


@pytest.mark.parametrize("who", ["security", "audit", "wang"])
def test_the_others_change_no_organisation(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.create_unit(
            actor=cast.actor(who), kind="section", name="试", parent=cast.units["market"], at=moments.now()
        )


def test_the_last_of_a_kind_stays(cast: Cast) -> None:
    with pytest.raises(Conflict, match="最后一位"):
        services.end_admin_role(actor=cast.actor("security"), account=cast.accounts["audit"], at=moments.now())
    with pytest.raises(NotAllowed):
        services.end_admin_role(actor=cast.actor("security"), account=cast.accounts["security"], at=moments.now())


def test_a_role_changes_hands(cast: Cast) -> None:
    services.end_post(actor=INSTALLER, post=cast.posts["leader"], at=moments.now())
    services.give_admin_role(
        actor=cast.actor("security"), account=cast.accounts["leader"], role="audit", at=moments.now()
    )
    services.end_admin_role(actor=cast.actor("security"), account=cast.accounts["audit"], at=moments.now())
    assert list(AdminRole.objects.filter(role="audit").values_list("account__name", flat=True)) == ["林远"]
    assert cast.actor("leader").admin_role == "audit"
    assert cast.actor("audit").permissions == frozenset()


def test_a_permission_comes_and_goes(cast: Cast) -> None:
    security = cast.actor("security")
    grant = services.give_grant(
        actor=security, code="identity.reveal", scope="division", post=cast.posts["editor"], at=moments.now()
    )
    [held] = cast.actor("editor").held("identity.reveal")
    assert (held.scope, held.scope_path) == ("division", "519911")
    with pytest.raises(Conflict):
        services.give_grant(
            actor=security, code="identity.reveal", scope="division", post=cast.posts["editor"], at=moments.now()
        )
    services.end_grant(actor=security, grant=grant, at=moments.now())
    assert not cast.actor("editor").holds("identity.reveal")
    with pytest.raises(Conflict):
        services.end_grant(actor=security, grant=grant, at=moments.now())
    assert Grant.objects.get(pk=grant.pk).ended_by == security.uid


def test_usual_permissions_are_given_once(cast: Cast) -> None:
    again = services.give_usual_grants(actor=cast.actor("security"), post=cast.posts["wang"], at=moments.now())
    assert again == []
    assert Post.objects.get(pk=cast.posts["wang"].pk).grants.exists()


def test_the_first_three_are_opened_once(db: None) -> None:
    names = {"system": ("甲", "sys1"), "security": ("乙", "sec1"), "audit": ("丙", "aud1")}
    codes = services.install_administrators(names=names, at=moments.now())
    for role, (name, code) in codes.items():
        account = people.use_code(code=code, password=PASSWORD, at=moments.now())
        assert (account.sign_in_name, account.admin_role.role) == (name, role)
    with pytest.raises(Conflict):
        services.install_administrators(names=names, at=moments.now())
