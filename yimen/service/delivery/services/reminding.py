"""Whoever has not come for a result is told again after some working days, and the issuing window with them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.notices.services import notify_account, notify_party
from yimen.ground.organisations import selectors as organisations
from yimen.service.delivery import policies
from yimen.service.delivery.models import Result


def remind_due(at: datetime) -> int:
    """Every result whose day has come, once; and one line a centre and day for the issuing window. Returns how many."""
    day = day_of(at)
    rows = (
        Result.objects.filter(state="shelved", remind_on__lte=day, reminded_at=None)
        .select_related("matter")
        .order_by("pk")
    )
    waiting: Counter[int] = Counter()
    for row in rows[:2000]:
        if not Result.objects.filter(pk=row.pk, state="shelved", reminded_at=None).update(reminded_at=at):
            continue
        waiting[row.centre_id] += 1
        if row.matter.applicant_id is not None and row.shelved_at is not None:
            notify_party(
                key=f"delivery:{row.pk}:remind:{row.shelved_at:%Y%m%d%H%M%S}", party_id=row.matter.applicant_id,
                subject="结果还没有领", link=f"/my/results/{row.uid}/",
                body=f"“{row.matter.title}”的结果 {say_date(day_of(row.shelved_at), weekday=False)}起可以领取，"
                "您还没有来领。也可以免费邮寄。",
            )  # fmt: skip
    for centre_id, number in waiting.items():
        centre = organisations.unit(centre_id)
        place = organisations.Place(centre.pk, None, centre.pk, centre.division_id)
        for each in organisations.holders({policies.HAND}, place, day):
            notify_account(
                key=f"delivery:overdue:{centre_id}:{day}:{each.account_id}", account_id=each.account_id,
                subject="有结果久未领取", body=f"{number} 份结果放了几天没有人领，已催领。请打电话问，或改邮寄。",
                link="/desk/results/?box=overdue",
            )  # fmt: skip
    return sum(waiting.values())
