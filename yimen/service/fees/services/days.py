"""日结对账: the drawer counted, the bank's file read, both compared with the ledger to the fen; each difference named and closed
with its reason.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.money import Fen, UnreadableAmount, parse_yuan
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.fees import policies, rules
from yimen.service.fees.events import DayDiffers
from yimen.service.fees.models import BankLine, DayEnd, Difference, Entry
from yimen.service.fees.rules import Moved

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

AROUND = timedelta(days=7)
"""How far the bank's day may lie from ours and still be the same movement."""
MOST_LINES = 200_000
HEADS = ("日期", "种类", "渠道", "流水号", "金额")
KINDS = {"收款": "paid", "退款": "refunded"}
CHANNELS = {"扫码": "qr", "刷卡": "card"}


class BadFile(Invalid):
    """The file is no bank's file; nothing of it was read in."""

    code = "bad_file"


class DayPast(Conflict):
    """The day is closed, or the difference is dealt with."""

    code = "day_past"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bank's file."""

    day: date
    kind: str
    serial: str
    fen: Fen


def read_file(content: bytes) -> list[Line]:
    """A CSV with 日期, 种类, 渠道, 流水号, 金额 (UTF-8 or GB 18030); raises `BadFile` naming the line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    rows = csv.reader(io.StringIO(text))
    head = [each.strip() for each in next(rows, [])]
    if missing := [each for each in HEADS if each not in head]:
        raise BadFile(f"对账单缺少这些列：{'、'.join(missing)}。", next_step="请用银行导出的原文件，或按模板整理。")
    places = [head.index(each) for each in HEADS]
    found, seen = [], set()
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(places) or number > MOST_LINES:
            raise BadFile(f"第 {number} 行不完整，或文件超过 {MOST_LINES} 行。", next_step="没有读入，请核对文件。")
        line = _line(number, [row[place].strip().lstrip("'") for place in places])
        if (line.kind, line.serial) in seen:
            raise BadFile(
                f"第 {number} 行的流水号 {line.serial} 在文件里出现了两次。", next_step="没有读入，请与银行核对。"
            )
        seen.add((line.kind, line.serial))
        found.append(line)
    return found


def _line(number: int, cells: list[str]) -> Line:
    day, kind, channel, serial, amount = cells
    try:
        on = date.fromisoformat(day)
        fen = parse_yuan(amount)
    except (ValueError, UnreadableAmount):
        raise BadFile(
            f"第 {number} 行的日期或金额看不懂：{day[:20]} {amount[:20]}。", next_step="没有读入，请核对文件。"
        ) from None
    if kind not in KINDS or channel not in CHANNELS or not re.fullmatch(r"[!-~]{1,60}", serial) or fen <= 0:
        raise BadFile(
            f"第 {number} 行不对：种类应是收款或退款，渠道应是扫码或刷卡，要有流水号，金额大于零。",
            next_step="没有读入，请核对文件。",
        )
    return Line(on, KINDS[kind], f"{CHANNELS[channel]}:{serial}", fen)


@transaction.atomic
def take_file(*, actor: Actor, centre: Unit, content: bytes, at: datetime) -> tuple[int, list[date]]:
    """Read a bank's file in; returns how many lines were new, and its days, each compared at once. A file read twice adds nothing;
    a line that says other than before is refused. Raises `BadFile`, `NotAllowed`."""
    _may(actor)
    lines = read_file(content)
    held = {(row.kind, row.serial): row for row in BankLine.objects.filter(serial__in=[line.serial for line in lines])}
    for line in lines:
        known = held.get((line.kind, line.serial))
        if known is not None and (known.amount_fen != line.fen or known.day != line.day):
            raise BadFile(
                f"流水号 {line.serial.partition(':')[2]} 以前读入时是 {known.day}、{known.amount_fen / 100:.2f} 元，这次不一样。",
                next_step="没有读入，请与银行核对。",
            )
    fresh = [line for line in lines if (line.kind, line.serial) not in held]
    BankLine.objects.bulk_create(
        (BankLine(centre=centre, day=line.day, kind=line.kind, serial=line.serial, amount_fen=line.fen, read_at=at,
                  read_by=actor.name) for line in fresh), ignore_conflicts=True,
    )  # fmt: skip
    days = sorted({line.day for line in lines})
    compare_days(centre=centre, days=days, serials=[line.serial for line in lines], at=at)
    audit.record(
        "fees.take_bank_file", actor=actor, target_kind="centre", target=centre.name,
        facts={"lines": len(lines), "fresh": len(fresh), "days": [day.isoformat() for day in days[:40]]},
    )  # fmt: skip
    return len(fresh), days


def compare_days(*, centre: Unit, days: Sequence[date], at: datetime, serials: Sequence[str] = ()) -> None:
    """Compare these days, those on which our ledger has the same serials, and the ones near by that still differ: what was missing
    on one day may have come on another. In a transaction."""
    if not days:
        return
    near = (min(days) - AROUND, max(days) + AROUND)
    rows = Entry.objects.filter(centre=centre, day__range=near, serial__in=serials)
    still = Difference.objects.filter(centre=centre, day__range=near, gone_at=None).exclude(kind="drawer")
    found = {*days, *rows.values_list("day", flat=True), *still.values_list("day", flat=True)}
    for day in sorted(found):
        compare_day(centre=centre, day=day, at=at)


def compare_day(*, centre: Unit, day: date, at: datetime) -> list[Difference]:
    """Compare a day with the bank's file; differences that are gone since are marked so, new ones are told. In a transaction."""
    found = rules.match(day, ours(centre, day), banks(centre, day))
    kept: dict[tuple[str, str], Difference] = {
        (row.kind, row.serial): row for row in Difference.objects.filter(centre=centre, day=day).exclude(kind="drawer")
    }
    now_there = {(each.kind, each.serial) for each in found}
    for each in found:
        row = kept.get((each.kind, each.serial))
        values = {"ours_fen": each.ours_fen, "bank_fen": each.bank_fen, "other_day": each.other_day}
        if row is None:
            row = Difference.objects.create(
                centre=centre, day=day, kind=each.kind, serial=each.serial, found_at=at, **values
            )
            outbox.publish(DayDiffers(row.pk, each.kind, day, at))
        elif row.gone_at is not None or any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.gone_at = None
            row.save(update_fields=[*values, "gone_at"])
    for key, row in kept.items():
        if key not in now_there and row.gone_at is None:
            row.gone_at = at
            row.save(update_fields=["gone_at"])
    return list(Difference.objects.filter(centre=centre, day=day, gone_at=None).order_by("kind", "serial"))


