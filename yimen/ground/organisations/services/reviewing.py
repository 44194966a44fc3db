"""权限复核: each quarter each unit's rights are confirmed or taken away by its head (等保 2.0, GB/T 22239 8.1.4.2; R016)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from yimen.ground.identity import selectors as accounts
from yimen.ground.identity import services as people
from yimen.ground.identity.policies import require_role
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.organisations.events import ReviewOpened
from yimen.ground.organisations.models import AccessReview, AuthorisationLetter, Delegation, Grant, ReviewLine, Unit
from yimen.ground.organisations.selectors import reviewing, standing
from yimen.ground.organisations.services.delegation import revoke_delegation
from yimen.ground.organisations.services.letters import revoke_letter
from yimen.ground.organisations.services.posts import end_grant, give_grant


class OwnRights(NotAllowed):
    """Nobody confirms their own rights; the security administrator does."""

    code = "own_rights"


@transaction.atomic
def open_review(*, actor: Actor, unit: Unit, at: datetime) -> AccessReview:
    """Open the review of one unit for the period of today, with every right as it stands now. Raises `Conflict` for a second."""
    require_role(actor, "security")
    rules = standing.staff_rules()
    period = reviewing.period_of(day_of(at), rules.review_months)
    review, new = AccessReview.objects.get_or_create(
        begins_on=period.begins_on,
        unit=unit,
        defaults={
            "period": period.label,
            "opened_at": at,
            "opened_by": actor.uid,
            "due_on": day_of(at) + timedelta(days=rules.review_days),
        },
    )
    if not new:
        raise Conflict(f"“{unit.short_name}”{period.label}的权限复核已经发起。")
    lines = list(reviewing.lines_of(unit, at, day_of(at)))
    for line in lines:
        line.review = review
    ReviewLine.objects.bulk_create(lines)
    _note("organisations.open_access_review", actor, review, lines=len(lines))
    outbox.publish(ReviewOpened(review_id=review.pk, at=at))
    return review


def open_period(*, actor: Actor, at: datetime) -> int:
    """Open what has not been opened for the period of today, unit by unit; returns how many."""
    require_role(actor, "security")
    period = reviewing.period_of(day_of(at), standing.staff_rules().review_months)
    known = set(AccessReview.objects.filter(begins_on=period.begins_on).values_list("unit_id", flat=True))
    opened = 0
    for unit in reviewing.units_to_review():
        if unit.pk not in known:
            open_review(actor=actor, unit=unit, at=at)
            opened += 1
    return opened


@transaction.atomic
def confirm_lines(*, actor: Actor, review: AccessReview, lines: Iterable[int], at: datetime) -> int:
    """These rights stay; returns how many were confirmed now. Raises `OwnRights` where one's own is among them."""
    chosen = _chosen(actor, review, lines)
    return _decide(review, chosen, ReviewLine.Verdict.CONFIRMED, "", actor, at)


@transaction.atomic
def take_away(*, actor: Actor, review: AccessReview, lines: Iterable[int], reason: str, at: datetime) -> int:
    """End these rights through their usual services, with the reason; gone with the holders' next request. Raises as above."""
    reason = tidy(reason, "收回原因", 200, field="reason")
    chosen = _chosen(actor, review, lines)
    for line in chosen:
        _end(line, actor, at, f"权限复核：{reason}")
    return _decide(review, chosen, ReviewLine.Verdict.TAKEN, reason, actor, at)


def suspend_overdue(*, at: datetime) -> int:
    """Where the setting says so, end grants, tokens and delegations that nobody confirmed in time; returns how many.

    Letters are only reported: they bind the department's decisions and are revoked by its head alone.
    """
    if not standing.staff_rules().review_suspends:
        return 0
    done = 0
    for review in reviewing.overdue(day_of(at)):
        with transaction.atomic():
            AccessReview.objects.select_for_update().get(pk=review.pk)
            open_lines = list(review.lines.filter(verdict="").exclude(kind=ReviewLine.Kind.LETTER))
            for line in open_lines:
                _end(line, SYSTEM, at, "权限复核逾期未确认")
            done += _decide(review, open_lines, ReviewLine.Verdict.SUSPENDED, "逾期未确认", SYSTEM, at)
    return done


