"""What besides a running clock is a sign of a fault: the kinds, their thresholds, and the pure judgement of each (R220–R225).

A judgement reads facts that somebody else has gathered and says in words what is wrong, or nothing. `prepared` kinds wait for the
module that brings their facts; they can be set and judge nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yimen.ground.calendar.rules import WorkCalendar
from yimen.watch.supervision.rules.kinds import Kind, Param, register_kind
from yimen.watch.supervision.rules.signals import LONGEST, MOMENT, day_begins_at

_MEASURE = Param(
    "measure",
    "看哪个期限",
    "promised",
    kind="choice",
    choices=(("promised", "本阶段的承诺期限"), ("legal", "法定期限（全程）")),
)
_DAYS = Param("days", "看最近", 30, "日", 7, 366)

OVERDUE = register_kind(
    Kind(
        "overdue",
        "超期未办",
        "期限届满满若干个工作日仍未办结的，向责任岗位发出预警。期限重新推算后不再超期的，自动撤销。",
        "act",
        (
            _MEASURE,
            Param("late_workdays", "超期满", 0, "个工作日", 0, LONGEST, help="0 指一超期就预警。"),
            Param("procedures", "适用程序", (), kind="codes", help="程序代号，用顿号隔开；留空适用全部。"),
        ),
        violation="slow",
        law="《行政许可法》第四十二条、第七十二条",
    )
)
NO_SLIP = register_kind(
    Kind(
        "no-slip",
        "有决定无受理单",
        "作出了决定，却没有出具受理单。",
        "act",
        violation="black_box",
        law="《行政许可法》第三十二条第二款",
    )
)
STALLED = register_kind(
    Kind(
        "stalled",
        "有受理单无步骤",
        "出具了受理单，此后若干个工作日没有任何办理步骤。",
        "act",
        (Param("workdays", "没有步骤满", 5, "个工作日", 1, LONGEST),),
        violation="inaction",
        law="《行政许可法》第四十二条",
    )
)
NO_LETTER = register_kind(
    Kind(
        "no-letter",
        "授权之外作出决定",
        "决定不在有效的授权委托书之内。",
        "act",
        violation="under_authorised",
        law="《行政许可法》第二十四条",
    )
)
SECOND_CORRECTION = register_kind(
    Kind(
        "second-correction",
        "多次告知补正",
        "同一办件告知补正达到若干次；法律要求一次告知全部内容。",
        "act",
        (Param("times", "告知补正达到", 2, "次", 2, 9),),
        violation="wrongful",
        law="《行政许可法》第三十二条第一款第（四）项、第七十二条第（四）项",
    )
)
BARE_REFUSAL = register_kind(
    Kind(
        "bare-refusal",
        "不予许可没有说明理由",
        "不予受理、不予许可的理由太短，或没有引用条文。",
        "act",
        (
            Param("least_chars", "理由少于", 10, "个字", 1, 500),
            Param("article", "必须引用条文", "no", kind="choice", choices=(("no", "不要求"), ("yes", "要求"))),
        ),
        violation="wrongful",
        law="《行政许可法》第三十八条第二款、第七十二条第（五）项",
    )
)
CANCELLED_ITEM = register_kind(
    Kind(
        "cancelled-item",
        "已取消的事项仍在办理",
        "事项已取消或已撤出，仍然受理。",
        "act",
        violation="wrongful",
        law="《行政许可法》第七十二条",
    )
)
PARALLEL = register_kind(
    Kind(
        "parallel",
        "体外循环、两头受理",
        "同一申请人的同一事项，在不同窗口同时受理。",
        "act",
        (_DAYS,),
        violation="off_site",
        law="《行政许可法》第二十六条",
    )
)
BUNCHED = register_kind(
    Kind(
        "bunched",
        "集中录入",
        "同一人在一分钟内记下许多步骤，疑为事后补录。",
        "act",
        (Param("steps", "一分钟内达到", 10, "步", 3, 500),),
        violation="black_box",
        law="杜绝事后补录、超期办理",
    )
)
BACKDATED = register_kind(
    Kind(
        "backdated",
        "补记间隔过长",
        "步骤的发生时间与记录时间相差太久；补记虽有依据，仍请说明。",
        "act",
        (Param("hours", "相差超过", 24, "小时", 1, 24 * 60),),
        violation="black_box",
        law="杜绝事后补录、超期办理",
    )
)
ABSENT_ITEM = register_kind(
    Kind(
        "absent-item",
        "应进未进",
        "应当进驻大厅的事项，满若干日没有进驻。",
        "standing",
        (Param("days", "未进驻满", 30, "日", 0, 366),),
        violation="not_entered",
        per="unit",
        law="应进必进",
    )
)
REGISTERS_ONLY = register_kind(
    Kind(
        "registers-only",
        "只挂号、不看病",
        "窗口只收件不决定：在窗口签出的决定占比太低。",
        "standing",
        (
            Param("share", "窗口签出的决定少于", 30, "%", 1, 100),
            Param("least", "至少有决定", 10, "件", 1, 10000),
            _DAYS,
        ),
        violation="not_entered",
        per="unit",
        law="坚决杜绝名进实不进、人进权不进",
    )
)
SHELL = register_kind(
    Kind(
        "shell",
        "“空壳”运行",
        "进驻的事项太少，办件也太少。",
        "standing",
        (Param("items", "进驻事项不多于", 2, "项", 0, 1000), Param("cases", "收件不多于", 5, "件", 0, 100000), _DAYS),
        violation="inaction",
        per="unit",
        law="“空壳”运行情况",
    )
)
ATTITUDE = register_kind(
    Kind(
        "attitude",
        "投诉查实的服务态度问题",
        "反映服务态度的效能投诉经调查认定有效。预警不写出投诉编号，也不写出投诉人。",
        "act",
        violation="attitude",
        law="窗口工作人员服务规范；效能投诉办法",
    )
)
FEES = register_kind(
    Kind(
        "fees",
        "收费不合规",
        "办事指南写的收费和收费目录不一致（没有依据、超过标准或文号不对），或者申请的退款迟迟没有退。",
        "standing",
        (Param("refund_workdays", "退款超过", 5, "个工作日没有退", 1, 60),),
        violation="fees",
        per="unit",
        law="《行政许可法》第五十八条、第五十九条；收费标准与文件一致",
    )
)
ATTENDANCE = register_kind(
    Kind(
        "attendance",
        "窗口缺岗",
        "办公时间窗口无人。考勤的事实由大厅现场提供，接入之前本规则不作判断。",
        "prepared",
        (Param("minutes", "缺岗超过", 15, "分钟", 1, 480),),
        violation="inaction",
        per="window",
        needs="大厅现场（考勤）",
        law="窗口工作人员管理办法",
    )
)

CLOCKED = (OVERDUE.code,)
"""Kinds that judge by a clock: what they found is judged again when the clock's derivation changes."""

ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百千\d]+条")


