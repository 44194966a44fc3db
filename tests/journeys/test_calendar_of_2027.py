"""Must-show: a notice for 2027 is imported, previewed, applied, each moved date explained, and undone.

Real cases that cross New Year 2027, accepted in December 2026. The notice is worded as the State Council's are; its days
are invented, for the real one is not published yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from django.db import transaction
from django.test import Client

from tests.browser.driving import Browse, Site
from tests.cast import Cast, build_cast
from yimen.ground.calendar.models import CalendarChange
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.outbox import deliver_once
from yimen.ground.matters import selectors
from yimen.ground.matters.calendar_commands import calendar as calendar_command
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter, MovedMatter, Step
from yimen.ground.matters.tests.notices2027 import NUMBER, TEXT
from yimen.ground.notices.models import Message
from yimen.service.cases import services
from yimen.service.cases.tests.stage import ANSWERS, published

ACCEPTED = datetime(2026, 12, 22, 10, 0, tzinfo=CHINA)
TODAY = datetime(2026, 12, 28, 9, 30, tzinfo=CHINA)
OLD, NEW = date(2027, 1, 6), date(2027, 1, 7)


def settle() -> None:
    """What the worker does: everything in the outbox."""
    while deliver_once():
        pass


def cases(cast: Cast, number: int = 3) -> list[str]:
    """Li's cases, accepted by Wang on 22 December with a promise of ten working days: due on 6 January, 暂定."""
    item = published(cast, at=datetime(2026, 12, 1, 9, 0, tzinfo=CHINA))
    codes = []
    for _ in range(number):
        made = services.submit_application(
            item_code=item.code, party_id=cast.parties["li"].pk, actor=cast.actor("wang", ACCEPTED), at=ACCEPTED,
            answers=ANSWERS, channel="window",
            paper=[each.pk for each in item.editions.get().materials.all()], contact_name="李明", contact_phone="13812342671",
        )  # fmt: skip
        services.accept_case(code=made.code, actor=cast.actor("wang", ACCEPTED), at=ACCEPTED)
        codes.append(made.code)
    return codes


def due(code: str) -> tuple[date | None, bool]:
    """A case's last day, and whether it is 暂定."""
    matter = Matter.objects.get(code=code)
    explained = selectors.explain(matter).current
    assert explained is not None and explained.promised is not None and explained.promised.due_on == matter.due_on
    return matter.due_on, matter.provisional


@pytest.fixture
def december() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True), in_its_own_time():
        yield


@pytest.fixture
def stage(db: None, december: None) -> tuple[Cast, list[str]]:
    mark_synthetic()
    cast = build_cast()
    return cast, cases(cast)


def test_on_the_screens(stage: tuple[Cast, list[str]]) -> None:
    cast, codes = stage
    keeper = cast.client("manager")
    assert due(codes[0]) == (OLD, True)
    assert "2027 年的放假通知还没有导入" in keeper.get("/manage/calendar/").content.decode()

    answer = keeper.post("/manage/calendar/register/", {"text": TEXT})
    assert answer.status_code == 302
    page = answer["Location"]
    said = keeper.get(page).content.decode()
    assert "1月1日至4日 放假；1月9日 上班" in said and "国办发明电〔2026〕9号" in said
    assert due(codes[0]) == (OLD, True)

    keeper.post(f"{page}act/", {"act": "preview"})
    said = keeper.get(page).content.decode()
    assert "1月4日(周一)由工作日改为元旦放假，少计 1 日" in said and "实行，重算 3 件" in said
    workbook = keeper.get(f"{page}moved/")
    assert workbook["Content-Type"].endswith("spreadsheetml.sheet")

    keeper.post(f"{page}act/", {"act": "apply"})
    settle()
    assert [due(code) for code in codes] == [(NEW, False)] * 3
    steps = Step.objects.filter(action="recalculate")
    assert {json.loads(step.facts)["document_number"] for step in steps} == {NUMBER} and steps.count() == 3

    # Explained to the applicant, at the window, and to whoever asks with the number.
    for client, address in (
        (cast.client("li"), f"/my/matters/{codes[0]}/"), (cast.client("wang"), f"/desk/cases/{codes[0]}/clock/"),
    ):  # fmt: skip
        shown = client.get(address).content.decode()
        assert "期限为什么变了" in shown and NUMBER in shown and "由工作日改为元旦放假" in shown, address
    visitor = Client()
    query = visitor.post("/track/", {"code": codes[0], "tail": "0029"})
    assert "期限为什么变了" in visitor.get(query["Location"]).content.decode()
    told = Message.objects.filter(party=cast.parties["li"], template="matters.date_moved")
    assert told.count() == 3 and "1月7日" in told[0].subject

    # The same notice again changes nothing; a different one for the year is refused.
    again = keeper.post("/manage/calendar/register/", {"text": TEXT})
    assert again.status_code == 422 and "什么都没有改变" in again.content.decode()
    other = keeper.post("/manage/calendar/register/", {"text": TEXT.replace("9号", "10号").replace("共3天", "共 3天")})
    assert other.status_code == 422 and "不能再按年度通知导入" in other.content.decode()

    keeper.post(f"{page}act/", {"act": "undo", "reason": "文件内容录错"})
    assert "撤销，重算 3 件" in keeper.get(page).content.decode()
    keeper.post(f"{page}act/", {"act": "apply"})
    settle()
    assert [due(code) for code in codes] == [(OLD, True)] * 3
    assert Step.objects.filter(action="recalculate").count() == 6
    assert "撤销" in cast.client("li").get(f"/my/matters/{codes[0]}/").content.decode()


