"""有结果无办件: whether a result that a department gave out has its case here, judged by what is on record. Pure (R222).

A certificate with the number of a decision here has its case. So has one whose applicant, item and day fit a decided case. A case
that was opened after the result was given out was entered for show; one that is not decided yet was decided elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from yimen.watch.supervision.rules.kinds import Kind, Param, register_kind
from yimen.watch.supervision.rules.signals import LONGEST

OUTSIDE = register_kind(
    Kind(
        "outside-result",
        "有结果无办件",
        "部门、科室或其他系统已出具的证照、批文，在本系统找不到对应的办件，或者先出结果后补办件。",
        "act",
        (
            Param(
                "grace", "结果出具后等", 5, "个工作日", 0, LONGEST, help="给补录、传输留出时间，期满仍无办件才预警。"
            ),
            Param("days", "按申请人和事项核对时，日期相差不超过", 30, "日", 0, 366),
        ),
        violation="off_site",
        per="unit",
        law="《行政许可法》第二十六条；体外循环、两头受理",
    )
)
EXTERNAL = register_kind(
    Kind(
        "external-first",
        "外部系统先出结果",
        "同一办件在外部系统已有结果，本系统过了若干个工作日还没有作出决定。",
        "act",
        (Param("workdays", "外部出结果后满", 3, "个工作日", 1, LONGEST),),
        violation="off_site",
        per="unit",
        law="《行政许可法》第二十六条；体外循环、两头受理",
    )
)

WAITING, MATCHED, MISSING, LATE, AHEAD = "waiting", "matched", "missing", "late", "ahead"
STATES = {
    WAITING: "等待核对",
    MATCHED: "有办件",
    MISSING: "有结果无办件",
    LATE: "先出结果后补办件",
    AHEAD: "办件未决定已出结果",
}
WRONG = (MISSING, LATE, AHEAD)
HOW = {"number": "文号一致", "external": "外部编号一致", "particulars": "申请人、事项、日期相符", "": ""}


@dataclass(frozen=True, slots=True)
class Result:
    """A result that was given out: certificate or decision number, item by code or name, whose, when."""

    number: str
    item_code: str
    item_name: str
    applicant: str
    decided_on: date
    department_id: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that a result may belong to. `decided_on` is None while it is not decided; `by` how it was found (`HOW`)."""

    matter_id: int
    code: str
    item_code: str
    item_name: str
    applicant: str
    opened_on: date
    decided_on: date | None
    by: str = "particulars"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a result: a state, by which way, and the case."""

    state: str
    how: str = ""
    matter_id: int | None = None
    code: str = ""


def plain(text: str) -> str:
    """A number as it is compared: `清市监〔2026〕 3 号` and `清市监[2026]3号` are one."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[^0-9A-Z\u4e00-\u9fff]", "", folded)


def plain_name(text: str) -> str:
    """A name as it is compared."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def judge(
    result: Result, by_number: Mapping[str, Candidate], others: Iterable[Candidate], days: int, *, ripe: bool
) -> Verdict:
    """Whether a result has its case. Not `ripe` ones wait where nothing, or nothing decided, is found.

    `by_number` are cases by the plain form of their decision's (or outside) number, `others` those of the applicant.
    """
    named = by_number.get(plain(result.number))
    if named is not None:
        return _of(named, result, named.by, ripe)
    fitting = [
        each
        for each in others
        if plain_name(each.applicant) == plain_name(result.applicant)
        and (
            each.item_code == result.item_code
            if result.item_code
            else plain_name(each.item_name) == plain_name(result.item_name)
        )
        and abs(((each.decided_on or each.opened_on) - result.decided_on).days) <= days
    ]
    if not fitting:
        return Verdict(MISSING if ripe else WAITING)
    order = {MATCHED: 0, WAITING: 1, AHEAD: 2, LATE: 3}
    return min((_of(each, result, "particulars", ripe) for each in fitting), key=lambda said: order[said.state])


def _of(found: Candidate, result: Result, how: str, ripe: bool) -> Verdict:
    state = MATCHED
    if found.opened_on > result.decided_on:
        state = LATE
    elif found.decided_on is None:
        state = AHEAD if ripe else WAITING
    return Verdict(state, how, found.matter_id, found.code)
