"""Every number of the period's table is what an independent count in SQL says, and its list has as many rows (R015)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.periods import Period
from yimen.ground.kit.refusals import Invalid
from yimen.ground.matters.models import Matter
from yimen.service.coordination import selectors, services
from yimen.service.coordination.models import SiteVisit
from yimen.service.coordination.selectors import figures
from yimen.service.coordination.tests.stage import again, answered, assigned, leader, next_workday, overdue, raised

COUNTED = {
    "raised": "i.raised_by_id = %(unit)s and m.opened_at >= %(begin)s and m.opened_at < %(end)s",
    "assigned": "m.department_id = %(unit)s and i.assigned_at >= %(begin)s and i.assigned_at < %(end)s",
    "answered": "m.department_id = %(unit)s and i.answered_at >= %(begin)s and i.answered_at < %(end)s"
                " and i.assigned_at is not null",
    "late": "m.department_id = %(unit)s and i.answered_at >= %(begin)s and i.answered_at < %(end)s and m.on_time = false",
    "solved": "m.department_id = %(unit)s and m.state = 'solved' and m.closed_at >= %(begin)s and m.closed_at < %(end)s"
              " and i.assigned_at is not null",
    "open": "m.department_id = %(unit)s and m.closed_at is null and i.assigned_at is not null",
    "overdue": "m.department_id = %(unit)s and m.closed_at is null and m.state = 'assigned' and m.due_at < %(at)s"
               " and i.assigned_at is not null",
}  # fmt: skip


def by_sql(where: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from coordination_issue i join matters_matter m on m.id = i.matter_id where " + where,  # noqa: S608 - ours
            values,
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Issues in every state, raised by and given to several units, some of last month."""
    done = answered(cast)
    services.confirm(issue=done, actor=cast.actor("manager"), reason="已办。", at=now())
    answered(cast, "housing", "luo")
    assigned(cast)
    overdue(assigned(cast, "housing"), 12)
    raised(cast, "he", source="department")
    late = answered(cast)
    Matter.objects.filter(pk=late.pk).update(on_time=False)
    old = raised(cast, "he", source="department")
    Matter.objects.filter(pk=old.pk).update(closed_at=now() - timedelta(days=90))
    visit = services.plan_visit(actor=cast.actor("he"), leader=leader(cast), planned_on=next_workday(), at=now())
    SiteVisit.objects.filter(pk=visit.pk).update(planned_on=day_of(now()) - timedelta(days=1))
    services.record_return_visit(
        actor=cast.actor("manager"), department=cast.units["market"], visited_on=day_of(now()), visitors="马成",
        received_by="何伟", opinions="没有意见", at=now(),
    )  # fmt: skip
    return cast


@pytest.mark.parametrize("unit", ["market", "housing", "health"])
def test_each_number_is_what_sql_counts(busy: Cast, unit: str) -> None:
    at, today = now(), day_of(now())
    span = Period(today - timedelta(days=3), today)
    begin, end = span.moments
    (line,) = selectors.by_department([busy.units[unit]], span, at)
    values = {"unit": busy.units[unit].pk, "begin": begin, "end": end, "at": at}
    found = {name: by_sql(where, **values) for name, where in COUNTED.items()}
    assert {name: getattr(line, name) for name in COUNTED} == found
    for name in COUNTED:
        behind = figures.behind(name, span, at).filter(**{selectors.owner(name): busy.units[unit]})
        assert behind.count() == found[name], name


def test_visits_and_gaps(busy: Cast) -> None:
    at, today = now(), day_of(now())
    span = Period(today - timedelta(days=3), today)
    (line,) = selectors.by_department([busy.units["market"]], span, at)
    assert (line.visits_missed, line.visits_done, line.return_visits) == (1, 0, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from generate_series(%s::date, %s::date, '1 day') d where extract(isodow from d) < 6",
            [span.first, span.last],
        )
        (weekdays,) = cursor.fetchone()
    assert line.gaps <= weekdays + 2


def test_the_page_links_each_number_to_its_list(busy: Cast) -> None:
    client = busy.client("manager")
    page = client.get("/manage/coordination/numbers/").content.decode()
    assert "counts=assigned" in page
    today = day_of(now())
    query = f"first={today.replace(day=1)}&last={today}&counts=overdue&department={busy.units['housing'].pk}"
    listed = client.get(f"/manage/coordination/log/?{query}").content.decode()
    assert listed.count('class="title"') == 1


def test_a_briefing_keeps_the_numbers_of_its_day(busy: Cast) -> None:
    today = day_of(now())
    briefing = services.send_briefing(
        actor=busy.actor("manager"), centre=busy.units["centre"], first=today.replace(day=1), last=today, subject="通报",
        body="现通报如下。", at=now(),
    )  # fmt: skip
    before = {line["unit_id"]: line for line in json.loads(briefing.figures)}
    answer = assigned(busy)
    assert again(answer).matter.state == "assigned"
    assert json.loads(briefing.figures)[0]["assigned"] == before[json.loads(briefing.figures)[0]["unit_id"]]["assigned"]
    assert briefing.receipts.count() == len(before)
    page = busy.client("he").get(f"/desk/channel/{briefing.uid}/").content.decode()
    assert "超期答复" in page and "签收" in page
    with pytest.raises(Invalid):
        services.send_briefing(
            actor=busy.actor("manager"), centre=busy.units["centre"], first=today, last=today - timedelta(days=1),
            subject="通报", body="错。", at=now(),
        )  # fmt: skip