@transaction.atomic
def restore_line(*, actor: Actor, line: ReviewLine, at: datetime) -> Grant:
    """The security administrator gives a grant again that a review took or suspended. Raises `Conflict` otherwise."""
    require_role(actor, "security")
    held = ReviewLine.objects.select_for_update().get(pk=line.pk)
    gone = held.verdict in (ReviewLine.Verdict.TAKEN, ReviewLine.Verdict.SUSPENDED)
    grant = Grant.objects.filter(pk=held.ref).first() if held.kind == ReviewLine.Kind.GRANT and gone else None
    if grant is None:
        raise Conflict("只有复核中收回的权限可以恢复。", next_step="委托书、接口密钥请重新签署、签发。")
    given = give_grant(
        actor=actor, code=grant.code, scope=grant.scope, at=at, post=grant.post, account=grant.account,
        scope_unit=grant.scope_unit, scope_window=grant.scope_window, scope_division=grant.scope_division,
    )  # fmt: skip
    held.verdict, held.decided_at, held.decided_by, held.decider = "restored", at, actor.uid, actor.name
    held.save(update_fields=["verdict", "decided_at", "decided_by", "decider"])
    _note("organisations.restore_right", actor, held.review, line=held.pk)
    return given


def _chosen(actor: Actor, review: AccessReview, lines: Iterable[int]) -> list[ReviewLine]:
    AccessReview.objects.select_for_update().get(pk=review.pk)
    if not reviewing.may_decide(actor, review):
        raise NotAllowed("这个部门的权限由其负责人或安全管理员复核。")
    chosen = list(ReviewLine.objects.filter(review=review, pk__in=list(lines)[:2000], verdict="").order_by("pk"))
    if not chosen:
        raise Invalid("没有选中还没确认的项。", next_step="请在列表中勾选后再按按钮。")
    if any(line.account_id is not None and line.account_id == actor.account_id for line in chosen):
        raise OwnRights("不能复核自己的权限，这几项由安全管理员确认。", next_step="请去掉自己的几项后再按按钮。")
    return chosen


def _decide(
    review: AccessReview, lines: list[ReviewLine], verdict: str, reason: str, actor: Actor, at: datetime
) -> int:
    done = ReviewLine.objects.filter(pk__in=[line.pk for line in lines], verdict="").update(
        verdict=verdict, reason=reason, decided_at=at, decided_by=actor.uid, decider=actor.name
    )
    action = "organisations.confirm_rights" if verdict == "confirmed" else "organisations.take_rights"
    _note(action, actor, review, reason=reason, verdict=verdict, lines=[line.pk for line in lines])
    if not review.lines.filter(verdict="").exists():
        AccessReview.objects.filter(pk=review.pk, closed_at__isnull=True).update(closed_at=at)
    return done


def _end(line: ReviewLine, actor: Actor, at: datetime, reason: str) -> None:
    """End the right behind a line through its own service; what somebody has ended meanwhile is ended already."""
    # The word of whoever reviews stands for the security administrator's; ledger and audit still bear their own name.
    acting = replace(actor, kind="system")
    try:
        with transaction.atomic():
            _ENDS[line.kind](line, acting, at, reason)
    except Conflict:
        return


def _end_grant(line: ReviewLine, actor: Actor, at: datetime, reason: str) -> None:
    end_grant(actor=actor, grant=Grant.objects.get(pk=line.ref), at=at)


def _revoke_letter(line: ReviewLine, actor: Actor, at: datetime, reason: str) -> None:
    letter = AuthorisationLetter.objects.select_related("department").get(pk=line.ref)
    revoke_letter(actor=actor, letter=letter, reason=reason, at=at)


def _revoke_delegation(line: ReviewLine, actor: Actor, at: datetime, reason: str) -> None:
    revoke_delegation(actor=actor, delegation=Delegation(pk=line.ref), reason=reason, at=at)


def _revoke_token(line: ReviewLine, actor: Actor, at: datetime, reason: str) -> None:
    token = accounts.tokens_of(line.account_id or 0).filter(pk=line.ref, revoked_at__isnull=True).first()
    if token is not None:
        people.revoke_token(actor=actor, token=token, at=at)


_ENDS: dict[str, Callable[[ReviewLine, Actor, datetime, str], None]] = {
    "grant": _end_grant,
    "letter": _revoke_letter,
    "token": _revoke_token,
    "delegation": _revoke_delegation,
}


def _note(action: str, actor: Actor, review: AccessReview, *, reason: str = "", **facts: object) -> None:
    audit.record(
        action, actor=actor, target_kind="review", target=str(review.pk), reason=reason,
        facts={"unit": review.unit_id, **facts},
    )  # fmt: skip
