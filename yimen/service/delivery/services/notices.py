"""What the courier says: done once however often, in whatever order and at how many processes at once it comes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, Refusal
from yimen.service.delivery import courier, policies, rules
from yimen.service.delivery.models import CourierNotice, Parcel
from yimen.service.delivery.services import mailing
from yimen.service.delivery.services.common import locked_parcel, write

NAMES = ("event", "order", "tracking", "kind", "happened_at", "signed_by")


class NoNotice(Invalid):
    """The notice cannot be read."""

    code = "no_courier_notice"


class NotSigned(Refusal):
    """The notice does not come from the courier, or is too old."""

    code = "not_signed"
    status = 401


class NoticeClosed(Conflict):
    """Somebody has dealt with it."""

    code = "notice_closed"


def read_notice(said: Any) -> dict[str, Any]:
    """What a notice says, checked; raises `NoNotice`."""
    given = said if isinstance(said, dict) else {}
    texts = {name: given.get(name) for name in ("event", "order", "tracking")}
    good = all(
        isinstance(each, str) and 0 < len(each) <= 40 and each.isascii() and each.isprintable()
        for each in texts.values()
    )
    signed_by = given.get("signed_by", "")
    try:
        moment = datetime.fromisoformat(str(given.get("happened_at")))
    except ValueError:
        moment = None
    if not good or given.get("kind") not in rules.NOTICES or moment is None or moment.tzinfo is None:
        raise NoNotice("通知缺少内容，或写法不对。", next_step=f"需要 {'、'.join(NAMES)}。")
    if not isinstance(signed_by, str) or len(signed_by) > 60 or not signed_by.replace(" ", "").isprintable():
        raise NoNotice("签收人看不懂。", next_step="最多 60 个字。")
    return {**texts, "kind": given["kind"], "happened_at": moment, "signed_by": signed_by.strip()}


def take_notice(*, said: dict[str, Any], at: datetime) -> str:
    """One notice (`read_notice`); returns what became of it: moved, late, unknown, contradicts, duplicate."""
    name = courier.courier_name()
    with transaction.atomic():
        with connection.cursor() as cursor:  # notices of one event wait for each other
            cursor.execute(
                "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"delivery:{name}:{said['event']}"]
            )
            cursor.execute(
                """
                insert into delivery_couriernotice as n (courier, event, "order", tracking, kind, happened_at, signed_by,
                    received_at, times, outcome, closed_by, closed_words)
                values (%s, %s, %s, %s, %s, %s, %s, %s, 1, '', '', '')
                on conflict (courier, event) do update set times = n.times + 1
                returning id, times
                """,
                [name, said["event"], said["order"], said["tracking"], said["kind"], said["happened_at"], said["signed_by"], at],
            )  # fmt: skip
            number, times = cursor.fetchone()
        if times > 1:
            return "duplicate"
        notice = CourierNotice.objects.get(pk=number)
        parcel = Parcel.objects.filter(code=notice.order).first()
        outcome = _outcome(notice, parcel, at)
        notice.outcome, notice.parcel = outcome, parcel
        notice.save(update_fields=["outcome", "parcel"])
        audit.record(
            "delivery.take_notice", actor=SYSTEM, target_kind="parcel", target=notice.order,
            facts={"kind": notice.kind, "outcome": outcome, "event": notice.event},
        )  # fmt: skip
        return outcome


def _outcome(notice: CourierNotice, parcel: Parcel | None, at: datetime) -> str:
    if parcel is None:
        return "unknown"
    row = locked_parcel(parcel)
    if row.tracking and row.tracking != notice.tracking:
        return _contradicted(row, f"快递说的单号是 {notice.tracking}")
    state, outcome = rules.follow(row.state, notice.kind)
    moment = min(max(notice.happened_at, row.asked_at), at)
    if outcome == "contradicts":
        return _contradicted(row, f"快递又说“{rules.NOTICES[notice.kind]}”")
    if outcome == "late":
        write(rules.NOTICES[notice.kind], moment, parcel=row, note="迟到的回执", by=row.courier)
        return outcome
    mailing.apply(row, state, moment, at, by=row.courier, signed_by=notice.signed_by)
    return outcome


def _contradicted(row: Parcel, words: str) -> str:
    row.trouble = f"{words}，与“{rules.PARCEL_STATES[row.state]}”矛盾，请向快递公司核实"[:200]
    row.save(update_fields=["trouble"])
    return "contradicts"


@transaction.atomic
def close_notice(*, notice: CourierNotice, words: str, actor: Actor, at: datetime) -> CourierNotice:
    """A person has asked the courier about a notice that fits nothing, and says what it was. Raises `NoticeClosed`, `NotAllowed`."""
    if not any(held.scope != "department" for held in actor.held(policies.HAND)):
        raise NotAllowed("您不能处理快递回执。", next_step="请由统一出件窗口处理。")
    row = CourierNotice.objects.select_for_update().get(pk=notice.pk)
    if row.outcome not in rules.HELD_OUTCOMES or row.closed_at is not None:
        raise NoticeClosed("这条回执已经处理。", next_step="请刷新页面。")
    row.closed_at, row.closed_by = at, actor.name
    row.closed_words = tidy(words, "处理说明", 200, field="words")
    row.save(update_fields=["closed_at", "closed_by", "closed_words"])
    if row.parcel_id is not None:
        Parcel.objects.filter(pk=row.parcel_id).update(trouble="")
    audit.record(
        "delivery.close_notice", actor=actor, target_kind="parcel", target=row.order, reason=row.closed_words,
        facts={"event": row.event},
    )  # fmt: skip
    return row
