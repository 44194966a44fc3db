"""Leaders, issues and papers in the cast's county, for the tests of this module and of every address."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import F

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.ground.matters.models import Matter
from yimen.service.coordination import services
from yimen.service.coordination.models import Dispatch, Issue, Leader, LeadingGroup
from yimen.service.coordination.selectors.leaders import workdays

SINCE = date(2026, 1, 1)


def leader(cast: Cast, name: str = "何志", rank: str = "deputy", unit: str = "market", **more: Any) -> Leader:
    """A leader of the market department, registered by the manager."""
    return services.register_leader(
        actor=cast.actor("manager"), department=cast.units[unit], name=name, rank=rank, title="副局长",
        from_on=more.pop("from_on", SINCE), at=now(), **more,
    )  # fmt: skip


def next_workday(number: int = 1) -> date:
    """The n-th working day after today."""
    today = day_of(now())
    return workdays(today + timedelta(days=1), today + timedelta(days=40))[number - 1]


def raised(cast: Cast, who: str = "wang", **more: Any) -> Issue:
    """An issue that waits to be assigned."""
    given: dict[str, Any] = {
        "title": "食品许可与消防检查的次序",
        "text": "两个部门互等对方先出意见。",
        "source": "window",
    } | more
    return services.raise_issue(actor=cast.actor(who), at=now(), **given)


def assigned(cast: Cast, unit: str = "market", who: str = "wang", **more: Any) -> Issue:
    """An issue that the market department has to answer."""
    issue = raised(cast, who, **more)
    services.assign(
        issue=issue, actor=cast.actor("manager"), unit=cast.units[unit], reason="请牵头研究，提出次序。", at=now()
    )
    return again(issue)


def answered(cast: Cast, unit: str = "market", by: str = "he") -> Issue:
    """An issue that the office has to confirm."""
    issue = assigned(cast, unit)
    services.answer(issue=issue, actor=cast.actor(by), text="已商定先出消防意见。", at=now())
    return again(issue)


def again(issue: Issue) -> Issue:
    """The issue as it stands now."""
    return Issue.objects.select_related("matter__department", "matter__centre", "raised_by").get(pk=issue.pk)


def overdue(issue: Issue, days: int) -> Issue:
    """The same issue with its due moment so many days back."""
    back = timedelta(days=days)
    Matter.objects.filter(pk=issue.pk).update(
        due_at=F("due_at") - back, due_on=F("due_on") - back, warn_at=F("warn_at") - back, sort_at=F("sort_at") - back
    )
    return again(issue)


def sent(cast: Cast, **more: Any) -> Dispatch:
    """A notice of the centre to the market department and the town."""
    given: dict[str, Any] = {
        "sender": cast.units["centre"], "receivers": [cast.units["market"], cast.units["town"]], "kind": "notice",
        "subject": "节前值守安排", "body": "请各单位安排好节前值守。",
    } | more  # fmt: skip
    return services.send_dispatch(actor=cast.actor("manager"), at=now(), **given)


def group(cast: Cast, **more: Any) -> LeadingGroup:
    """A leading group whose office is with the centre and which has the market department as a member."""
    given: dict[str, Any] = {
        "name": "互联网+政务服务工作领导小组", "line": "互联网+政务服务", "document": "清政办发〔2026〕3号",
        "founded_on": date(2026, 1, 5), "office": cast.units["office"], "leader": "林远", "leader_title": "副县长",
        "interval_months": 3, "first_due_on": date(2026, 3, 31),
    } | more  # fmt: skip
    found = services.found_group(actor=cast.actor("manager"), home=cast.units["centre"], at=now(), **given)
    services.add_member(
        actor=cast.actor("manager"), group=found, role="member", unit=cast.units["market"], from_on=found.founded_on,
        basis=found.document, at=now(),
    )  # fmt: skip
    return found
