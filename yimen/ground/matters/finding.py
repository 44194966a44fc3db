"""Find a matter: one by its number, a work list, what somebody may see."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters import policies
from yimen.ground.matters.models import Behalf, Matter

Box = Literal["mine", "window", "department", "centre"]


def access_matter(actor: Actor, code: str, permission: str = "matters.view") -> Matter:
    """The matter with this number, if the actor may see it: a stranger gets `NotFound`, a colleague without right `NotAllowed`.

    The applicant may always see the own matter, and by that alone do nothing of what staff do with it.
    """
    matter = (
        Matter.objects.select_related("department", "window", "applicant", "centre").filter(code=str(code)[:60]).first()
    )
    if matter is not None:
        applicant = policies.is_applicant(actor, matter)
        if policies.may(actor, permission, matter) or (applicant and permission == "matters.view"):
            return matter
        if applicant or (permission != "matters.view" and policies.may(actor, "matters.view", matter)):
            raise NotAllowed("您可以查看这件事，但没有办理它的权限。", next_step="请由有权限的岗位办理。")
    # The same words for what is hidden and for what is not there: a stranger learns no number.
    raise NotFound("没有找到这件事。", next_step="请核对编号，或确认它是否由您的部门、窗口办理。")


def box(actor: Actor, which: Box) -> QuerySet[Matter]:
    """The open matters of one box of the inbox, most urgent first (page with `kit.paging` by `sort_at`, `id`)."""
    places: dict[Box, Q] = {
        "mine": Q(person=actor.account_id) | Q(person=actor.stands_for)
        if actor.stands_for
        else Q(person=actor.account_id),
        "window": Q(window=actor.window_id),
        "department": policies.departments_of(actor),
        "centre": Q(centre=actor.centre_id),
    }
    if which != "mine" and (getattr(actor, f"{which}_id") is None):
        return Matter.objects.none()
    seen = policies.scope(actor, "matters.view")
    return Matter.objects.filter(places[which], seen, closed_at__isnull=True).order_by("sort_at", "id")


def of_applicant(party_id: int) -> QuerySet[Matter]:
    """A person's matters, newest first."""
    return Matter.objects.filter(applicant=party_id).order_by("-opened_at", "-id")


def own(actor: Actor) -> QuerySet[Matter]:
    """The matters of whom the actor acts for, as far as the actor may see them as applicant, newest first."""
    return Matter.objects.filter(policies.own(actor)).order_by("-opened_at", "-id")


def behalf_of(matter_id: int) -> Behalf | None:
    """Who handles a matter for its applicant; None where the applicant does."""
    return Behalf.objects.filter(matter=matter_id).first()


def handled_by(account_id: int, applicant_id: int) -> QuerySet[Matter]:
    """The open matters that an account handles for a party."""
    return Matter.objects.filter(applicant=applicant_id, behalf__account=account_id, closed_at__isnull=True)


def visible(actor: Actor, permission: str = "matters.view") -> QuerySet[Matter]:
    """Every matter within the scope in which the actor holds this permission (may see it), newest first."""
    return Matter.objects.filter(policies.scope(actor, permission)).order_by("-opened_at", "-id")


def within(actor: Actor, permission: str) -> QuerySet[Matter] | None:
    """The matters within a scope, to be asked about by a subquery; None where the scope is everything, which needs no question."""
    found = policies.scope(actor, permission)
    return Matter.objects.filter(found).order_by() if found else None


def by_uid(uid: UUID) -> Matter:
    """The matter with this uid, without any check of access: for handlers and jobs only. Raises `NotFound`."""
    matter = Matter.objects.filter(uid=uid).first()
    if matter is None:
        raise NotFound("没有找到这件事。")
    return matter


def by_code(code: str) -> Matter:
    """The matter with this number, without any check of access: for commands on the server only. Raises `NotFound`."""
    matter = Matter.objects.filter(code=code.strip()[:60]).first() if code.isprintable() else None
    if matter is None:
        raise NotFound("没有找到这个编号。", next_step="请核对编号是否完整。")
    return matter
