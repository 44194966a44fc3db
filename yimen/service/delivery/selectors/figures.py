"""How many results were mailed, and what postage cost: each number is a filter over the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth

from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.periods import Period, whole_month
from yimen.ground.organisations import selectors as organisations
from yimen.service.delivery import policies
from yimen.service.delivery.models import Parcel, Result

if TYPE_CHECKING:
    from yimen.ground.identity.rules import Actor


@dataclass(frozen=True, slots=True)
class Share:
    """Results handed over and those of them that went by mail."""

    part: str
    name: str
    handed: int
    mailed: int
    url: str
    mailed_url: str

    @property
    def percent(self) -> str:
        """The share mailed; — where nothing was handed over."""
        return f"{100 * self.mailed / self.handed:.1f}%" if self.handed else "—"


@dataclass(frozen=True, slots=True)
class Part:
    """One way of dividing the whole."""

    title: str
    head: str
    rows: list[Share]


def take_up(actor: Actor, span: Period) -> tuple[Share, list[Part]]:
    """The share of results mailed in a period, by month, department and item; every division has the same total (R137)."""
    found = Result.objects.filter(
        policies.results(actor), state="handed", handed_at__gte=span.moments[0], handed_at__lt=span.moments[1]
    )
    counts: Any = {"n": Count("pk"), "mailed": Count("pk", filter=Q(by="post"))}
    asked = {"box": "handed", "first": span.first.isoformat(), "last": span.last.isoformat()}

    def share(part: str, name: str, row: Mapping[str, Any], more: dict[str, str]) -> Share:
        return Share(part, name, row["n"], row["mailed"], _url(asked | more), _url(asked | more | {"by": "post"}))

    units = dict(organisations.units().values_list("pk", "name"))
    months = []
    for row in (
        found.annotate(month=TruncMonth("handed_at", tzinfo=CHINA)).values("month").annotate(**counts).order_by("month")
    ):
        day = row["month"].date()
        months.append(share("按月", f"{day:%Y 年 %-m 月}", row, _month(day, span)))
    by_unit = [
        share("按部门", units.get(row["department"], "—"), row, {"unit": str(row["department"])})
        for row in found.values("department").annotate(**counts).order_by(F("n").desc(), "department")
    ]
    by_item = [
        share("按事项", row["matter__title"], row, {"item": row["matter__subject"]})
        for row in found.values("matter__subject", "matter__title")
        .annotate(**counts)
        .order_by(F("n").desc(), "matter__subject")[:200]
    ]
    whole = share("合计", "合计", {"n": sum(r.handed for r in months), "mailed": sum(r.mailed for r in months)}, {})
    return whole, [Part("按月", "月份", months), Part("按部门", "部门", by_unit), Part("按事项", "事项", by_item)]


@dataclass(frozen=True, slots=True)
class Postage:
    """A courier's month: parcels ordered and what they cost the centre."""

    month: date
    courier: str
    out: int
    into: int
    cost_fen: int
    url: str


def postage(actor: Actor, span: Period) -> list[Postage]:
    """The monthly statement of each courier, from the parcels ordered."""
    found = Parcel.objects.filter(
        policies.parcels(actor), ordered_at__gte=span.moments[0], ordered_at__lt=span.moments[1]
    )
    rows = found.annotate(month=TruncMonth("ordered_at", tzinfo=CHINA)).values("month", "courier").annotate(
        sent=Count("pk", filter=Q(direction="out")), fetched=Count("pk", filter=Q(direction="in")), fen=Sum("cost_fen"),
    ).order_by("-month", "courier")  # fmt: skip
    return [
        Postage(
            row["month"].date(), row["courier"], row["sent"], row["fetched"], row["fen"] or 0,
            "/desk/parcels/?" + urlencode({"box": "all", "company": row["courier"], **_month(row["month"].date(), span)}),
        )
        for row in rows
    ]  # fmt: skip


def _month(month: date, within: Period) -> dict[str, str]:
    span = whole_month(month)
    return {"first": max(span.first, within.first).isoformat(), "last": min(span.last, within.last).isoformat()}


def _url(asked: dict[str, str]) -> str:
    return f"/desk/results/?{urlencode(asked)}"
