"""Tell the centre which windows lack a workflow or plan, or have an old one (R079); once a month for each window and kind."""

from __future__ import annotations

from datetime import datetime

from yimen.ground.kit.moments import day_of
from yimen.ground.notices.services import notify_account
from yimen.ground.organisations import selectors as organisations
from yimen.service.windows import policies
from yimen.service.windows.selectors.papers import standings


def remind_of_papers(at: datetime) -> int:
    """One notice a centre and month to those who approve, naming the windows; returns how many centres had gaps."""
    day, found = day_of(at), 0
    for centre in organisations.halls():
        gaps = [each for each in standings(centre, day) if each.paper is None or each.old]
        if not gaps:
            continue
        found += 1
        named = "、".join(
            f"{each.window.number} 号{each.label}{'缺' if each.paper is None else '该复核'}" for each in gaps[:8]
        )
        words = f"共 {len(gaps)} 份：{named}{'等' if len(gaps) > 8 else ''}。"
        place = organisations.Place(centre.pk, None, centre.pk, centre.division_id)
        for each in organisations.holders({policies.APPROVE}, place, day):
            notify_account(
                key=f"windows:papers:{centre.pk}:{day:%Y%m}:{each.account_id}", account_id=each.account_id,
                subject="窗口工作流程和预案有缺", body=words, link="/manage/window-papers/",
            )  # fmt: skip
    return found
