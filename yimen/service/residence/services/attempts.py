"""擅自回撤: written down even though the act itself is refused, told to the supervisor, answered for (R023)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of, say_moment
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, NotAllowed, Refusal
from yimen.service.residence import events, policies, selectors
from yimen.service.residence.models import WithdrawalAttempt

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem


class WithdrawalRefused(Conflict):
    """What has entered leaves only by a formal adjustment (R023)."""

    code = "withdrawal_refused"


@transaction.atomic
def record_attempt(
    *,
    key: str,
    kind: str,
    text: str,
    at: datetime,
    actor_uid: UUID,
    actor_name: str,
    actor_post: str = "",
    refused: bool = True,
    items: int = 1,
    **about: Any,
) -> WithdrawalAttempt:
    """Write an attempt down and announce it; the same `key` is written once. `about` is `department_id`, `window_id`, `item_id`."""
    made, new = WithdrawalAttempt.objects.get_or_create(
        key=key[:120],
        defaults={
            "kind": kind, "text": text[:500], "at": at, "actor_uid": actor_uid, "actor_name": actor_name[:120],
            "actor_post": actor_post[:120], "refused": refused, "items": items, **about,
        },
    )  # fmt: skip
    if new:
        outbox.publish(events.WithdrawalTried(attempt=made.pk, at=at))
    return made


@transaction.atomic
def handle_attempt(*, actor: Actor, attempt: WithdrawalAttempt, text: str, at: datetime) -> WithdrawalAttempt:
    """The supervisor says what was done about it."""
    found = WithdrawalAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    policies.must(actor, policies.WATCH, found.department)
    if found.handled_at is not None:
        raise Conflict(f"{found.handled_by}已经处理过。", next_step="请刷新页面再看。")
    found.handling = tidy(text, "处理结果", 300, field="text")
    found.handled_by, found.handled_at = actor.name[:120], at
    found.save(update_fields=["handling", "handled_by", "handled_at"])
    audit.record("residence.handle_attempt", actor=actor, target_kind="attempt", target=str(found.pk))
    return found


def check_window(*, window: Any, leaving: frozenset[int], closing: bool, actor: Actor, at: datetime) -> None:
    """At `organisations.window_changes`: a department's items stand at this window by decision; without one they stay.

    Raises `WithdrawalRefused` and leaves a record behind, or only the record where the place has set so.
    """
    if not leaving:
        return
    standing = selectors.standing_at(window.pk, leaving)
    if not standing:
        return
    kind = WithdrawalAttempt.Kind.WINDOW_CLOSED if closing else WithdrawalAttempt.Kind.DEPARTMENT_UNASSIGNED
    names = "、".join(each.name for each in standing[:3]) + ("等" if len(standing) > 3 else "")
    count = sum(each.things for each in standing)
    doing = "停用" if closing else f"把{names}撤出"
    refused = selectors.setting("withdrawal") == "refuse"
    about: dict[str, Any] = {
        "key": f"{kind}:{window.pk}:{actor.uid}:{at.isoformat()}", "kind": str(kind), "at": at,
        "text": f"{say_moment(at)} {actor.name}要{doing}{window}，{names}有 {count} 个事项（职能）在这里办理。",
        "actor_uid": actor.uid, "actor_name": actor.name, "actor_post": actor.post, "refused": refused, "items": count,
        "department_id": standing[0].department_id if len(standing) == 1 else None, "window_id": window.pk,
    }  # fmt: skip
    if not refused:
        record_attempt(**about)
        return
    refusal = WithdrawalRefused(
        f"{names}有 {count} 个事项（职能）按进驻决定在{window}办理，不能直接{'停用窗口' if closing else '撤出部门'}。",
        next_step="请先办理进驻调整（调整窗口或调出），生效后再改窗口。这次操作已记录。",
    )
    refusal.afterwards.append(lambda: record_attempt(**about))
    raise refusal


class StoppingNotAllowed(NotAllowed):
    """Whoever may not stop an item at all tried to stop one that has entered (R023)."""

    code = "stopping_not_allowed"


def check_stopping(*, item: ServiceItem, allowed: bool, actor: Actor, reason: str, at: datetime) -> None:
    """At `catalogue.item_stops`: an entered item is stopped by who decides on entering; a department on its own takes it back.

    The attempt is written down: refused for whoever may not stop items at all, and for a department unless the place has
    set to record only. Raises `StoppingNotAllowed`, `WithdrawalRefused`.
    """
    if actor.kind == "system" or (allowed and policies.may(actor, policies.DECIDE, item.department)):
        return
    places = selectors.places_of(item.pk, day_of(at))
    if not places:
        return
    refused = not allowed or selectors.setting("withdrawal") == "refuse"
    where = "、".join(f"{each.centre}{each.window}" for each in places[:2])
    about: dict[str, Any] = {
        "key": f"item_frozen:{item.pk}:{actor.uid}:{at.isoformat()}", "kind": "item_frozen", "at": at,
        "text": f"{say_moment(at)} {actor.name}要停办“{item.name[:100]}”，这个事项按进驻决定在{where}办理。理由：{reason[:200]}",
        "actor_uid": actor.uid, "actor_name": actor.name, "actor_post": actor.post, "refused": refused, "items": 1,
        "department_id": item.department_id, "item_id": item.pk, "window_id": places[0].window_id,
    }  # fmt: skip
    if not refused:
        record_attempt(**about)
        return
    words = f"“{item.name[:100]}”按进驻决定在{where}办理，部门和窗口不能自行停办。"
    step = "确需停办的，请提出进驻调整，由政务服务管理机构决定。这次操作已记录。"
    refusal: Refusal = (
        WithdrawalRefused(words, next_step=step) if allowed else StoppingNotAllowed(words, next_step=step)
    )
    refusal.afterwards.append(lambda: record_attempt(**about))
    raise refusal
