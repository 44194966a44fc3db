"""Whose hands a case was in, every date that applied to it, and the report's averages against an independent count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters import commands
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.selectors import deadline_history, explain
from yimen.service.cases import reporting, services
from yimen.service.cases.tests.stage import case_of, matter_of, published, submitted

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 10, 12, 10, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    """A ledger in which time is an argument."""
    mark_synthetic()
    with in_its_own_time():
        yield


def day(number: int, month: int = 10) -> datetime:
    """Ten o'clock on that day of October 2026."""
    return datetime(2026, month, number, 10, tzinfo=CHINA)


def granted(cast: Cast) -> str:
    """Told to correct on the 14th, completed on the 20th, accepted on the 21st, tested from the 23rd to the 28th, extended,
    granted on 2 November."""
    code = submitted(cast, published(cast, at=MONDAY - timedelta(days=1)), at=MONDAY)
    wang, zhao = cast.actor("wang"), cast.actor("zhao")
    services.request_correction(code=code, items=[(1, "没有盖章")], actor=wang, at=day(14))
    services.supplement(code=code, actor=wang, at=day(20), paper=[1])
    services.accept_case(code=code, actor=wang, at=day(21))
    services.suspend(code=code, procedure="testing", days_needed=4, reason="送检", actor=zhao, at=day(23))
    services.resume(code=code, reason="合格", actor=zhao, at=day(28))
    services.extend_limit(code=code, days=5, reason="补充踏勘", actor=cast.actor("he"), at=day(29))
    services.pass_review(code=code, text="符合", actor=zhao, at=day(30))
    services.grant(code=code, actor=cast.actor("chen"), at=day(2, 11))
    return code


def test_each_working_day_has_one_owner(cast: Cast) -> None:
    code = granted(cast)
    spent = explain(matter_of(code)).durations(day(3, 11))
    assert spent is not None
    # 13, 14 | 21 | 22, 23 | 29, 30, 2 Nov. with the office; 15, 16, 19, 20 with the applicant; 26, 27, 28 at the laboratory.
    assert (spent.office, spent.applicant, spent.special, spent.delivery) == (8, 4, 3, 1)
    assert (spent.since, spent.until, spent.calendar_days) == (date(2026, 10, 12), date(2026, 11, 3), 22)
    assert spent.workdays == 16
    case = case_of(code)
    assert (case.office_days, case.applicant_days, case.special_days) == (8, 4, 3)


def test_every_date_that_applied_is_told_with_what_moved_it(cast: Cast) -> None:
    code = granted(cast)
    told = [(each.what, each.due_on and str(each.due_on)) for each in deadline_history(matter_of(code))]
    assert told == [
        ("提交申请", "2026-10-19"),
        ("一次告知补正", None),
        ("补齐材料", "2026-10-23"),
        ("受理", "2026-11-04"),
        ("启动特别程序", None),
        ("特别程序结束", "2026-11-09"),
        ("延长期限", "2026-11-16"),
        ("准予", "2026-11-16"),
    ]
    history = deadline_history(matter_of(code))
    assert history[6].before == date(2026, 11, 9) and history[6].moved_days == 7
    assert "第四十二条" in history[6].law and "补充踏勘" in history[6].why


def test_over_the_interface_by_command_and_on_the_pages(cast: Cast) -> None:
    code = granted(cast)
    head = {"authorization": f"Bearer {cast.token('zhao')}"}
    said = Client().get(f"/api/v1/applications/{code}/deadlines", headers=head).json()
    assert [each["due_on"] for each in said["changes"]][2] == "2026-10-23"
    spent = Client().get(f"/api/v1/applications/{code}/deadline", headers=head).json()["durations"]
    assert (spent["office"], spent["applicant"], spent["special"]) == (8, 4, 3)
    listed = json.loads(CliRunner().invoke(commands.deadlines, [code, "--json"]).stdout)
    assert len(listed["changes"]) == 8
    assert "机关办理 8 个工作日" in CliRunner().invoke(commands.explain, [code]).stdout
    page = cast.client("zhao").get(f"/desk/cases/{code}/").content.decode()
    assert "期限的变动" in page and "机关办理" in page
    assert "等您补材料 4 个工作日" in cast.client("li").get(f"/my/matters/{code}/").content.decode()
    assert cast.client("zhao").get(f"/desk/cases/{code}/clock/").status_code == 200


def test_the_report_averages_what_an_independent_count_finds(cast: Cast) -> None:
    granted(cast)
    while outbox.deliver_once():
        pass
    from yimen.ground.kit.periods import Period

    period = Period(date(2026, 11, 1), date(2026, 11, 30))
    groupings: tuple[reporting.By, ...] = ("department", "item")
    for by in groupings:
        numbers = reporting.whole(reporting.table(period, by, reporting.Place()))
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*), sum(office_days), sum(applicant_days), sum(special_days) from cases_case where decided_at"
                " >= '2026-11-01+08' and decided_at < '2026-12-01+08'"
            )
            assert cursor.fetchone() == (
                numbers.told_apart,
                numbers.office_days,
                numbers.applicant_days,
                numbers.special_days,
            )
        assert (numbers.average_office, numbers.average_applicant, numbers.average_special) == (8.0, 4.0, 3.0)
    page = cast.client("he").get("/desk/figures/?first=2026-11-01&last=2026-11-30").content.decode()
    assert "机关 8" in page
