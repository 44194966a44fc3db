"""What everybody sees: the power list of any day, one power with its duty and history, the list of proofs (R027, R030)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity.policies import public
from yimen.ground.kit import exports
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.vocabulary import ItemKind
from yimen.service.reform import selectors
from yimen.service.reform.models import Change, Proof
from yimen.service.reform.rules import ProofKind
from yimen.service.reform.selectors.lists import Power
from yimen.service.reform.views.asking import day_in, number_in, text_in, today, word_in


@public
def powers(request: HttpRequest) -> HttpResponse:
    """The power and responsibility list of a day: by department, by receiving unit, by words."""
    asked, day = request.GET, day_in(request.GET, "day", today())
    found = _asked(request)
    page = page_by_key(found, order=("item_id",), asked=asked, size=20, load=selectors.editions_in_order)
    units = selectors.power_counts(day)
    receivers = selectors.receiving_units(day)
    context = {
        "page": page,
        "rows": selectors.with_duties(page.rows, day),
        "day": day,
        "past": day < today(),
        "asked": asked,
        "query": asked.urlencode(),
        "departments": units,
        "receivers": receivers,
        "kinds": ItemKind.pairs(),
        "whole": sum(unit["items"] for unit in units),
        "narrowed": any(asked.get(name) for name in ("q", "department", "unit", "kind")),
    }
    return render(request, "reform/powers.html", context)


def _asked(request: HttpRequest) -> Any:
    asked, day = request.GET, day_in(request.GET, "day", today())
    return selectors.powers(
        day,
        department=number_in(asked, "department"),
        unit=number_in(asked, "unit"),
        kind=word_in(asked, "kind", ItemKind.labels()),
        text=text_in(asked, "q"),
    )


COLUMNS: list[exports.Column[Power]] = [
    exports.Column("事项编码", lambda row: row.edition.item.code, width=36),
    exports.Column("事项名称", lambda row: row.edition.name, width=50),
    exports.Column("类型", lambda row: row.edition.get_kind_display()),
    exports.Column(
        "行使部门", lambda row: row.edition.item.department.name if row.edition.item.department else "", width=28
    ),
    exports.Column("设定依据", lambda row: row.edition.legal_basis, width=50),
    exports.Column("责任事项", lambda row: row.duty.text if row.duty else "", width=50),
    exports.Column("追责情形", lambda row: row.duty.accountable if row.duty else "", width=40),
    exports.Column("承接行使", lambda row: "、".join(held.unit.short_name for held in row.exercises), width=30),
    exports.Column("状态", lambda row: "暂停" if row.suspension else "在用"),
    exports.Column("施行日期", lambda row: row.edition.effective_on),
]
MOST_ROWS = 5000


@public
def powers_export(request: HttpRequest) -> HttpResponseBase:
    """The list as asked for, as an Excel file; the first five thousand lines, which is more than any department has."""
    day = day_in(request.GET, "day", today())
    editions = list(_asked(request).order_by("item_id")[:MOST_ROWS])
    return exports.download(
        f"权责清单 {day}.xlsx", exports.xlsx(COLUMNS, selectors.with_duties(editions, day), sheet="权责清单")
    )


@public
def power(request: HttpRequest, code: str) -> HttpResponse:
    """One power on a day: its law, its duty, who exercises it, and how the list has changed."""
    day = day_in(request.GET, "day", today())
    item = catalogue.item_by_code(code)
    edition = selectors.powers(day).filter(item=item).first()
    changes = (
        Change.objects.filter(item=item, state__in=["applied", "kept"])
        .select_related("batch")
        .order_by("-batch__effective_on", "-id")
    )
    if edition is None and not changes.exists() and item.cancelled_on is None:
        raise NotFound("这个事项当日不在权责清单上。", next_step="请换一个日期，或从权责清单进入。")
    row = selectors.with_duties([edition], day)[0] if edition is not None else None
    return render(request, "reform/power.html", {"item": item, "row": row, "day": day, "changes": changes[:20]})


@public
def public_proofs(request: HttpRequest) -> HttpResponse:
    """证明事项清单: what is kept by law, and what is no longer asked for and what takes its place."""
    asked, day = request.GET, today()
    gone = Q(cancelled_on__isnull=False, cancelled_on__lte=day)
    state = word_in(asked, "state", ("kept", "cancelled"))
    found = Proof.objects.filter(gone if state == "cancelled" else ~gone if state == "kept" else Q())
    text = text_in(asked, "q")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(purpose__icontains=text))
    if kind := word_in(asked, "kind", ProofKind.labels()):
        found = found.filter(kind=kind)
    context = {
        "page": page_by_key(found, order=("name", "id"), asked=asked, size=30),
        "day": day,
        "asked": asked,
        "state": state,
        "kinds": ProofKind.pairs(),
        "tabs": [
            ("全部", "?"), ("保留的", "?state=kept"), ("已取消的", "?state=cancelled"),
        ],
        "current": f"?state={state}" if state else "?",
        "kept": Proof.objects.filter(~gone).count(),
        "gone": Proof.objects.filter(gone).count(),
    }  # fmt: skip
    return render(request, "reform/public_proofs.html", context)
