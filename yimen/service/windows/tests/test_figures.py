"""Every number equals an independent count, and opens a list of so many rows (R080, R059)."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.periods import named_period
from yimen.service.cases.tests.stage import published
from yimen.service.windows import services
from yimen.service.windows.models import Pull
from yimen.service.windows.selectors import figures
from yimen.service.windows.tests import stage
from yimen.service.windows.views.figures import url_of

pytestmark = pytest.mark.django_db

PULLS = {
    "asked": "true",
    "answered": "p.first_answered_at is not null",
    "in_time": "p.in_time",
    "late": "not p.in_time",
    "waiting": "m.state = 'asked' and p.first_answered_at is null",
    "late_now": "m.state = 'asked' and p.first_answered_at is null and coalesce(p.answer_by, m.due_at) < %s",
    "declined": "m.state in ('declined', 'undone')",
    "sent_back": "p.sent_back > 0",
    "withdrawn": "m.state = 'withdrawn'",
}
FIRSTS = {
    "recorded": "true",
    "answered": "f.answered_at is not null",
    "by_first": "f.answered_at is not null and not exists (select from windows_handover h where h.first_ask_id = f.matter_id"
    " and h.outcome = 'taken')",
    "handed_over": "exists (select from windows_handover h where h.first_ask_id = f.matter_id)",
    "waiting": "m.closed_at is null",
    "late_now": "m.closed_at is null and m.due_at < %s",
    "late": "f.answered_at is not null and m.on_time = false",
    "case": "f.case_id is not null",
}


def count(sql: str, condition: str, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} where {condition}", [at] if "%s" in condition else None)
        return int(cursor.fetchone()[0])


def test_pulls(cast: Cast) -> None:
    verbs, wang = services.pulls, cast.actor("wang")
    stage.answered(cast)
    stage.asked(cast, section="housing")
    verbs.send_back(pull=stage.answered(cast), actor=wang, reason="再看一次。", at=now())
    declined = stage.asked(cast)
    verbs.decline(pull=declined, actor=cast.actor("zhao"), reason="不归我们。", at=now())
    verbs.withdraw(pull=stage.asked(cast), actor=wang, reason="不用了。", at=now())
    Pull.objects.filter(pk=declined.pk).update(in_time=False)
    late = stage.asked(cast, limit=1, unit="hour")
    Pull.objects.filter(pk=late.pk).update(answer_by=late.matter.opened_at)
    at, span = now(), named_period("this_year", day_of(now()))
    whole, lines = figures.pull_figures(cast.actor("sun"), span, at)
    client = cast.client("sun")
    for name, condition in PULLS.items():
        expected = count(
            "select count(*) from windows_pull p join matters_matter m on m.id = p.matter_id", condition, at
        )
        assert whole.numbers[name] == expected, name
        assert sum(line.numbers[name] for line in lines) == expected, name
        page = client.get(url_of("pulls", name, span)).content.decode()
        assert len(re.findall(r'<a class="title"', page)) == expected, name
    assert whole.numbers["late_now"] == 1 and whole.share("in_time", "answered") == 66.7


def test_first_asks(cast: Cast) -> None:
    verbs, wang = services.contacts, cast.actor("wang")
    item = published(cast)
    stage.recorded(cast, answer_text="带身份证来。", item_code=item.code)
    handed = stage.offered(cast)
    verbs.take_over(asked=handed, actor=cast.actor("zhao"), at=now())
    verbs.answer(asked=stage.first_ask_again(handed), actor=cast.actor("zhao"), reason="要办许可。", at=now())
    stage.contact(cast, who="agent", way="agent")
    verbs.drop(asked=stage.contact(cast), actor=wang, reason="重复。", at=now())
    at, span = now(), named_period("this_year", day_of(now()))
    whole, lines = figures.first_figures(cast.actor("sun"), span, at)
    client = cast.client("sun")
    for name, condition in FIRSTS.items():
        sql = "select count(*) from windows_firstask f join matters_matter m on m.id = f.matter_id and m.state <> 'dropped'"
        expected = count(sql, condition, at)
        assert whole.numbers[name] == expected, name
        assert sum(line.numbers[name] for line in lines) == expected, name
        page = client.get(url_of("first_asks", name, span)).content.decode()
        assert len(re.findall(r'<a class="title"', page)) == expected, name
    assert whole.numbers["recorded"] == 3 and whole.share("by_first", "answered") == 50.0
