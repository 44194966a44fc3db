"""What is charged and how much: classes, standards, sums. Whole fen throughout. Pure: no database, no clock, no request."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yimen.ground.kit.money import Fen, UnreadableAmount, parse_yuan, say_yuan
from yimen.ground.kit.refusals import Invalid

CLASSES: dict[str, str] = {
    "administrative": "行政事业性收费",
    "business": "经营服务性收费",
    "fund": "政府性基金",
    "nontax": "其他非税收入",
    "construction": "建设项目集中收费",
    "intermediary": "中介服务收费",
}
"""Classes of fees (R172)."""

REVENUES: dict[str, str] = {
    "budget": "一般公共预算非税收入",
    "fund": "政府性基金预算收入",
    "special": "财政专户管理资金",
    "business": "经营收入",
    "agency": "代收资金",
}
"""Where the money belongs; non-tax revenue is listed apart (R174)."""

NON_TAX = ("budget", "fund", "special")
"""The classes of revenue whose receipts are non-tax tickets of finance."""

HOW: dict[str, str] = {"fixed": "定额", "range": "幅度", "per_unit": "按量"}
RAISED_AT: dict[str, str] = {"accepted": "受理后", "granted": "准予以后", "window": "由窗口开单"}
WAYS: dict[str, str] = {"cash": "现金", "card": "刷卡", "qr": "扫码"}
CONDUCT: dict[str, str] = {
    "ride_along": "搭车收费", "arbitrary": "乱收费", "forced": "强制或变相收费", "above": "超过标准", "outside": "窗口外收款",
    "promise": "私自表态、乱开口子", "loss": "非税收入流失",
}  # fmt: skip
"""Forbidden conduct and losses (R179, R180)."""

NOTHING = Fen(0)
MILLI = 1000
"""Quantities are kept in thousandths, so that 86.5 square metres are a whole number."""


class WrongStandard(Invalid):
    """The standard says no sum, or one that cannot be charged."""

    code = "wrong_standard"


@dataclass(frozen=True, slots=True)
class Standard:
    """How a fee is reckoned: a fixed sum, a range, or a sum for each unit."""

    how: str
    amount_fen: Fen = NOTHING
    low_fen: Fen = NOTHING
    high_fen: Fen = NOTHING
    unit: str = ""

    def faults(self) -> dict[str, str]:
        """What is wrong, by field."""
        if self.how not in HOW:
            return {"how": "请选择计费方式"}
        if self.how == "range":
            if self.low_fen <= 0 or self.high_fen <= self.low_fen:
                return {"high": "幅度的高限要大于低限，低限大于零"}
            return {}
        if self.amount_fen <= 0:
            return {"amount": "请填收费标准，大于零"}
        return {"unit": "按量计费的要写计费单位"} if self.how == "per_unit" and not self.unit else {}


def say_standard(standard: Standard) -> str:
    """`20.00 元/证`, `50.00—200.00 元/件`: as the public page and the document have it."""
    per = f"/{standard.unit}" if standard.unit else ""
    if standard.how == "range":
        low = say_yuan(standard.low_fen).removesuffix(" 元")
        return f"{low}—{say_yuan(standard.high_fen)}{per}"
    return f"{say_yuan(standard.amount_fen)}{per}"


def charge(standard: Standard, fee_class: str, *, quantity_milli: int = MILLI, chosen_fen: Fen | None = None) -> Fen:
    """What is to be paid. A range is charged at its low limit; a person may choose a higher sum within it, but never for a
    department's business-service fee (R177). Raises `WrongStandard`.
    """
    if quantity_milli <= 0:
        raise WrongStandard("数量要大于零。", fields={"quantity": "请填大于零的数"})
    if standard.how == "range":
        sum_fen = standard.low_fen if chosen_fen is None else chosen_fen
        if chosen_fen is not None and not standard.low_fen <= chosen_fen <= standard.high_fen:
            raise WrongStandard(f"收费不能超出标准 {say_standard(standard)}。", fields={"chosen": "要在幅度以内"})
        if fee_class == "business" and sum_fen != standard.low_fen:
            raise WrongStandard(
                "部门的经营服务性收费一律按低限收取。", next_step=f"请按 {say_yuan(standard.low_fen)} 开单。",
                fields={"chosen": "只能按低限"},
            )  # fmt: skip
        one = sum_fen
    else:
        if chosen_fen is not None and chosen_fen != standard.amount_fen:
            raise WrongStandard("定额和按量的收费不能另定金额。", fields={"chosen": "不用填"})
        one = standard.amount_fen
    if standard.how == "fixed" and quantity_milli % MILLI:
        raise WrongStandard("这项收费按整数份计。", fields={"quantity": "请填整数"})
    return times(one, quantity_milli)


def times(fen: Fen, quantity_milli: int) -> Fen:
    """A sum for so many thousandths of a unit, rounded half up to the fen."""
    return Fen((fen * quantity_milli * 2 + MILLI) // (2 * MILLI))


def read_quantity(text: str) -> int:
    """`86.5` → 86500. Raises `WrongStandard` for what is no quantity or finer than thousandths."""
    found = re.fullmatch(r"\s*(\d{1,9})(?:\.(\d{1,3}))?\s*", str(text))
    if found is None:
        raise WrongStandard(f"数量“{str(text)[:20]}”看不懂。", fields={"quantity": "请填数字，最多三位小数"})
    return int(found[1]) * MILLI + int((found[2] or "").ljust(3, "0"))


def say_quantity(quantity_milli: int, unit: str = "") -> str:
    """86500 → `86.5`."""
    whole, rest = divmod(quantity_milli, MILLI)
    said = f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)
    return f"{said} {unit}" if unit else said


def spread(sum_fen: int, rests: Sequence[int]) -> list[Fen]:
    """A sum over lines in proportion to what each can bear, to the fen: rounded down, what is left one fen a line from the
    front. Raises ValueError where the lines cannot bear it.
    """
    whole = sum(rests)
    if not 0 <= sum_fen <= whole:
        raise ValueError("more than the lines can bear")
    if not sum_fen:
        return [Fen(0)] * len(rests)
    parts = [sum_fen * rest // whole for rest in rests]
    left = sum_fen - sum(parts)
    for place, rest in enumerate(rests):
        if left and parts[place] < rest:
            parts[place] += 1
            left -= 1
    return [Fen(part) for part in parts]


def in_force(valid_from: date, valid_until: date | None, on: date) -> bool:
    """Whether a standard may be charged on a day: both days of its document count."""
    return valid_from <= on and (valid_until is None or on <= valid_until)


# --- The item's own words compared with the catalogue of charges (R171)


@dataclass(frozen=True, slots=True)
class Listed:
    """A charge as the catalogue of charges has it, for the comparison."""

    name: str
    standard: Standard
    basis_number: str


def compare(fee: bool | None, fees: Sequence[Mapping[str, Any]], listed: Collection[Listed]) -> list[str]:
    """Where what an item publishes of its fees is other than the catalogue of charges, in words; nothing where equal."""
    found: list[str] = []
    if listed and not fee:
        found.append("指南写着不收费（或没有载明），收费目录里却有科目")
    if fee and not listed:
        found.append("指南写着收费，收费目录里没有对应的科目：不能收")
    if not (fee and listed):
        return found
    by_name = {_plain(each.name): each for each in listed}
    told = {_plain(str(each.get("name") or "")): each for each in fees}
    found += [f"目录里的“{each.name}”指南没有写" for key, each in by_name.items() if key not in told]
    found += [f"指南里的“{each.get('name')}”目录里没有" for key, each in told.items() if key not in by_name]
    for key in by_name.keys() & told.keys():
        found += _compare_one(told[key], by_name[key])
    return found


def _compare_one(told: Mapping[str, Any], charged: Listed) -> list[str]:
    standard, name = charged.standard, charged.name
    pairs = (
        [("low", standard.low_fen, "低限"), ("high", standard.high_fen, "高限")]
        if standard.how == "range"
        else [("amount", standard.amount_fen, "标准")]
    )
    found = []
    for key, wanted, label in pairs:
        said = str(told.get(key) or "")
        try:
            equal = parse_yuan(said) == wanted
        except UnreadableAmount:
            equal = False
        if not equal:
            found.append(f"“{name}”的{label}：指南写“{said or '空'}”，目录是 {say_yuan(wanted)}")
    if charged.basis_number and _plain(charged.basis_number) not in _plain(str(told.get("basis") or "")):
        found.append(f"“{name}”的依据：指南没有写文号 {charged.basis_number}")
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\s　（）()\[\]〔〕【】]", "", text)


# --- Money that fits no bill, and the day compared with the bank's file


HELD: dict[str, str] = {
    "amount": "金额与缴费单不符",
    "paid_before": "缴费单已缴过",
    "not_open": "缴费单已作废或免缴",
    "unknown": "没有这个订单",
    "contradicts": "同一流水号金额不同",
}
"""Why money that came is held for a person."""

DIFFERENCES: dict[str, str] = {
    "only_bank": "银行有，我方没有",
    "only_ours": "我方有，银行没有",
    "amount": "金额不同",
    "day": "日期不同",
    "drawer": "现金长短款",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement of money as a side has it; what was given back is below zero."""

    serial: str
    fen: int
    day: date


