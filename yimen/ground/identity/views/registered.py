"""注册用户: how many people and enterprises have an account, month by month (R017); each number opens its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity.models import Account
from yimen.ground.identity.policies import requires
from yimen.ground.kit import charts, exports, moments
from yimen.ground.kit.masking import mask_name
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.pictures import picture
from yimen.ground.kit.refusals import Invalid

COUNT = "identity.count_users"
KINDS = {"natural": "自然人", "legal": "法人和非法人组织"}
MONTHS = 24


@dataclass(frozen=True, slots=True)
class Month:
    """One month: opened and closed in it, standing at its end."""

    first: date
    natural: int
    legal: int
    closed: int
    natural_in_all: int
    legal_in_all: int

    @property
    def key(self) -> str:
        """`2026-09`, as the list behind takes it."""
        return f"{self.first:%Y-%m}"

    @property
    def said(self) -> str:
        """`2026年9月`."""
        return f"{self.first.year}年{self.first.month}月"


def months(today: date) -> list[Month]:
    """The last two years to the running month, the latest first; accounts of citizens and enterprises alone."""
    accounts = Account.objects.filter(kind="citizen")
    opened = _by_month(accounts, "opened_at")
    closed = _by_month(accounts.filter(closed_at__isnull=False), "closed_at")
    found, natural, legal = [], 0, 0
    for first in sorted({*opened, *closed, today.replace(day=1)}):
        new, gone = opened.get(first, {}), closed.get(first, {})
        natural += new.get("natural", 0) - gone.get("natural", 0)
        legal += new.get("legal", 0) - gone.get("legal", 0)
        found.append(Month(first, new.get("natural", 0), new.get("legal", 0), sum(gone.values()), natural, legal))
    return found[::-1][:MONTHS]


def _by_month(accounts: object, field: str) -> dict[date, dict[str, int]]:
    rows = (
        accounts.annotate(month=TruncMonth(field, tzinfo=moments.CHINA))  # type: ignore[attr-defined]  # a query set
        .values("month", "party__kind")
        .annotate(number=Count("pk"))
        .order_by()
    )
    found: dict[date, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["month"].date(), {})[row["party__kind"]] = row["number"]
    return found


@requires(COUNT)
def figures(request: HttpRequest) -> HttpResponseBase:
    """The table, the picture, the sums."""
    rows = months(moments.day_of(moments.now()))
    if request.GET.get("export"):
        columns: list[exports.Column[Month]] = [
            exports.Column("月份", lambda row: row.said),
            exports.Column("新注册自然人", lambda row: row.natural),
            exports.Column("新注册法人", lambda row: row.legal),
            exports.Column("注销", lambda row: row.closed),
            exports.Column("月末自然人", lambda row: row.natural_in_all),
            exports.Column("月末法人", lambda row: row.legal_in_all),
            exports.Column("月末合计", lambda row: row.natural_in_all + row.legal_in_all),
        ]
        return exports.download("注册用户.xlsx", exports.xlsx(columns, rows, sheet="注册用户"))
    recent = rows[:12][::-1]
    marks = [charts.Mark(row.said, row.natural + row.legal, url=f"list/?month={row.key}") for row in recent]
    most = max(marks, key=lambda mark: mark.value)
    says = f"近 {len(marks)} 个月新注册，最多的是{most.name}，{most.said} 个"
    if request.GET.get("picture"):
        return picture(
            "每月新注册.svg", charts.bars(marks, says), title="每月新注册用户", source=str(settings.CENTRE_NAME)
        )
    chart = charts.figure(charts.bars(marks, says), marks, title="每月新注册", name="月份", unit="个")
    return render(request, "identity/registered.html", {"rows": rows, "now": rows[0], "chart": chart})


@requires(COUNT)
def listed(request: HttpRequest) -> HttpResponseBase:
    """The accounts behind a number: names covered, nothing else of the person."""
    asked = request.GET
    accounts = Account.objects.filter(kind="citizen").select_related("party")
    kind, month, closed = asked.get("kind", ""), asked.get("month", ""), asked.get("closed", "")
    if kind in KINDS:
        accounts = accounts.filter(party__kind=kind)
    if month:
        first, last = _edges(month)
        field = "closed_at" if closed else "opened_at"
        accounts = accounts.filter(**{f"{field}__gte": first, f"{field}__lt": last})
    elif not closed:
        accounts = accounts.filter(closed_at__isnull=True)
    page = page_by_key(accounts, order=("-opened_at", "-id"), asked=asked, size=50)
    rows = [(each, each.name if each.party and each.party.kind == "legal" else mask_name(each.name)) for each in page]
    totals = accounts.aggregate(
        natural=Count("pk", filter=Q(party__kind="natural")), legal=Count("pk", filter=Q(party__kind="legal"))
    )
    context = {"page": page, "rows": rows, "totals": totals, "month": month, "kind": kind, "kinds": KINDS}
    return render(request, "identity/registered_list.html", context)


def _edges(month: str) -> tuple[datetime, datetime]:
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=moments.CHINA)
    except ValueError:
        raise Invalid("月份应写成 2026-09。", fields={"month": "应写成 2026-09。"}) from None
    after = first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
    return first, after