def test_as_commands(committed_db: Any, december: None, tmp_path: Path) -> None:
    with transaction.atomic():
        mark_synthetic()
        codes = cases(build_cast())
    file = tmp_path / "通知.txt"
    file.write_text(TEXT, encoding="gb18030")

    def yimen(*words: str) -> dict[str, Any]:
        done = CliRunner().invoke(calendar_command, [*words, "--json"])
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    seen = yimen("import", str(file))
    assert seen["preview"] == {"state": "ready", "undo": False, "looked": 3, "moved": 3, "firmed": 0, "taken": 0}
    assert due(codes[0]) == (OLD, True)
    done = yimen("apply", seen["change"]["uid"])
    assert done["preview"]["taken"] == 3 and done["items"][0]["new_due_on"] == NEW.isoformat()
    assert due(codes[0]) == (NEW, False)
    assert yimen("import", str(file))["refused"]["code"] == "same_notice"
    assert yimen("list")["confirmed"] == {"2026": True, "2027": True}
    back = yimen("undo", seen["change"]["uid"], "--reason", "录错", "--apply")
    assert back["change"]["state"] == "undone" and due(codes[0]) == (OLD, True)
    assert yimen("import", str(file), "--apply")["preview"]["taken"] == 3


def test_strangers_keep_out(stage: tuple[Cast, list[str]]) -> None:
    cast, _ = stage
    for who in ("wang", "sun", "editor", "system"):
        assert cast.client(who).get("/manage/calendar/changes/").status_code == 403, who
        assert cast.client(who).post("/manage/calendar/register/", {"text": TEXT}).status_code == 403, who
    assert not CalendarChange.objects.exists()


@pytest.mark.browser
@pytest.mark.timeout(900)
def test_in_chromium(site: Site, browse: Browse, look: Any, december: None) -> None:
    with transaction.atomic():
        mark_synthetic()
        codes = cases(site.cast)
    settle()
    page = browse("manager")
    page.goto("/manage/calendar/?year=2027")
    look(page, "calendar-year-provisional")
    page.get_by_role("link", name="导入放假通知").first.click()
    page.get_by_label("通知正文或日期表").fill(TEXT)
    look(page, "calendar-register")
    page.get_by_role("button", name="读一遍，看结果").click()
    look(page, "calendar-draft")
    page.get_by_role("button", name="预览哪些期限会变").click()
    page.get_by_role("button", name="实行，重算 3 件").wait_for()
    look(page, "calendar-preview")
    address = page.url
    page.get_by_role("button", name="实行，重算 3 件").click()
    page.get_by_text("正在实行").wait_for()
    look(page, "calendar-applying")
    settle()
    page.goto(address)
    look(page, "calendar-applied")
    assert due(codes[0]) == (NEW, False)
    centre = site.cast.units["centre"].pk
    places = [("year", "?year=2027"), ("changes", "changes/"), ("hours", "hours/"), ("closure", "closure/")]
    places.append(("week", f"hours/{centre}/"))
    for name, path in places:
        page.goto(f"/manage/calendar/{path}")
        look(page, f"calendar-{name}")
    # One person of staff has one session: the telephone signs in after the desk.
    phone = browse("manager", phone=True)
    phone.goto(address)
    look(phone, "calendar-applied-phone")
    for name, path in places:
        phone.goto(f"/manage/calendar/{path}")
        look(phone, f"calendar-{name}-phone")
    mine = browse("li", phone=True)
    mine.goto(f"/my/matters/{codes[0]}/")
    mine.get_by_text("期限为什么变了").first.wait_for()
    look(mine, "calendar-moved-mine-phone")
    desk = browse("wang")
    desk.goto(f"/desk/cases/{codes[0]}/clock/")
    look(desk, "calendar-moved-clock")
    visitor = browse()
    visitor.goto("/workdays/?ask=forward&start=2026-12-21&n=15&unit=workday")
    look(visitor, "workdays")
    small = browse(phone=True)
    small.goto("/workdays/")
    look(small, "workdays-phone")
    page = browse("manager")
    page.goto(address)
    page.get_by_label("撤销的原因").fill("文件内容录错")
    page.get_by_role("button", name="预览撤销后的日期").click()
    look(page, "calendar-undo-preview")
    page.get_by_role("button", name="撤销，重算 3 件").click()
    settle()
    page.goto(address)
    look(page, "calendar-undone")
    assert due(codes[0]) == (OLD, True)
    assert MovedMatter.objects.filter(state="taken").count() == 6
    assert SYSTEM.uid == Step.objects.filter(action="recalculate").latest("id").actor_uid
