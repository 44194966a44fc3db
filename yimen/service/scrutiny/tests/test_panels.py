"""中心会审 and 全程参与 (R072): invited, answered, said, held, concluded with signed minutes; observers read and remark only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pypdf import PdfReader

from tests.cast import Cast
from yimen.ground.documents.selectors import letter_by_code, letter_pdf, open_file
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.notices.models import Message
from yimen.service.cases import services as cases
from yimen.service.cases.tests.stage import case_of, published, submitted
from yimen.service.scrutiny import services
from yimen.service.scrutiny.models import Observer, Panel, Seat
from yimen.service.scrutiny.selectors import panels as selectors
from yimen.service.scrutiny.services.panels import Attendance, PanelOver

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 10, 12, 10, tzinfo=CHINA)
THERE = datetime(2026, 10, 15, 14, 30, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    """A ledger in which time is an argument."""
    mark_synthetic()
    with in_its_own_time():
        yield


def reviewing(cast: Cast) -> str:
    code = submitted(cast, published(cast, at=MONDAY - timedelta(days=1)), at=MONDAY)
    cases.accept_case(code=code, actor=cast.actor("wang", MONDAY), at=MONDAY)
    return code


def convened(cast: Cast, code: str, **change: Any) -> Panel:
    given: dict[str, Any] = {
        "subject": "听泉茶馆改造", "agenda": "一、介绍\n二、各部门意见", "planned_at": THERE, "place": "三楼会议室", "host": "马成",
        "codes": [code],
        "departments": [(cast.units["market"].pk, ""), (cast.units["housing"].pk, "罗兰")], **change,
    }  # fmt: skip
    return again(services.convene_panel(actor=cast.actor("manager", MONDAY), at=MONDAY, **given))


def again(panel: Panel) -> Panel:
    return Panel.objects.select_related("matter").get(pk=panel.pk)


def seat(panel: Panel, cast: Cast, unit: str) -> Seat:
    return panel.seats.get(department=cast.units[unit])


def concluded(cast: Cast, panel: Panel, **change: Any) -> None:
    market, housing = seat(panel, cast, "market"), seat(panel, cast, "housing")
    given: dict[str, Any] = {
        "conclusion": "conditions", "concluded": "加装隔油池后同意。", "minutes": "各部门发言。",
        "attendance": {market.pk: Attendance(True, "赵强"), housing.pk: Attendance(False, reason="出差")}, **change,
    }  # fmt: skip
    services.conclude_panel(panel=panel, actor=cast.actor("manager", THERE), at=THERE + timedelta(hours=2), **given)


def test_the_course_of_a_joint_review(cast: Cast) -> None:
    code = reviewing(cast)
    panel = convened(cast, code)
    assert (panel.matter.state, panel.matter.clock, str(panel.matter.due_on)) == (
        "convened",
        "joint_review",
        "2026-10-20",
    )
    while outbox.deliver_once():
        pass
    told = Message.objects.filter(subject="会审邀请").values_list("account", flat=True)
    assert {cast.accounts["zhao"].pk, cast.accounts["luo"].pk} <= set(told)
    market, housing = seat(panel, cast, "market"), seat(panel, cast, "housing")
    with pytest.raises(Invalid):
        services.reply(seat=market, answer="coming", actor=cast.actor("zhao"), at=MONDAY)
    services.reply(seat=market, answer="coming", attendee="赵强", actor=cast.actor("zhao"), at=MONDAY)
    services.reply(
        seat=housing, answer="stand_in", attendee="丁副局长", note="局长出差", actor=cast.actor("luo"), at=MONDAY
    )
    services.say_opinion(seat=housing, opinion="conditions", text="加装隔油池。", actor=cast.actor("luo"), at=MONDAY)
    with pytest.raises(Conflict):
        services.conclude_panel(
            panel=panel,
            conclusion="agreed",
            concluded="同意",
            minutes="",
            attendance={},
            actor=cast.actor("manager"),
            at=MONDAY,
        )
    with pytest.raises(Invalid) as lacking:
        concluded(cast, panel, attendance={market.pk: Attendance(True), housing.pk: Attendance(False)})
    assert set(lacking.value.fields) == {f"attendee_{market.pk}", f"absent_{housing.pk}"}
    concluded(cast, panel)
    panel = again(panel)
    letter = letter_by_code(panel.minutes_code)
    assert panel.matter.state == "concluded" and letter is not None
    words = "".join("".join(page.extract_text() for page in PdfReader(open_file(letter_pdf(letter))).pages).split())
    assert "缺席：出差" in words and "加装隔油池后同意" in words and code[-12:] in words
    with pytest.raises(PanelOver):
        services.say_opinion(seat=market, opinion="agree", text="同意", actor=cast.actor("zhao"), at=THERE)
    services.sign_minutes(seat=market, actor=cast.actor("zhao"), at=THERE)
    with pytest.raises(Conflict):
        services.sign_minutes(seat=housing, actor=cast.actor("luo"), at=THERE)


def test_only_the_centre_convenes_and_only_the_invited_speak(cast: Cast) -> None:
    code = reviewing(cast)
    with pytest.raises(NotAllowed):
        services.convene_panel(
            subject="x", agenda="x", planned_at=THERE, place="x", host="x", codes=[code], departments=[(cast.units["market"].pk, "")],
            actor=cast.actor("zhao"), at=MONDAY,
        )  # fmt: skip
    panel = convened(cast, code)
    with pytest.raises(NotAllowed):
        services.reply(
            seat=seat(panel, cast, "market"), answer="coming", attendee="唐", actor=cast.actor("luo"), at=MONDAY
        )
    with pytest.raises(NotFound):
        selectors.access_panel(cast.actor("tang"), panel.matter.code)
    with pytest.raises(Invalid) as wrong:
        convened(cast, code, planned_at=MONDAY, departments=[], codes=[])
    assert set(wrong.value.fields) == {"planned_at", "departments", "cases"}


def test_postponed_everybody_is_asked_anew(cast: Cast) -> None:
    panel = convened(cast, reviewing(cast))
    services.reply(
        seat=seat(panel, cast, "market"), answer="coming", attendee="赵强", actor=cast.actor("zhao"), at=MONDAY
    )
    later = THERE + timedelta(days=5)
    services.postpone_panel(
        panel=panel, planned_at=later, place="", reason="场地", actor=cast.actor("manager", MONDAY), at=MONDAY
    )
    panel = again(panel)
    assert (panel.planned_at, panel.place, seat(panel, cast, "market").reply) == (later, "三楼会议室", "waiting")
    services.cancel_panel(panel=panel, reason="不用了", actor=cast.actor("manager", MONDAY), at=MONDAY)
    assert again(panel).matter.state == "cancelled"


def test_the_figures_are_what_sql_counts(cast: Cast) -> None:
    code = reviewing(cast)
    concluded(cast, convened(cast, code))
    convened(cast, code, subject="第二次")
    found = selectors.panel_figures(selectors.panels_seen(cast.actor("manager")))
    with connection.cursor() as cursor:
        cursor.execute(
            """select count(*) filter (where m.state = 'convened'), count(*) filter (where m.state = 'concluded'),
                      (select count(*) from scrutiny_seat where attended), (select count(*) from scrutiny_seat where not attended)
                 from scrutiny_panel p join matters_matter m on m.id = p.matter_id"""
        )
        assert cursor.fetchone() == (found.convened, found.concluded, found.attended, found.absent) == (1, 1, 1, 1)
    assert found.attendance == 50.0


def test_an_observer_reads_is_told_and_decides_nothing(cast: Cast) -> None:
    code = reviewing(cast)
    manager = cast.actor("manager")
    with pytest.raises(Invalid):
        services.attach_observer(
            code=code, account_id=cast.accounts["zhao"].pk, reason="重点项目", actor=manager, at=MONDAY
        )
    with pytest.raises((NotAllowed, NotFound)):
        services.attach_observer(
            code=code, account_id=cast.accounts["wu"].pk, reason="重点项目", actor=cast.actor("he"), at=MONDAY
        )
    wu = cast.accounts["wu"].pk
    observer = services.attach_observer(code=code, account_id=wu, reason="重大投资项目", actor=manager, at=MONDAY)
    with pytest.raises(Conflict):
        services.attach_observer(code=code, account_id=wu, reason="重大投资项目", actor=manager, at=MONDAY)
    services.remark(observer=observer, text="请注意消防间距。", actor=cast.actor("wu"), at=MONDAY)
    with pytest.raises(NotAllowed):
        services.remark(observer=observer, text="代写", actor=manager, at=MONDAY)
    cases.pass_review(code=code, text="符合", actor=cast.actor("zhao", MONDAY), at=MONDAY)
    cases.grant(code=code, actor=cast.actor("chen", MONDAY), at=MONDAY)
    with pytest.raises(NotAllowed):
        cases.refuse(code=code, reason="x", actor=cast.actor("wu", MONDAY), at=MONDAY)
    while outbox.deliver_once():
        pass
    assert Message.objects.filter(account=wu, subject="全程参与：已作出决定").exists()
    services.end_observing(observer=observer, reason="项目竣工", actor=manager, at=MONDAY)
    assert Observer.objects.get().ended_at is not None
    page = cast.client("zhao").get(f"/desk/cases/{case_of(code).matter.code}/")
    assert "请注意消防间距" in page.content.decode()
