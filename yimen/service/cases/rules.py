"""Pure rules of cases: the case number, what a case still lacks, which clock a case gets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters.lifecycle import ClockStart
from yimen.service.cases.lifecycle import DELIVERY_WORKDAYS, RECEIPT_WORKDAYS

CODE31 = re.compile(r"[0-9A-Z]{31}\Z")
LAST_OF_DAY = 9999
JOINT_WORKDAYS = 45
"""Art. 42 (2): what is handled in one, jointly or together; the government's head may extend by fifteen."""
FIRST_REVIEW_WORKDAYS = 20
"""Art. 43: what a lower organ reviews first goes up within twenty working days."""
RENEWAL_DAYS = 30
"""Art. 50: renewal is applied for thirty days before the licence expires."""

IMMEDIATE, COMMITMENT, JOINT, REPORT_UP = "instant", "promise", "joint", "report_up"


class DayIsFull(Conflict):
    """The day's 9 999 numbers of one item are used up (law-and-codes §4.5: four digits a day)."""

    code = "day_is_full"


class NoCode(Invalid):
    """The item has no 31-character code to build a case number from."""

    code = "no_code"


def series(code31: str, day: date) -> str:
    """The series in which the day's cases of one item are counted."""
    return f"case:{code31}:{day:%Y%m%d}"


def case_code(code31: str, day: date, serial: int) -> str:
    """办件编号: 31 characters of the implementation code, the day of submission, four digits; 43 in all.

    Raises `NoCode` for anything but 31 capitals and digits, `DayIsFull` for the 10 000th of a day.
    """
    if not CODE31.match(code31):
        raise NoCode("这个事项还没有 31 位实施编码，不能生成办件编号。", next_step="请事项管理员补齐编码后重新发布。")
    if serial > LAST_OF_DAY:
        raise DayIsFull(
            f"这个事项今天的办件编号已用完（每天最多 {LAST_OF_DAY} 件）。", next_step="申请内容已保存，请明天再提交。"
        )
    return f"{code31}{day:%Y%m%d}{serial:04d}"


def short_code(code: str) -> str:
    """How people on the phone say a case number: day and serial, `20260916-0027`. Not unique; only for display."""
    return f"{code[-12:-4]}-{code[-4:]}" if len(code) == 43 else code


@dataclass(frozen=True, slots=True)
class Terms:
    """An edition's limits as the clock needs them; None where there is none."""

    promise_limit: int | None
    promise_unit: str
    legal_limit: int | None
    legal_unit: str
    legal_source: str
    kind: str


OWN_RULE = "本中心办理规则"
"""What a clock rests on where no law sets its days."""

_UNITS = {"working_day": "workday", "calendar_day": "calendar", "": "workday"}
"""The catalogue's words for units, as the clock says them; months and hours are called the same in both."""


def receipt_clock(*, licence: bool = True) -> ClockStart:
    """Art. 32: five working days to accept, decline or tell what is missing.

    For what is no licence no law sets them: the centre keeps the same days as a rule of its own.
    """
    if not licence:
        return ClockStart(name="receipt", limit=RECEIPT_WORKDAYS, law=OWN_RULE)
    return ClockStart(
        name="receipt", limit=RECEIPT_WORKDAYS, legal=RECEIPT_WORKDAYS, law="《行政许可法》第三十二条第一款第（四）项"
    )


def handling_clock(terms: Terms, kind: str = "") -> ClockStart:
    """The clock that acceptance starts: the promised limit, else the legal one; none is said to be none.

    `kind` is the case's own, where it is another than the item's: what several departments handle jointly has 45 days (art. 42 (2)).
    """
    limit, unit = terms.promise_limit, terms.promise_unit
    if limit is None:
        limit, unit = terms.legal_limit, terms.legal_unit
    law = {"statutory_default": "《行政许可法》第四十二条（法定默认）", "none": ""}.get(
        terms.legal_source, "事项实施清单"
    )
    if (kind or terms.kind) == JOINT and terms.legal_source == "statutory_default":
        joint = "《行政许可法》第四十二条第二款（法定默认）"
        limit = JOINT_WORKDAYS if terms.promise_limit is None else limit
        return ClockStart(name="handling", limit=limit, unit=_UNITS.get(unit, unit), legal=JOINT_WORKDAYS, law=joint,
                          source=terms.legal_source)  # fmt: skip
    if terms.kind == REPORT_UP and terms.legal_source == "statutory_default":
        law = (
            first_review_clock().law
        )  # what the superior decides is reviewed within twenty days, unless a law says otherwise
    return ClockStart(
        name="handling",
        limit=limit,
        unit=_UNITS.get(unit, unit),
        legal=terms.legal_limit,
        legal_unit=_UNITS.get(terms.legal_unit, terms.legal_unit),
        law=law,
        source=terms.legal_source,
    )


def delivery_clock(*, licence: bool = True) -> ClockStart:
    """Art. 44: ten working days from the decision to delivery; for what is no licence, a rule of the centre."""
    if not licence:
        return ClockStart(name="delivery", limit=DELIVERY_WORKDAYS, law=OWN_RULE)
    return ClockStart(name="delivery", limit=DELIVERY_WORKDAYS, legal=DELIVERY_WORKDAYS, law="《行政许可法》第四十四条")


def first_review_clock() -> ClockStart:
    """Art. 43: twenty working days from acceptance until the case goes up to the organ that decides, with all its materials."""
    return ClockStart(
        name="first_review", limit=FIRST_REVIEW_WORKDAYS, legal=FIRST_REVIEW_WORKDAYS, law="《行政许可法》第四十三条"
    )


def renewal_asked_by(expires_on: date, ahead_days: int = RENEWAL_DAYS) -> date:
    """The last day on which a renewal is asked for in time: so many days before the licence expires (art. 50).

    Days before an expiry are counted backwards from it and not moved: the licence itself knows no holidays.
    """
    return expires_on - timedelta(days=ahead_days)


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """One material of a case as the rules see it."""

    order: int
    name: str
    required: bool
    state: str


def lacking(materials: Iterable[MaterialLine]) -> list[MaterialLine]:
    """Required materials that nobody handed in or that were returned: a case with any cannot be accepted."""
    return [line for line in materials if line.required and line.state in ("missing", "returned")]


def people_named(text: str) -> list[str]:
    """The names in `张三、李四`; commas of both kinds part them too."""
    names = text.replace("，", "、").replace(",", "、").split("、")
    return [name.strip() for name in names if name.strip()]


def unchecked(materials: Iterable[MaterialLine]) -> list[MaterialLine]:
    """Materials that were handed in and not yet found right."""
    return [line for line in materials if line.state == "provided"]
