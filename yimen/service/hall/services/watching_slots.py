"""What time does with appointments: reminders, closures that came afterwards, who did not come, who may not book for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, local, say_date, say_moment
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict
from yimen.ground.notices.rules import Template, register_template
from yimen.ground.notices.services import notify
from yimen.service.hall import policies
from yimen.service.hall.models import Ban, Booking, Hall
from yimen.service.hall.selectors import queue, slots
from yimen.service.hall.services.booking import free

REMIND_BEFORE = timedelta(hours=24)
MINE = "/queue/bookings/"
REMINDER = Template(
    "hall.booking_reminder", "预约提醒：{when}", "您约了{when}到{hall}办“{group}”，预约码 {code}。来不了请提前取消。",
    sms="您约了{when}到{hall}办理，预约码{code}，来不了请提前取消。", gaps_of={"when": "day", "code": "code"},
)  # fmt: skip
SHUT = Template(
    "hall.booking_shut", "预约取消：{when}停办", "您约的{when}“{group}”因{why}停办，预约已取消，不算没有来。请另约时间。",
    sms="您约的{when}因停办已取消，请登录另约时间。", gaps_of={"when": "day"},
)  # fmt: skip
BANNED = Template(
    "hall.booking_banned", "暂停网上预约到{until}", "您在{hall}约了 {count} 次没有来，{until}以前不能网上预约。"
    "可以直接到大厅取号；有异议可以在“我的预约”申诉。",
)  # fmt: skip
ANSWERED = Template("hall.ban_answered", "预约申诉的答复：{result}", "{hall}：{answer}")
for _each in (REMINDER, SHUT, BANNED, ANSWERED):
    register_template(_each)


class BanOver(Conflict):
    """The ban is lifted or has ended, or was appealed against before."""

    code = "ban_over"


def remind(*, at: datetime, most: int = 2000) -> int:
    """Tell who has an appointment within a day, once each."""
    rows = Booking.objects.filter(
        state="booked", reminded_at__isnull=True, begins_at__gt=at, begins_at__lte=at + REMIND_BEFORE
    )
    done = 0
    for each in rows.select_related("hall", "group").order_by("begins_at", "pk")[:most]:
        with transaction.atomic():
            if not Booking.objects.filter(pk=each.pk, state="booked", reminded_at__isnull=True).update(reminded_at=at):
                continue
            facts = {
                "when": say_moment(each.begins_at),
                "hall": each.hall.name,
                "group": each.group.name,
                "code": each.code,
            }
            notify(
                key=f"hall:remind:{each.uid}", template=REMINDER.code, facts=facts, party_id=each.party_id, link=MINE
            )
            done += 1
    return done


def shut(*, at: datetime, most: int = 2000) -> int:
    """Cancel what was booked in hours that have closed since (a closure, a blackout), and tell those people."""
    coming = Booking.objects.filter(state="booked", begins_at__gt=at).select_related("hall__centre", "group__hall")
    done, doors = 0, {}
    for each in coming.order_by("begins_at", "pk")[:most]:
        key = (each.group_id, each.day)
        if key not in doors:
            doors[key] = (slots.blacked_out(each.group, each.day), queue.sessions(each.hall, each.day))
        reason, open_hours = doors[key]
        begins, ends = local(each.begins_at).time(), local(each.ends_at).time()
        if not reason and any(first <= begins and ends <= last for first, last in open_hours):
            continue
        with transaction.atomic():
            free(each, "shut", at, reason or "大厅停办")
            facts = {"when": say_moment(each.begins_at), "group": each.group.name, "why": reason or "大厅停办"}
            notify(key=f"hall:shut:{each.uid}", template=SHUT.code, facts=facts, party_id=each.party_id, link=MINE)
            audit.record("hall.shut_booking", actor=None, target_kind="booking", target=str(each.uid))
            done += 1
    return done


def close_day(*, hall: Hall, at: datetime, most: int = 2000) -> int:
    """Mark who did not come on days that are over, and ban whoever did so too often. Days on which the hall was shut do not count."""
    rows = Booking.objects.filter(hall=hall, state="booked", day__lt=day_of(at)).order_by("pk")
    parties = set()
    done = 0
    for each in rows[:most]:
        was_open = bool(queue.sessions(hall, each.day))
        state, why = ("no_show", "") if was_open else ("shut", "大厅停办")
        with transaction.atomic():
            if not Booking.objects.filter(pk=each.pk, state="booked").update(state=state, ended_at=at, why=why):
                continue
            audit.record("hall.miss_booking", actor=None, target_kind="booking", target=str(each.uid))
        done += 1
        if was_open:
            parties.add(each.party_id)
    for party in sorted(parties):
        ban_if_due(hall, party, at)
    return done


@transaction.atomic
def ban_if_due(hall: Hall, party_id: int, at: datetime) -> Ban | None:
    """Ban a person whose no-shows, not counted before, have reached the hall's number; None where they have not."""
    since = at - timedelta(days=hall.no_show_days)
    rows = Booking.objects.select_for_update().filter(
        hall=hall, party=party_id, state="no_show", ban__isnull=True, begins_at__gte=since
    )
    missed = list(rows.order_by("pk").values_list("pk", flat=True))
    if hall.no_shows_allowed == 0 or len(missed) < hall.no_shows_allowed:
        return None
    until = at + timedelta(days=hall.ban_days)
    made = Ban.objects.create(hall=hall, party_id=party_id, since=at, until=until, counted=len(missed))
    Booking.objects.filter(pk__in=missed).update(ban=made)
    facts: dict[str, str | int] = {"hall": hall.name, "count": len(missed), "until": say_date(local(until).date())}
    notify(key=f"hall:ban:{made.pk}", template=BANNED.code, facts=facts, party_id=party_id, link=MINE)
    audit.record("hall.ban", actor=None, target_kind="ban", target=str(made.pk), facts={"missed": len(missed)})
    return made


