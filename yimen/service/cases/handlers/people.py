"""Whoever has a case in hand: colleagues who leave an enterprise, workers who are reminded."""

from __future__ import annotations

from yimen.ground.identity.events import MemberLeft
from yimen.ground.identity.selectors import account_name
from yimen.ground.kit.moments import say_date
from yimen.ground.kit.outbox import handles
from yimen.ground.matters.services import pass_on
from yimen.ground.notices.services import notify_account
from yimen.service.cases import events, rules
from yimen.service.cases.handlers.hearers import desk_page, tell_each
from yimen.service.cases.models import Reminder


@handles(MemberLeft)
def pass_on_cases(event: MemberLeft) -> None:
    """What somebody handled for an enterprise goes on in the hands of the successor, who is told how much it is."""
    name = account_name(event.successor_id)
    passed = pass_on(
        applicant_id=event.enterprise_id, account_id=event.account_id, to_account=event.successor_id, to_name=name,
        at=event.at,
    )  # fmt: skip
    if passed:
        notify_account(
            key=f"cases-passed-on:{event.membership}", account_id=event.successor_id, subject="接手单位的办件",
            body=f"同事离开单位，{passed} 件在办的事由您接着办。请切换到单位名下，在“我的办件”查看。", link="/my/",
        )  # fmt: skip


@handles(events.CaseReminded)
def tell_reminded(event: events.CaseReminded) -> None:
    """The worker, and when late the chain above (R011): what it is, how late, who else hears it."""
    reminder = Reminder.objects.select_related("matter__department").prefetch_related("told").get(pk=event.reminder)
    matter = reminder.matter
    due = f"期限 {say_date(reminder.due_on)}，" if reminder.due_on else ""
    urged = f"{reminder.by_name}催办：{reminder.reason}" if reminder.kind == Reminder.Kind.URGED else ""
    late = (
        f"已超期 {reminder.late_workdays} 个工作日。"
        if reminder.late_workdays
        else ("已经超期。" if reminder.level else "")
    )
    subject = "催办" if urged else ("办件超期" if reminder.level else "办件快到期")
    who = matter.person_name or "还没有人认领"
    tell_each(
        [each.account_id for each in reminder.told.all()], f"case-reminded:{reminder.pk}", f"{subject}：{matter.title}",
        f"{rules.short_code(matter.code)}，{due}{late or '请按时办理。'}由{matter.department.name}办理，经办：{who}。{urged}",
        desk_page(matter.code),
    )  # fmt: skip
