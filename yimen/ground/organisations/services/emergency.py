"""应急授权 (break-glass): a wider right for hours at most, told to the watchers at once, judged afterwards (R016, ISO 27001 A.8.2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from yimen.ground.identity import services as people
from yimen.ground.identity.policies import require_role
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.organisations.capacities import BREAK_GLASS
from yimen.ground.organisations.events import EmergencyOpened, EmergencyReviewed
from yimen.ground.organisations.models import Emergency
from yimen.ground.organisations.selectors import standing
from yimen.ground.organisations.services.guarding import guarded


@transaction.atomic
def open_emergency(
    *, actor: Actor, session: SignIn | None, codes: Iterable[str], reason: str, hours: int, at: datetime
) -> Emergency:
    """Take permissions for some hours, in the scopes in which one holds `organisations.break_glass`.

    Only with a second factor proved just now, and in one's own post. Raises `FactorNeeded`, `NotAllowed`, `Invalid`,
    `Conflict` while another one stands open.
    """
    places = [[held.scope, held.scope_id, held.scope_path] for held in actor.held(BREAK_GLASS)]
    if actor.stands_for is not None or not places or actor.post_id is None or actor.account_id is None:
        raise NotAllowed("您的岗位不能启用应急授权。", next_step="请联系本部门负责人或中心主任。")
    people.demand_fresh(actor, session, at)
    chosen = sorted(set(codes))
    known = {code for code, _ in standing.emergency_codes()}
    if not chosen or not set(chosen) <= known:
        raise Invalid("请至少选一项应急时要用的权限。", fields={"codes": "请至少选一项。"})
    most = standing.staff_rules().emergency_hours
    if not 1 <= hours <= most:
        raise Invalid(f"一次最长 {most} 小时。", fields={"hours": f"请填 1 到 {most}。"})
    with guarded():
        made = Emergency.objects.create(
            account_id=actor.account_id, post_id=actor.post_id, codes=chosen, places=places,
            reason=tidy(reason, "理由", 300, field="reason"), opened_at=at, ends_at=at + timedelta(hours=hours),
        )  # fmt: skip
    _note("organisations.open_emergency", actor, made, reason=made.reason, codes=chosen, ends_at=made.ends_at)
    outbox.publish(EmergencyOpened(emergency_id=made.pk, at=at))
    return made


@transaction.atomic
def end_emergency(*, actor: Actor, emergency: Emergency, at: datetime) -> Emergency:
    """End it before its time: who opened it, or the security administrator."""
    if emergency.account_id != actor.account_id:
        require_role(actor, "security")
    won = Emergency.objects.filter(pk=emergency.pk, ended_at__isnull=True, ends_at__gt=at).update(
        ended_at=at, ended_by=actor.uid
    )
    if not won:
        raise Conflict("这次应急授权已经结束。")
    _note("organisations.end_emergency", actor, emergency)
    return Emergency.objects.get(pk=emergency.pk)


@transaction.atomic
def review_emergency(*, actor: Actor, emergency: Emergency, verdict: str, note: str, at: datetime) -> Emergency:
    """The audit administrator judges it once it is over: `justified` or `unjustified`, with words for the second."""
    require_role(actor, "audit")
    if verdict not in Emergency.Verdict.values:
        raise Invalid("请选择结论。", fields={"verdict": "请选择合理或不合理。"})
    held = Emergency.objects.select_for_update().get(pk=emergency.pk)
    if held.over_at > at:
        raise Conflict("这次应急授权还没有结束，结束后再复核。")
    if held.reviewed_at is not None:
        raise Conflict("这次应急授权已经复核。", next_step="请刷新页面查看。")
    held.review_note = tidy(note, "复核意见", 500, field="note", needed=verdict == Emergency.Verdict.UNJUSTIFIED)
    held.verdict, held.reviewed_at, held.reviewed_by, held.reviewer = verdict, at, actor.uid, actor.name
    held.save(update_fields=["verdict", "reviewed_at", "reviewed_by", "reviewer", "review_note"])
    _note("organisations.review_emergency", actor, held, reason=held.review_note, verdict=verdict)
    outbox.publish(EmergencyReviewed(emergency_id=held.pk, at=at))
    return held


def _note(action: str, actor: Actor, emergency: Emergency, *, reason: str = "", **facts: object) -> None:
    audit.record(
        action, actor=actor, target_kind="emergency", target=str(emergency.pk), reason=reason,
        facts={"codes": emergency.codes, **facts},
    )  # fmt: skip