@dataclass(frozen=True, slots=True)
class Lateness:
    """How a clock stood at a moment: its due day then, and whether it was late by so many full working days.

    `due_on` is None where no day was due: the clock stood, had no limit, or is no more. `workdays` is 0 where it was in time.
    """

    due_on: date | None
    due_at: datetime | None
    at: datetime
    workdays: int

    @property
    def late(self) -> bool:
        """Whether the limit had run out."""
        return self.due_at is not None and self.at > self.due_at


def overdue_from(due_on: date, due_at: datetime, late_workdays: int, calendar: WorkCalendar) -> datetime:
    """From which moment a limit is overdue by so many full working days; 0: as soon as it ran out."""
    if late_workdays == 0:
        return due_at + MOMENT
    return day_begins_at(calendar.nth_workday_after(due_on, late_workdays) + timedelta(days=1))


def is_overdue(found: Lateness, late_workdays: int, calendar: WorkCalendar) -> bool:
    """Whether a clock that stood so is overdue by so many full working days."""
    if found.due_on is None or found.due_at is None:
        return False
    return found.at >= overdue_from(found.due_on, found.due_at, late_workdays, calendar)


def bare_refusal(reason: str, least_chars: int, article: str) -> str:
    """What a refusal lacks, in words; "" for nothing."""
    text = "".join(reason.split())
    if len(text) < least_chars:
        return f"理由只有 {len(text)} 个字，少于 {least_chars} 个字" if text else "没有写理由"
    if article == "yes" and not ARTICLE.search(text):
        return "理由没有引用条文"
    return ""


def fees(differing: Collection[str], unpaid_refunds: Collection[str], workdays: int) -> str:
    """What is wrong with the charging of a department: items whose guide says other than the catalogue, refunds that wait."""
    parts = []
    if differing:
        named = "、".join(sorted(differing)[:3])
        parts.append(f"{len(differing)} 个事项的指南和收费目录不一致：{named}{'等' if len(differing) > 3 else ''}")
    if unpaid_refunds:
        parts.append(f"{len(unpaid_refunds)} 笔退款申请后超过 {workdays} 个工作日没有退")
    return "；".join(parts)


def registers_only(signed: int, decided: int, share: int, least: int) -> str:
    """Whether a window only registers: the share of decisions signed there is too small."""
    if decided < least or signed * 100 >= share * decided:
        return ""
    return f"共作出决定 {decided} 件，其中在窗口签出 {signed} 件，占 {signed * 100 // decided}%，低于 {share}%"


def shell(entered: int, received: int, items: int, cases: int) -> str:
    """Whether a department is there in name alone: few items entered and few cases."""
    if entered > items or received > cases:
        return ""
    return f"进驻事项 {entered} 项（不多于 {items} 项），收件 {received} 件（不多于 {cases} 件）"


def outside_letter(number: str, standing: Collection[str]) -> str:
    """Whether a decision rests on no letter that was valid that day; `standing` are the numbers of those that were."""
    if not number:
        return "决定没有注明所依据的授权委托书"
    if number not in standing:
        return f"所依据的授权委托书 {number} 当日无效"
    return ""
