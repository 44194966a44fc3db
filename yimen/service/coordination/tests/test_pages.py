"""The screens do what they say: raise, assign, answer, refuse with words; reports print; every list goes out as Excel."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.service.coordination import services
from yimen.service.coordination.models import GovernmentReport, Issue
from yimen.service.coordination.tests.stage import again, assigned, group, leader, raised, sent


def test_from_the_window_to_the_answer(cast: Cast) -> None:
    answer = cast.client("wang").post(
        "/desk/coordination/new/", {"title": "叫号与受理不衔接", "text": "过号的人要重新排队。", "source": "window"}
    )
    issue = Issue.objects.get()
    assert answer.status_code == 302 and answer["location"] == f"/desk/coordination/{issue.matter.code}/"
    manager, he = cast.client("manager"), cast.client("he")
    url = f"/desk/coordination/{issue.matter.code}/"
    given = {"seen": "1", "unit": str(cast.units["market"].pk), "days": "3", "reason": "请研究。"}
    assert manager.post(f"{url}assign/", given).status_code == 302
    assert "叫号与受理不衔接" in he.get("/desk/coordination/").content.decode()
    assert he.post(f"{url}answer/", {"seen": "2", "text": ""}).status_code == 422
    stale = he.post(f"{url}answer/", {"seen": "1", "text": "已办。"})
    assert stale.status_code == 409 and "刷新" in stale.content.decode()
    assert he.post(f"{url}answer/", {"seen": "2", "text": "已办。"}).status_code == 302
    assert again(issue).matter.state == "answered"
    assert cast.client("tang").get(url).status_code == 404
    assert cast.client("wang").get(url).status_code == 200


def test_who_supervises_everything_opens_what_the_reminder_links_to(cast: Cast) -> None:
    issue = raised(cast)
    client = cast.client("sun")
    assert client.get(f"/desk/coordination/{issue.matter.code}/").status_code == 200
    assert "食品许可与消防检查的次序" in client.get("/manage/coordination/log/").content.decode()


def test_a_list_of_cases_shows_cases_alone(cast: Cast) -> None:
    issue = assigned(cast)
    for who in ("manager", "zhou", "wang"):
        page = cast.client(who).get("/desk/query/").content.decode()
        assert issue.matter.code not in page


def test_the_report_to_government(cast: Cast) -> None:
    issue = assigned(cast)
    manager = cast.client("manager")
    given = {
        "title": "关于有关事项的报告", "addressed_to": str(cast.units["government"].pk), "issues": [str(issue.pk)],
        "preface": "现报告如下。", "request": "请研究。",
    }  # fmt: skip
    assert manager.post("/manage/coordination/reports/new/", given).status_code == 302
    report = GovernmentReport.objects.get()
    issue = again(issue)
    assert issue.matter.state == "reported" and issue.matter.stopped_since is not None
    page = manager.get(f"/manage/coordination/reports/{report.uid}/").content.decode()
    assert report.number in page and "清河县市场监督管理局" in page and "请牵头研究" in page
    assert cast.client("leader").get(f"/manage/coordination/reports/{report.uid}/").status_code == 200
    assert cast.client("he").get(f"/manage/coordination/reports/{report.uid}/").status_code == 404
    services.instruct(
        issue=issue, actor=cast.actor("manager"), unit=cast.units["housing"], reason="由住建局牵头。", at=now()
    )
    assert again(issue).matter.department_id == cast.units["housing"].pk
    services.answer(issue=again(issue), actor=cast.actor("luo"), text="已办。", at=now())


LISTS = (
    "/desk/coordination/", "/manage/coordination/log/", "/manage/coordination/numbers/", "/manage/coordination/reports/",
    "/manage/coordination/return-visits/", "/manage/leaders/", "/manage/leaders/people/", "/manage/leaders/nominal/",
    "/manage/leaders/visits/", "/manage/liaisons/", "/manage/groups/", "/desk/channel/?box=sent", "/desk/channel/",
)  # fmt: skip


@pytest.mark.parametrize("url", LISTS)
def test_every_list_goes_out_as_a_workbook(cast: Cast, url: str) -> None:
    raised(cast)
    services.station(actor=cast.actor("he"), leader=leader(cast), from_on=day_of(now()), at=now())
    group(cast)
    sent(cast)
    answer: Any = cast.client("manager").get(f"{url}{'&' if '?' in url else '?'}as=xlsx")
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert book.active is not None and book.active.max_column > 3


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize(
    "odd", ["q=%00", "first=0001-01-01&last=x", "month=9999-99", "department=99999999999", "after=abc"]
)
def test_odd_questions_are_answered(cast: Cast, url: str, odd: str) -> None:
    answer = cast.client("manager").get(f"{url}{'&' if '?' in url else '?'}{odd}")
    assert answer.status_code in (200, 400)
