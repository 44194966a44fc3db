"""The windows of 清河县 at work: sections asked, first contacts on their way, 2+2 switched on, plans read and started."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from yimen.house.demo.acting import Stage
from yimen.service.cases.models import Case
from yimen.service.windows import services
from yimen.service.windows.models import FirstAsk, Pull

if TYPE_CHECKING:
    from yimen.ground.identity.rules import Actor

MANAGER, WINDOW = "hezhinian", "3"

PULLS = (
    ("health", "核对三间诊室是否要分开发证", "申请人同一地址三间诊室，请说明按一张还是三张证受理。", 12, "done"),
    ("market", "食品经营许可的现场核查能否免", "申请人搬到同一栋楼，请说明能否免现场核查。", 9, "done"),
    ("housing", "查预售项目的资本金到位证明", "窗口系统里查不到，请从局里业务系统核对后告知。", 8, "late"),
    ("health", "公共场所检测报告过期几天能不能用", "报告过期三天，群众已约新的检测，请答复能否先收件。", 6, "declined"),
    ("labour", "补缴社保的利息怎样算", "老人问补缴五年要多少钱，请给出算法，窗口转告。", 5, "back"),
    ("market", "名称里能不能用“清河县”", "企业名称拟用县名，请答复是否需要批准。", 3, "answered"),
    ("culture", "校外培训能不能在二楼开", "请答复楼层要求和依据的条款。", 2, "extension"),
    ("health", "医生多点执业的变更要不要本人来", "外地医生来一次不容易，请答复能否委托。", 1, "open"),
    ("housing", "老楼加装电梯的规划意见", "群众在窗口等，请两小时内答复找哪个股室。", 0, "open"),
)
"""Unit, title, what is asked, how many working days ago, how far."""

ASKED = (
    (
        "窗口没有挂牌的“小饭桌”要办什么证？",
        "window",
        12,
        "at_once",
        "办小餐饮备案，带房屋证明和健康证，3 号窗口就能办。",
    ),
    ("户口在外县，能不能在这里办居住证？", "phone", 10, "at_once", "可以，住满半年，带租房合同到派出所窗口。"),
    ("老人在外地去世，社保丧葬费回来怎么领？", "window", 9, "handed", "带死亡证明和火化证明，社保窗口一次办结。"),
    ("养猪场扩建，环评和用地先办哪个？", "agent", 8, "handed", "先办设施农业用地备案，再办环评登记表，可以一起申请。"),
    ("医保卡在省外刷不了，是没备案吗？", "window", 6, "refused", ""),
    ("房产证上的名字写错一个字怎么改？", "window", 4, "taken", ""),
    ("跨省的营业执照能不能在这里代收？", "joint", 2, "offered", ""),
    ("周六上午开不开门？", "phone", 1, "at_once", "开，周六 9:00 到 12:00，综合窗口收件。"),
    ("残疾证换新要不要重新评残？", "window", 0, "open", ""),
)
"""Question, way, how many working days ago, how far, the answer."""

KINDS = {
    "3": "both", "4": "both", "5": "both", "6": "both", "7": "both", "8": "both", "9": "both", "11": "help",
    "A1": "natural", "A2": "natural", "A3": "legal", "A4": "legal", "A5": "natural", "A6": "both", "A7": "natural",
    "A8": "legal", "A9": "both", "A10": "legal", "A11": "legal",
}  # fmt: skip

WORKFLOW = """一、叫号以后起身招呼，问清办什么事。
二、核对材料，齐的当场受理，不齐的一次告知。
三、拿不准的请股室协办，写明几时以前答复，不让群众跑两趟。
四、办结的当面交付，请群众评价。
五、下班前核对当日办件，没有办完的写明去向。"""
PLAN = """一、系统断网：改用纸质受理单，写明受理时间，恢复以后当日补录并注明依据。
二、停电：引导员安抚群众，先叫老人和带孩子的。
三、排队超过二十人：值班长加开相邻窗口，并到门口说明。
四、有人争吵：请到接待室，值班长到场，必要时报警。
五、处置完写明经过，由中心复盘。"""


def tell(stage: Stage) -> None:
    """The chapter, in the order of its days."""
    manager = stage.actor(MANAGER)
    centre, at = stage.county.units["centre"], _at(stage, 15, 9)
    services.set_setting(actor=manager, centre=centre, key="two_plus_two", value=1, at=at)
    for number, kind in KINDS.items():
        services.set_kind(
            actor=manager, window=stage.county.windows[number], kind=kind, at=at, reason="一窗通办“2+2”改革方案"
        )
    _papers(stage, manager)
    _pulls(stage)
    _asked(stage)


def _at(stage: Stage, back: int, hour: int, minute: int = 0) -> datetime:
    return stage.days.at(stage.days.back(back), hour, minute)


def _day(stage: Stage, back: int) -> date:
    return stage.days.back(back)


def _papers(stage: Stage, manager: Actor) -> None:
    """Window 3 has both and has read one; window 4's plan is old; a department's is waiting for approval."""
    verbs, clerk = services.papers, stage.actor(stage.county.clerks[WINDOW])

    def approved(number: str, kind: str, title: str, text: str, back: int, since: int) -> Any:
        actor = stage.actor(stage.county.clerks[number])
        at = _at(stage, back, 10)
        paper = verbs.draft_paper(
            actor=actor, kind=kind, title=title, text=text, window=stage.county.windows[number], at=at
        )
        paper = verbs.submit_paper(actor=actor, paper=paper, at=at + timedelta(minutes=20))
        paper = verbs.approve_paper(
            actor=manager, paper=paper, in_force_from=_day(stage, back - 1), at=at + timedelta(hours=3)
        )
        if since:  # as if it had been approved long ago
            type(paper).objects.filter(pk=paper.pk).update(in_force_from=_day(stage, back) - timedelta(days=since))
        return paper

    flow = approved(WINDOW, "workflow", "综合窗口 3 号工作流程", WORKFLOW, 12, 0)
    approved(WINDOW, "contingency", "综合窗口 3 号应急预案", PLAN, 12, 0)
    approved("4", "workflow", "综合窗口 4 号工作流程", WORKFLOW, 12, 420)
    approved("5", "contingency", "综合窗口 5 号应急预案", PLAN, 11, 0)
    verbs.read_paper(actor=clerk, paper=flow, at=_at(stage, 10, 9))
    started = services.start_contingency(
        actor=clerk, window=stage.county.windows[WINDOW], reason="上午 10 点半全网中断，叫号和受理系统都打不开。",
        at=_at(stage, 4, 10, 35),
    )  # fmt: skip
    done = "改用纸质受理单收件 7 件，11 点 50 分恢复，下午全部补录完毕，注明了依据。"
    services.end_contingency(actor=clerk, activation=started, done=done, at=_at(stage, 4, 15))
    section = stage.county.units.get("housing")
    if section is not None:
        paper = verbs.draft_paper(
            actor=stage.actor(stage.county.first("housing", "head")), kind="workflow", title="住建窗口工作流程",
            text=WORKFLOW, department=section, at=_at(stage, 1, 16),
        )  # fmt: skip
        verbs.submit_paper(actor=stage.actor(stage.county.first("housing", "head")), paper=paper, at=_at(stage, 1, 17))


def _pulls(stage: Stage) -> None:
    verbs, clerk = services.pulls, stage.actor(stage.county.clerks[WINDOW])
    cases = list(
        Case.objects.filter(matter__window=stage.county.windows[WINDOW]).select_related("matter").order_by("pk")[:4]
    )
    for number, (key, title, text, back, how) in enumerate(PULLS):
        unit = stage.county.units[key]
        section = (
            unit.children.filter(kind="section", dissolved_on__isnull=True).order_by("order", "pk").first() or unit
        )
        about = cases[number].matter.code if number < len(cases) else ""
        hours = back == 0
        at = _at(stage, back, 8, 40) if back else stage.days.now - timedelta(minutes=50)
        pull = services.ask_section(
            actor=clerk, section=section, title=title, text=text, limit=2, unit="hour" if hours else "workday",
            about=about, at=at,
        )  # fmt: skip
        names = stage.county.by_duty.get((key, "reviewer")) or stage.county.by_duty[key, "head"]
        section_at = stage.actor(names[0])
        if how == "open":
            continue
        if how == "extension":
            verbs.ask_extension(
                pull=_again(pull), actor=section_at, days=2, reason="要到现场看消防通道。", at=_at(stage, back - 1, 15)
            )
            continue
        late = how == "late"
        answered = _at(stage, max(back - (4 if late else 1), 0), 15, 10)
        if how == "declined":
            verbs.decline(
                pull=_again(pull),
                actor=section_at,
                reason="检测报告的有效期是省里定的，股室没有权限放宽。",
                at=answered,
            )
            verbs.accept_decline(
                pull=_again(pull), actor=clerk, reason="请申请人先取新的报告，窗口预约留号。",
                at=answered + timedelta(hours=1),
            )  # fmt: skip
            continue
        verbs.answer(
            pull=_again(pull), actor=section_at, reason="按规定可以，依据和要带的材料已写在附件说明里，请窗口一次告知。",
            at=answered,
        )  # fmt: skip
        if how == "answered":
            continue
        if how == "back":
            verbs.send_back(
                pull=_again(pull), actor=clerk, reason="没有写利息怎样算，请给出算法和例子。", days=2,
                at=_at(stage, back - 2, 9),
            )  # fmt: skip
            continue
        verbs.confirm(pull=_again(pull), actor=clerk, reason="已转告申请人。", at=answered + timedelta(minutes=40))


def _again(pull: Pull) -> Pull:
    return Pull.objects.select_related("matter__department", "matter__centre", "section", "asker_unit", "window").get(
        pk=pull.pk
    )


def _once_more(asked: FirstAsk) -> FirstAsk:
    return FirstAsk.objects.select_related("matter__department", "matter__centre", "first_unit", "first_window").get(
        pk=asked.pk
    )


def _asked(stage: Stage) -> None:
    verbs, clerk = services.contacts, stage.actor(stage.county.clerks[WINDOW])
    health = stage.actor("zhaolinchuan")
    for number, (question, way, back, how, answer) in enumerate(ASKED):
        at = _at(stage, back, 9, 20) if back else stage.days.now - timedelta(minutes=30)
        given: dict[str, Any] = {"actor": clerk, "way": way, "question": question, "at": at}
        if number % 3 == 0:
            given |= {"name": ("申屠月", "仲小河", "逯青")[number // 3], "phone": f"1300000{number:04}"}
        if how == "at_once":
            services.record_first_ask(answer_text=answer, **given)
            continue
        asked = services.record_first_ask(**given).asked
        if how == "open":
            continue
        verbs.offer(
            asked=_once_more(asked), actor=clerk, unit=stage.county.units["health"],
            reason="要股室解释政策，我继续跟着。", at=at + timedelta(minutes=25),
        )  # fmt: skip
        if how == "offered":
            continue
        if how == "refused":
            verbs.refuse(
                asked=_once_more(asked),
                actor=health,
                reason="异地备案归医保局，请转医保窗口。",
                at=at + timedelta(hours=2),
            )
            continue
        verbs.take_over(asked=_once_more(asked), actor=health, at=at + timedelta(hours=1))
        if how == "handed":
            verbs.answer(asked=_once_more(asked), actor=health, reason=answer, at=at + timedelta(hours=4))