@transaction.atomic
def appeal(*, actor: Actor, ban: Ban, text: str, at: datetime) -> None:
    """The person says why it was not their fault; once a ban. Raises `BanOver`."""
    said = tidy(text, "申诉", 300, field="appeal")
    rows = Ban.objects.filter(
        pk=ban.pk, party=actor.home_party_id or 0, appealed_at__isnull=True, lifted_at__isnull=True, until__gt=at
    )
    if not rows.update(appeal=said, appealed_at=at):
        raise BanOver("已经申诉过，或者暂停已结束。", next_step="请等中心答复；可以直接到大厅取号。")
    audit.record("hall.appeal_ban", actor=actor, target_kind="ban", target=str(ban.pk))


@transaction.atomic
def answer(*, actor: Actor, ban: Ban, lift: bool, reason: str, at: datetime) -> None:
    """Lift a ban, or let it stand, with a reason that the person reads. Raises `BanOver`, `NotAllowed`."""
    policies.demand(
        policies.reaches_centre(actor, policies.SET_UP, ban.hall.centre_id, ban.hall.centre.division_id),
        "这个大厅的预约不归您管理。", "请由本中心负责人办理。",
    )  # fmt: skip
    said = tidy(reason, "理由", 200, field="reason")
    change = {"answer": said, "answered_at": at, "answered_by": actor.name} | ({"lifted_at": at} if lift else {})
    if not Ban.objects.filter(pk=ban.pk, lifted_at__isnull=True, until__gt=at).update(**change):
        raise BanOver("这次暂停已经解除或结束。", next_step="请刷新清单。")
    facts = {"hall": ban.hall.name, "result": "恢复预约" if lift else "维持暂停", "answer": said}
    notify(
        key=f"hall:ban:{ban.pk}:{at.isoformat()}", template=ANSWERED.code, facts=facts, party_id=ban.party_id, link=MINE
    )
    audit.record(
        "hall.lift_ban" if lift else "hall.keep_ban", actor=actor, target_kind="ban", target=str(ban.pk), reason=said
    )
