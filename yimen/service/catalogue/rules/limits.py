"""Reading time limits as catalogues write them, and the statutory default where a licence states none."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from yimen.service.catalogue.rules.codes import short, visible
from yimen.service.catalogue.rules.vocabulary import ItemKind, LimitSource, LimitUnit

NOTHING = frozenset(
    {
        "",
        "无",
        "没有",
        "暂无",
        "不限",
        "无时限",
        "无规定",
        "未规定",
        "不涉及",
        "/",
        "-",
        "--",
        "—",
        "null",
        "none",
        "nan",
        "n/a",
    }
)
"""How catalogues write that a cell is empty."""

AT_ONCE = frozenset(
    {"即办", "即时", "当场", "即时办结", "当场办结", "即办件", "当日", "当天", "当日办结", "即时办理", "立等可取"}
)

UNITS = {
    "工作日": LimitUnit.WORKING_DAY,
    "个工作日": LimitUnit.WORKING_DAY,
    "G": LimitUnit.WORKING_DAY,
    "W": LimitUnit.WORKING_DAY,
    "自然日": LimitUnit.CALENDAR_DAY,
    "个自然日": LimitUnit.CALENDAR_DAY,
    "日历日": LimitUnit.CALENDAR_DAY,
    "日历天": LimitUnit.CALENDAR_DAY,
    "Z": LimitUnit.CALENDAR_DAY,
    "N": LimitUnit.CALENDAR_DAY,
    "月": LimitUnit.MONTH,
    "个月": LimitUnit.MONTH,
    "小时": LimitUnit.HOUR,
    "个小时": LimitUnit.HOUR,
    "时": LimitUnit.HOUR,
}
"""Unit words and letters (code_lists 时限单位). 天 and 日 are not among them: they say nothing about which days
count.
"""

LONGEST = 3650
_SHAPES = (
    re.compile(r"(?P<number>\d+)\s*[(\[]\s*(?P<unit>[^)\]]+?)\s*[)\]]"),
    re.compile(r"(?P<number>\d+)\s*(?P<unit>[^\d\s()]+)"),
    re.compile(r"(?P<number>\d+)"),
)
_CHINESE = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}

ART_42 = "《行政许可法》第四十二条（法定默认）"
DEFAULT_LICENCE_DAYS = 20


class LimitProblem(ValueError):
    """A limit that cannot be read; the message says why in Chinese."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of a unit. 0 means the same day."""

    number: int
    unit: LimitUnit

    def __str__(self) -> str:
        return "当场办结" if self.number == 0 else f"{self.number} {self.unit.label}"


def read_limit(text: str, unit_text: str = "") -> Limit | None:
    """The limit meant by `30(工作日)`, `20个工作日`, `二十个工作日`, `45（自然日）`, `即办`; None for `无`.

    `unit_text` is the unit column of tables that keep number and unit apart. Raises `LimitProblem` for
    everything else: a
    limit that is guessed wrongly would be a wrong legal deadline.
    """
    # `20 个 工作日`, with or without spaces that nobody sees.
    plain = re.sub(r"\s+", "", visible(unicodedata.normalize("NFKC", text))).strip("。;；")
    if plain.lower() in NOTHING:
        return None
    if plain in AT_ONCE:
        return Limit(0, LimitUnit.WORKING_DAY)
    number, unit = _split(plain, text)
    unit = unit or unicodedata.normalize("NFKC", unit_text).strip()
    if unit in ("年", "个年"):
        number, unit = number * 12, "个月"
    known = UNITS.get(unit) or UNITS.get(unit.upper())
    if known is None:
        if unit in ("天", "日", "个日", "个天"):
            raise LimitProblem(f"时限“{short(text)}”没有说明是工作日还是自然日")
        raise LimitProblem(
            f"时限“{short(text)}”的单位“{short(unit)}”不认识" if unit else f"时限“{short(text)}”没有单位"
        )
    if number > LONGEST:
        raise LimitProblem(f"时限“{short(text)}”超过 {LONGEST}，请核对")
    return Limit(number, known)


def _split(plain: str, text: str) -> tuple[int, str]:
    for shape in _SHAPES:
        match = shape.fullmatch(plain)
        if match:
            groups = match.groupdict()
            digits = groups["number"]
            if len(digits) > 6:
                break
            return int(digits), (groups.get("unit") or "").strip()
    match = re.fullmatch(
        r"([一二两三四五六七八九十百]+)\s*[(]?\s*(个?[^\d\s()一二两三四五六七八九十百]+?)\s*[)]?", plain
    )
    if match:
        return _chinese_number(match.group(1), text), match.group(2)
    raise LimitProblem(f"时限“{short(text)}”看不懂，应写成“20(工作日)”的样子")


def _chinese_number(text: str, whole: str) -> int:
    total = current = 0
    for sign in text:
        if sign == "百":
            total, current = total + (current or 1) * 100, 0
        elif sign == "十":
            total, current = total + (current or 1) * 10, 0
        elif current:
            raise LimitProblem(f"时限“{short(whole)}”看不懂")
        else:
            current = _CHINESE[sign]
    return total + current


@dataclass(frozen=True, slots=True)
class LegalLimit:
    """A statutory limit with where it comes from; `limit` is None when the item has no clock."""

    limit: Limit | None
    source: LimitSource
    basis: str = ""


def legal_limit(kind: ItemKind, stated: Limit | None) -> LegalLimit:
    """What binds by law: the stated limit; for a licence without one the 20 working days of 行政许可法 art. 42;
    else nothing.
    """
    if stated is not None:
        return LegalLimit(stated, LimitSource.STATED)
    if kind == ItemKind.LICENCE:
        return LegalLimit(Limit(DEFAULT_LICENCE_DAYS, LimitUnit.WORKING_DAY), LimitSource.STATUTORY_DEFAULT, ART_42)
    return LegalLimit(None, LimitSource.NONE)


_SHORTEST_DAYS = {
    LimitUnit.WORKING_DAY: 1.0,
    LimitUnit.CALENDAR_DAY: 1.0,
    LimitUnit.MONTH: 28.0,
    LimitUnit.HOUR: 1 / 24,
}
_LONGEST_DAYS = {LimitUnit.WORKING_DAY: 2.6, LimitUnit.CALENDAR_DAY: 1.0, LimitUnit.MONTH: 31.0, LimitUnit.HOUR: 1 / 24}


def compare(promise: Limit, legal: Limit) -> str:
    """`longer` if the promise is certainly longer than the statutory limit, `not_longer` if certainly not, else
    `unclear`.

    Limits in one unit compare as numbers. Different units compare by the calendar days they take at least and at most
    (a working day takes at least one calendar day; around the longest holidays two and a half on average).
    """
    if promise.unit == legal.unit:
        return "longer" if promise.number > legal.number else "not_longer"
    if promise.number * _SHORTEST_DAYS[promise.unit] > legal.number * _LONGEST_DAYS[legal.unit]:
        return "longer"
    if legal.unit == LimitUnit.CALENDAR_DAY and promise.number > legal.number:
        return "longer" if promise.unit == LimitUnit.WORKING_DAY else "unclear"
    if promise.number * _LONGEST_DAYS[promise.unit] <= legal.number * _SHORTEST_DAYS[legal.unit]:
        return "not_longer"
    return "unclear"