@dataclass(frozen=True, slots=True)
class Found:
    """One difference of a day."""

    kind: str
    serial: str
    ours_fen: int
    bank_fen: int
    other_day: date | None = None


def match(day: date, ours: Sequence[Moved], banks: Sequence[Moved]) -> list[Found]:
    """The differences of a day between our ledger and the bank's file, each by its name. Both sides hold some days around it, so
    that what the bank counts to another day is told from what it does not know. A difference of the day is named on our day;
    on the bank's day it is not named again.
    """
    mine, theirs = _by_serial(ours), _by_serial(banks)
    found: list[Found] = []
    for serial in sorted(mine.keys() | theirs.keys()):
        own, other = mine.get(serial), theirs.get(serial)
        if own is not None and other is not None:
            if own.day != day:
                continue
            if own.fen != other.fen:
                found.append(Found("amount", serial, own.fen, other.fen, other.day if other.day != day else None))
            elif other.day != day:
                found.append(Found("day", serial, own.fen, other.fen, other.day))
        elif own is not None and own.day == day:
            found.append(Found("only_ours", serial, own.fen, 0))
        elif other is not None and other.day == day:
            found.append(Found("only_bank", serial, 0, other.fen))
    return found


def _by_serial(moves: Sequence[Moved]) -> dict[str, Moved]:
    """Entries of one serial (a bill of several lines) as one movement, of its first day."""
    found: dict[str, Moved] = {}
    for each in moves:
        held = found.get(each.serial)
        found[each.serial] = each if held is None else Moved(each.serial, held.fen + each.fen, min(held.day, each.day))
    return {serial: each for serial, each in found.items() if each.fen}
