"""The county's calendar and its short messages: a draft of next year's notice, Saturday service, a day of other hours, and
messages that arrived, did not arrive, and were sent again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta

from django.conf import settings

from yimen.ground.calendar.selectors import year_confirmed
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import day_of
from yimen.ground.matters import services as matters
from yimen.ground.notices import services as notices
from yimen.ground.notices.simulator import Simulator, serve
from yimen.ground.organisations.selectors import main_centre
from yimen.house.demo.acting import Stage

NOTICE = """国务院办公厅关于2027年部分节假日安排的通知（演示用，日期为虚构）
国办发明电〔2026〕99号
一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。
二、春节：2月5日（农历除夕、周五）至12日（周五）放假调休，共8天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）上班。
五、端午节：6月9日（周三）放假，共1天。
六、中秋节：9月15日（周三）放假，共1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
2026年11月9日
"""
ENDS = ("2671", "0009", "0004", "2671", "0010")
"""How the telephones of the told end: what the simulator does with each."""


def tell(stage: Stage) -> None:
    """Draft, hours and messages; everything through the services."""
    at = stage.days.now
    if day_of(at) < date(2027, 2, 1) and not year_confirmed(2027):
        change = matters.register_notice(actor=SYSTEM, paper=matters.Paper(NOTICE), at=at)
        matters.preview_change(actor=SYSTEM, change=change, at=at)
    centre = main_centre()
    if centre is not None:
        week = [
            (day, opens, closes)
            for day in range(5)
            for opens, closes in ((time(9), time(12)), (time(13, 30), time(17, 30)))
        ]
        matters.set_week(actor=SYSTEM, centre_id=centre.pk, sessions=[*week, (5, time(9), time(12))], at=at)
        matters.set_exception(
            actor=SYSTEM, centre_id=centre.pk, day=stage.days.after(day_of(at) + timedelta(days=4)), why="业务系统升级",
            opens=time(9), closes=time(15, 30), at=at,
        )  # fmt: skip
    _messages(stage)


def _messages(stage: Stage) -> None:
    at = stage.days.now
    for code in ("cases.accepted", "cases.correction", "cases.decided", "cases.submitted"):
        notices.register_with_operator(actor=SYSTEM, code=code, registered_id=f"QH{code[6:].upper()}01", at=at)
    notices.opt_out(number="13900000007", how="电话要求", at=at)
    with _gateway():
        for place, (who, party) in enumerate(list(stage.parties.items())[:5]):
            notices.notify_party(
                key=f"demo-sms:{who}", party_id=party, subject="请补齐材料", link="/my/",
                body="您申请的“公共场所卫生许可”有材料要补正，内容已一次列明，请打开办件页面查看。",
                template="cases.correction", facts={"item": "公共场所卫生许可", "number": f"QH-{place + 1:04}"},
            )  # fmt: skip


@contextmanager
def _gateway() -> Iterator[None]:
    """The simulator as the county's gateway, only while the story is told; it decides by the numbers' last digits."""
    from yimen.ground.notices.selectors import sendings

    before = settings.SMS_URL
    simulator = Simulator()
    server = serve(simulator)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_URL = f"http://{simulator.key}:{simulator.secret}@127.0.0.1:{server.server_port}/v1"
    try:
        yield
        for each in sendings(channel="sms", state="waiting"):
            notices.send(each.pk)
        for place, each in enumerate(sendings(channel="sms", state="sent")):
            if ENDS[place % len(ENDS)] != "0010":
                state = "failed" if ENDS[place % len(ENDS)] in ("0009", "0004") else "delivered"
                notices.take_receipt(
                    channel="sms", key=each.mail_id, receipt_id=f"D{each.pk}", state=state,
                    code="UNDELIV" if state == "failed" else "DELIVRD", happened_at=each.sent_at or each.created_at,
                )  # fmt: skip
    finally:
        settings.SMS_URL = before
        server.shutdown()
        server.server_close()
