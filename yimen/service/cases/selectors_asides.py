"""What may be asked of what stands beside cases: opinions of other departments, hearings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import policies
from yimen.service.cases.lifecycle_asides import GIVE
from yimen.service.cases.models import Case, Hearing, OpinionRequest

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile

Side = Literal["ours", "asked", "all"]
VIEW = "matters.view"


def _placed(actor: Actor, permission: str, prefix: str) -> Q:
    """`matters.policies.scope` from where a row stands: `prefix` is the way to its matter."""
    found = Q(pk__in=[])
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return Q()
            case "own":
                found |= Q(**{f"{prefix}person": actor.account_id or 0})
            case "window":
                found |= Q(**{f"{prefix}window": held.scope_id or actor.window_id or 0})
            case "department":
                found |= Q(**{f"{prefix}department": held.scope_id or actor.department_id or 0})
            case "centre":
                found |= Q(**{f"{prefix}centre": held.scope_id or actor.centre_id or 0})
            case "division":
                found |= Q(**{f"{prefix}division__code__startswith": held.scope_path})
    return found


def requests_seen(actor: Actor, side: Side = "all") -> QuerySet[OpinionRequest]:
    """The requests an actor may see: `ours` to answer, `asked` by their department, `all` both and what else their scope reaches."""
    rows = OpinionRequest.objects.select_related("matter__department", "asked_by", "case__matter")
    if side == "ours":
        return rows.filter(_placed(actor, GIVE, "matter__"))
    if side == "asked":
        return rows.filter(asked_by=actor.department_id or 0)
    here, there = _placed(actor, VIEW, "matter__"), _placed(actor, VIEW, "case__matter__")
    return rows.filter(here | there) if here and there else rows


def access_request(actor: Actor, code: str) -> OpinionRequest:
    """The request with this number; to a stranger there is none (`NotFound`)."""
    found = requests_seen(actor).filter(matter__code=str(code)[:60]).first()
    if found is None:
        raise NotFound("没有找到这件征求意见。", next_step="请核对编号，或从“征求意见”清单进入。")
    return found


def requests_of(case: Case) -> QuerySet[OpinionRequest]:
    """What was asked in a case, first to last."""
    return OpinionRequest.objects.filter(case=case.pk).select_related("matter__department").order_by("pk")


def waiting_for(actor: Actor) -> int:
    """How many requests the actor's department has still to answer; at most 99."""
    return requests_seen(actor, "ours").filter(matter__state="asked").order_by().values("pk")[:99].count()


def file_of_request(request: OpinionRequest, uid: UUID) -> StoredFile:
    """A file that came with the question or the answer; raises `NotFound`."""
    found = request.files.filter(uid=uid).first() or request.answer_files.filter(uid=uid).first()
    if found is None:
        raise NotFound("没有找到这个文件。", next_step="请从征求意见页面打开。")
    return found


def hearings_seen(actor: Actor) -> QuerySet[Hearing]:
    """The hearings an actor may see."""
    rows = Hearing.objects.select_related("matter__department", "case__matter")
    return rows.filter(_placed(actor, VIEW, "matter__"))


def access_hearing(actor: Actor, code: str) -> Hearing:
    """The hearing with this number; to a stranger there is none (`NotFound`)."""
    found = hearings_seen(actor).filter(matter__code=str(code)[:60]).first()
    if found is None:
        raise NotFound("没有找到这场听证。", next_step="请核对编号，或从办件页进入。")
    return found


def hearing_for(actor: Actor, code: str) -> Hearing:
    """The hearing with this number for staff who may see it and for its applicant; to a stranger there is none (`NotFound`)."""
    found = (
        Hearing.objects.select_related("matter__department", "case__matter").filter(matter__code=str(code)[:60]).first()
    )
    if found is not None and policies.is_applicant(actor, found.matter):
        return found
    return access_hearing(actor, code)


def hearings_of(case: Case) -> QuerySet[Hearing]:
    """The hearings of a case, first to last."""
    return Hearing.objects.filter(case=case.pk).select_related("matter").order_by("pk")


def own_hearing(actor: Actor, case: Case) -> Hearing:
    """The latest hearing of a case for its applicant; raises `NotFound`."""
    found = Hearing.objects.select_related("matter", "case__matter").filter(case=case.pk).order_by("-pk").first()
    if found is None or not policies.is_applicant(actor, found.matter):
        raise NotFound("这件办件没有听证。", next_step="请回到办件页。")
    return found


def file_of_hearing(hearing: Hearing, uid: UUID) -> StoredFile:
    """A scan of the record; raises `NotFound`."""
    found = hearing.record_files.filter(uid=uid).first()
    if found is None:
        raise NotFound("没有找到这个文件。", next_step="请从听证页面打开。")
    return found