def ours(centre: Unit, day: date) -> list[Moved]:
    """What moved by code and card around a day, as the ledger has it. Held money moved too."""
    rows = Entry.objects.filter(
        Q(debit__in=("qr", "card")) | Q(credit__in=("qr", "card")), centre=centre, day__range=(day - AROUND, day + AROUND)
    ).values_list("serial", "amount_fen", "day", "debit")  # fmt: skip
    return [Moved(serial, fen if debit in ("qr", "card") else -fen, on) for serial, fen, on, debit in rows]


def banks(centre: Unit, day: date) -> list[Moved]:
    """What moved around a day, as the bank has it."""
    rows = BankLine.objects.filter(centre=centre, day__range=(day - AROUND, day + AROUND))
    return [
        Moved(serial, fen if kind == "paid" else -fen, on)
        for serial, fen, on, kind in rows.values_list("serial", "amount_fen", "day", "kind")
    ]


def drawer_of(centre: Unit, day: date) -> Fen:
    """What the drawer must hold of a day's cash, by the ledger."""
    rows = Entry.objects.filter(centre=centre, day=day)
    into = rows.filter(debit="cash").exclude(kind="drawer").aggregate(fen=Sum("amount_fen"))["fen"] or 0
    out = rows.filter(credit="cash").exclude(kind="drawer").aggregate(fen=Sum("amount_fen"))["fen"] or 0
    return Fen(into - out)


