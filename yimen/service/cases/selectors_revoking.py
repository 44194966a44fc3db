"""What may be asked of revocations: whose course runs, what is revoked, who may not promise for a time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import policies
from yimen.service.cases.lifecycle_revoking import OPEN, PROPOSE
from yimen.service.cases.models import Case, PromiseBar, Revocation
from yimen.service.cases.policies import LIFT_BAR
from yimen.service.cases.selectors_asides import VIEW, _placed

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter


def revocations_seen(actor: Actor, text: str = "", state: str = "") -> QuerySet[Revocation]:
    """The revocations an actor may see, newest first."""
    found = Revocation.objects.select_related("matter__department", "case__matter").filter(
        _placed(actor, VIEW, "matter__")
    )
    if state:
        found = found.filter(matter__state=state)
    if text:
        found = found.filter(
            Q(matter__title__icontains=text)
            | Q(matter__code__iexact=text)
            | Q(case__matter__code__iexact=text)
            | Q(matter__applicant_name__contains=text)
        )
    return found


def access_revocation(actor: Actor, code: str) -> Revocation:
    """The revocation with this number; to a stranger there is none (`NotFound`)."""
    found = revocations_seen(actor).filter(matter__code=str(code)[:60]).first()
    if found is None:
        raise NotFound("没有找到这件撤销。", next_step="请核对编号，或从办件页进入。")
    return found


def own_revocation(actor: Actor, case: Case) -> Revocation:
    """The latest revocation of a case for its applicant; raises `NotFound`."""
    found = last_revocation(case)
    if found is None or not policies.is_applicant(actor, found.matter):
        raise NotFound("这件办件没有撤销。", next_step="请回到办件页。")
    return found


def last_revocation(case: Case) -> Revocation | None:
    """The latest revocation of a case, whatever became of it; only what was granted and is over can have one."""
    if case.decision != "granted" or case.delivered_at is None:
        return None
    return Revocation.objects.filter(case=case.pk).select_related("matter", "case__matter").order_by("-pk").first()


def may_propose(actor: Actor, matter: Matter, case: Case, last: Revocation | None) -> bool:
    """Whether the actor may begin one now."""
    open_or_done = last is not None and last.matter.state in (*OPEN, "revoked")
    over = matter.state in ("concluded", "archived") and case.decision == "granted"
    return over and not open_or_done and policies.may(actor, PROPOSE, matter)


def bars(actor: Actor, text: str = "", standing_on: date | None = None) -> QuerySet[PromiseBar]:
    """Who may not promise for a time, within the places in which the actor may lift it; newest first."""
    found = PromiseBar.objects.select_related("revocation__matter", "revocation__case__matter").filter(
        _placed(actor, LIFT_BAR, "revocation__matter__")
    )
    if standing_on is not None:
        found = found.filter(lifted_at__isnull=True, until__gte=standing_on)
    return found.filter(party_name__icontains=text) if text else found


def bar_by_uid(actor: Actor, uid: UUID) -> PromiseBar:
    """One of them; raises `NotFound`."""
    found = bars(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound("没有找到这条登记。", next_step="请从清单进入。")
    return found
