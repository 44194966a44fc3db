"""What the system itself knows about the points of an inspection (R226), in words and with numbers, on a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from yimen.ground.organisations import selectors as organisations
from yimen.service.residence.selectors import concentration
from yimen.watch.efficiency.models import Entry

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


def known_points(unit: Unit, day: date) -> dict[str, str]:
    """Each point with what is on record; empty where nothing is."""
    rows = concentration(day, only=unit.pk)
    found = {"entered": "目录里没有应进驻的事项。", "joint": "", "guaranteed": ""}
    chief = "有首席代表" if organisations.chief_of(unit, day) is not None else "没有首席代表"
    if rows:
        row = rows[0]
        found["entered"] = (
            f"应进 {row.must} 项，进驻到位 {row.placed} 项，在别处 {row.elsewhere} 项，决定移出 {row.decided_out} 项，"
            f"应进未进 {row.missing} 项；派驻岗位 {row.posts} 个，在岗 {row.posts_held} 人。"
        )
    letters = unit.letters.filter(state="signed", valid_from__lte=day, valid_to__gte=day)
    powers: dict[str, int] = dict.fromkeys(("accept", "review", "decide", "issue"), 0)
    for held in letters.values_list("powers", flat=True):
        for power in held:
            powers[power] = powers.get(power, 0) + 1
    found["authorised"] = (
        f"有效授权委托书 {letters.count()} 份：受理 {powers['accept']}、审核 {powers['review']}、"
        f"签发 {powers['decide']}、出件 {powers['issue']}；{chief}。"
    )
    projects = Entry.objects.filter(
        register="project", unit=unit, closed_at__isnull=True, withdrawn_at__isnull=True
    ).count()
    found["guaranteed"] = f"列入监察的在办重点项目 {projects} 个。"
    found["joint"] = "系统里没有联合办理的记录，请单位自查说明。"
    return found
