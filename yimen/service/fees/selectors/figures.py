"""What was collected, from the entries alone: every number is a filter over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth

from yimen.ground.kit.periods import whole_month
from yimen.ground.organisations import selectors as organisations
from yimen.service.fees import policies, rules
from yimen.service.fees.models import Entry

if TYPE_CHECKING:
    from yimen.ground.identity.rules import Actor


@dataclass(frozen=True, slots=True)
class Line:
    """What an account received and gave in a period."""

    account: str
    label: str
    debit_fen: int
    credit_fen: int

    @property
    def balance_fen(self) -> int:
        """Received less given."""
        return self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class Balances:
    """Every account of a period. Both sides are the sum of the same rows, so they are equal; the page shows it."""

    lines: list[Line]
    debit_fen: int
    credit_fen: int


def balances(actor: Actor, first: date, last: date) -> Balances:
    """Debit and credit by account, of what an actor may see."""
    found = Entry.objects.filter(policies.entries(actor), day__range=(first, last))
    debit = dict(found.values_list("debit").annotate(Sum("amount_fen")))
    credit = dict(found.values_list("credit").annotate(Sum("amount_fen")))
    lines = [
        Line(code, label, debit.get(code, 0), credit.get(code, 0))
        for code, label in Entry.Account.choices
        if code in debit or code in credit
    ]
    return Balances(lines, sum(debit.values()), sum(credit.values()))


@dataclass(frozen=True, slots=True)
class Taken:
    """A row of the report."""

    group: str
    key: str
    name: str
    count: int
    taken_fen: int
    back_fen: int
    url: str

    @property
    def net_fen(self) -> int:
        """Collected less given back."""
        return self.taken_fen - self.back_fen


@dataclass(frozen=True, slots=True)
class Part:
    """One way of dividing the whole."""

    title: str
    head: str
    rows: list[Taken]


@dataclass(frozen=True, slots=True)
class Report:
    """The same entries divided by class, revenue, department and month; every division has the same total."""

    whole: Taken
    parts: list[Part]


def report(actor: Actor, first: date, last: date) -> Report:
    """Collected and given back in a period."""
    found = Entry.objects.filter(policies.entries(actor), day__range=(first, last))
    found = found.filter(Q(credit="revenue") | Q(debit="revenue"))
    span = {"first": first.isoformat(), "last": last.isoformat(), "account": "revenue"}
    names = dict(organisations.units().values_list("pk", "name"))

    def part(title: str, head: str, column: str, name: dict[str, str], asked: str) -> Part:
        rows = found.values(column).annotate(
            n=Count("pk"), taken=Sum("amount_fen", filter=Q(credit="revenue"), default=0),
            back=Sum("amount_fen", filter=Q(debit="revenue"), default=0),
        ).order_by(F("taken").desc(), column)  # fmt: skip
        return Part(title, head, [
            Taken(title, str(row[column]), name.get(str(row[column]), "—"), row["n"], row["taken"], row["back"],
                 f"/desk/fee-ledger/?{urlencode(span | {asked: row[column]})}" if asked and row[column] else "")
            for row in rows
        ])  # fmt: skip

    months = Part("按月", "月份", [
        Taken("按月", str(row["month"]), f"{row['month']:%Y 年 %-m 月}", row["n"], row["taken"], row["back"],
             "/desk/fee-ledger/?" + urlencode(span | _month(row["month"], first, last)))
        for row in found.annotate(month=TruncMonth("day")).values("month").annotate(
            n=Count("pk"), taken=Sum("amount_fen", filter=Q(credit="revenue"), default=0),
            back=Sum("amount_fen", filter=Q(debit="revenue"), default=0),
        ).order_by("month")
    ])  # fmt: skip
    parts = [
        part("按收费类别", "类别", "fee_class", rules.CLASSES, "class"),
        part("按收入类别", "收入", "revenue", rules.REVENUES, ""),
        part("按部门", "部门", "department", {str(pk): name for pk, name in names.items()}, "unit"),
        months,
    ]
    rows = months.rows
    whole = Taken("合计", "", "合计", sum(row.count for row in rows), sum(row.taken_fen for row in rows),
                 sum(row.back_fen for row in rows), f"/desk/fee-ledger/?{urlencode(span)}")  # fmt: skip
    return Report(whole, parts)


def _month(month: date, first: date, last: date) -> dict[str, str]:
    span = whole_month(month)
    return {"first": max(span.first, first).isoformat(), "last": min(span.last, last).isoformat()}


def departments(actor: Actor) -> list[tuple[int, str]]:
    """The departments whose money an actor may see entries of."""
    seen = Entry.objects.filter(policies.entries(actor)).values("department")
    return list(organisations.units("department").filter(pk__in=seen).order_by("order", "pk").values_list("pk", "name"))