@transaction.atomic
def close_day(*, actor: Actor, centre: Unit, day: date, counted_fen: Fen, at: datetime) -> DayEnd:
    """日结: the counted drawer against the ledger; what differs is a difference and an entry to 长短款. Raises `DayPast`."""
    _may(actor)
    if day > day_of(at) or counted_fen < 0:
        raise Invalid("日期不能晚于今天，实点不能小于零。", fields={"counted": "请核对"})
    ledger = drawer_of(centre, day)
    try:
        with transaction.atomic():
            made = DayEnd.objects.create(
                centre=centre, day=day, counted_fen=counted_fen, ledger_fen=ledger, closed_at=at, closed_by=actor.name
            )
    except IntegrityError:
        raise DayPast("这一天已经日结。", next_step="请看日结单。") from None
    if counted_fen != ledger:
        over = counted_fen > ledger
        Entry.objects.create(
            day=day, at=at, kind="drawer", debit="cash" if over else "surplus", credit="surplus" if over else "cash",
            amount_fen=abs(counted_fen - ledger), centre=centre, by=actor.name, note="现金长款" if over else "现金短款",
        )  # fmt: skip
        row = Difference.objects.create(
            centre=centre, day=day, kind="drawer", ours_fen=ledger, bank_fen=counted_fen, found_at=at
        )
        outbox.publish(DayDiffers(row.pk, "drawer", day, at))
    compare_days(centre=centre, days=[day], at=at)
    audit.record(
        "fees.close_day", actor=actor, target_kind="centre", target=centre.name,
        facts={"day": day.isoformat(), "counted_fen": counted_fen, "ledger_fen": ledger},
    )  # fmt: skip
    return made


@transaction.atomic
def close_difference(*, actor: Actor, difference: Difference, reason: str, at: datetime) -> Difference:
    """Say why and what was done about it. Raises `DayPast`, `NotAllowed`."""
    policies.demand(actor.holds(policies.CONFIRM), "您不能处理对账差异。", "请由中心负责人处理。")
    held = Difference.objects.select_for_update().get(pk=difference.pk)
    if held.closed_at is not None:
        raise DayPast("这个差异已经处理。", next_step="请刷新页面。")
    held.closed_at, held.closed_by = at, actor.name
    held.reason = tidy(reason, "原因和处理", 300, field="words")
    held.save(update_fields=["closed_at", "closed_by", "reason"])
    audit.record(
        "fees.close_difference", actor=actor, target_kind="centre", target=f"{held.day}", reason=held.reason,
        facts={"kind": held.kind, "serial": held.serial, "ours_fen": held.ours_fen, "bank_fen": held.bank_fen},
    )  # fmt: skip
    return held


@dataclass(frozen=True, slots=True)
class DaySum:
    """A day of a month: what the ledger says moved by code and card, what the bank says, and what differs."""

    day: date
    cash_fen: int
    ours_fen: int
    bank_fen: int
    differences: list[Difference]


def month(centre: Unit, days: Iterable[date]) -> list[DaySum]:
    """Day by day; three questions however many days."""
    span = sorted(days)
    if not span:
        return []
    within = {"centre": centre, "day__range": (span[0], span[-1])}
    own: dict[date, dict[str, int]] = {}
    for day, debit, credit, fen in Entry.objects.filter(**within).exclude(kind="drawer").values_list(
        "day", "debit", "credit"
    ).annotate(fen=Sum(F("amount_fen"))):  # fmt: skip
        row = own.setdefault(day, {"cash": 0, "bank": 0})
        for account, sign in ((debit, 1), (credit, -1)):
            if account == "cash":
                row["cash"] += sign * fen
            elif account in ("qr", "card"):
                row["bank"] += sign * fen
    theirs: dict[date, int] = {}
    for day, kind, fen in BankLine.objects.filter(**within).values_list("day", "kind").annotate(fen=Sum("amount_fen")):
        theirs[day] = theirs.get(day, 0) + (fen if kind == "paid" else -fen)
    found: dict[date, list[Difference]] = {}
    for each in Difference.objects.filter(gone_at=None, **within).order_by("day", "kind", "serial"):
        found.setdefault(each.day, []).append(each)
    nothing = {"cash": 0, "bank": 0}
    return [
        DaySum(
            day, own.get(day, nothing)["cash"], own.get(day, nothing)["bank"], theirs.get(day, 0), found.get(day, [])
        )
        for day in span
    ]


def _may(actor: Actor) -> None:
    policies.demand(
        actor.holds(policies.COLLECT) or actor.holds(policies.CONFIRM),
        "您不能办理日结对账。",
        "请由收费窗口或中心负责人办理。",
    )
